"""A sheet of rows of texts: its headings, the table that programs know it as, its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from uar.workbooks._look import HEAD, HEAD_ASKED, Style
from uar.workbooks._rows import LETTERS, Column

HEADER = 2  # row of the headings
Asked = Sequence[tuple[str, float, Style]]  # heading, width in characters, look of a cell


@dataclass(frozen=True)
class Sheet:
    """A sheet that rows are put into: its part in the file, and its columns."""

    part: str
    columns: Sequence[Column]
    first: int  # row
    last: int  # what stands for the number of the last one
    formula: tuple[str, str] = ("", "")  # a column's letter, and what the first row says in it


def as_table(sheet: Worksheet, columns: Asked, name: str, last: int) -> None:
    """Headings that programs and screen readers know as such, with a filter on each."""
    ref = f"A{HEADER}:{LETTERS[len(columns) - 1]}{last}"
    headed = [
        TableColumn(number, name=heading) for number, (heading, _, _) in enumerate(columns, 1)
    ]
    sheet.add_table(
        Table(displayName=name, ref=ref, tableColumns=headed, autoFilter=AutoFilter(ref=ref))
    )


def headings(
    sheet: Worksheet,
    row: int,
    columns: Asked,
    asked: Iterable[str] = (),
) -> None:
    sheet.row_dimensions[row].height = 28
    for letter, (heading, width, _) in zip(LETTERS, columns, strict=False):
        (HEAD_ASKED if heading in asked else HEAD).put(sheet, f"{letter}{row}", heading)
        sheet.column_dimensions[letter].width = width


def filled(sheet: Worksheet, place: int, columns: Asked, last: int) -> Sheet:
    letters = [*LETTERS[: len(columns)], ""]
    made = [
        Column(letter, style.number(sheet), _fitting(width, style), then)
        for letter, then, (_, width, style) in zip(letters, letters[1:], columns, strict=False)
    ]
    return Sheet(f"xl/worksheets/sheet{place}.xml", made, HEADER + 1, last)


def _fitting(width: float, style: Style) -> float:
    """How many characters of a style fit into a column; 0 where they are not wrapped."""
    return width * 10 / style.size / (1.08 if style.bold else 1) - 1 if style.wrap else 0
