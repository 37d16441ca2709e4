"""An earlier review travels with the one that builds on it, byte for byte, without its secrets."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from uar.commands._evidence import load, opened
from uar.commands._previous import earlier
from uar.commands.detect import _of_coverage
from uar.errors import SetupError
from uar.evidence import previous_of
from uar.folder import Folder
from uar.previous import TABLES, files_of, names, read_back
from uar.snapshot import from_lines, to_lines
from uar.tables import COVERAGE, LINKS

SAMPLE = Path(__file__).parents[1] / "samples" / "review"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "old"))


def test_a_review_from_before_links_said_what_keeps_accounts_apart_is_read(old: Path) -> None:
    """The program is newer than the last review: what its tables lack is unknown."""
    lines = (old / "links.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    fewer = [{name: row[name] for name in row if name != "kept_apart"} for row in rows]
    read = from_lines(LINKS, "".join(json.dumps(row) + "\n" for row in fewer).encode())
    assert len(read) == len(rows) > 0
    assert read["kept_apart"].isna().all()


def test_what_is_frozen_reads_back_the_same(old: Path) -> None:
    before = previous_of(load(opened(old)))
    files = files_of(before)
    after = read_back(files)
    assert sorted(files) == sorted(names())
    assert files == files_of(after)
    for table in TABLES:
        frames = (getattr(each, table.name) for each in (before, after))
        assert len(set(map(to_lines, frames))) == 1
    pd.testing.assert_frame_equal(
        before.snapshot.grants.sort_values("grant_id", ignore_index=True), after.snapshot.grants
    )
    assert len(after.items) > 50


def test_the_seal_key_stays_where_it_was(old: Path) -> None:
    evidence = load(opened(old))
    key = evidence.snapshot.header.seal_key.encode()
    assert key
    assert not [name for name, raw in files_of(previous_of(evidence)).items() if key in raw]


def _later(old: Path, **facts: str) -> tuple[Folder, object]:
    snapshot = load(opened(old)).snapshot
    header = replace(snapshot.header, finished_at="2099-01-01T00:00:00.000Z", **facts)
    return Folder(old.parent / "new"), replace(snapshot, header=header)


def test_a_review_of_another_tenant_is_refused(old: Path) -> None:
    folder, snapshot = _later(old, tenant_id="6" * 24)
    with pytest.raises(SetupError, match="of tenant 6666"):
        earlier(folder, old, snapshot)  # type: ignore[arg-type]


def test_a_review_is_not_earlier_than_itself(old: Path) -> None:
    snapshot = load(opened(old)).snapshot
    with pytest.raises(SetupError, match="not earlier"):
        earlier(Folder(old.parent / "new"), old, snapshot)


def test_once_given_it_stays_given_and_no_other_is_taken(old: Path) -> None:
    folder, snapshot = _later(old)
    with folder.locked(create=True):
        given, files = earlier(folder, old, snapshot)  # type: ignore[arg-type]
        folder.write("detect", files, at="2099-01-01T00:00:00Z")
        again, none = earlier(folder, None, snapshot)  # type: ignore[arg-type]
        same, nothing = earlier(folder, old, snapshot)  # type: ignore[arg-type]
    assert given and again and same and not none and not nothing
    assert again.ledger_head == given.ledger_head == same.ledger_head
    with Folder(old).locked() as changed:
        changed.write("status", {"more.txt": b"x"}, at="2099-01-01T00:00:00Z")
    with pytest.raises(SetupError, match="already builds on"):
        earlier(folder, old, snapshot)  # type: ignore[arg-type]


def test_what_is_no_review_is_one_sentence(tmp_path: Path, old: Path) -> None:
    folder, snapshot = _later(old)
    with pytest.raises(SetupError, match="no review that can be read"):
        earlier(folder, tmp_path / "old" / "workbooks", snapshot)  # type: ignore[arg-type]


@pytest.mark.parametrize("why", [None, "no roster given"])
def test_why_something_did_not_run_is_told_where_there_is_such_a_thing(why: str | None) -> None:
    ran = {"found": 1_204, "looked_at": 2_000, "cannot_tell": 0, "accepted": 0, "not_run": None}
    rows = [ran, ran | ({"not_run": why} | dict.fromkeys(list(ran)[:4]) if why else {})]
    texts = {"title": "Active", "severity": "low"}
    told = [{"detection": f"LIF-{at}", **texts, **row} for at, row in enumerate(rows)]
    heading, shown = _of_coverage(COVERAGE.frame(told))
    assert heading[-1] == ("Not run" if why else "Accepted")
    first, second = map(list, shown)
    assert first == ["LIF-0", "Active", "1,204", "2,000", "0", "0", *([""] if why else [])]
    assert second[2:] == (["-"] * 4 + [why] if why else first[2:])
