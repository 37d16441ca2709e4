"""A returned .xlsx -> plain values, with the guards of uar.workbooks._package."""

from __future__ import annotations

import posixpath
import re
import zipfile
from functools import lru_cache

from uar.decisions.returned import Area, Place, Returned, Row, Sheet, letters, number
from uar.decisions.words import unescaped
from uar.workbooks._package import (
    LAST_ROW,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Attributes,
    Budget,
    note_area,
    opened,
    parse,
    refuse_far,
    refuse_long,
)

_COLUMNS = {letters(column): column for column in range(1, MAX_COLUMNS + 1)}
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def read_xlsx(content: bytes) -> Returned:
    """All sheets of a workbook. Raises TableError saying what is wrong with the file."""
    with opened(content) as book:
        return _read_book(book)


def _read_book(book: zipfile.ZipFile) -> Returned:
    top = _relations(book, "")
    main = dict(top.values())["officeDocument"]
    parts = _relations(book, main)
    contents = _Workbook()
    parse(book, main, contents.start)
    strings = _Strings(Budget())
    for kind, path in parts.values():
        if kind == "sharedStrings":
            parse(book, path, strings.start, strings.end, strings.text)
    sheets = []
    for name, state, relation in contents.sheets[:MAX_SHEETS]:
        kind, path = parts[relation]
        if kind == "worksheet":
            cells = _Cells(strings.texts, strings.budget)
            parse(book, path, cells.start, cells.end, cells.text)
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


class _Strings:
    """The shared strings; runs of one string are put together, its reading aid left out."""

    def __init__(self, budget: Budget) -> None:
        self.texts: list[str] = []
        self.budget = budget
        self._pieces: list[str] = []
        self._listening = False
        self._aside = False

    def start(self, tag: str, _: Attributes) -> None:
        name = _local(tag)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._aside = True
        self._listening = name == "t" and not self._aside

    def text(self, text: str) -> None:
        if self._listening:
            self.budget.spend(len(text))
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._listening = False
        if name == "si":
            self.texts.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._aside = False


class _Cells:
    """The filled cells of one sheet."""

    def __init__(self, strings: list[str], budget: Budget) -> None:
        self._strings = strings
        self._budget = budget
        self._rows: list[Row] = []
        self._numbers: set[int] = set()
        self._row = self._column = 0
        self._row_text = ""
        self._row_hidden = False
        self._cells: dict[int, str] = {}
        self._kind = "n"
        self._formula = self._valued = self._listening = self._aside = False
        self._pieces: list[str] = []
        self._merged: list[Area] = []
        self._sorted: list[Area] = []
        self._formulas: set[Place] = set()
        self._valueless: set[Place] = set()

    def sheet(self, name: str, hidden: bool) -> Sheet:
        return Sheet(
            name,
            tuple(sorted(self._rows, key=lambda row: row.number)),
            hidden,
            merged=tuple(self._merged),
            sorted=tuple(self._sorted),
            formulas=frozenset(self._formulas),
            valueless=frozenset(self._valueless),
        )

    def start(self, tag: str, attributes: Attributes) -> None:
        name = _local(tag)
        self._listening = name == "v" or (name == "t" and not self._aside)
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or name == "is":
            self._valued = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._aside = True
        elif name == "mergeCell":
            note_area(self._merged, _area(attributes["ref"]))
        elif name == "sortState":
            note_area(self._sorted, _area(attributes["ref"]))

    def text(self, text: str) -> None:
        if self._listening:
            self._budget.spend(len(text))
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._listening = False
        if name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self._rows.append(Row(self._row, self._cells, self._row_hidden))
            if len(self._rows) > MAX_ROWS:
                refuse_long()
        elif name == "rPh":
            self._aside = False

    def _start_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._row_text = str(self._row)
        self._row_hidden = _is_true(attributes.get("hidden"))
        self._cells, self._column = {}, 0
        if not 1 <= self._row <= LAST_ROW or self._row in self._numbers:
            raise ValueError
        self._numbers.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        self._column += 1
        if "r" in attributes:
            column = _COLUMNS.get(attributes["r"].removesuffix(self._row_text))
            if column:
                self._column = column
            else:  # $A$1, far to the right, or in another row
                row, self._column = _place(attributes["r"])
                if row != self._row:
                    raise ValueError
        self._kind = attributes.get("t", "n")
        self._formula = self._valued = False
        self._pieces = []

    def _end_cell(self) -> None:
        place = (self._row, self._column)
        # Only a text may be empty: a number, say, without digits is a value never worked out.
        valued = self._valued and (self._kind == "str" or bool(self._pieces))
        if self._formula:
            (self._formulas if valued else self._valueless).add(place)
        value = self._value() if valued else ""
        if not value and place not in self._valueless:
            return
        if self._column > MAX_COLUMNS:
            refuse_far(self._row, self._column)
        if self._column in self._cells:
            raise ValueError
        self._cells[self._column] = value

    def _value(self) -> str:
        text = "".join(self._pieces)
        if self._kind == "s":
            index = int(text)
            if index < 0:
                raise ValueError
            return self._strings[index]
        if self._kind == "b":
            return "TRUE" if _is_true(text.strip()) else "FALSE"
        return unescaped(text)


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
