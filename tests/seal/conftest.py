"""Closed reviews for all tests of the seal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.report import made
from tests.sandbox.small import READ_KEY, small
from uar.cli import main
from uar.reports import every
from uar.sandbox.server import Sandbox


def uar(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("closed") / "q4"
    made.on_disk(path, made.review())
    done = uar("close", path, "--with-exceptions", "Owners have tickets.")
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="session")
def detected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read over a real socket from a tenant that is slow and refuses one list; with HR's list."""
    place = tmp_path_factory.mktemp("detected")
    settings, roster = place / "uar.toml", place / "hr.csv"
    settings.write_text(
        '[campaign]\nname = "Review"\nperiod = "2026-Q4"\ndue = 2026-12-15\n'
        '[reviewers]\nfallback = "ana@example.com"\n[sync]\nleave_out = ["password items"]\n'
    )
    roster.write_text("employee id,e-mail,name,status\n1,ana@example.com,Ana Test,active\n")
    with Sandbox(small()) as box, pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUMPCLOUD_BASE_URL", box.url)
        patch.setenv("JUMPCLOUD_API_KEY", READ_KEY)
        box.add_fault("429:every=9,retry_after=0")
        box.add_fault("403:path=/api/v2/roles")
        read = uar("sync", place / "q4", "--settings", settings, "--roster", roster)
    assert read.exit_code == 1, read.output  # the gap
    assert uar("detect", place / "q4", "--settings", settings).exit_code == 0
    return place / "q4"


@pytest.fixture(scope="session")
def opened(detected: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same review opened, reported and closed by the real commands."""
    path = tmp_path_factory.mktemp("opened") / "q4"
    shutil.copytree(detected, path)
    settings = path.with_name("other-name.toml")
    settings.write_bytes((detected.parent / "uar.toml").read_bytes())
    for words in (
        ("open", path, "--settings", settings),
        *(("report", path, name) for name in every()),
        ("close", path, "--with-exceptions", "Nobody has been asked."),
    ):
        done = uar(*words)
        assert done.exit_code == 0, done.output
    return path


def beside_the_snapshot(done: Result) -> dict[str, bool]:
    """Of `uar rebuild --json`: file -> is it identical? A made-up snapshot follows from nothing."""
    rows = json.loads(done.stdout)["files"]
    return {
        row["file"]: row["identical"] for row in rows if not row["file"].startswith("snapshot/")
    }
