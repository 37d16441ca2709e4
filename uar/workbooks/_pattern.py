"""The cells of a sheet by pattern, where it is written as every program writes it: three times as
fast as following its elements (uar.workbooks.read_xlsx), which reads all the rest.

A part is taken only when it matches from its first cell to its last, without a gap, so that no
parser could read it otherwise: no comment, no declaration, no entity but the five XML itself knows.
"""

from __future__ import annotations

import re

from uar.decisions.returned import Row, number
from uar.workbooks._cells import COLUMNS, Cells, is_true, put
from uar.workbooks._package import LAST_ROW

LARGEST = 16_000_000  # bytes; a larger part is never held whole

_WRONG = "\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff"  # a parser refuses these, or takes \r for \n
_TEXT = f"(?:[^<&{_WRONG}]++|&(?:amp|lt|gt|quot|apos);)*+"
_MORE = f'(?: [A-Za-z][A-Za-z0-9:]*="[^"<&{_WRONG}\\t\\n]*")*+'
_T = f'<t(?: xml:space="preserve")?>({_TEXT})</t>'
_ROW = re.compile(f'<row r="([1-9][0-9]{{0,6}})"({_MORE})(?: ?(/))?>')
_CELL = re.compile(
    '<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]{1,6}")?(?: t="([A-Za-z]+)")?'
    f"(?: ?/>|>(?:<f({_MORE})(?:/>|>{_TEXT}</f>))?(?:<v>({_TEXT})</v>|<is>{_T}</is>)?</c>)"
)
_STRING = re.compile(f"<si>{_T}</si>")
_NAME = re.compile(' ([^ =]+)="')
_HIDDEN = re.compile(' hidden="([^"]*)"')
_ENCODING = re.compile("""<[?]xml[^>]*encoding *= *["'](?!utf-8["'])""", re.IGNORECASE)


def divided(content: bytes, element: str) -> tuple[bytes, str] | None:
    """(a part without what an element in it holds, what that holds); None where that is not plain.

    The element stands there once.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "<!" in text or text.find("<?", 2) >= 0 or _ENCODING.match(text.lstrip("\ufeff")):
        return None
    first, last = re.findall(f"<{element}{_MORE}>", text), f"</{element}>"
    if len(first) != 1 or text.count(last) != 1:
        return None
    head, _, rest = text.partition(first[0])
    inside, found, tail = rest.partition(last)
    return (f"{head}{first[0]}{last}{tail}".encode(), inside) if found else None


def strings(inside: str) -> list[str] | None:
    """The shared strings, where none of them has several runs."""
    texts, end = [], 0
    for match in _STRING.finditer(inside):
        if match.start() != end:
            return None
        end = match.end()
        texts.append(_plain(match[1]))
    return texts if end == len(inside) else None


def rows(inside: str, sheet: Cells) -> list[Row] | None:
    """The rows of a sheet; its formulas are noted there."""
    found: list[Row] = []
    at = 0
    while at < len(inside):
        match = _ROW.match(inside, at)
        if not match or _is_repeated(match[2], "r"):
            return None
        at = match.end()
        if match[3]:
            continue
        stop = inside.find("</row>", at)
        cells = _cells(inside, at, stop, match[1], sheet)
        if cells is None:
            return None
        if int(match[1]) > LAST_ROW:
            raise ValueError
        if cells:
            hides = _HIDDEN.search(match[2])
            found.append(Row(int(match[1]), cells, hides is not None and is_true(hides[1])))
        at = stop + len("</row>")
    return found


def _cells(inside: str, at: int, stop: int, own: str, sheet: Cells) -> dict[int, str] | None:
    """The filled cells of a row; most are empty, or hold the number of a shared string."""
    cells: dict[int, str] = {}
    row, spent, shared = int(own), 0, sheet.strings
    for match in _CELL.finditer(inside, at, stop):
        if match.start() != at:
            return None
        at = match.end()
        letters, its, kind, formula, value, inline = match.groups()
        if its != own:
            raise ValueError
        text = inline if value is None else value
        if formula is not None:
            known = bool(text) or (text is not None and kind == "str")
            if _is_repeated(formula):
                return None
            sheet.note_formula((row, COLUMNS.get(letters) or number(letters)), known)
            if not known:
                put(cells, row, COLUMNS.get(letters) or number(letters), "")
        if text:
            spent += len(text)
            if kind == "s" and text.isdecimal():
                said = shared[int(text)]
            else:
                said = sheet.value(kind or "n", _plain(text))
            if said:
                put(cells, row, COLUMNS.get(letters) or number(letters), said)
    sheet.budget.spend(spent)
    return cells if at == stop else None


def _is_repeated(attributes: str, *also: str) -> bool:
    """Does a name stand there twice? A parser refuses that."""
    names = [*also, *_NAME.findall(attributes)]
    return len(set(names)) < len(names)


def _plain(text: str) -> str:
    if "&" not in text:
        return text
    for name, char in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", char)
    return text
