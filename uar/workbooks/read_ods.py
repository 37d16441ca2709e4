"""A returned .ods -> plain values, with the guards of uar.workbooks._package.

Everything stands in one part, content.xml. Equal neighbours are written once with a number of
repetitions, so a small file can claim a billion cells: empty ones cost nothing, others are capped.
"""

from __future__ import annotations

import re
import zipfile

from uar.decisions.returned import Area, Place, Returned, Row, Sheet, number
from uar.workbooks._package import (
    COPY,
    LAST_ROW,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Attributes,
    Budget,
    note_area,
    opened,
    parse,
    refuse,
    refuse_far,
    refuse_long,
)

SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT, STYLE = (
    f"{SPACE}{name}:1.0 " for name in ("office", "table", "text", "style")
)
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
VALUES = {
    "float": "value", "currency": "value", "percentage": "value", "date": "date-value",
    "time": "time-value", "boolean": "boolean-value", "string": "string-value", "void": "value",
}  # fmt: skip
INLINE = {f"{TEXT}{name}" for name in ("span", "a", "s", "tab", "line-break", "ruby", "ruby-base")}
ROW = f"{TABLE}table-row"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_PLACE = r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})"
_RANGE = re.compile(rf"\$?(?:'((?:[^']|'')+)'|([^.']+))\.{_PLACE}(?::(?:[^:]*\.)?{_PLACE})?")


def read_ods(content: bytes, items: int | None = None) -> Returned:
    """All sheets of a workbook; see `opened`. Raises TableError saying what is wrong with it."""
    with opened(content, items) as book:
        _refuse_encrypted(book)
        tables = _Tables()
        parse(book, "content.xml", tables.start, tables.end, tables.text)
        sheets = tables.sheets()
    if not sheets:
        refuse("is an OpenDocument file without sheets; return the workbook as .xlsx or .ods")
    return Returned("OpenDocument workbook", sheets)


def _refuse_encrypted(book: zipfile.ZipFile) -> None:
    def start(tag: str, _: Attributes) -> None:
        if tag.endswith(" encryption-data"):
            refuse("is protected with a password; take the password off and return it again")

    parse(book, "META-INF/manifest.xml", start)


class _Sheet:
    """The filled cells of one sheet, as they come."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name = name
        self.hidden = hidden
        self.rows: list[Row] = []
        self.merged: list[Area] = []
        self.formulas: set[Place] = set()
        self.valueless: set[Place] = set()
        self.next_row = 1


class _Tables:
    """Follows the elements of content.xml; `_path` holds those that are open."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._budget = Budget()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheets: list[_Sheet] = []
        self._sheet: _Sheet | None = None
        self._range = ""  # of the database range that is open
        self._sorts: dict[str, list[Area]] = {}  # by sheet
        self._in_cell = self._listening = False
        self._depth = self._aside = 0  # of the cell; of what is no text in it, such as a note
        self._column, self._row_copies, self._row_hidden = 1, 1, False

    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(
            Sheet(
                sheet.name,
                tuple(sheet.rows),
                sheet.hidden,
                merged=tuple(sheet.merged),
                sorted=tuple(self._sorts.get(sheet.name, ())),
                formulas=frozenset(sheet.formulas),
                valueless=frozenset(sheet.valueless),
            )
            for sheet in self._sheets[:MAX_SHEETS]
        )

    def start(self, tag: str, attributes: Attributes) -> None:
        path, parent = self._path, self._path[-1] if self._path else ""
        path.append(tag)
        if self._in_cell:
            self._start_inside(tag, parent, attributes)
        elif tag in CELLS and self._sheet:
            if parent != ROW:  # whose cell would it be?
                raise ValueError
            self._start_cell(attributes)
        elif tag == ROW and self._sheet:
            if parent == ROW:
                raise ValueError
            self._start_row(attributes)
        elif tag == f"{TABLE}table" and parent == f"{OFFICE}spreadsheet":
            hidden = attributes.get(f"{TABLE}style-name", "") in self._hidden_styles
            self._sheet = _Sheet(attributes[f"{TABLE}name"], hidden)
            self._sheets.append(self._sheet)
        elif tag == f"{STYLE}style":
            self._style = attributes.get(f"{STYLE}name", "")
        elif tag == f"{STYLE}table-properties":
            if attributes.get(f"{TABLE}display") == "false":
                self._hidden_styles.add(self._style)
        elif tag == f"{TABLE}database-range":
            self._range = attributes.get(f"{TABLE}target-range-address", "")
        elif tag == f"{TABLE}sort":
            self._note_sort()

    def text(self, text: str) -> None:
        if self._listening:
            self._budget.spend(len(text))
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        path = self._path
        path.pop()
        if self._in_cell:
            if len(path) < self._depth:
                self._end_cell()
            elif len(path) == self._depth:
                self._listening = False
            elif self._aside > len(path):
                self._aside = 0
                self._listening = True
        elif tag == ROW and self._sheet:
            self._end_row(self._sheet)
        elif tag == f"{TABLE}table" and path[-1] == f"{OFFICE}spreadsheet":
            self._sheet = None

    def _start_inside(self, tag: str, parent: str, attributes: Attributes) -> None:
        """Paragraphs are the cell's text; notes, pictures and reading aids are not."""
        if len(self._path) == self._depth + 1:
            if tag == f"{TEXT}p":
                if self._paragraphs:
                    self._pieces.append("\n")
                self._paragraphs += 1
                self._listening = True
        elif self._listening:
            if tag not in INLINE:
                self._listening = False
                self._aside = len(self._path)
            elif tag == f"{TEXT}s":
                count = _count(attributes, f"{TEXT}c")
                self._budget.spend(count)
                self._pieces.append(" " * count)
            elif tag == f"{TEXT}tab":
                self._pieces.append("\t")
            elif tag == f"{TEXT}line-break":
                self._pieces.append("\n")

    def _start_row(self, attributes: Attributes) -> None:
        self._cells: dict[int, str] = {}
        self._row_formulas: list[int] = []
        self._row_valueless: list[int] = []
        self._column = 1
        self._row_copies = _count(attributes, f"{TABLE}number-rows-repeated")
        self._row_hidden = attributes.get(f"{TABLE}visibility", "visible") != "visible"

    def _start_cell(self, attributes: Attributes) -> None:
        self._in_cell, self._depth = True, len(self._path)
        self._attributes = attributes
        self._pieces: list[str] = []
        self._paragraphs = 0
        self._listening = False
        self._aside = 0

    def _end_cell(self) -> None:
        self._in_cell = self._listening = False
        attributes, sheet = self._attributes, self._sheet
        copies = _count(attributes, f"{TABLE}number-columns-repeated")
        first, self._column = self._column, self._column + copies
        value, valued = self._value()
        formula = f"{TABLE}formula" in attributes
        wide = _count(attributes, f"{TABLE}number-columns-spanned")
        high = _count(attributes, f"{TABLE}number-rows-spanned")
        if sheet and (wide > 1 or high > 1):
            top = sheet.next_row
            note_area(sheet.merged, Area(top, first, top + high - 1, first + wide - 1))
        if not value and not formula:
            return
        if self._column - 1 > MAX_COLUMNS and sheet:
            refuse_far(sheet.next_row, self._column - 1)
        self._budget.spend((copies - 1) * COPY)
        for column in range(first, self._column):
            if value or not valued:
                self._cells[column] = value
            if formula:
                (self._row_formulas if valued else self._row_valueless).append(column)

    def _value(self) -> tuple[str, bool]:
        """(the text, is there a value at all)"""
        attributes = self._attributes
        shown = "".join(self._pieces)
        kind = attributes.get(f"{OFFICE}value-type", "")
        if attributes.get(f"{CALC}value-type") == "error" or (not kind and shown):
            return shown, True
        if not kind:
            return "", False
        value = attributes.get(f"{OFFICE}{VALUES[kind]}")
        if kind == "string":
            self._budget.spend(len(value or ""))
            return shown if value is None else value, True
        if kind == "boolean":
            return ("TRUE" if value == "true" else "FALSE"), value is not None
        return value or "", bool(value)

    def _end_row(self, sheet: _Sheet) -> None:
        first, copies = sheet.next_row, self._row_copies
        sheet.next_row += copies
        if not self._cells and not self._row_formulas:
            return
        if len(sheet.rows) + copies > MAX_ROWS:
            refuse_long()
        if sheet.next_row - 1 > LAST_ROW:
            raise ValueError
        self._budget.spend((copies - 1) * COPY * (len(self._cells) + len(self._row_formulas)))
        for row in range(first, sheet.next_row):
            if self._cells:
                sheet.rows.append(Row(row, self._cells, self._row_hidden))
            sheet.formulas.update((row, column) for column in self._row_formulas)
            sheet.valueless.update((row, column) for column in self._row_valueless)

    def _note_sort(self) -> None:
        match = _RANGE.fullmatch(self._range)
        if not match:
            raise ValueError
        quoted, name, left, top, right, bottom = match.groups()
        area = Area(int(top), number(left), int(bottom or top), number(right or left))
        name = quoted.replace("''", "'") if quoted else name
        note_area(self._sorts.setdefault(name, []), area)


def _count(attributes: Attributes, name: str) -> int:
    count = int(attributes.get(name, 1))
    if count < 1:
        raise ValueError
    return count
