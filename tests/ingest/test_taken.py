"""What people do to workbooks and is taken, each with a file in which it was done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import (
    FIRST,
    ITEMS,
    Change,
    answers,
    columns_moved,
    expected,
    filtered,
    headings_restyled,
    old_copy_hidden,
    one,
    regrouped,
    says,
    seal_gone,
    sheets_renamed,
    sorted_by_access,
)
from tests.ingest.review import (
    COLUMN,
    HEADINGS,
    answer,
    filled,
    ingest,
    recorded,
    rows_of,
    run,
)
from uar.decisions import trust
from uar.folder import Folder
from uar.sheet import DECISION, REASON


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
