"""The cells of a sheet by pattern, where it is written as every program writes it: five times as
fast as following its elements (uar.workbooks.read_xlsx), which reads all the rest.

A part is taken only when it matches from its first cell to its last, without a gap, so that no
parser could read it otherwise: no comment, no declaration, no entity but the five XML itself knows.
It is never held whole: a hundred thousand rows go by in pieces.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable

from uar.decisions.returned import Row, number
from uar.decisions.words import unescaped
from uar.workbooks._cells import COLUMNS, Cells, is_true, put
from uar.workbooks._package import LAST_ROW, MAX_COLUMNS

LARGEST = 1_000_000  # characters of one row or string, or of what is around them all

_WRONG = "\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff"  # a parser refuses these, or takes \r for \n
_TEXT = f"(?:[^<&{_WRONG}]++|&(?:amp|lt|gt|quot|apos);)*+"
_MORE = f'(?: [A-Za-z][A-Za-z0-9:]*="[^"<&{_WRONG}\\t\\n]*")*+'
_T = '<t(?: xml:space="preserve")?>'
_STYLE = '(?: s="[0-9]{1,6}")?'
_FORMULA = f"<f{_MORE}(?:/>|>{_TEXT}</f>)"
# A row whose cells all say that they are of it.
_ROW = re.compile(
    f'<row r="([1-9][0-9]{{0,6}})"({_MORE})(?: ?/>|>('
    f'(?:<c r="[A-Z]{{1,3}}\\1"{_STYLE}(?: t="[A-Za-z]+")?'
    f"(?: ?/>|>(?:{_FORMULA})?(?:<v>{_TEXT}</v>|<is>{_T}{_TEXT}</t></is>)?</c>))*+)</row>)"
)
# The cells of such a row that hold anything: mostly the number of a shared string.
_FILLED = re.compile(
    f'<c r="([A-Z]+)[0-9]+"{_STYLE}(?: t="s"><v>([0-9]+)</v>|(?: t="([A-Za-z]+)")?>'
    f"(?:<(f{_MORE})(?:/>|>{_TEXT}</f>))?(?:<(v>{_TEXT})</v>|<is>{_T}({_TEXT})</t></is>)?</c>)"
)
_STRINGS = re.compile(f"(?:<si>{_T}{_TEXT}</t></si>)*+")
_STRING = re.compile("<si><t[^>]*>([^<]*)<")
_NAME = re.compile(' ([^ =]+)="')
_HIDDEN = re.compile(' hidden="([^"]*)"')
_ENCODING = re.compile("""<[?]xml[^>]*encoding *= *["'](?!utf-8["'])""", re.IGNORECASE)
_CHILD = re.compile("<(?:row|c|si)[ \\t\\n/>]")


def divided(
    pieces: Iterable[bytes], element: str, child: str, take: Callable[[str], bool]
) -> bytes | None:
    """A part without what an element in it holds; None where that is not plain.

    `take` gets what it holds, some whole children at a time, and says whether they were plain.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    first, last, end = re.compile(f"<{element}{_MORE}>"), f"</{element}>", f"</{child}>"
    head = tail = held = ""
    try:
        for piece in pieces:
            held += decode(piece)
            if not head and (begins := first.search(held)):
                head, held = held[: begins.end()], held[begins.end() :]
            if head and not tail:
                stop = held.find(last)
                cut = held.rfind(end) + len(end) if stop < 0 and end in held else max(stop, 0)
                if cut and not take(held[:cut]):
                    return None
                held = held[cut:]
                if stop >= 0:
                    tail, held = last, held[len(last) :]
            if len(held) > LARGEST:
                return None
        held += decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    around = head + tail + held
    return around.encode() if tail and _is_plain(around) else None


def _is_plain(around: str) -> bool:
    """Has it no declaration, and nothing that belongs to the element's children?"""
    if "<!" in around or around.find("<?", 2) >= 0 or _CHILD.search(around):
        return False
    return not _ENCODING.match(around.lstrip("\ufeff"))


def strings(inside: str) -> list[str] | None:
    """Shared strings, where none of them has several runs."""
    if not _STRINGS.fullmatch(inside):
        return None
    texts: list[str] = _STRING.findall(inside)
    if "&" in inside or "_x" in inside:
        return [unescaped(_plain(text)) for text in texts]
    return texts


def rows(inside: str, sheet: Cells) -> bool:
    """Add rows to a sheet, if all are plain; its formulas are noted there."""
    at = 0
    while at < len(inside):
        match = _ROW.match(inside, at)
        if not match or (match[2] and _is_repeated(match[2], "r")):
            return False
        at = match.end()
        if not match[3]:
            continue
        row = int(match[1])
        cells = _cells(row, match[3], sheet)
        if cells is None:
            return False
        if row > LAST_ROW:
            raise ValueError
        if cells:
            hides = _HIDDEN.search(match[2])
            sheet.add(Row(row, cells, hides is not None and is_true(hides[1])))
    return True


def _cells(row: int, inside: str, sheet: Cells) -> dict[int, str] | None:
    """The filled cells of a row."""
    cells: dict[int, str] = {}
    spent, shared = 0, sheet.strings
    for letters, index, kind, formula, value, inline in _FILLED.findall(inside):
        column = COLUMNS.get(letters) or number(letters)
        if index:
            spent += len(index)
            said = shared[int(index)]
            if said and column not in cells and column <= MAX_COLUMNS:  # most of them
                cells[column] = said
                continue
        else:
            text = value[2:] or inline
            spent += len(text)
            if formula:
                known = bool(text) or (bool(value) and kind == "str")
                if _is_repeated(formula):
                    return None
                sheet.note_formula((row, column), known)
                if not known:
                    put(cells, row, column, "")
            said = sheet.value(kind or "n", _plain(text)) if text else ""
        if said:
            put(cells, row, column, said)
    sheet.budget.spend(spent)
    return cells


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
