"""What people do to workbooks and cannot be trusted: refused, with the cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import (
    FIRST,
    ITEMS,
    Change,
    all_headings_twice,
    answers,
    answers_sorted_with_flags,
    decision_gone,
    decisions_sorted_alone,
    doubled,
    expected,
    merged_decisions,
    one,
    pushed_down,
    row_from_ben,
    says,
    seal_and_campaign_gone,
    seal_and_person_gone,
    sheet_hidden,
    two_sheets,
)
from tests.ingest.review import (
    filled,
    ingest,
    run,
)
from uar.folder import Folder
from uar.sheet import DECISION, ITEM, REASON, SEAL

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
