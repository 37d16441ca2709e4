"""The sheet Decisions as CSV, as any program writes it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.ingest.people import (
    ITEMS,
    answers,
    expected,
    says,
)
from tests.ingest.review import (
    answer,
    answered_by,
    ingest,
    opened,
    recorded,
    rows_of,
)
from uar.workbooks.read_csv import ENCODINGS


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
