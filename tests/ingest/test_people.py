"""What people do to workbooks, each with a file in which it was done."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
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
    as_bytes,
    campaign,
    filled,
    ingest,
    issued_texts,
    items_of,
    make_review,
    opened,
    recorded,
    rows_of,
    run,
    sign,
    workbook,
)
from uar.cli import main
from uar.decisions import trust
from uar.folder import Folder
from uar.sheet import COMMENT, DECISION, ITEM, REASON, SEAL
from uar.workbooks.read_csv import ENCODINGS

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


# ── what is fine ─────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize(
    "change",
    [
        sorted_by_access,
        filtered,
        regrouped,
        columns_moved,
        headings_restyled,
        seal_gone,
        sheets_renamed,
        old_copy_hidden,
    ],
)
def test_what_is_fine_is_taken(review: Path, inbox: Path, change: Change) -> None:
    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert not receipt["problems"], says(receipt)
    assert (code, receipt["outcome"]) == (0, "accepted")
    values = answers(review)
    assert values == expected()  # the answers were typed before the change
    assert receipt["rows"]["accepted"] == 12
    assert receipt["open_count"] == 0
    assert Folder(review).verify()[1] is None


def test_what_was_typed_is_on_record(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    row = recorded(review)[ITEMS[0]["item_id"]]
    assert row["written"] == row["decision"] == "Keep"
    assert row["cell"] == f"Decisions!Q{FIRST}"
    assert row["file"] == "returned/0001-ana.xlsx"
    assert (row["signed_name"], row["signed_email"]) == ("Ana", "ana@example.com")
    assert row["signed_on"] == "2026-11-24"
    assert row["reviewer_email"] == "ana@example.com"
    assert (review / row["file"]).read_bytes() == (inbox / "ana.xlsx").read_bytes()


# ── not reviewed ─────────────────────────────────────────────────────────────────────────────────


def test_deleted_rows_are_missing_and_never_kept(review: Path, inbox: Path) -> None:
    code, [receipt] = ingest(
        review, filled(review, inbox, lambda book, sheet: sheet.delete_rows(FIRST + 2, 3))
    )
    gone = [ITEMS[n]["item_id"] for n in (2, 3, 4)]
    assert code == 0
    assert receipt["missing"] == receipt["open"] == gone
    assert set(answers(review)) == set(expected()) - set(gone)


@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0", "\u200b\ufeff"])
def test_blank_is_not_reviewed(review: Path, inbox: Path, blank: str | None) -> None:
    def clear(book: Workbook, sheet: Worksheet) -> None:
        sheet.cell(FIRST, COLUMN[DECISION]).value = blank
        sheet.cell(FIRST, COLUMN[REASON]).value = None

    code, [receipt] = ingest(review, filled(review, inbox, clear))
    assert (code, receipt["rows"]["blank"], receipt["open"]) == (0, 1, [ITEMS[0]["item_id"]])
    assert ITEMS[0]["item_id"] not in answers(review)


def test_a_reason_without_a_decision_is_looked_at(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, lambda book, sheet: answer(sheet, FIRST, "", "I would keep it"))
    code, [receipt] = ingest(review, path)
    assert code == 1
    assert receipt["warnings"][0]["cell"] == f"Decisions!R{FIRST}"
    assert "stays not reviewed" in receipt["warnings"][0]["says"]


def test_an_empty_return_approves_nothing(review: Path, inbox: Path) -> None:
    inbox.mkdir()
    path = shutil.copy(review / "workbooks/ana.xlsx", inbox)
    code, [receipt] = ingest(review, path)
    assert (code, receipt["rows"]["blank"], receipt["rows"]["accepted"]) == (1, 12, 0)
    assert not answers(review)
    assert not list(review.glob("decisions/*"))


# ── what is refused, with the cell ───────────────────────────────────────────────────────────────


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


D, R = f"Decisions!Q{FIRST}", f"Decisions!R{FIRST}"
REFUSED: list[tuple[Change, str, str]] = [
    (row_from_ben, f"Decisions!A{FIRST + 12}", "put to Ben (ben@example.com, ben.xlsx)"),
    (doubled, f"{D}, Decisions!Q{FIRST + 12}", "more than once with different answers"),
    (one(FIRST, "Person", "Ana Fixed"), f"Decisions!B{FIRST}", "'Ana Fixed', issued was 'Pérson"),
    (one(FIRST, "Access", "Payroll"), f"Decisions!C{FIRST}", "issued was 'Finance'"),
    (one(FIRST, "Access", 123), f"Decisions!C{FIRST}", "Access says '123'"),
    (one(FIRST, SEAL, "AAAA"), f"Decisions!U{FIRST}", "seal is not the one issued"),
    (one(FIRST, ITEM, "UAR-0000-0000-00001"), f"Decisions!A{FIRST}", "a slip in typing?"),
    (one(FIRST, ITEM, "UAR-0000-0000-00000"), f"Decisions!A{FIRST}", "no item of this review"),
    (one(FIRST, ITEM, ITEMS[5]["item_id"]), f"Decisions!B{FIRST}", "cells have slipped"),
    (one(FIRST, ITEM, None), D, "stands in a row without an Item"),
    (one(FIRST, DECISION, "Y"), D, "'Y' can mean anything"),
    (one(FIRST, DECISION, 1), D, "'1' can mean anything"),
    (one(FIRST, DECISION, True), D, "'TRUE' can mean anything"),
    (one(FIRST, DECISION, "✓"), D, "'✓' can mean anything"),
    (one(FIRST, DECISION, "keep for now, remove after audit"), D, "says Keep and Revoke"),
    (one(FIRST, DECISION, "None"), D, "'None' is no decision"),
    (one(FIRST, DECISION, "#N/A"), D, "'#N/A' is no decision"),
    (one(FIRST, DECISION, '=IF(1,"Keep","")'), D, "a formula without a value"),
    (one(FIRST, REASON, None), R, "Keep needs a reason here, because"),
    (one(FIRST + 1, REASON, "-"), f"Decisions!R{FIRST + 1}", "Revoke needs a reason: write one"),
    (merged_decisions, f"Decisions!Q{FIRST}:Q{FIRST + 3}", "unmerge them"),
    (pushed_down, f"Decisions!Q{FIRST + 12}", "stands in a row without an Item"),
    (
        decisions_sorted_alone,
        f"Decisions!Q{FIRST}:Q{FIRST + 11}",
        "sorted without Item, Reason, Sea",
    ),
    (
        answers_sorted_with_flags,
        f"Decisions!P{FIRST}:P{FIRST + 7}",
        "Flags stands beside other items",
    ),
    (one(FIRST, "Flags", None), f"Decisions!P{FIRST}", "Flags is empty"),
    (all_headings_twice, "", "two columns are called Decision (Decisions!Q2 and Decisions!V2)"),
    (two_sheets, "", "the sheets Decisions and Decisions Copy all hold items"),
    (sheet_hidden, "", "the sheet Decisions is hidden; unhide it"),
    (seal_and_person_gone, "", "the columns Seal and Person are missing"),
    (seal_and_campaign_gone, "", "neither a seal nor its title says which review it is of"),
    (decision_gone, "", "no sheet has the headings Item and Decision in one row"),
]


@pytest.mark.parametrize(("change", "cell", "sentence"), REFUSED)
def test_what_cannot_be_trusted_is_refused(
    review: Path, inbox: Path, change: Change, cell: str, sentence: str
) -> None:
    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert (code, receipt["outcome"]) == (4, "refused")
    cells = [each["cell"] for each in receipt["problems"] if sentence in each["says"]]
    assert cell in cells, says(receipt)
    assert not answers(review)  # all or nothing
    kept = sorted(path.relative_to(review).as_posix() for path in review.rglob("000*"))
    assert kept == ["receipts/0001.json", "returned/0001-ana.xlsx"]
    assert Folder(review).verify()[1] is None


def test_every_problem_is_said_in_one_go(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        row_from_ben(book, sheet)
        one(FIRST, DECISION, "Y")(book, sheet)
        one(FIRST + 1, REASON, None)(book, sheet)
        one(FIRST + 2, "Account", "x@example.com")(book, sheet)

    path = filled(review, inbox, change)
    _, [receipt] = ingest(review, path)
    cells = [each["cell"].split("!")[1] for each in receipt["problems"]]
    assert cells == ["Q3", "R4", "E5", "A15"]
    text = run("ingest", review, path).stdout
    for cell in cells:
        assert f"Decisions!{cell}" in text or "nothing done" in text


def test_partial_takes_the_good_rows_and_lists_the_rest(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        row_from_ben(book, sheet)
        one(FIRST, DECISION, "Y")(book, sheet)
        one(FIRST + 2, "Person", "Somebody Else")(book, sheet)

    code, [receipt] = ingest(review, filled(review, inbox, change), "--partial")
    assert (code, receipt["outcome"]) == (1, "partly accepted")
    assert receipt["rows"]["accepted"] == 10
    assert receipt["rows"]["refused"] == 3
    left = {ITEMS[0]["item_id"], ITEMS[2]["item_id"]}
    assert answers(review) == {k: v for k, v in expected().items() if k not in left}
    assert set(receipt["open"]) == left


@pytest.mark.parametrize("change", [pushed_down, decisions_sorted_alone, answers_sorted_with_flags])
def test_partial_takes_nothing_where_cells_have_slipped(
    review: Path, inbox: Path, change: Change
) -> None:
    code, [receipt] = ingest(review, filled(review, inbox, change), "--partial")
    assert (code, receipt["outcome"]) == (4, "refused")
    assert not answers(review)


# ── taken, and said ──────────────────────────────────────────────────────────────────────────────


def test_other_shown_cells_may_be_corrected(review: Path, inbox: Path) -> None:
    change = one(FIRST, "Department", "Sales and Marketing")
    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert code == 1
    assert receipt["warnings"][0]["cell"] == f"Decisions!G{FIRST}"
    assert "what was issued counts" in receipt["warnings"][0]["says"]
    assert answers(review) == expected()


def test_a_cleared_column_is_said_and_what_was_issued_counts(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        for row in rows_of(sheet):
            sheet.cell(row, COLUMN["Opens"]).value = None

    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert code == 1
    assert "Opens was changed" in receipt["warnings"][0]["says"]
    assert answers(review) == expected()


def test_words_are_read_and_echoed(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        answer(sheet, FIRST, "ok", "fine")
        answer(sheet, FIRST + 1, "OFFBOARD", "left")

    path = filled(review, inbox, change)
    text = run("ingest", review, path).stdout
    assert "'OFFBOARD' as Revoke in 1 row" in text
    assert "'ok' as Keep in 1 row" in text
    assert answers(review)[ITEMS[0]["item_id"]] == ("Keep", "fine")
    assert recorded(review)[ITEMS[1]["item_id"]]["written"] == "OFFBOARD"


def test_the_same_row_twice_counts_once(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        for column in range(1, len(HEADINGS) + 1):
            sheet.cell(FIRST + 12, column).value = sheet.cell(FIRST, column).value

    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert code == 0
    assert receipt["rows"]["repeated"] == 1
    assert f"counted once: Decisions!A{FIRST + 12}" in receipt["notes"][0]
    assert answers(review) == expected()


def test_long_reasons_and_control_characters_are_noted(review: Path, inbox: Path) -> None:
    change = one(FIRST, REASON, "a_x0007_b" + "c" * 2500)
    _, [receipt] = ingest(review, filled(review, inbox, change))
    assert any("control characters were left out" in note for note in receipt["notes"])
    assert any("the first 2,000 of 2,502 characters" in note for note in receipt["notes"])
    reason = answers(review)[ITEMS[0]["item_id"]][1]
    assert reason.startswith("abc")
    assert len(reason) == 2000


def test_hidden_rows_count_and_are_noted(review: Path, inbox: Path) -> None:
    _, [receipt] = ingest(review, filled(review, inbox, filtered))
    assert any("hid count as well: Decisions!Q6" in note for note in receipt["notes"])


def test_every_revoke_is_read_back_to_the_reviewer(review: Path, inbox: Path) -> None:
    text = run("ingest", review, filled(review, inbox)).stdout
    assert "Is this what was meant?" in text
    assert "Revoke: Pérson ana 0, 00123, Decisions!Q4 (Reason 4)" in text


# ── sign-off ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("on", "day"),
    [
        ("2026-11-24", "2026-11-24"),
        (dt.date(2026, 11, 24), "2026-11-24"),
        (dt.datetime(2026, 11, 24, 13, 5), "2026-11-24"),  # noqa: DTZ001
        ("24 November 2026", "2026-11-24"),
        ("Nov 24th, 2026", "2026-11-24"),
        ("24.11.2026", "2026-11-24"),
        ("03/03/2026", "2026-03-03"),
        ("03/04/2026", None),
        ("yesterday", None),
    ],
)
def test_the_date_of_the_sign_off(review: Path, inbox: Path, on: Any, day: str | None) -> None:
    path = filled(review, inbox, lambda book, sheet: sign(book, on=on))
    code, [receipt] = ingest(review, path)
    assert recorded(review)[ITEMS[0]["item_id"]]["signed_on"] == day
    assert code == (0 if day else 1)
    assert day or "write it as 2026-04-03" in receipt["warnings"][0]["says"]


def test_somebody_elses_signature_is_recorded_and_said(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, lambda book, sheet: sign(book, "ben"))
    code, [receipt] = ingest(review, path)
    assert code == 1
    assert "signed by ben@example.com, but was put to ana@example.com" in str(receipt["warnings"])
    assert recorded(review)[ITEMS[0]["item_id"]]["signed_email"] == "ben@example.com"


def test_a_missing_sign_off_is_said(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, lambda book, sheet: book.remove(book["Sign-off"]))
    code, [receipt] = ingest(review, path)
    assert code == 1
    assert "it is not signed" in receipt["warnings"][0]["says"]
    assert answers(review) == expected()


def test_an_incomplete_signature_is_said(review: Path, inbox: Path) -> None:
    code, [receipt] = ingest(review, filled(review, inbox, lambda book, sheet: sign(book, on=None)))
    assert code == 1
    assert "the date of the signature is missing" in str(receipt["warnings"])


def test_the_count_that_was_signed_for(review: Path, inbox: Path) -> None:
    def change(book: Workbook, sheet: Worksheet) -> None:
        book["Sign-off"]["C11"] = 99

    code, [receipt] = ingest(review, filled(review, inbox, change))
    assert code == 1
    assert "it says 99 items, but 12 are answered" in receipt["warnings"][0]["says"]


# ── more than one file ───────────────────────────────────────────────────────────────────────────


def test_the_same_bytes_twice_do_nothing(review: Path, inbox: Path) -> None:
    path = filled(review, inbox)
    ingest(review, path)
    before = sorted(review.rglob("*"))
    code, [receipt] = ingest(review, path)
    assert (code, receipt["again"]) == (0, True)
    assert sorted(review.rglob("*")) == before
    assert "nothing done" in run("ingest", review, path).stdout


def test_the_same_bytes_under_another_name_are_called_by_it(review: Path, inbox: Path) -> None:
    path = filled(review, inbox)
    ingest(review, path)
    copy = inbox / "mine.xlsx"
    copy.write_bytes(path.read_bytes())
    said = run("ingest", review, copy).stdout
    assert f"mine.xlsx: the same bytes as {path.name}, which came in on" in " ".join(said.split())


def test_the_same_refused_bytes_may_be_taken_partially(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, one(FIRST, DECISION, "Y"))
    assert ingest(review, path)[0] == 4
    assert ingest(review, path)[0] == 4
    code, [receipt] = ingest(review, path, "--partial")
    assert (code, receipt["rows"]["accepted"]) == (1, 11)


def test_the_same_answers_again_are_a_note(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    path = filled(review, inbox, one(1, COMMENT, "new bytes"), name="again.xlsx")
    code, [receipt] = ingest(review, path)
    assert (code, receipt["rows"]["unchanged"], receipt["rows"]["accepted"]) == (0, 12, 0)
    assert not (review / "decisions/0002.jsonl").exists()


def test_a_first_signature_is_recorded(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox, lambda book, sheet: book.remove(book["Sign-off"])))
    code, [receipt] = ingest(review, filled(review, inbox, name="signed.xlsx"))
    assert (code, receipt["rows"]["accepted"]) == (0, 12)
    row = recorded(review)[ITEMS[0]["item_id"]]
    assert (row["signed_email"], row["replaces"]) == ("ana@example.com", "returned/0001-ana.xlsx")


def test_another_answer_needs_replace(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    path = filled(review, inbox, change, name="second.xlsx")
    code, [receipt] = ingest(review, path)
    assert code == 4
    assert receipt["problems"][0]["cell"] == D
    assert "Revoke (left), but returned/0001-ana.xlsx says Keep (Reason 3)" in says(receipt)
    assert answers(review) == expected()
    code, [receipt] = ingest(review, path, "--replace")
    assert (code, receipt["rows"]["accepted"], receipt["rows"]["unchanged"]) == (0, 1, 11)
    row = recorded(review)[ITEMS[0]["item_id"]]
    assert (row["decision"], row["replaces"]) == ("Revoke", "returned/0001-ana.xlsx")
    assert (review / "decisions/0001.jsonl").exists()


def test_what_is_replaced_is_shown_with_what_it_was(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    text = run("ingest", review, filled(review, inbox, change, name="b.xlsx"), "--replace").stdout
    assert "Replaced (--replace); the earlier answers stay on record:" in text
    assert f"{D}: Revoke (left), before Keep (Reason 3) in returned/0001-ana.xlsx" in text


def test_an_answer_after_removals_is_recorded_and_needs_a_person(review: Path, inbox: Path) -> None:
    with Folder(review).locked() as folder:
        folder.write("apply", {"removals.txt": b"done"}, at="2026-12-02T10:00:00Z")
    code, [receipt] = ingest(review, filled(review, inbox))
    assert (code, receipt["outcome"]) == (1, "accepted")
    assert "were carried out (2026-12-02): 12 answers" in str(receipt["warnings"])
    assert answers(review) == expected()
    empty = filled(review, inbox, lambda book, sheet: sheet.delete_rows(FIRST, 12), name="c.xlsx")
    _, [receipt] = ingest(review, empty)
    assert "after removals" not in str(receipt["warnings"])


def test_a_later_blank_takes_nothing_back(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    path = filled(review, inbox, one(FIRST, DECISION, None), name="second.xlsx")
    _, [receipt] = ingest(review, path, "--replace")
    assert any("the earlier answer stays" in note for note in receipt["notes"])
    assert answers(review) == expected()


def test_two_files_in_one_go(review: Path, inbox: Path) -> None:
    files = [filled(review, inbox), filled(review, inbox, reviewer="ben")]
    code, receipts = ingest(review, *files)
    assert code == 0
    assert [each["reviewer"] for each in receipts] == ["Ana", "Ben"]
    assert [each["file"] for each in receipts] == [
        "returned/0001-ana.xlsx",
        "returned/0002-ben.xlsx",
    ]
    assert len(recorded(review)) == 24
    status = run("status", review, "--json")
    assert status.exit_code == 1
    assert json.loads(status.stdout)["total"]["not_reviewed"] == 12


def test_a_file_of_the_last_quarter_is_refused(review: Path, inbox: Path) -> None:
    """Its ids are the same, its seals are not."""
    book = load_workbook(io.BytesIO(workbook(items_of("ana", key="7a" * 32))))
    sheet = book["Decisions"]
    assert isinstance(sheet, Worksheet)
    answer(sheet, FIRST, "Keep", "fine")
    inbox.mkdir()
    (inbox / "old.xlsx").write_bytes(as_bytes(book))
    code, [receipt] = ingest(review, inbox / "old.xlsx")
    assert code == 4
    assert "none of its seals is of this review" in says(receipt)


def test_without_seals_items_that_look_alike_are_refused(tmp_path: Path, inbox: Path) -> None:
    """Two applications of one name: only the id, which may have slipped, tells them apart."""
    review = make_review(tmp_path / "q4", {"ana": 12, "ben": 2})
    folder = Folder(tmp_path / "alike")
    items = items_of("ana", 2)
    items[1] = {**copy.deepcopy(items[1]), "entitlement": "Finance", "login": items[0]["login"]}
    from uar.snapshot import json_bytes, to_lines
    from uar.tables import ITEMS as TABLE

    files = {
        "campaign.json": json_bytes(campaign(["ana"])),
        "items.jsonl": to_lines(TABLE.frame(items)),
        "workbooks/ana.xlsx": workbook(items),
    }
    with folder.locked(create=True):
        folder.write("open", files, at="2026-11-23T10:00:00Z")
    code, [receipt] = ingest(folder.path, filled(folder.path, inbox, seal_gone))
    assert code == 4
    assert "cannot be told from another one" in says(receipt)
    assert review.exists()


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────


def exported(review: Path, inbox: Path, delimiter: str, encoding: str) -> Path:
    _, sheet = opened(review)
    for row in rows_of(sheet):
        answer(sheet, row, *answered_by(row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for values in sheet.iter_rows(values_only=True):
        writer.writerow(["" if value is None else value for value in values])
    inbox.mkdir(exist_ok=True)
    path = inbox / "ana.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_csv_as_any_program_writes_it(
    review: Path, inbox: Path, delimiter: str, encoding: str
) -> None:
    code, [receipt] = ingest(review, exported(review, inbox, delimiter, encoding))
    assert code == 1  # a CSV has no sign-off
    assert not receipt["problems"], says(receipt)
    assert receipt["kind"].endswith(ENCODINGS[encoding])
    assert answers(review) == expected()
    first = recorded(review)[ITEMS[0]["item_id"]]
    assert first["cell"] == "line 3, column Decision"
    third = recorded(review)[ITEMS[2]["item_id"]]
    assert third["cell"] == "line 6, column Decision"  # a flag of the row above has two lines


def test_csv_with_apostrophes_before_formulas_is_what_was_issued(review: Path, inbox: Path) -> None:
    path = exported(review, inbox, ",", "utf-8")
    text = path.read_text("utf-8")
    assert '"=HYPERLINK' in text
    path.write_text(text.replace('"=HYPERLINK', "\"'=HYPERLINK"), "utf-8")
    _, [receipt] = ingest(review, path)
    assert not receipt["problems"], says(receipt)
    assert answers(review) == expected()


def test_csv_problems_name_line_and_column(review: Path, inbox: Path) -> None:
    path = exported(review, inbox, ";", "utf-8")
    path.write_text(path.read_text("utf-8").replace(";Keep;", ";Y;", 1), "utf-8")
    code, [receipt] = ingest(review, path)
    assert code == 4
    assert receipt["problems"][0]["cell"] == "line 3, column Decision"


def test_a_directory_is_all_that_came_back_the_oldest_first(review: Path, inbox: Path) -> None:
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    newer = filled(review, inbox, change, name="a-second.XLSX")
    older = filled(review, inbox, name="z-first.xlsx")
    os.utime(older, (1, 1))
    (inbox / "~$a-second.xlsx").write_bytes(b"ana")
    (inbox / ".~lock.a-second.xlsx#").write_bytes(b"ana")
    (inbox / "mail.eml").write_bytes(b"From: ana")
    (inbox / "old").mkdir()
    result = run("ingest", review, inbox, "--replace")
    assert [line for line in result.stdout.splitlines() if line.endswith(": accepted")] == [
        "z-first.xlsx: accepted",
        "a-second.XLSX: accepted",
    ]
    assert f"{inbox}: 1 other file left alone: mail.eml." in " ".join(result.stderr.split())
    assert answers(review)[ITEMS[0]["item_id"]] == ("Revoke", "left")
    assert newer.exists()
    result = CliRunner().invoke(main, ["ingest", str(review), str(inbox / "old")])
    assert result.exit_code == 4
    assert "holds no .xlsx, .ods, .csv or .tsv file" in " ".join(result.stderr.split())


def test_a_file_given_again_alone_shows_its_receipt_again(review: Path, inbox: Path) -> None:
    files = [filled(review, inbox), filled(review, inbox, reviewer="ben")]
    first = run("ingest", review, files[0]).stdout
    again = run("ingest", review, files[0]).stdout
    assert again.startswith("ana.xlsx: this very file came in on ")
    assert again.endswith(f"nothing done.\n\n{first}")
    assert first not in run("ingest", review, *files).stdout


@pytest.mark.parametrize("at_once", [1, 5, 12])
def test_rows_are_compared_some_at_a_time(
    review: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(trust, "AT_ONCE", at_once)
    change = one(FIRST + 6, "Department", "Sales and Marketing")
    _, [receipt] = ingest(review, filled(review, inbox, change))
    assert [each["says"] for each in receipt["warnings"]] == [
        "Department was changed; what was issued counts"
    ]
    assert answers(review) == expected()
