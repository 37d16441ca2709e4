"""The snapshot follows from the sealed answers, or `uar rebuild` says what does not."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.sandbox import small as names
from tests.seal.conftest import uar
from tests.seal.test_forged import forged
from uar import maker, verify
from uar.folder import Folder
from uar.snapshot import PAGES, READ_FILE, from_files, page_file, to_files
from uar.verify import PACK

Files = dict[str, bytes]
GRANTS = "snapshot/grants.parquet"
MEMBERS = page_file("group members")


def rebuilt(path: Path, out: Path, *words: object) -> tuple[int, dict[str, Any]]:
    done = uar("rebuild", path, out, "--json", *words)
    said = json.loads(done.stdout)
    said["rows"] = {row["file"]: row for row in said["files"]}
    return done.exit_code, said


@pytest.mark.parametrize("what", ["q4", "q4/pack.zip"])
def test_it_follows_and_the_tenant_is_not_asked(opened: Path, tmp_path: Path, what: str) -> None:
    code, said = rebuilt(opened.parent / what, tmp_path / "again")
    assert (code, said["identical"]) == (0, True)
    assert said["snapshot"] == {"derived": True, "says": ""}
    ours = {name for name in Folder(opened).names("snapshot/") if "roster" not in name}
    assert ours < set(said["rows"]) and "report.html" in said["rows"]
    for name in ours:
        assert (tmp_path / "again" / name).read_bytes() == (opened / name).read_bytes()
    assert "403" in gzip.decompress((opened / READ_FILE).read_bytes()).decode()


def test_right_after_the_sync_it_can_be_derived(opened: Path, tmp_path: Path) -> None:
    files = files_of(opened)
    synced(tmp_path / "q4", files)
    done = uar("rebuild", tmp_path / "q4", tmp_path / "again")
    assert done.exit_code == 0 and "uar open has not run" in done.stderr
    number = len([name for name in files if name.startswith("snapshot/")]) - 1  # HR's list
    assert f"All {number} files are byte-identical." in done.stdout


def files_of(opened: Path) -> Files:
    return dict(verify.unpack((opened / PACK).read_bytes()).files)


def synced(path: Path, files: Files) -> None:
    """A review that begins with these files of a snapshot, as uar itself writes it."""
    (settings,) = (raw for name, raw in files.items() if name.startswith("settings/"))
    snapshot = {name: raw for name, raw in files.items() if name.startswith("snapshot/")}
    with Folder(path).locked(create=True) as folder:
        folder.write("sync", snapshot, at="2026-11-20T09:00:00Z", settings=settings)


def test_a_forger_who_seals_other_grants(opened: Path, tmp_path: Path) -> None:
    """Every later step is done anew with them, and all hangs together; but not the answers."""
    files = files_of(opened)
    snapshot = from_files(files)
    grant = f"jumpcloud:app:{names.WIKI}>group:{names.SALES}"
    fewer = snapshot.grants[snapshot.grants["grant_id"] != grant].reset_index(drop=True)
    assert len(fewer) == len(snapshot.grants) - 1
    files[GRANTS] = to_files(replace(snapshot, grants=fewer))[GRANTS]
    review, settings = tmp_path / "q4", opened.with_name("other-name.toml")
    synced(review, files)
    for words in (
        ("detect", review, "--settings", settings),
        ("open", review, "--settings", settings),
        ("close", review, "--with-exceptions", "Nobody has been asked."),
        ("verify", review / PACK),
    ):
        assert uar(*words).exit_code == 0
    code, said = rebuilt(review / PACK, tmp_path / "again")
    assert code == 5 and said["snapshot"]["derived"]
    assert [name for name, row in said["rows"].items() if not row["identical"]] == [GRANTS]
    told = uar("rebuild", review, tmp_path / "more").stdout
    says = f"1 row missing ({grant})"
    assert f"{GRANTS} does not follow from the answers: {says}." in " ".join(told.split())


def line_changed(page: bytes, change: Callable[[dict[str, Any]], object], at: int = 0) -> bytes:
    lines = [json.loads(line) for line in gzip.decompress(page).splitlines()]
    change(lines[at])
    return b"".join(gzip.compress(json.dumps(line).encode() + b"\n", mtime=0) for line in lines)


def another_body(line: dict[str, Any]) -> None:
    line["body"] = json.dumps(json.loads(line["body"])[1:])
    line["sha256"] = verify.digest(line["body"].encode())


def test_a_forger_who_seals_other_answers(opened: Path, tmp_path: Path) -> None:
    page = line_changed(files_of(opened)[MEMBERS], another_body)
    (tmp_path / PACK).write_bytes(forged(opened, {MEMBERS: page}))
    code, said = rebuilt(tmp_path / PACK, tmp_path / "again")
    assert code == 5
    assert "1 row too many" in said["rows"][GRANTS]["says"]
    assert not said["rows"]["snapshot/collections.jsonl"]["identical"]  # with the answers' digests


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (MEMBERS, lambda line: line.update(body="[]"), "has another digest"),
        (MEMBERS, lambda line: line.pop("sha256"), "not what uar writes"),
        (MEMBERS, lambda line: line.update(query=[]), "query is no text"),
        (MEMBERS, lambda line: line.update(query="limit=1"), "do not hold GET /api/v2/usergroups/"),
        (page_file("users"), lambda line: line.update(date=7), "date is no text"),
        (page_file("users"), lambda line: line.update(date=""), "POST /insights/directory/v1/ev"),
        (READ_FILE, lambda line: line.update(noted=[]), "do not hold whom was asked"),
        (READ_FILE, lambda line: line.clear(), "not what uar writes"),
    ],
)
def test_an_answer_that_is_none(
    opened: Path, tmp_path: Path, name: str, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    page = line_changed(files_of(opened)[name], change)
    (tmp_path / PACK).write_bytes(forged(opened, {name: page}))
    code, said = rebuilt(tmp_path / PACK, tmp_path / "again")
    assert code == 5 and says in said["snapshot"]["says"], said["snapshot"]
    assert not any(row["identical"] for at, row in said["rows"].items() if "snapshot/" in at)
    assert said["rows"]["report.html"]["file"]  # the rest is made again all the same


@pytest.mark.parametrize(
    "content",
    [b"", b"rubbish", b"\x1f\x8b\x08", gzip.compress(b"[" * 9_999)],
    # Named, for a packing holds the second it was made in.
    ids=["nothing", "no gzip", "a cut header", "no lines"],
)
def test_rubbish_for_answers(opened: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / PACK).write_bytes(forged(opened, {MEMBERS: content}))
    code, said = rebuilt(tmp_path / PACK, tmp_path / "again")
    assert code == 5 and said["snapshot"]["says"].startswith("The sealed answers ")


def test_an_answer_too_many(opened: Path, tmp_path: Path) -> None:
    files = files_of(opened)
    line = line_changed(files[MEMBERS], lambda line: line.update(path="/api/v2/elsewhere"))
    extra = {f"{PAGES}more.jsonl.gz": line, MEMBERS: files[MEMBERS] + files[MEMBERS]}
    (tmp_path / PACK).write_bytes(forged(opened, extra))
    code, said = rebuilt(tmp_path / PACK, tmp_path / "again")
    assert code == 5 and said["snapshot"]["derived"]
    assert {name for name in said["rows"] if not said["rows"][name]["identical"]} >= set(extra)
    assert said["rows"][f"{PAGES}more.jsonl.gz"]["says"] == "nothing needs it"


def test_a_page_that_is_not_there(opened: Path, tmp_path: Path) -> None:
    files = files_of(opened)
    synced(tmp_path / "q4", {name: raw for name, raw in files.items() if name != MEMBERS})
    done = uar("rebuild", tmp_path / "q4", tmp_path / "again")
    assert done.exit_code == 5
    request = f"GET /api/v2/usergroups/{names.STAFF}/members?limit=100&skip=0"
    assert f"The sealed answers do not hold {request}." in done.stdout


def test_a_twin_has_no_answers(opened: Path, tmp_path: Path) -> None:
    assert uar("redact", opened, tmp_path / "twin.zip").exit_code == 0
    done = uar("rebuild", tmp_path / "twin.zip", tmp_path / "again")
    assert done.exit_code == 5 and "redacted twin" in done.stderr
    assert "no answers of the tenant" in done.stderr


def test_tables_that_another_library_wrote(
    opened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other bytes, the same rows: exit 1, and both libraries are named."""
    raw = io.BytesIO()
    pd.read_parquet(io.BytesIO(files_of(opened)[GRANTS])).to_parquet(raw, compression="gzip")
    (tmp_path / PACK).write_bytes(forged(opened, {GRANTS: raw.getvalue()}))
    code, said = rebuilt(tmp_path / PACK, tmp_path / "again")
    assert (code, said["rows"][GRANTS]["says"]) == (5, "the same rows, written otherwise")
    now = {**maker.maker(), "pyarrow": "99.9"}
    monkeypatch.setattr(maker, "maker", lambda: now)
    done = uar("rebuild", tmp_path / PACK, tmp_path / "more")
    assert done.exit_code == 1
    assert "not 99.9" in done.stderr and "the same rows, written otherwise" in done.stdout
