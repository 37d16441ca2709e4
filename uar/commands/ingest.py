"""uar ingest: returned files -> decisions, a receipt for each."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._returns import File, Judge, Verdict, judged
from uar.commands._shared import (
    folder_argument,
    iso,
    json_option,
    load_decisions,
    load_items,
    load_moves,
    now,
    put,
    put_json,
    say,
)
from uar.decisions.case import Issued
from uar.decisions.population import Population
from uar.decisions.receipt import ACCEPTED, PARTLY, REFUSED, Arrival, Rules, lines
from uar.errors import TableError
from uar.folder import Folder, Step, digest
from uar.snapshot import HEADER_FILE, to_lines
from uar.tables import records
from uar.text import counted
from uar.when import UTC
from uar.workbooks.read import MAX_BYTES, RETURN

ENDINGS = (".xlsx", ".ods", ".csv", ".tsv")  # of files that are taken from a directory
BEFORE = "taken in before"
SOURCES = ("campaign.json", "items.jsonl")
TOGETHER = 32  # files whose steps are written at once: a wait for the disk costs as much as four
Rows = dict[str, Mapping[str, Any]]


@click.command()
@folder_argument
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option("--partial", is_flag=True, help="Take a file's good rows though others are refused.")
@click.option("--replace", is_flag=True, help="Let new answers replace those of earlier files.")
@json_option
def command(
    folder: Path, files: Sequence[Path], partial: bool, replace: bool, as_json: bool
) -> None:
    """Take in filled-in workbooks (.xlsx, .ods) or CSV files: all answers of a file, or none.

    Keeps each FILE and writes its decisions and a receipt into FOLDER. Of a directory, all such
    files in it, the oldest first. A file that came in before is left alone; given by itself, its
    receipt is shown again. Exits with 1 when something accepted needs a person, with 4 when a file
    was refused.
    """
    files = [file for path in files for file in _inside(path)]
    _refuse_the_huge(files)
    rules = Rules(partial, replace)
    with Folder(folder).locked() as review:
        records = _take_in(review, files, rules)
    if as_json:
        put_json(records)
    else:
        texts = [*(_text(record, len(records) == 1) for record in records), _together(records)]
        put("\n\n".join("\n".join(text) for text in texts if text))
    code = max(_exit_code(record) for record in records)
    if code:
        raise click.exceptions.Exit(code)


def _inside(path: Path) -> list[Path]:
    """A file itself; of a directory the workbooks and CSV files that lie right in it."""
    if not path.is_dir():
        return [path]
    # What begins so is a program's own: it holds the place of a workbook that is open.
    files = [file for file in path.iterdir() if file.is_file() and file.name[0] not in "~."]
    returned = [file for file in files if file.suffix.lower() in ENDINGS]
    if not returned:
        raise TableError(f"{path}: holds no {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} file.")
    if others := sorted(file.name for file in files if file not in returned):
        say(f"{path}: {counted(len(others), 'other file')} left alone: {', '.join(others[:8])}.")
    return sorted(returned, key=lambda file: (file.stat().st_mtime, file.name))


def _refuse_the_huge(files: Sequence[Path]) -> None:
    huge = [f"{file.name}: {RETURN}." for file in files if file.stat().st_size > MAX_BYTES]
    if huge:
        limit = MAX_BYTES // 1_000_000
        raise TableError(f"larger than {limit} MB; nothing was taken in:", tuple(huge))


def _load_issued(review: Folder) -> Issued:
    campaign = json.loads(review.read("campaign.json", "open"))
    files = {book["file_id"]: book["reviewer_email"] for book in campaign["workbooks"]}
    for moves in load_moves(review):
        files |= dict(zip(moves["file_id"], moves["reviewer_email"], strict=True))
    due = dt.date.fromisoformat(campaign["due"]) if campaign["due"] else None
    applied = [str(line["at"])[:10] for line in review.ledger() if line["step"] == "apply"]
    newest = applied[-1] if applied else ""
    zone = campaign.get("time_zone", UTC)
    key = json.loads(review.read(HEADER_FILE, "sync"))["seal_key"]
    return Issued(_load_population(review), key, campaign["campaign_id"], files, due, zone, newest)


def _load_population(review: Folder) -> Population:
    """With the reviewer that each item has now."""
    # Every row went through the table's door when it was written, and the ledger vouches for it.
    moved = load_moves(review)
    lines = to_lines(load_items(review)) if moved else review.read("items.jsonl", "open")
    return Population(lines.splitlines())


def _by_item(frame: pd.DataFrame) -> Rows:
    return {row["item_id"]: row for row in records(frame)}


def _take_in(review: Folder, files: Sequence[Path], rules: Rules) -> list[dict[str, Any]]:
    """The receipt of each file, in their order. Every file is a step of its own."""
    inbox = _Inbox(review, rules)
    before = _by_item(load_decisions(review))
    judge = Judge(_load_issued(review), before, rules)
    steps: list[Step] = []
    with click.progressbar(
        length=len(files), label="Reading", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        for file, verdict in judged(judge, inbox.new(files), len(files)):
            inbox.receipts[file.arrival.sha256] = verdict.record
            steps.append(_step(file, verdict))
            if len(steps) == TOGETHER:
                review.write_all(steps)
                steps.clear()
            bar.update(1)
    if steps:
        review.write_all(steps)
    return inbox.answer()


def _step(file: File, verdict: Verdict) -> Step:
    name, record = file.arrival.file, verdict.record
    number = name.removeprefix("returned/")[:4]
    files = {name: file.content, f"receipts/{number}.json": verdict.receipt}
    if verdict.lines:
        files[f"decisions/{number}.jsonl"] = verdict.lines
    counts = {name: value for name, value in record["rows"].items() if value}
    facts = {"outcome": record["outcome"]}
    return Step("ingest", files, file.arrival.received_at, SOURCES, counts, facts=facts)


class _Inbox:
    """Which files are new, and what became of every one. `receipts`: by the file's hash."""

    def __init__(self, review: Folder, rules: Rules) -> None:
        self._review = review
        self._rules = rules
        self._earlier = _receipts(review)
        self._order: list[tuple[str, str]] = []  # name as given now, hash
        self._seen: set[str] = set()
        self._taken = len(review.names("returned/"))
        self.receipts: dict[str, dict[str, Any]] = {}

    def new(self, files: Iterable[Path]) -> Iterator[File]:
        """Files that are to be judged, numbered and read one after the other."""
        for path in files:
            content = path.read_bytes()
            sha256 = digest(content)
            again = sha256 in self._seen or self._taken_before(sha256)
            self._order.append((path.name, sha256))
            self._seen.add(sha256)
            if not again:
                self._taken += 1
                kept = f"returned/{self._taken:04}-{_safe(path.name)}"
                yield File(Arrival(path.name, kept, sha256, len(content), iso(now())), content)

    def _taken_before(self, sha256: str) -> bool:
        """Did these bytes come in already, and could reading them again change nothing?"""
        name = self._earlier.get(sha256)
        if not name:
            return False
        record: dict[str, Any] = json.loads(self._review.read(name, "ingest"))
        if record["problems"] and record["rules"] != asdict(self._rules):
            return False
        self.receipts[sha256] = {**record, "again": True}
        return True

    def answer(self) -> list[dict[str, Any]]:
        """A receipt for each file, also for those that were given twice."""
        said = []
        for name, sha256 in self._order:
            record = self.receipts[sha256]
            said.append({**record, "given_as": name} if record.get("again") else record)
            self.receipts[sha256] = {**self.receipts[sha256], "again": True}
        return said


def _receipts(review: Folder) -> dict[str, str]:
    """Hash of every file taken in -> name of its newest receipt."""
    found = {}
    for line in review.ledger():
        wrote: Mapping[str, Any] = line["wrote"]
        receipts = [name for name in wrote if name.startswith("receipts/")]
        for name, stamp in wrote.items():
            if name.startswith("returned/") and receipts:
                found[str(stamp["sha256"])] = receipts[0]
    return found


def _safe(name: str) -> str:
    """A file name for any system, whatever the sender called it."""
    stem, _, suffix = name.rpartition(".")
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", stem or suffix).strip("-.")[:80]
    ending = re.sub(r"[^a-z0-9]", "", suffix.lower())[:5] if stem else ""
    return f"{kept or 'file'}.{ending}" if ending else kept or "file"


def _text(record: Mapping[str, Any], alone: bool) -> list[str]:
    if record.get("again"):
        given, name = record["given_as"], record["name"]
        same = "this very file" if given == name else f"the same bytes as {name}, which"
        return [
            f"{given}: {same} came in on {record['received_at']} "
            f"({record['file']}, {record['outcome']}); nothing done.",
            *(["", *lines(record)] if alone else []),
        ]
    return list(lines(record))


def _together(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """What became of many files: how many, and which of them somebody has to open."""
    if len(records) == 1:
        return []
    files: dict[str, list[str]] = defaultdict(list)
    looks = []
    for record in records:
        became = BEFORE if record.get("again") else record["outcome"]
        files[became].append(record.get("given_as", record["name"]))
        if became == ACCEPTED and _exit_code(record):
            looks.append(record["name"])
    words = [word for word in (ACCEPTED, PARTLY, REFUSED, BEFORE) if files[word]]
    counts = ", ".join(f"{len(files[word]):,} {word}" for word in words)
    named = {word: files[word] for word in words if word in (PARTLY, REFUSED)}
    if looks:
        named["to look at"] = looks
    return [
        f"{counted(len(records), 'file')}: {counts}",
        *(f"  {word}: {', '.join(names)}" for word, names in named.items()),
    ]


def _exit_code(record: Mapping[str, Any]) -> int:
    if record["outcome"] == REFUSED:
        return 4
    return 1 if record["problems"] or record["warnings"] else 0
