"""What was signed: by whom, on which day, for how many items; what is said where it was not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import (
    ITEMS,
    answers,
    expected,
)
from tests.ingest.review import (
    filled,
    ingest,
    recorded,
    sign,
)


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
