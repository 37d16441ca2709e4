"""Workbooks that a real LibreOffice opened and saved again, in every form people return."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import merged_decisions, one
from tests.ingest.review import (
    COLUMN,
    HEADER,
    answered_by,
    filled,
    ingest,
    items_of,
    make_review,
    recorded,
    sign,
)
from uar.commands._shared import csv_bytes
from uar.sheet import DECISION, REASON
from uar.workbooks.read import read
from uar.workbooks.read_ods import read_ods

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)
ITEMS = items_of("ana")
FIRST = HEADER + 1
# The third sheet is Sign-off; a CSV holds one sheet: here the second, Decisions.
CSV = "csv:Text - txt - csv (StarCalc):{delimiter},34,76,1,,0,false,true,false,false,false,2"


def convert(profile: Path, target: str, out: Path, *files: Path, infilter: str = "") -> None:
    """One run for many files, with a profile of its own so that runs do not collide."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(profile / 'profile').as_uri()}",
            "--headless",
            *([f"--infilter={infilter}"] if infilter else []),
            "--convert-to",
            target,
            "--outdir",
            str(out),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review, and what LibreOffice made of three filled-in workbooks."""
    base = tmp_path_factory.mktemp("libreoffice")
    review, inbox = make_review(base / "q4"), base / "inbox"
    plain = filled(review, inbox, name="plain.xlsx")
    formula = one(FIRST, DECISION, '=IF(1=1,"Keep","Revoke")')
    files = [
        plain,
        filled(review, inbox, merged_decisions, name="merged.xlsx"),
        filled(review, inbox, formula, name="formula.xlsx"),
        filled(review, inbox, one(FIRST, DECISION, True), name="flag.xlsx"),
        filled(review, inbox, odd, name="odd.xlsx"),
    ]
    convert(base, "xlsx:Calc MS Excel 2007 XML", base / "xlsx", *files)
    convert(base, "ods", base / "ods", *files)
    ods = sorted((base / "ods").glob("*.ods"))
    convert(base, "xlsx:Calc MS Excel 2007 XML", base / "ods-xlsx", *ods)
    for name, delimiter in (("comma", 44), ("semicolon", 59)):
        convert(base, CSV.format(delimiter=delimiter), base / name, plain)
    return base


def odd(book: Workbook, sheet: Worksheet) -> None:
    reason = COLUMN[REASON]
    sheet.cell(FIRST, reason).value = "two\nlines   and  spaces"
    sheet.cell(FIRST + 1, reason).value = dt.date(2026, 4, 3)
    sheet.cell(FIRST + 2, reason).value = 0.25
    sheet.cell(FIRST + 2, reason).number_format = "0%"
    sheet.cell(FIRST + 3, reason).value = "with a note"
    sheet.cell(FIRST + 3, reason).comment = Comment("not part of the reason", "Ana")
    sheet.cell(FIRST + 4, reason).value = "=1/0"
    sheet.row_dimensions[FIRST + 5].hidden = True
    sheet.merge_cells(
        start_row=FIRST + 8, end_row=FIRST + 9, start_column=reason, end_column=reason + 1
    )
    sheet["Z5"] = "aside"
    sign(book, on=dt.date(2026, 11, 24))


# Days as Excel counts them, and as OpenDocument writes them.
DATES = {COLUMN[REASON]: ("46115", "2026-04-03"), 3: ("46350", "2026-11-24")}


def returned(saved: Path, way: str, name: str) -> Path:
    return saved / way / f"{name}.{way.rpartition('-')[2]}"


def expected() -> dict[str, tuple[str, str]]:
    return {item["item_id"]: answered_by(FIRST + n) for n, item in enumerate(ITEMS)}


def taken(review: Path) -> dict[str, tuple[str, str]]:
    return {key: (row["decision"], row["reason"]) for key, row in recorded(review).items()}


@pytest.mark.parametrize("way", ["xlsx", "ods", "ods-xlsx"])
def test_saved_again_as_a_workbook(review: Path, saved: Path, way: str) -> None:
    code, [receipt] = ingest(review, returned(saved, way, "plain"))
    assert not receipt["problems"]
    assert (code, receipt["outcome"]) == (0, "accepted"), receipt["warnings"]
    assert taken(review) == expected()
    assert receipt["signed"] == {"name": "Ana", "email": "ana@example.com", "on": "2026-11-24"}


@pytest.mark.parametrize("way", ["comma", "semicolon"])
def test_exported_as_csv(review: Path, saved: Path, way: str) -> None:
    [path] = (saved / way).glob("*.csv")
    code, [receipt] = ingest(review, path)
    assert not receipt["problems"]
    assert code == 1  # no sign-off in a CSV
    assert way in receipt["kind"]
    assert taken(review) == expected()


@pytest.mark.parametrize("way", ["xlsx", "ods", "ods-xlsx"])
def test_merged_decisions_stay_merged_and_are_refused(review: Path, saved: Path, way: str) -> None:
    code, [receipt] = ingest(review, returned(saved, way, "merged"))
    assert code == 4
    assert f"Decisions!Q{FIRST}:Q{FIRST + 3}" in [each["cell"] for each in receipt["problems"]]
    assert not taken(review)


@pytest.mark.parametrize("way", ["xlsx", "ods"])
def test_a_formula_that_was_worked_out_is_read_and_noted(
    review: Path, saved: Path, way: str
) -> None:
    code, [receipt] = ingest(review, returned(saved, way, "formula"))
    assert code == 0
    assert taken(review)[ITEMS[0]["item_id"]] == ("Keep", f"Reason {FIRST}")
    assert f"Decisions!Q{FIRST}: a formula; the value it showed was read." in receipt["notes"]


@pytest.mark.parametrize("way", ["xlsx", "ods"])
def test_a_truth_value_is_no_decision(review: Path, saved: Path, way: str) -> None:
    """LibreOffice stores it as the formula TRUE(), or as 1 where the cell is a text cell."""
    code, [receipt] = ingest(review, returned(saved, way, "flag"))
    assert code == 4
    assert "can mean anything" in receipt["problems"][0]["says"]


def test_an_ods_file_is_read_like_the_xlsx_file_it_was_made_from(saved: Path) -> None:
    """Every cell, date, formula, merged area, hidden row and hidden sheet."""
    before = read("a.xlsx", (saved / "inbox" / "odd.xlsx").read_bytes())
    after = read("a.ods", (saved / "ods" / "odd.ods").read_bytes())
    assert after.kind == "OpenDocument workbook"
    names = ["Start here", "Decisions", "What it gives", "People", "Sign-off", "_uar"]
    assert [sheet.name for sheet in after.sheets] == names
    assert [sheet.hidden for sheet in after.sheets] == [sheet.hidden for sheet in before.sheets]
    assert after.sheets[-1].hidden
    for old, new in zip(before.sheets, after.sheets, strict=True):
        worked_out = old.valueless | old.formulas
        assert new.formulas == worked_out  # LibreOffice works out what openpyxl leaves open
        assert new.merged == old.merged
        assert [row.number for row in new.rows] == [row.number for row in old.rows]
        assert [row.hidden for row in new.rows] == [row.hidden for row in old.rows]
        for row, same in zip(old.rows, new.rows, strict=True):
            kept = {c: text for c, text in row.cells.items() if (row.number, c) not in worked_out}
            found = {c: text for c, text in same.cells.items() if (row.number, c) not in worked_out}
            for column, (text, value) in DATES.items():
                if kept.get(column) == text:
                    kept[column] = value
            assert found == kept
    decisions = after.sheets[1]
    assert [each.hidden for each in decisions.rows if each.number == FIRST + 5] == [True]
    assert decisions.rows[FIRST - 1].text(COLUMN[REASON]) == "two\nlines   and  spaces"
    assert decisions.rows[FIRST].text(COLUMN[REASON]) == "2026-04-03"
    assert decisions.rows[FIRST + 1].text(COLUMN[REASON]) == "0.25"
    assert decisions.rows[FIRST + 2].text(COLUMN[REASON]) == "with a note"
    assert decisions.rows[FIRST + 3].text(COLUMN[REASON]) == "#DIV/0!"


HOSTILE = (
    "=1+1",
    " =1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\uff1d1+1",
    "a;=1+1",
    'a"=1+1',
    "\t=1+1",
    "1E5",
)


@pytest.mark.parametrize("separator", [44, 59, 9])
def test_what_we_write_as_csv_is_no_formula_when_it_is_opened(
    tmp_path: Path, separator: int
) -> None:
    """Also where a program is set to split at semicolons or tabs."""
    path = tmp_path / "a.csv"
    path.write_bytes(csv_bytes(("Item", "Decision"), [(text, text) for text in HOSTILE]))
    convert(tmp_path, "ods", tmp_path, path, infilter=f"CSV:{separator},34,76,1")
    [sheet] = read_ods((tmp_path / "a.ods").read_bytes()).sheets
    assert not sheet.formulas | sheet.valueless
    assert len(sheet.rows) == len(HOSTILE) + 1
