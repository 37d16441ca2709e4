"""The sample review and the files its reviewers sent back can be taken in as they lie there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from uar.cli import main
from uar.folder import Folder

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLES / "review", tmp_path / "review"))


def ingest(review: Path, which: str) -> tuple[int, list[dict[str, object]]]:
    files = sorted(map(str, (SAMPLES / "returned" / which).iterdir()))
    result = CliRunner().invoke(main, ["ingest", str(review), *files, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_the_sample_review_is_whole(review: Path) -> None:
    held, broken = Folder(review).verify()
    assert broken is None, f"{broken}; run python -m tests.samples"
    assert held > 10


def test_returned_files_are_taken_or_refused_as_their_habits_say(review: Path) -> None:
    code, receipts = ingest(review, "first")
    assert code == 4
    assert len(receipts) >= 6
    corrected = {path.name for path in (SAMPLES / "returned" / "corrected").iterdir()}
    refused = {str(each["name"]) for each in receipts if each["outcome"] == "refused"}
    assert refused and refused <= corrected
    code, receipts = ingest(review, "corrected")
    assert code in (0, 1)
    assert {each["outcome"] for each in receipts} == {"accepted"}
    status = CliRunner().invoke(main, ["status", str(review), "--json"])
    assert json.loads(status.stdout)["total"]["not_reviewed"] == 0
