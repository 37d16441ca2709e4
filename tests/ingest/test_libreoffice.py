"""Workbooks that a real LibreOffice opened and saved again, in every form people return."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ingest.review import (
    HEADER,
    answered_by,
    filled,
    ingest,
    items_of,
    make_review,
    recorded,
)
from tests.ingest.test_people import merged_decisions, one
from uar.sheet import DECISION

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)
ITEMS = items_of("ana")
FIRST = HEADER + 1
# The third sheet is Sign-off; a CSV holds one sheet: here the second, Decisions.
CSV = "csv:Text - txt - csv (StarCalc):{delimiter},34,76,1,,0,false,true,false,false,false,2"


def convert(profile: Path, target: str, out: Path, *files: Path) -> None:
    """One run for many files, with a profile of its own so that runs do not collide."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(profile / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(out),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=180,
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
    ]
    convert(base, "xlsx:Calc MS Excel 2007 XML", base / "xlsx", *files)
    convert(base, "ods", base / "ods", *files[:2])
    ods = sorted((base / "ods").glob("*.ods"))
    convert(base, "xlsx:Calc MS Excel 2007 XML", base / "ods-xlsx", *ods)
    for name, delimiter in (("comma", 44), ("semicolon", 59)):
        convert(base, CSV.format(delimiter=delimiter), base / name, plain)
    return base


def expected() -> dict[str, tuple[str, str]]:
    return {item["item_id"]: answered_by(FIRST + n) for n, item in enumerate(ITEMS)}


def taken(review: Path) -> dict[str, tuple[str, str]]:
    return {key: (row["decision"], row["reason"]) for key, row in recorded(review).items()}


@pytest.mark.parametrize("way", ["xlsx", "ods-xlsx"])
def test_saved_again_as_a_workbook(review: Path, saved: Path, way: str) -> None:
    code, [receipt] = ingest(review, saved / way / "plain.xlsx")
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


@pytest.mark.parametrize("way", ["xlsx", "ods-xlsx"])
def test_merged_decisions_stay_merged_and_are_refused(review: Path, saved: Path, way: str) -> None:
    code, [receipt] = ingest(review, saved / way / "merged.xlsx")
    assert code == 4
    assert f"Decisions!L{FIRST}:L{FIRST + 3}" in [each["cell"] for each in receipt["problems"]]
    assert not taken(review)


def test_a_formula_that_was_worked_out_is_read_and_noted(review: Path, saved: Path) -> None:
    code, [receipt] = ingest(review, saved / "xlsx" / "formula.xlsx")
    assert code == 0
    assert taken(review)[ITEMS[0]["item_id"]] == ("Keep", f"Reason {FIRST}")
    assert f"Decisions!L{FIRST}: a formula; the value it showed was read." in receipt["notes"]


def test_a_truth_value_is_no_decision(review: Path, saved: Path) -> None:
    """LibreOffice stores it as the formula TRUE(), or as 1 where the cell is a text cell."""
    code, [receipt] = ingest(review, saved / "xlsx" / "flag.xlsx")
    assert code == 4
    assert "can mean anything" in receipt["problems"][0]["says"]


def test_an_opendocument_file_is_named(review: Path, saved: Path) -> None:
    code, [receipt] = ingest(review, saved / "ods" / "plain.ods")
    assert code == 4
    assert "is an OpenDocument file (.ods); save it as .xlsx" in receipt["problems"][0]["says"]
