"""A returned .xlsx -> plain values, with the guards of uar.workbooks._package."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from uar.decisions.returned import Area, Place, Returned, Row, Sheet, letters, number
from uar.decisions.words import unescaped
from uar.workbooks._package import (
    COPY,
    LAST_ROW,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Attributes,
    Budget,
    Flat,
    note_area,
    opened,
    parse,
    parse_plain,
    refuse_far,
    refuse_long,
    refuse_verbose,
)

_COLUMNS = {letters(column): column for column in range(1, MAX_COLUMNS + 1)}
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def read_xlsx(content: bytes, items: int | None = None) -> Returned:
    """All sheets of a workbook; see `opened`. Raises TableError saying what is wrong with it."""
    with opened(content, items) as book:
        return _read_book(book)


def _read_book(book: zipfile.ZipFile) -> Returned:
    top = _relations(book, "")
    main = dict(top.values())["officeDocument"]
    parts = _relations(book, main)
    contents = _Workbook()
    parse(book, main, contents.start)
    budget = Budget()
    strings = [
        text
        for kind, path in parts.values()
        if kind == "sharedStrings"
        for text in _read_strings(book, path, budget)
    ]
    sheets = []
    for name, state, relation in contents.sheets[:MAX_SHEETS]:
        kind, path = parts[relation]
        if kind == "worksheet":
            cells = _Cells(strings, budget)
            _read_cells(book, path, cells)
            sheets.append(cells.sheet(name, hidden=state != "visible"))
    epoch = "1904-01-01" if contents.since_1904 else "1899-12-30"
    return Returned("Excel workbook", tuple(sheets), epoch)


def _relations(book: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, path), of a part or of the whole file."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, target.lstrip("/"))

    parse(book, posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


@lru_cache(maxsize=1_000)
def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


class _Workbook:
    """Sheet names, states and relation ids, in order of their tabs."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        name = _local(tag)
        if name == "sheet":
            relation = {_local(key): value for key, value in attributes.items()}["id"]
            state = attributes.get("state", "visible")
            self.sheets.append((attributes["name"], state, relation))
        elif name == "workbookPr":
            self.since_1904 = _is_true(attributes.get("date1904"))


def _read_strings(book: zipfile.ZipFile, part: str, budget: Budget) -> list[str]:
    """The shared strings; runs of one string are put together, its reading aid left out."""
    texts: list[str] = []
    pieces: list[str] = []
    listening = aside = False

    def start(tag: str, _: Flat) -> None:
        nonlocal listening, aside
        if tag == "t":
            listening = not aside
        elif tag == "si":
            pieces.clear()
        elif tag == "rPh":
            aside = True

    def text(text: str) -> None:
        if listening:
            budget.spend(len(text))
            pieces.append(text)

    def end(tag: str) -> None:
        nonlocal listening, aside
        listening = False
        if tag == "si":
            texts.append(unescaped("".join(pieces)))
        elif tag == "rPh":
            aside = False

    parse_plain(book, part, start, end, text)
    return texts


class _Cells:
    """The filled cells of one sheet, as they come."""

    def __init__(self, strings: Sequence[str], budget: Budget) -> None:
        self.strings = strings
        self.budget = budget
        self.rows: list[Row] = []
        self.merged: list[Area] = []
        self.sorted: list[Area] = []
        self.formulas: set[Place] = set()
        self.valueless: set[Place] = set()

    def sheet(self, name: str, hidden: bool) -> Sheet:
        rows = sorted(self.rows, key=lambda row: row.number)
        if any(one.number == next_.number for one, next_ in pairwise(rows)):
            raise ValueError
        return Sheet(
            name,
            tuple(rows),
            hidden,
            merged=tuple(self.merged),
            sorted=tuple(self.sorted),
            formulas=frozenset(self.formulas),
            valueless=frozenset(self.valueless),
        )

    def add(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) > MAX_ROWS:
            refuse_long()

    def value(self, kind: str, text: str) -> str:
        """What a cell says. `kind`: its type, as the file calls it."""
        if kind == "s":
            index = int(text)
            if index < 0:
                raise ValueError
            return self.strings[index]
        if kind == "b":
            return "TRUE" if _is_true(text.strip()) else "FALSE"
        return unescaped(text)


def _read_cells(book: zipfile.ZipFile, part: str, sheet: _Cells) -> None:
    """Follow the elements of a sheet. A million cells come by here: local names are fastest."""
    row, row_text, hidden = 0, "", False
    cells: dict[int, str] = {}
    column, kind = 0, "n"
    formula = valued = listening = aside = False
    pieces: list[str] = []
    columns, left = _COLUMNS, sheet.budget.left  # characters; no call for each of a million

    def start(tag: str, attributes: Flat) -> None:
        nonlocal column, kind, formula, valued, listening, aside
        if tag == "c":
            if pieces:
                pieces.clear()
            formula = valued = False
            if len(attributes) == 6 and attributes[4] == "t":  # r, s, t: as programs write it
                kind = attributes[5]
            else:
                kind = _of(attributes, "t") or "n"
            place = attributes[1] if attributes[:1] == ["r"] else _of(attributes, "r")
            if place:
                column = columns.get(place.removesuffix(row_text)) or _far(place, row)
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
            note_area(areas, _area(_of(attributes, "ref")))

    def start_row(attributes: Flat) -> None:
        nonlocal row, row_text, hidden, cells, column
        row = int(_of(attributes, "r") or row + 1)
        row_text, hidden = str(row), _is_true(_of(attributes, "hidden"))
        cells, column = {}, 0
        if not 1 <= row <= LAST_ROW:
            raise ValueError

    def text(text: str) -> None:
        nonlocal left
        if listening:
            left -= len(text)
            if left < 0:
                refuse_verbose()
            pieces.append(text)

    def end(tag: str) -> None:
        nonlocal listening, aside
        if tag == "t" or tag == "v":
            listening = False
        elif tag == "c":
            # Only a text may be empty: a number, say, without digits is a value never worked out.
            known = bool(pieces) or (valued and kind == "str")
            value = sheet.value(kind, "".join(pieces)) if known else ""
            if formula:
                note_formula(known)
            if value or (formula and not known):
                add(value)
        elif tag == "row":
            if cells:
                sheet.add(Row(row, cells, hidden))
        elif tag == "rPh":
            aside = False

    def note_formula(known: bool) -> None:
        nonlocal left
        left -= COPY
        if left < 0:
            refuse_verbose()
        (sheet.formulas if known else sheet.valueless).add((row, column))

    def add(value: str) -> None:
        if column > MAX_COLUMNS:
            refuse_far(row, column)
        if column in cells:
            raise ValueError
        cells[column] = value

    parse_plain(book, part, start, end, text)
    sheet.budget.left = left


def _of(attributes: Flat, name: str) -> str:
    """The value of an attribute; "" where there is none."""
    for place in range(0, len(attributes), 2):
        if attributes[place] == name:
            return attributes[place + 1]
    return ""


def _far(reference: str, row: int) -> int:
    """The column of a cell that is called $A$1, or lies far to the right; no other row's."""
    own, column = _place(reference)
    if own != row:
        raise ValueError
    return column


def _place(reference: str) -> Place:
    match = _CELL.fullmatch(reference)
    if not match:
        raise ValueError
    return int(match[2]), number(match[1])


def _area(reference: str) -> Area:
    first, _, last = reference.partition(":")
    top, left = _place(first)
    bottom, right = _place(last or first)
    return Area(top, left, bottom, right)
