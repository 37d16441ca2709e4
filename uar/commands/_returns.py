"""Returned files -> what each says, in the order they were given, with all cores at work.

A stranger's file is read and judged in a process beside; only this one writes. What an earlier file
of the same command has changed for a reviewer was not known there, so such a file is judged again.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from uar.decisions.case import Case, Issued
from uar.decisions.intake import take
from uar.decisions.receipt import Arrival, Rules, refusal
from uar.errors import TableError
from uar.verify import json_bytes, json_line
from uar.workbooks.read import read

WORTH = 24  # files from which starting processes pays
MOST = 4  # processes; this one, which writes, keeps no more busy
AHEAD = 12  # files on their way to each of them


@dataclass(frozen=True)
class File:
    """A returned file that was not taken in before."""

    arrival: Arrival
    content: bytes


@dataclass(frozen=True)
class Verdict:
    """A file's receipt, as a record and as it is kept; its accepted rows of DECISIONS, a line
    each."""

    record: dict[str, Any]
    receipt: bytes
    lines: bytes


@dataclass(frozen=True)
class Judge:
    """All that files are judged by. `before`: the counting answers until now, by item id; it learns
    from every verdict."""

    issued: Issued
    before: dict[str, Mapping[str, Any]]
    rules: Rules

    def __call__(self, file: File) -> Verdict:
        arrival = file.arrival
        try:
            returned = read(arrival.name, file.content, self.issued.items.most)
        except TableError as error:
            record = refusal(arrival, self.rules, str(error)).record()
            return Verdict(record, json_bytes(record), b"")
        case = Case(arrival, returned, self.issued, self.before, self.rules)
        decided, receipt = take(case)
        record = receipt.record()
        return Verdict(record, json_bytes(record), b"".join(map(json_line, decided)))


def judged(judge: Judge, files: Iterable[File], count: int) -> Iterator[tuple[File, Verdict]]:
    """Each file with its verdict; `count`: how many there are."""
    changed: set[str] = set()
    unlearned: list[bytes] = []  # what most commands never need as rows
    with _ahead(judge, files, count) as pairs:
        for file, early in pairs:
            if early is None or early.record["reviewer_email"] in changed:
                rows = [json.loads(line) for lines in unlearned for line in lines.splitlines()]
                judge.before.update((row["item_id"], row) for row in rows)
                unlearned.clear()
                early = judge(file)
            if early.lines:
                changed.add(early.record["reviewer_email"])
                unlearned.append(early.lines)
            yield file, early


@contextmanager
def _ahead(
    judge: Judge, files: Iterable[File], count: int
) -> Iterator[Iterator[tuple[File, Verdict | None]]]:
    """Files with the verdicts of other processes, where there are any."""
    cores = min(os.cpu_count() or 1, MOST)
    if count < WORTH or cores < 2 or sys.platform != "linux":
        # Elsewhere a process starts empty: filling it takes longer than judging the files.
        yield ((file, None) for file in files)
        return
    _JUDGES[:] = [judge]
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), _start)
    try:
        yield _through(pool, files, AHEAD * cores)
    finally:
        pool.shutdown(cancel_futures=True)
        _JUDGES.clear()


_JUDGES: list[Judge] = []  # what a process finds when it is forked: nothing has to be sent there


def _start() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that writes
    gc.freeze()


def _judge(file: File) -> Verdict:
    return _JUDGES[0](file)


def _through(
    pool: ProcessPoolExecutor, files: Iterable[File], most: int
) -> Iterator[tuple[File, Verdict | None]]:
    """In order, with at most so many files on their way."""
    waiting: deque[tuple[File, Future[Verdict]]] = deque()
    for file in files:
        with warnings.catch_warnings():
            # The processes only read XML and compare texts: no thread of this one is missed there.
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            waiting.append((file, pool.submit(_judge, file)))
        if len(waiting) >= most:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()
