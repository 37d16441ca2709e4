"""The cells and shared strings of an .xlsx file by following its elements: all that is XML."""

from __future__ import annotations

from collections.abc import Iterable

from uar.decisions.returned import Row
from uar.decisions.words import unescaped
from uar.workbooks._cells import COLUMNS, Cells, area, is_true, place, put
from uar.workbooks._package import LAST_ROW, Budget, Flat, note_area, parse_plain


def strings(pieces: Iterable[bytes], budget: Budget) -> list[str]:
    """The shared strings; runs of one string are put together, its reading aid left out."""
    texts: list[str] = []
    runs: list[str] = []
    listening = aside = False

    def start(tag: str, _: Flat) -> None:
        nonlocal listening, aside
        if tag == "t":
            listening = not aside
        elif tag == "si":
            runs.clear()
        elif tag == "rPh":
            aside = True

    def text(text: str) -> None:
        if listening:
            budget.spend(len(text))
            runs.append(text)

    def end(tag: str) -> None:
        nonlocal listening, aside
        listening = False
        if tag == "si":
            texts.append(unescaped("".join(runs)))
        elif tag == "rPh":
            aside = False

    parse_plain(pieces, start, end, text)
    return texts


def cells(pieces: Iterable[bytes], sheet: Cells) -> None:
    """Fill the sheet. A million cells may come by here: local names are fastest."""
    row, row_text, hidden = 0, "", False
    found: dict[int, str] = {}
    column, kind = 0, "n"
    formula = valued = listening = aside = False
    runs: list[str] = []

    def start(tag: str, attributes: Flat) -> None:
        nonlocal column, kind, formula, valued, listening, aside
        if tag == "c":
            runs.clear()
            formula = valued = False
            kind = _of(attributes, "t") or "n"
            reference = _of(attributes, "r")
            if reference:
                column = COLUMNS.get(reference.removesuffix(row_text)) or _far(reference, row)
            else:
                column += 1
        elif tag == "t" or tag == "v":
            listening, valued = not aside, True
        elif tag == "row":
            start_row(attributes)
        elif tag == "f":
            formula = True
        elif tag == "rPh":
            aside = True
        elif tag == "mergeCell" or tag == "sortState":
            areas = sheet.merged if tag == "mergeCell" else sheet.sorted
            note_area(areas, area(_of(attributes, "ref")))

    def start_row(attributes: Flat) -> None:
        nonlocal row, row_text, hidden, found, column
        row = int(_of(attributes, "r") or row + 1)
        row_text, hidden = str(row), is_true(_of(attributes, "hidden"))
        found, column = {}, 0
        if not 1 <= row <= LAST_ROW:
            raise ValueError

    def text(text: str) -> None:
        if listening:
            sheet.budget.spend(len(text))
            runs.append(text)

    def end(tag: str) -> None:
        nonlocal listening, aside
        if tag == "t" or tag == "v":
            listening = False
        elif tag == "c":
            # Only a text may be empty: a number, say, without digits is a value never worked out.
            known = bool(runs) or (valued and kind == "str")
            if formula:
                sheet.note_formula((row, column), known)
            value = sheet.value(kind, "".join(runs)) if known else ""
            if value or (formula and not known):
                put(found, row, column, value)
        elif tag == "row":
            if found:
                sheet.add(Row(row, found, hidden))
        elif tag == "rPh":
            aside = False

    parse_plain(pieces, start, end, text)


def _of(attributes: Flat, name: str) -> str:
    """The value of an attribute; "" where there is none."""
    for at in range(0, len(attributes), 2):
        if attributes[at] == name:
            return attributes[at + 1]
    return ""


def _far(reference: str, row: int) -> int:
    """The column of a cell that is called $A$1, or lies far to the right; no other row's."""
    own, column = place(reference)
    if own != row:
        raise ValueError
    return column
