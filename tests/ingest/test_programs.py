"""Files as Excel and Google Sheets save them, taken in as what was typed there."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import FIRST, answers, expected, says, sorted_by_access
from tests.ingest.programs import Excel, GoogleSheets, Program
from tests.ingest.review import COLUMN, answer, filled, ingest, items_of, recorded, sign
from tests.ingest.test_libreoffice import convert
from uar.sheet import REASON

ITEMS = items_of("ana")
SIGNED_ON = dt.date(2026, 11, 24)


def typed(book: Workbook, sheet: Worksheet) -> None:
    """A ticket's number and a day as reasons, a day and a number in the sign-off."""
    sheet.cell(FIRST, COLUMN[REASON]).value = 4711
    sheet.cell(FIRST + 1, COLUMN[REASON]).value = dt.date(2026, 4, 3)
    sheet.cell(FIRST + 2, COLUMN[REASON]).value = 0.5
    sheet.cell(FIRST + 3, COLUMN[REASON]).value = " two\nlines "
    sheet.row_dimensions[FIRST + 5].hidden = True
    sign(book, on=SIGNED_ON)
    book["Sign-off"].cell(11, 3).value = 12


def saved_by(program: type[Program], path: Path, **how: Any) -> Path:
    path.write_bytes(program(load_workbook(path), **how).saved())
    return path


@pytest.mark.parametrize("days_in_words", [False, True])
@pytest.mark.parametrize("program", [Excel, GoogleSheets])
def test_a_whole_workbook(
    review: Path, inbox: Path, program: type[Program], days_in_words: bool
) -> None:
    path = saved_by(program, filled(review, inbox, typed), days_in_words=days_in_words)
    code, [receipt] = ingest(review, path)
    assert not receipt["problems"], says(receipt)
    assert (code, receipt["outcome"]) == (0, "accepted"), receipt["warnings"]
    assert receipt["signed"]["on"] == "2026-11-24"
    found = answers(review)
    reasons = [found[item["item_id"]][1] for item in ITEMS[:4]]
    day = "2026-04-03" if days_in_words else "46115"
    assert reasons == ["4711", day, "0.5", "two\nlines"]
    noted = [
        note for note in receipt["notes"] if "if the cell shows a date, it is 2026-04-03" in note
    ]
    assert noted == ([] if days_in_words else [noted[0]])
    rest = list(expected().items())[4:]
    assert [(key, found[key]) for key, _ in rest] == rest


def test_days_counted_from_1904(review: Path, inbox: Path) -> None:
    path = saved_by(Excel, filled(review, inbox, typed), since_1904=True)
    code, [receipt] = ingest(review, path)
    assert (code, receipt["signed"]["on"]) == (0, "2026-11-24")
    number = (dt.date(2026, 4, 3) - dt.date(1904, 1, 1)).days
    assert answers(review)[ITEMS[1]["item_id"]][1] == str(number)
    assert any(f"{number} is on record; if the cell shows a date, it is 2026-04-03" in note
               for note in receipt["notes"])  # fmt: skip


@pytest.mark.parametrize("program", [Excel, GoogleSheets])
def test_sorted_by_a_filter(review: Path, inbox: Path, program: type[Program]) -> None:
    """The sort that the file remembers took whole rows along."""
    code, [receipt] = ingest(review, saved_by(program, filled(review, inbox, sorted_by_access)))
    assert (code, says(receipt)) == (0, "")
    assert answers(review) == expected()


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_google_sheets_exports_the_sheet(review: Path, inbox: Path, delimiter: str) -> None:
    def quoted(book: Workbook, sheet: Worksheet) -> None:
        answer(sheet, FIRST, "Keep", '"Needed", she says')
        answer(sheet, FIRST + 1, "Revoke", '"left')

    path = inbox / "ana.csv"
    path.parent.mkdir()
    book = load_workbook(filled(review, inbox, quoted))
    path.write_bytes(GoogleSheets(book).as_text(delimiter))
    code, [receipt] = ingest(review, path)
    assert not receipt["problems"], says(receipt)
    assert code == 1  # no sign-off
    assert [each["cell"] for each in receipt["warnings"]] == [""]
    found = answers(review)
    assert found[ITEMS[0]["item_id"]] == ("Keep", '"Needed", she says')
    assert found[ITEMS[1]["item_id"]] == ("Revoke", '"left')
    assert {key: found[key] for key in list(expected())[2:]} == dict(list(expected().items())[2:])


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("program", [Excel, GoogleSheets])
def test_libreoffice_opens_these_files_too(
    review: Path, inbox: Path, tmp_path: Path, program: type[Program]
) -> None:
    """They are workbooks, not only what our reader takes for one."""
    path = saved_by(program, filled(review, inbox, typed))
    convert(tmp_path, "ods", tmp_path / "out", path)
    code, [receipt] = ingest(review, tmp_path / "out/ana.ods")
    assert (code, says(receipt)) == (0, "")
    assert recorded(review)[ITEMS[0]["item_id"]]["reason"] == "4711"
