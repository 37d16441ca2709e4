"""uar ingest: returned files -> decisions, a receipt for each."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import pandas as pd

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
)
from uar.decisions.intake import Case, Issued, take
from uar.decisions.receipt import REFUSED, Arrival, Receipt, Rules, lines, refusal
from uar.errors import TableError
from uar.folder import Folder, digest
from uar.snapshot import json_bytes, to_lines
from uar.tables import DECISIONS, records
from uar.workbooks.read import MAX_BYTES, RETURN, read

SOURCES = ("campaign.json", "items.jsonl")
Rows = dict[str, Mapping[str, Any]]


@click.command()
@folder_argument
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--partial", is_flag=True, help="Take a file's good rows though others are refused.")
@click.option("--replace", is_flag=True, help="Let new answers replace those of earlier files.")
@json_option
def command(
    folder: Path, files: Sequence[Path], partial: bool, replace: bool, as_json: bool
) -> None:
    """Take in filled-in workbooks (.xlsx, .ods) or CSV files: all answers of a file, or none.

    Keeps each FILE and writes its decisions and a receipt into FOLDER. Exits with 1 when something
    accepted needs a person, with 4 when a file was refused.
    """
    _refuse_the_huge(files)
    rules = Rules(partial, replace)
    with Folder(folder).locked() as review:
        issued = _load_issued(review)
        before = _by_item(load_decisions(review))
        records = [_ingest(review, file, issued, before, rules) for file in files]
    if as_json:
        put_json(records)
    else:
        put("\n\n".join("\n".join(_text(record)) for record in records))
    code = max(_exit_code(record) for record in records)
    if code:
        raise click.exceptions.Exit(code)


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
    return Issued(_by_item(load_items(review)), campaign["campaign_id"], files, due)


def _by_item(frame: pd.DataFrame) -> Rows:
    return {row["item_id"]: row for row in records(frame)}


def _ingest(
    review: Folder, file: Path, issued: Issued, before: Rows, rules: Rules
) -> dict[str, Any]:
    """Take one file in, as one step of its own; `before` learns what was accepted."""
    content = file.read_bytes()
    earlier = _taken_before(review, digest(content), rules)
    if earlier:
        return earlier
    number = len(review.names("returned/")) + 1
    arrival = Arrival(
        file.name,
        f"returned/{number:04}-{_safe(file.name)}",
        digest(content),
        len(content),
        iso(now()),
    )
    decided, receipt = _judged(arrival, content, issued, before, rules)
    record = receipt.record()
    written = {arrival.file: content, f"receipts/{number:04}.json": json_bytes(record)}
    if decided:
        written[f"decisions/{number:04}.jsonl"] = to_lines(DECISIONS.frame(decided))
    counts = {name: value for name, value in asdict(receipt.rows).items() if value}
    facts = {"outcome": receipt.outcome}
    review.write(
        "ingest", written, at=arrival.received_at, read=SOURCES, counts=counts, facts=facts
    )
    before.update({str(row["item_id"]): row for row in decided})
    return record


def _judged(
    arrival: Arrival, content: bytes, issued: Issued, before: Rows, rules: Rules
) -> tuple[list[Mapping[str, Any]], Receipt]:
    try:
        returned = read(arrival.name, content)
    except TableError as error:
        return [], refusal(arrival, rules, str(error))
    return take(Case(arrival, returned, issued, before, rules))


def _taken_before(review: Folder, sha256: str, rules: Rules) -> dict[str, Any] | None:
    """The receipt of the same bytes, if reading them again could change nothing."""
    for line in reversed(review.ledger()):
        stamps: Mapping[str, Any] = line["wrote"]
        same = any(
            name.startswith("returned/") and stamp["sha256"] == sha256
            for name, stamp in stamps.items()
        )
        if same:
            name = next(name for name in stamps if name.startswith("receipts/"))
            record: dict[str, Any] = json.loads(review.read(name, "ingest"))
            clean = not record["problems"]
            return {**record, "again": True} if clean or record["rules"] == asdict(rules) else None
    return None


def _safe(name: str) -> str:
    """A file name for any system, whatever the sender called it."""
    stem, _, suffix = name.rpartition(".")
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", stem or suffix).strip("-.")[:80]
    ending = re.sub(r"[^a-z0-9]", "", suffix.lower())[:5] if stem else ""
    return f"{kept or 'file'}.{ending}" if ending else kept or "file"


def _text(record: Mapping[str, Any]) -> list[str]:
    if record.get("again"):
        return [
            f"{record['name']}: this very file came in on {record['received_at']} "
            f"({record['file']}, {record['outcome']}); nothing done."
        ]
    return list(lines(record))


def _exit_code(record: Mapping[str, Any]) -> int:
    if record["outcome"] == REFUSED:
        return 4
    return 1 if record["problems"] or record["warnings"] else 0
