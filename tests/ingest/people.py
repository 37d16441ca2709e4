"""What people do to a workbook, and what was typed in it: changes that tests make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import SortState
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.review import (
    COLUMN,
    HEADER,
    HEADINGS,
    LAST,
    answer,
    answered_by,
    issued_texts,
    items_of,
    recorded,
    rows_of,
)
from uar.sheet import COMMENT, DECISION, ITEM, REASON, SEAL

Change = Callable[[Workbook, Worksheet], object]


ITEMS = items_of("ana")


FIRST = HEADER + 1


def expected(rows: range = range(12)) -> dict[str, tuple[str, str]]:
    """Item id -> answer, as `filled` typed it."""
    return {ITEMS[n]["item_id"]: answered_by(FIRST + n) for n in rows}


def answers(review: Path) -> dict[str, tuple[str, str]]:
    return {key: (row["decision"], row["reason"]) for key, row in recorded(review).items()}


def says(receipt: dict[str, Any]) -> str:
    return "\n".join(f"{each['cell']}: {each['says']}" for each in receipt["problems"])


def whole_rows(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in sheet[row]] for row in rows_of(sheet)]


def write_rows(sheet: Worksheet, rows: list[list[Any]]) -> None:
    for number, values in enumerate(rows, FIRST):
        for column, value in enumerate(values, 1):
            sheet.cell(number, column).value = value
            if isinstance(value, str):
                sheet.cell(number, column).data_type = "s"


def sorted_by_access(book: Workbook, sheet: Worksheet) -> None:
    rows = sorted(whole_rows(sheet), key=lambda row: (str(row[COLUMN["Access"] - 1]), row[0]))
    write_rows(sheet, rows)
    sheet.auto_filter.ref = f"A{HEADER}:{LAST}{FIRST + 11}"
    sheet.auto_filter.sortState = SortState(ref=f"A{FIRST}:{LAST}{FIRST + 11}")


def filtered(book: Workbook, sheet: Worksheet) -> None:
    sheet.auto_filter.ref = f"A{HEADER}:{LAST}{FIRST + 11}"
    sheet.auto_filter.add_filter_column(6, ["Finance"])
    for row in range(FIRST + 3, FIRST + 6):
        sheet.row_dimensions[row].hidden = True


def regrouped(book: Workbook, sheet: Worksheet) -> None:
    """Group headings, empty rows, the headings again, more title rows; outline levels."""
    sheet.insert_rows(FIRST + 6, 4)
    sheet.cell(FIRST + 6, 1).value = "Finance team"
    sheet.cell(FIRST + 7, 3).value = "12 people"
    for column, heading in enumerate(HEADINGS, 1):
        sheet.cell(FIRST + 9, column).value = heading
    sheet.row_dimensions.group(FIRST, FIRST + 3)
    sheet.insert_rows(1, 5)
    sheet["A1"], sheet["C2"] = "Dear Ana", "please answer"


def columns_moved(book: Workbook, sheet: Worksheet) -> None:
    """Decision to the left, an own column between, one shown column gone, another renamed."""
    sheet.insert_cols(1, 3)
    sheet.cell(HEADER, 1).value = "Ticket"
    wide = sheet.max_column
    order = [wide, wide - 2, *range(1, wide - 2), wide - 1]
    rows = [[row[column - 1].value for column in order] for row in sheet.iter_rows()]
    for number, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    gone = next(cell.column for cell in sheet[HEADER] if cell.value == "Opens")
    sheet.delete_cols(gone)
    renamed = next(cell for cell in sheet[HEADER] if cell.value == "Manager")
    renamed.value = "Boss"


def headings_restyled(book: Workbook, sheet: Worksheet) -> None:
    for heading in (ITEM, DECISION, REASON, "Person"):
        sheet.cell(HEADER, COLUMN[heading]).value = f"  {heading.upper()} "
    sheet.cell(HEADER, COLUMN[DECISION]).value = "Décision"


def seal_gone(book: Workbook, sheet: Worksheet) -> None:
    sheet.delete_cols(COLUMN[SEAL])


def sheets_renamed(book: Workbook, sheet: Worksheet) -> None:
    sheet.title = "Sheet1"
    del book["Start here"], book["People"], book["_uar"]


def old_copy_hidden(book: Workbook, sheet: Worksheet) -> None:
    other = book.copy_worksheet(sheet)
    other.sheet_state = "hidden"


def one(row: int, heading: str, value: Any) -> Change:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.cell(row, COLUMN[heading]).value = value

    return change


def row_from_ben(book: Workbook, sheet: Worksheet) -> None:
    texts = issued_texts(items_of("ben")[2])
    for column, text in enumerate(texts, 1):
        sheet.cell(FIRST + 12, column).value = text or None
    answer(sheet, FIRST + 12, "Keep", "Saw it at Ben's.")


def doubled(book: Workbook, sheet: Worksheet) -> None:
    for column in range(1, len(HEADINGS) + 1):
        sheet.cell(FIRST + 12, column).value = sheet.cell(FIRST, column).value
    answer(sheet, FIRST + 12, "Revoke", "Changed my mind.")


def pushed_down(book: Workbook, sheet: Worksheet) -> None:
    """Insert one cell above the decisions, shift the rest down."""
    for row in range(FIRST + 12, FIRST, -1):
        above = sheet.cell(row - 1, COLUMN[DECISION]).value
        sheet.cell(row, COLUMN[DECISION]).value = above


def decisions_sorted_alone(book: Workbook, sheet: Worksheet) -> None:
    column = COLUMN[DECISION]
    values = sorted(sheet.cell(row, column).value for row in rows_of(sheet))
    for row, value in zip(rows_of(sheet), values, strict=True):
        sheet.cell(row, column).value = value
    letter = get_column_letter(column)
    area = f"{letter}{FIRST}:{letter}{FIRST + 11}"
    sheet.auto_filter.ref = f"A{HEADER}:{LAST}{FIRST + 11}"
    sheet.auto_filter.sortState = SortState(ref=area)


def answers_sorted_with_flags(book: Workbook, sheet: Worksheet) -> None:
    """Flags to Comment sorted, the rest left behind; the program remembers nothing."""
    columns = range(COLUMN["Flags"], COLUMN[COMMENT] + 1)
    block = [[sheet.cell(row, column).value for column in columns] for row in rows_of(sheet)]
    block.sort(key=lambda values: str(values[0] or "zz"))
    for row, values in zip(rows_of(sheet), block, strict=True):
        for column, value in zip(columns, values, strict=True):
            sheet.cell(row, column).value = value


def all_headings_twice(book: Workbook, sheet: Worksheet) -> None:
    sheet.cell(HEADER, len(HEADINGS) + 1).value = "decision"


def two_sheets(book: Workbook, sheet: Worksheet) -> None:
    book.copy_worksheet(sheet)


def sheet_hidden(book: Workbook, sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


def seal_and_person_gone(book: Workbook, sheet: Worksheet) -> None:
    sheet.delete_cols(COLUMN[SEAL])
    sheet.delete_cols(COLUMN["Person"])


def seal_and_campaign_gone(book: Workbook, sheet: Worksheet) -> None:
    """Nothing tells any more that it is not last quarter's file, whose ids are the same."""
    sheet.delete_cols(COLUMN[SEAL])
    sheet["A1"] = sheet["B1"] = sheet["D1"] = None
    del book["Start here"], book["_uar"]


def decision_gone(book: Workbook, sheet: Worksheet) -> None:
    sheet.delete_cols(COLUMN[DECISION])


def merged_decisions(book: Workbook, sheet: Worksheet) -> None:
    at = COLUMN[DECISION]
    sheet.merge_cells(start_row=FIRST, end_row=FIRST + 3, start_column=at, end_column=at)
