"""uar open --format csv: what was issued comes back as it was, and is no formula on the way."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.review.test_open import TOML, detected, opening, place
from tests.review.world import access_of, entitlement, person, world
from tests.seal.conftest import beside_the_snapshot
from uar.cli import main
from uar.folder import Folder
from uar.snapshot import to_files
from uar.text import FORMULAS, guarded, unguarded

__all__ = ["place"]
AT = "2026-11-20T09:00:00Z"
EVIL = "=cmd|'/C calc'!A0"


def hostile(path: Path) -> Path:
    """A review in which the directory's texts would be formulas."""
    (path / "uar.toml").write_text(TOML, "utf-8")
    people = [person("ann", manager="mia", name=EVIL, login="+1", title="-2", department="@x"),
              person("mia", name="Mia; \"the\" boss,\nDoe"), person("boss")]  # fmt: skip
    known = world(people, [entitlement("app:p", name="'=quoted")],
                  [access_of("jumpcloud:app:p", "jumpcloud:user:ann")])  # fmt: skip
    with Folder(path / "q4").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at=AT)
    detected(path)
    return path


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_it_is_filled_in_and_taken_back(tmp_path: Path) -> None:
    done = opening(hostile(tmp_path), "--format", "csv")
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "q4" / "workbooks").iterdir()
    assert path.suffix == ".csv"
    headings, row = rows_of(path.read_bytes())
    assert all(not cell.startswith(FORMULAS) for cell in row)
    assert "'" + EVIL in row
    row[headings.index("Decision")], row[headings.index("Reason")] = "Revoke", "Left."
    text = io.StringIO()
    csv.writer(text).writerows([headings, row])
    back = tmp_path / path.name
    back.write_bytes(text.getvalue().encode("utf-8-sig"))
    taken = CliRunner().invoke(main, ["ingest", str(tmp_path / "q4"), str(back), "--json"])
    (receipt,) = json.loads(taken.stdout)
    assert receipt["rows"]["accepted"] == 1, receipt


def test_it_is_rebuilt(tmp_path: Path) -> None:
    opening(hostile(tmp_path), "--format", "csv")
    words = ["rebuild", str(tmp_path / "q4"), str(tmp_path / "again"), "--json"]
    assert all(beside_the_snapshot(CliRunner().invoke(main, words)).values())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice is not installed")
def test_libreoffice_runs_nothing_of_it(tmp_path: Path) -> None:
    opening(hostile(tmp_path), "--format", "csv")
    (path,) = (tmp_path / "q4" / "workbooks").iterdir()
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = ["soffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    words += ["--outdir", str(tmp_path / "out"), str(path)]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    from openpyxl import load_workbook

    (book,) = (load_workbook(each) for each in (tmp_path / "out").iterdir())
    cells = [cell for line in book.active.iter_rows() for cell in line]  # type: ignore[union-attr]
    assert not [cell for cell in cells if cell.data_type == "f"]


@given(st.text() | st.text("'= +x"))
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert not guarded(text).lstrip(" ").startswith(FORMULAS)
    assert unguarded(guarded(text)) == text
