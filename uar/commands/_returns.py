"""Returned files -> what each says, in the order they were given, with all cores at work.

A stranger's file is read and judged in a process beside; only this one writes. What an earlier file
of the same command has changed for a reviewer was not known there, so such a file is judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uar.decisions.case import Case, Issued
from uar.decisions.intake import take
from uar.decisions.receipt import Arrival, Rules, refusal
from uar.errors import TableError
from uar.processes import ahead
from uar.snapshot import rows_of
from uar.verify import json_bytes, json_line
from uar.workbooks.read import read


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
    with ahead(judge, files, count) as pairs:
        for file, early in pairs:
            if early is None or early.record["reviewer_email"] in changed:
                rows = rows_of(b"".join(unlearned).splitlines())
                judge.before.update((row["item_id"], row) for row in rows)
                unlearned.clear()
                early = judge(file)
            if early.lines:
                changed.add(early.record["reviewer_email"])
                unlearned.append(early.lines)
            yield file, early
