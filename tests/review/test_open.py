"""uar open: a step of the folder, in its turn, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.review.world import access_of, entitlement, person, world
from uar.cli import main
from uar.folder import Folder
from uar.snapshot import to_files, to_lines
from uar.tables import COVERAGE, LINKS

AT = "2026-11-20T09:00:00Z"
TOML = '[campaign]\nperiod = "2026-Q4"\n[reviewers]\nfallback = "boss@example.com"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that has been synced."""
    (tmp_path / "uar.toml").write_text(TOML, "utf-8")
    known = world(
        [person("ann", manager="mia"), person("mia"), person("boss")],
        [entitlement("app:payroll")],
        [access_of("jumpcloud:app:payroll", f"jumpcloud:user:{name}") for name in ("ann", "mia")],
    )
    with Folder(tmp_path / "q4").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at=AT)
    return tmp_path


def detected(place: Path) -> None:
    known = world([person("ann"), person("mia"), person("boss")], [], [])
    files = {
        "persons.jsonl": to_lines(known.persons),
        "links.jsonl": to_lines(LINKS.empty()),
        "findings.jsonl": to_lines(known.findings),
        "coverage.jsonl": to_lines(COVERAGE.empty()),
    }
    with Folder(place / "q4").locked() as folder:
        folder.write("detect", files, at=AT)


def opening(place: Path, *more: str) -> Result:
    words = ["open", str(place / "q4"), "--settings", str(place / "uar.toml"), *more]
    return CliRunner().invoke(main, words)


def test_it_comes_after_detect(place: Path) -> None:
    done = opening(place)
    assert done.exit_code == 5
    assert "run uar detect" in done.output


def test_it_writes_items_campaign_and_workbooks(place: Path) -> None:
    detected(place)
    done = opening(place)
    assert done.exit_code == 0, done.output
    assert "2 items for 2 reviewers" in done.output
    assert "2026-Q4 mia-doe.xlsx" in done.output
    folder = Folder(place / "q4")
    assert len(folder.names("workbooks/")) == 2
    assert folder.verify()[1] is None
    campaign = json.loads(folder.read("campaign.json", "open"))
    assert campaign["population_root"] == folder.ledger()[-1]["facts"]["population_root"]


def test_it_is_never_done_twice(place: Path) -> None:
    detected(place)
    opening(place)
    again = opening(place)
    assert again.exit_code == 5
    assert "already there" in again.output


def test_machines_get_the_campaign(place: Path) -> None:
    detected(place)
    done = CliRunner().invoke(
        main, ["open", str(place / "q4"), "--settings", str(place / "uar.toml"), "--json"]
    )
    assert json.loads(done.stdout)["items"] == 2


def test_a_fallback_who_is_nobody_is_told_with_the_line(place: Path) -> None:
    detected(place)
    (place / "uar.toml").write_text(TOML.replace("boss@", "nobody@"), "utf-8")
    done = opening(place)
    assert done.exit_code == 2
    assert "uar.toml, line 4: reviewers.fallback" in done.output
    assert not Folder(place / "q4").has("items.jsonl")
