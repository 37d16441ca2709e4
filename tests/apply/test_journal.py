"""The journal: a chain that shows every change, and a torn end that is cut and told."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar import journal
from uar.errors import FolderError
from uar.journal import Journal


def written(path: Path, *phases: str) -> bytes:
    with path.open("a+b", buffering=0) as file:
        book = Journal(file, lambda: "2026-11-24T09:00:00Z")
        for phase in phases:
            book.append(
                phase, item="UAR-1", plan="plans/0001.json", action="remove", outcome="removed",
                detail="",
            )  # fmt: skip
    return path.read_bytes()


def test_an_intent_alone_is_unknown_and_a_result_settles_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    row = journal.outcomes(written(path, "intent")).iloc[0]
    assert (row["outcome"], row["gone"] is True) == ("unknown", False)
    assert "cut off" in row["detail"]
    assert journal.open_ended(journal.lines(path.read_bytes()), "remove") == {"UAR-1"}
    row = journal.outcomes(written(path, "result")).iloc[0]
    assert (row["outcome"], bool(row["gone"])) == ("removed", True)
    assert not journal.open_ended(journal.lines(path.read_bytes()), "remove")


@given(cut=st.integers(min_value=1, max_value=200))
def test_a_torn_end_is_cut_and_recorded(tmp_path_factory: Callable[..., object], cut: int) -> None:
    path = tmp_path_factory.mktemp("torn") / "journal.jsonl"  # type: ignore[attr-defined]
    whole = written(path, "intent", "result")
    path.write_bytes(whole[:-cut])
    kept = whole[:-cut].rfind(b"\n") + 1
    after = written(path)
    assert after.startswith(whole[:kept])
    last = journal.lines(after)[-1]
    assert (last["phase"], last["bytes"]) == ("cut", len(whole) - cut - kept)


@given(data=st.data())
def test_every_change_of_a_byte_shows(
    tmp_path_factory: Callable[..., object], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("changed") / "journal.jsonl"  # type: ignore[attr-defined]
    whole = bytearray(written(path, "run", "intent", "result"))
    whole[data.draw(st.integers(0, len(whole) - 2))] ^= 1
    with pytest.raises(FolderError, match="journal"):
        journal.lines(bytes(whole))


def test_a_line_taken_out_shows(tmp_path: Path) -> None:
    first, second, third = written(tmp_path / "j", "run", "intent", "result").splitlines(True)
    with pytest.raises(FolderError, match="line 2"):
        journal.lines(first + third)
    with pytest.raises(FolderError, match="line 1"):
        journal.lines(second + third)


def test_many_threads_write_whole_lines_in_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with path.open("a+b", buffering=0) as file, ThreadPoolExecutor(8) as pool:
        book = Journal(file, lambda: "", lambda fd: time.sleep(0.0001))
        for number in range(400):
            pool.submit(book.append, "run", text=str(number) * 50)
    found = journal.lines(path.read_bytes())
    assert [line["number"] for line in found] == list(range(1, 401))


def test_after_a_line_that_failed_nothing_more_is_written(tmp_path: Path) -> None:
    def full(fd: int) -> None:
        raise OSError("no space")

    path = tmp_path / "journal.jsonl"
    with path.open("a+b", buffering=0) as file:
        book = Journal(file, lambda: "", full)
        with pytest.raises(OSError, match="no space"):
            book.append("intent", item="UAR-1")
        with pytest.raises(FolderError, match="nothing more is done"):
            book.append("intent", item="UAR-2")
    assert [line["item"] for line in journal.lines(path.read_bytes())] == ["UAR-1"]


def test_each_line_is_on_disk_before_append_returns(tmp_path: Path) -> None:
    path, seen = tmp_path / "journal.jsonl", []
    with path.open("a+b", buffering=0) as file:
        book = Journal(file, lambda: "", lambda fd: seen.append(path.read_bytes()))
        book.append("run")
        book.append("intent", item="UAR-1")
    assert [each.count(b"\n") for each in seen] == [1, 2]
