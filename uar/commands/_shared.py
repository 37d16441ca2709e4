"""What commands have in common: their arguments, the clock, and how they speak.

Results go to stdout, talk and progress to stderr. Text from the directory is hostile: `plain`
takes away what a terminal would obey.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import click
import pandas as pd

from uar import clock
from uar.commands._table import fitted
from uar.decisions import current
from uar.errors import SetupError
from uar.folder import Folder
from uar.review.moves import assigned
from uar.snapshot import Snapshot, file_names, from_files, from_lines
from uar.tables import FINDINGS, ITEMS, LINKS, PERSONS, REASSIGNMENTS
from uar.text import counted as counted
from uar.text import guarded, plain

DETECTED = {"persons.jsonl": PERSONS, "links.jsonl": LINKS, "findings.jsonl": FINDINGS}

folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
settings_option = click.option(
    "--settings",
    "settings_path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="UAR_SETTINGS",
    help="The settings file.  [default: ./uar.toml if it is there]",
)

key_option = click.option(
    "--key",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="UAR_SIGNING_KEY",
    help="Where the signing key lies.  [default: signing-key.pem in your settings folder]",
)

html_option = click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as one HTML file instead.",
)


def written(path: Path, content: bytes) -> None:
    """A file outside the review; one that is there is replaced."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SetupError(f"{path}: cannot be written ({error.strerror}).") from error


def beside(settings_path: Path | None, given: Path | None, name: str) -> tuple[str, bytes | None]:
    """A file that belongs to uar.toml, the one given or that beside it: what it is called, and what
    it holds; None where it is not there."""
    path = given or (settings_path or Path()).parent / name
    return str(path), path.read_bytes() if path.exists() else None


def key_path(given: Path | None) -> Path:
    """Where the operator's key lies."""
    return given or Path(click.get_app_dir("uar")) / "signing-key.pem"


def now() -> dt.datetime:
    """This moment in UTC, to the second."""
    return clock.now().replace(microsecond=0)


def load_snapshot(folder: Folder) -> Snapshot:
    """The snapshot `uar sync` wrote, each file checked against the ledger."""
    return from_files({name: folder.read(name, "sync") for name in file_names()})


def load_detected(folder: Folder) -> list[pd.DataFrame]:
    """PERSONS, LINKS, FINDINGS, as `uar detect` wrote them."""
    return [from_lines(table, folder.read(name, "detect")) for name, table in DETECTED.items()]


def load_decisions(folder: Folder) -> pd.DataFrame:
    """The counting answers of all files taken in until now: DECISIONS, none where none came."""
    decisions, _ = current(folder.read(name, "ingest") for name in folder.names("decisions/"))
    return decisions


def load_items(folder: Folder) -> pd.DataFrame:
    """ITEMS with the reviewer that each has now."""
    return assigned(from_lines(ITEMS, folder.read("items.jsonl", "open")), load_moves(folder))


def load_moves(folder: Folder) -> list[pd.DataFrame]:
    """REASSIGNMENTS, in order."""
    names = folder.names("reassignments/")
    return [from_lines(REASSIGNMENTS, folder.read(name, "reassign")) for name in names]


def iso(moment: dt.datetime) -> str:
    """2026-11-23T21:06:00Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def say(text: str = "") -> None:
    """Talk: to stderr."""
    click.echo(fitted(plain_lines(text), sys.stderr), err=True)


def put(text: str = "") -> None:
    """Results: to stdout."""
    click.echo(fitted(plain_lines(text), sys.stdout))


def put_json(value: Any) -> None:
    """Results for machines: one JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=1))


def put_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV for spreadsheets on stdout."""
    _csv(sys.stdout, heading, rows)


def csv_bytes(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that every spreadsheet reads: UTF-8 with a byte order mark."""
    text = io.StringIO()
    _csv(text, heading, rows)
    return text.getvalue().encode("utf-8-sig")


def _csv(file: TextIO, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """What would be taken for a formula gets a quote before it."""
    # Quoted throughout: where a program splits at semicolons, the rest of a cell stays in its cell.
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(heading)
    for row in rows:
        writer.writerow([guarded(plain(cell)) for cell in row])


def plain_lines(text: str) -> str:
    """`plain`, line by line."""
    return "\n".join(plain(line) for line in text.split("\n"))
