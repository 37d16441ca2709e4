"""uar open: what is reviewed by whom, and one workbook per reviewer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar import access
from uar.commands._evidence import EXCLUDED_FILE
from uar.commands._previous import earlier, previous_option
from uar.commands._shared import (
    counted,
    folder_argument,
    iso,
    json_option,
    load_snapshot,
    now,
    put,
    put_json,
    say,
    settings_option,
)
from uar.commands._table import put_table
from uar.folder import Folder
from uar.previous import Previous, names
from uar.review.campaign import campaign
from uar.review.cards import gives, people
from uar.review.items import Known, in_order, population
from uar.settings import Settings, Where, load
from uar.snapshot import Snapshot, file_names, from_lines, json_bytes, to_lines
from uar.tables import FINDINGS, LINKS, PERSONS
from uar.verify import CAMPAIGN, ITEMS, merkle_root, whole_lines
from uar.workbooks.write import workbooks

DETECTED = ("persons.jsonl", "links.jsonl", "findings.jsonl")
MANY = 300  # items that one person decides with care


@click.command()
@folder_argument
@settings_option
@previous_option
@json_option
def command(
    folder: Path, settings_path: Path | None, previous_path: Path | None, as_json: bool
) -> None:
    """Decide what is reviewed by whom; write one workbook per reviewer.

    Writes items, campaign and workbooks into FOLDER. Every item has exactly one reviewer, who is
    never the person concerned. With the review before this one, each row says what is new, changed
    or back, and what was decided then; one that uar detect was given is used without asking.
    """
    settings, toml = load(settings_path)
    where = Where(str(settings_path or "uar.toml"), toml.decode("utf-8-sig"))
    with Folder(folder).locked() as review:
        persons, links, findings = (
            from_lines(table, review.read(name, "detect"))
            for table, name in zip((PERSONS, LINKS, FINDINGS), DETECTED, strict=True)
        )
        issued_at = iso(now())
        snapshot = load_snapshot(review)
        previous, frozen = earlier(review, previous_path, snapshot)
        files, facts = contents(
            Detected(snapshot, persons, links, findings, previous),
            settings,
            where.line,
            issued_at,
        )
        review.write(
            "open",
            {**files, **frozen},
            at=issued_at,
            read=(*file_names(), *DETECTED, *(names() if previous and not frozen else ())),
            counts={"items": facts["items"], "workbooks": len(facts["workbooks"])},
            settings=toml,
            facts={"campaign": facts["campaign_id"], "population_root": facts["population_root"]},
        )
    if as_json:
        put_json(facts)
    else:
        _show(folder, facts)


@dataclass(frozen=True)
class Detected:
    """What items are made from."""

    snapshot: Snapshot
    persons: pd.DataFrame
    links: pd.DataFrame
    findings: pd.DataFrame
    previous: Previous | None = None


def contents(
    detected: Detected, settings: Settings, line: Callable[[str], str], issued_at: str
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """(every file that uar open writes, campaign.json as a value); the same for the same input."""
    snapshot, persons = detected.snapshot, detected.persons
    person_of = persons.set_index("account_id")["person_id"]
    shared = access.shared(access.reach(snapshot.grants), person_of)
    opens = access.opens(snapshot.grants)
    known = Known(snapshot, persons, detected.findings, opens, shared, detected.previous)
    issued_on = dt.datetime.fromisoformat(issued_at).date()
    found = population(known, settings, line, issued_on)
    lines = to_lines(found.items)
    root = merkle_root(whole_lines(lines))
    facts = campaign(
        found.items, root, snapshot, settings.campaign, issued_at, detected.previous, found.excluded
    )
    cards = gives(known), people(known, detected.links)
    books = workbooks(in_order(found.items), facts, *cards, found.shown)
    files = {f"workbooks/{name}": content for name, content in books}
    if len(found.excluded):
        files[EXCLUDED_FILE] = to_lines(found.excluded)
    return {ITEMS: lines, CAMPAIGN: json_bytes(facts), **files}, facts


def _show(folder: Path, facts: dict[str, Any]) -> None:
    books = facts["workbooks"]
    put(
        f"{counted(facts['items'], 'item')} for {counted(len(books), 'reviewer')}, "
        f"population root {facts['population_root'][:16]}."
    )
    for row in facts["excluded"]:
        if row["count"]:
            put(f"Not in the population: {row['count']:,} {row['what']}. {row['reason']}")
    put()
    put_table(
        ("Reviewer", "Items", "Privileged", "Flagged", "Workbook"),
        [
            (book["reviewer"], *(f"{book[n]:,}" for n in ("items", "privileged", "flagged")),
             book["workbook"])
            for book in books
        ],
    )  # fmt: skip
    say()
    for book in books:
        if book["items"] > MANY:
            say(f"{book['reviewer']} has {book['items']:,} items: more than a person decides well.")
    say(f"Send each file in {folder / 'workbooks'} to its reviewer.")
    say(f"Then take in what comes back: uar ingest {folder} FILE...")
