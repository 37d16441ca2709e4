"""A review folder: written whole, once, chained; every change is found and named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar.errors import FolderError
from uar.folder import LEDGER, LOCK, Folder
from uar.verify import check_chain

AT = "2026-11-23T10:00:00Z"


def review(path: Path) -> Folder:
    folder = Folder(path / "q4")
    with folder.locked(create=True):
        folder.write("sync", {"snapshot/a.txt": b"alpha"}, at=AT, settings=b"x = 1\n")
        folder.write("open", {"workbooks/b.txt": b"beta"}, at=AT, read=["snapshot/a.txt"])
        folder.write("report", {"report.html": b"one"}, at=AT)
        folder.write("report", {"report.html": b"two"}, at=AT, replace=True)
    return folder


def test_what_was_written_holds(tmp_path: Path) -> None:
    folder = review(tmp_path)
    assert folder.verify() == (4, None)  # the settings are a file too
    assert folder.read("snapshot/a.txt", "sync") == b"alpha"
    assert folder.names("workbooks/") == ["workbooks/b.txt"]


def test_any_flipped_byte_is_named(tmp_path: Path) -> None:
    folder = review(tmp_path)
    for path in sorted(folder.path.rglob("*")):
        if not path.is_file() or path.name == ".lock":
            continue
        original = path.read_bytes()
        for position in range(len(original)):
            damaged = bytearray(original)
            damaged[position] ^= 1
            path.write_bytes(bytes(damaged))
            _, broken = folder.verify()
            assert broken is not None, (path, position)
            assert broken.path == path.relative_to(folder.path).as_posix()
        path.write_bytes(original)
    assert folder.verify()[1] is None


def test_an_added_and_a_missing_file_are_named(tmp_path: Path) -> None:
    folder = review(tmp_path)
    (folder.path / "workbooks/extra.xlsx").write_bytes(b"x")
    assert folder.verify()[1].path == "workbooks/extra.xlsx"  # type: ignore[union-attr]
    (folder.path / "workbooks/extra.xlsx").unlink()
    (folder.path / "workbooks/b.txt").unlink()
    assert folder.verify()[1].path == "workbooks/b.txt"  # type: ignore[union-attr]
    with pytest.raises(FolderError, match="has been taken away"):
        folder.read("workbooks/b.txt", "open")


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    folder = review(tmp_path)
    with folder.locked(), pytest.raises(FolderError, match="already there"):
        folder.write("sync", {"snapshot/a.txt": b"other"}, at=AT)
    assert (folder.path / "snapshot/a.txt").read_bytes() == b"alpha"


def test_a_step_out_of_turn_says_what_to_run(tmp_path: Path) -> None:
    folder = review(tmp_path)
    with pytest.raises(FolderError, match="run uar detect"):
        folder.read("findings.jsonl", "detect")


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="there is no such folder; run uar sync first"):
        Folder(tmp_path / "nothing").read("campaign.json", "open")


def test_a_changed_file_is_not_read(tmp_path: Path) -> None:
    folder = review(tmp_path)
    (folder.path / "snapshot/a.txt").write_bytes(b"gamma")
    with pytest.raises(FolderError, match="is not what uar wrote"):
        folder.read("snapshot/a.txt", "sync")


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a\\..\\b"])
def test_no_file_lands_outside(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path / "q4")
    with folder.locked(create=True), pytest.raises(FolderError, match="outside"):
        folder.write("sync", {name: b"x"}, at=AT)


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    folder = review(tmp_path)
    code = textwrap.dedent("""
        import pathlib, sys
        from uar.folder import Folder
        with Folder(pathlib.Path(sys.argv[1])).locked():
            print("held", flush=True)
            sys.stdin.read()
    """)
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderError, match="another uar command"), folder.locked():
            pass
    finally:
        os.kill(holder.pid, signal.SIGKILL)
        holder.communicate()
    with folder.locked():  # a killed holder holds nothing
        pass


def test_what_an_interrupted_step_left_is_replaced(tmp_path: Path) -> None:
    folder = review(tmp_path)
    (folder.path / "findings.jsonl").write_bytes(b"half")  # renamed, but no ledger line yet
    assert not folder.has("findings.jsonl")
    assert folder.verify()[1].path == "findings.jsonl"  # type: ignore[union-attr]
    with folder.locked():
        folder.write("detect", {"findings.jsonl": b"whole"}, at=AT)
    assert folder.read("findings.jsonl", "detect") == b"whole"
    assert folder.verify()[1] is None


def test_a_ledger_line_cannot_be_swapped_taken_out_or_added(tmp_path: Path) -> None:
    folder = review(tmp_path)
    raw = (folder.path / LEDGER).read_bytes()
    first, second, *rest = raw.splitlines(keepends=True)
    forged = json.loads(second)
    forged["at"] = "2027-01-01T00:00:00Z"
    for changed in (
        b"".join([second, first, *rest]),
        b"".join([first, *rest]),
        raw + first,
        raw + b"{}\n",
        raw[:-1],
        b"".join([first, json.dumps(forged).encode() + b"\n", *rest]),
    ):
        assert check_chain(changed) is not None
    assert check_chain(raw) is None


@given(st.binary(max_size=200))
def test_garbage_as_ledger_is_named_not_raised(raw: bytes) -> None:
    if raw:
        broken = check_chain(raw)
        assert broken is not None and broken.path == LEDGER


def test_a_closed_folder_takes_nothing_but_its_pack(tmp_path: Path) -> None:
    folder = review(tmp_path)
    with folder.locked():
        folder.write("close", {"closing.json": b"{}"}, at=AT)
        with pytest.raises(FolderError, match="is closed"):
            folder.write("report", {"report.html": b"three"}, at=AT, replace=True)
    with pytest.raises(FolderError, match="is closed"), folder.locked():
        pass
    with folder.locked(step="seal"):
        folder.write("seal", {"pack.zip": b"PK"}, at=AT)
    with pytest.raises(FolderError, match="is closed"), folder.locked(step="seal"):
        pass
    assert folder.verify() == (6, None)


STEP = textwrap.dedent("""
    import os, pathlib, signal, sys
    from uar.folder import Folder

    countdown = int(sys.argv[2])

    def counted(real):
        def call(*arguments, **named):
            global countdown
            countdown -= 1
            if countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        return call

    os.fsync = counted(os.fsync)
    pathlib.Path.write_bytes = counted(pathlib.Path.write_bytes)
    pathlib.Path.replace = counted(pathlib.Path.replace)
    pathlib.Path.unlink = counted(pathlib.Path.unlink)
    with Folder(pathlib.Path(sys.argv[1])).locked() as folder:
        files = {"a/1": b"one", "a/2": b"two", "b": b"three"}
        folder.write("ingest", files, at="2026-11-23T10:00:00Z", settings=b"s=2")
    print("done")
""")


def test_a_step_killed_at_any_point_is_done_or_leaves_nothing(tmp_path: Path) -> None:
    finished = killed = 0
    for countdown in range(1, 40):
        folder = review(tmp_path / str(countdown))
        words = [sys.executable, "-c", STEP, str(folder.path), str(countdown)]
        code = subprocess.run(words, capture_output=True).returncode
        assert code in (0, -signal.SIGKILL)
        done = folder.has("a/1")
        broken = folder.verify()[1]
        assert broken is None or "cut off" in broken.says or broken.path == ".pending.partial"
        with folder.locked():  # any other command clears what was left
            pass
        assert folder.verify()[1] is None, countdown
        assert (folder.path / "a").exists() == done
        assert (folder.path / "b").exists() == done
        if code == 0:
            finished += 1
            break
        killed += 1
    assert finished == 1
    assert killed >= 12


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    folder = review(tmp_path)
    (folder.path / LOCK).unlink(missing_ok=True)
    (folder.path / LOCK).mkdir()  # for a disk that is read only, which root can write to
    with pytest.raises(FolderError, match="cannot be written"), folder.locked():
        pass
