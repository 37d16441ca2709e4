"""What a receipt says in text: the sentences a reviewer is mailed and an operator acts on."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import (
    FIRST,
    Change,
    decisions_sorted_alone,
    doubled,
    merged_decisions,
    one,
    pushed_down,
)
from tests.ingest.review import (
    COLUMN,
    answer,
    answer_all,
    filled,
    ingest,
    items_of,
    opened,
    rows_of,
    run,
)
from uar.folder import Folder
from uar.sheet import DECISION, REASON

NOTHING = "  taken      nothing of it: correct what follows and return the file again\n"


def text(review: Path, *arguments: object) -> str:
    return run("ingest", review, *arguments).stdout


def unclear(rows: int) -> Change:
    def change(book: Workbook, sheet: Worksheet) -> None:
        for row in range(FIRST, FIRST + rows):
            sheet.cell(row, COLUMN[DECISION]).value = "Y"

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (unclear(1), "takes the other 11 rows and leaves 1 to be corrected"),
        (unclear(11), "takes the other 1 row and leaves 11 to be corrected"),
        (unclear(12), "takes nothing more of it"),
        (pushed_down, "takes none of it: cells may have moved from one row to another"),
        (decisions_sorted_alone, "takes none of it: cells may have moved"),
    ],
)
def test_a_refused_file_says_what_partial_would_do(
    review: Path, inbox: Path, change: Change, sentence: str
) -> None:
    path = filled(review, inbox, change)
    said = text(review, path)
    assert f"{NOTHING}  partial    uar ingest --partial {sentence}" in said
    code, [receipt] = ingest(review, path, "--partial")
    took = receipt["rows"]["accepted"]
    assert f"the other {took} row" in said if took else code == 4


def test_what_is_known_already_is_nothing_more(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, unclear(1))
    text(review, path, "--partial")
    said = text(review, path)
    assert "partial    uar ingest --partial takes nothing more of it" in said
    assert "11 answers are as an earlier file gave them." in said


def test_what_cannot_be_read_has_no_good_rows(review: Path, inbox: Path) -> None:
    inbox.mkdir()
    (inbox / "ana.pdf").write_bytes(b"%PDF-1.7")
    said = text(review, inbox / "ana.pdf")
    assert "partial" not in said
    assert "ana.pdf: is a PDF; return the workbook as .xlsx or .ods" in said


def test_one_answer_is_one(review: Path, inbox: Path) -> None:
    def only(book: Workbook, sheet: Worksheet) -> None:
        sheet.delete_rows(FIRST + 1, 11)
        book["Sign-off"].cell(11, 3).value = 5

    text(review, filled(review, inbox, only))
    with Folder(review).locked() as folder:
        folder.write("apply", {"removals.txt": b"done"}, at="2026-12-02T10:00:00Z")
    said = text(review, filled(review, inbox, name="b.xlsx"))
    assert "1 answer is as an earlier file gave them." in said
    assert "removals were carried out (2026-12-02): 11 answers on record, none applied" in said
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Keep", "still true")  # noqa: E731
    said = text(review, filled(review, inbox, change, name="c.xlsx"), "--replace")
    assert "(2026-12-02): 1 answer on record, none applied" in said


def test_the_count_that_was_signed_for_may_be_one_off(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        for row in rows_of(sheet)[1:]:
            answer(sheet, row, "")
        book["Sign-off"].cell(11, 3).value = 12

    assert "it says 12 items, but 1 is answered" in text(review, filled(review, inbox, change))


def test_an_edited_cell_is_named_once_and_neighbours_as_one(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        sheet.cell(FIRST, COLUMN["Job title"]).value = "Chief"
        for row in (*range(FIRST, FIRST + 5), FIRST + 8):
            sheet.cell(row, COLUMN["Department"]).value = "Sales"

    said = text(review, filled(review, inbox, change))
    title, department = (get_column_letter(COLUMN[name]) for name in ("Job title", "Department"))
    assert f"    Decisions!{title}3: Job title was changed; what was issued counts\n" in said
    block, single = f"Decisions!{department}3:{department}7", f"Decisions!{department}11"
    assert f"    {block}, {single}: Department was changed;" in said


def test_neighbouring_lines_of_a_csv_file(review: Path, inbox: Path) -> None:
    _, sheet = opened(review)
    answer_all(sheet)
    for row in rows_of(sheet):
        sheet.cell(row, COLUMN["Flags"]).value = None
        sheet.cell(row, COLUMN["Department"]).value = "Sales"
    rows = [
        ["" if cell.value is None else str(cell.value) for cell in row]
        for row in sheet.iter_rows(min_row=FIRST - 1)
    ]
    inbox.mkdir()
    (inbox / "a.csv").write_text("\n".join("|".join(row) for row in rows), "utf-8")
    assert "lines 2 to 13, column Department: Department was changed" in text(
        review, inbox / "a.csv"
    )


def test_many_places_are_the_first_and_a_number(review: Path, inbox: Path) -> None:
    big = [row for row in range(FIRST, FIRST + 12) if row % 2]

    def change(book: Workbook, sheet: Worksheet) -> None:
        for row in big:
            sheet.row_dimensions[row].hidden = True

    said = text(review, filled(review, inbox, change))
    cells = ", ".join(f"Decisions!Q{row}" for row in big)
    assert f"Rows that a filter or a person hid count as well: {cells}." in said


def test_a_reason_alone_says_what_stays(review: Path, inbox: Path) -> None:
    says = "Decisions!R3: a reason without a decision: "
    path = filled(review, inbox, one(FIRST, DECISION, None))
    assert f"{says}the item stays not reviewed\n" in text(review, path)
    text(review, filled(review, inbox, name="b.xlsx"))
    later = filled(review, inbox, one(FIRST, DECISION, "\u200b"), name="c.xlsx")
    assert f"{says}the earlier answer stays\n" in text(review, later)


def test_a_refused_row_is_said_once(review: Path, inbox: Path) -> None:
    said = text(review, filled(review, inbox, merged_decisions))
    assert "cells are merged over Decision" in said
    assert "a reason without a decision" not in said  # the cells below the first are not blank
    said = text(review, filled(review, inbox, doubled, name="b.xlsx"))
    assert "more than once with different answers" in said
    assert "the same answer again" not in said


def test_missing_is_not_reviewed_only_where_nothing_was_answered(review: Path, inbox: Path) -> None:
    gone = [items_of("ana")[number]["item_id"] for number in (0, 1)]

    def one_open(book: Workbook, sheet: Worksheet) -> None:
        for heading in (DECISION, REASON):
            one(FIRST, heading, None)(book, sheet)

    text(review, filled(review, inbox, one_open))
    fewer: Change = lambda book, sheet: sheet.delete_rows(FIRST, 2)  # noqa: E731
    said = text(review, filled(review, inbox, fewer, name="b.xlsx"))
    assert f"  Not in the file, so not reviewed:\n    {gone[0]}\n  Not" in said
    assert f"  Not in the file; the earlier answers stay:\n    {gone[1]}\n  Still" in said


def test_many_files_end_with_what_became_of_them(review: Path, inbox: Path) -> None:
    files = [
        filled(review, inbox),
        filled(review, inbox, unclear(1), reviewer="ben"),
        filled(review, inbox, one(FIRST, "Department", "Sales"), reviewer="cleo"),
    ]
    said = text(review, *files[:2])
    assert said.endswith("\n\n2 files: 1 accepted, 1 refused\n  refused: ben.xlsx\n")
    said = text(review, *files, "--partial")
    assert said.endswith(
        "\n\n3 files: 1 accepted, 1 partly accepted, 1 taken in before\n"
        "  partly accepted: ben.xlsx\n  to look at: cleo.xlsx\n"
    )
    assert "file:" not in text(review, files[0])
