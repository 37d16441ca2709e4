"""uar open: what is reviewed by whom, and one workbook per reviewer."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._evidence import EXCLUDED_FILE
from uar.commands._previous import earlier, previous_option
from uar.commands._shared import (
    DETECTED,
    counted,
    folder_argument,
    iso,
    json_option,
    load_detected,
    load_snapshot,
    now,
    put,
    put_json,
    say,
    settings_option,
)
from uar.commands._table import put_table
from uar.errors import SetupError
from uar.folder import Folder
from uar.memory import be_frugal
from uar.previous import Previous, names
from uar.review.campaign import campaign
from uar.review.cards import gives, people
from uar.review.items import Known, in_order, population
from uar.settings import Settings, load
from uar.snapshot import Snapshot, file_names, json_bytes, to_lines
from uar.text import plain
from uar.verify import CAMPAIGN, ITEMS, merkle_root
from uar.when import day_of
from uar.workbooks._logo import LARGEST, Logo, logo
from uar.workbooks.write import NEEDED, Brand, workbooks
from uar.workbooks.write_csv import csv_files

FORMATS = ("xlsx", "csv")
LOGO = "branding/logo"  # with the suffix of its kind
MANY = 300  # items that one person decides with care
COLUMN = 1_048_576  # bytes; a column of sixty thousand items has half of that


@click.command()
@folder_argument
@settings_option
@previous_option
@click.option(
    "--format",
    "suffix",
    type=click.Choice(FORMATS),
    default="xlsx",
    show_default=True,
    help="What reviewers get: workbooks, or the Decisions sheet alone as CSV.",
)
@json_option
def command(
    folder: Path,
    settings_path: Path | None,
    previous_path: Path | None,
    suffix: str,
    as_json: bool,
) -> None:
    """Decide what is reviewed by whom; write one workbook per reviewer.

    Writes items, campaign and workbooks into FOLDER. Every item has exactly one reviewer, who is
    never the person concerned. With the review before this one, each row says what is new, changed
    or back, and what was decided then; one that uar detect was given is used without asking.
    """
    be_frugal(COLUMN)
    settings, toml = load(settings_path)
    with Folder(folder).locked() as review:
        persons, links, findings = load_detected(review)
        issued_at = iso(now())
        snapshot = load_snapshot(review)
        previous, frozen = earlier(review, previous_path, snapshot)
        picture = _logo(settings, settings_path)
        detected = [Detected(snapshot, persons, links, findings, previous)]
        del snapshot, persons, links, findings  # let go where they are not needed any more
        form = Form(issued_at, suffix, picture)
        files, facts, idle = contents(detected.pop(), settings, settings.where.line, form)
        review.write(
            "open",
            {**files, **frozen},
            at=issued_at,
            read=(*file_names(), *DETECTED, *(names() if previous and not frozen else ())),
            counts={"items": facts["items"], "workbooks": len(facts["workbooks"])},
            settings=toml,
            facts={"campaign": facts["campaign_id"], "population_root": facts["population_root"]},
        )
    for sentence in idle:
        say(sentence)
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


@dataclass(frozen=True)
class Form:
    """When and in which form reviewers get their items."""

    issued_at: str
    suffix: str = "xlsx"  # one of FORMATS
    logo: Logo | None = None


def _logo(settings: Settings, settings_path: Path | None) -> Logo | None:
    """The picture that uar.toml names, told from its folder."""
    name = settings.branding.logo
    if not name:
        return None
    path = (settings_path or Path()).parent / name
    try:
        with path.open("rb") as stream:
            return logo(stream.read(LARGEST + 1), str(path))
    except OSError as error:
        raise SetupError(f"branding.logo: {path}: cannot be read ({error.strerror}).") from error


def contents(
    detected: Detected, settings: Settings, line: Callable[[str], str], form: Form
) -> tuple[dict[str, bytes], dict[str, Any], Sequence[str]]:
    """(every file that uar open writes, campaign.json as a value, a sentence for each rule of
    uar.toml that fits no item); the same for the same input."""
    snapshot = detected.snapshot
    known = Known(snapshot, detected.persons, detected.findings, detected.previous)
    issued_on = day_of(dt.datetime.fromisoformat(form.issued_at), settings.campaign.time_zone)
    found = population(known, settings, line, issued_on, f".{form.suffix}")
    lines = to_lines(found.items)
    root = merkle_root(line.removesuffix(b"\n") for line in io.BytesIO(lines))
    facts = campaign(
        found.items, root, snapshot, settings.campaign, form.issued_at, detected.previous,
        found.excluded,
    )  # fmt: skip
    facts["format"] = form.suffix
    cards = gives(known), people(known, detected.links)
    ordered = in_order(found.items, NEEDED)
    shown, out, idle = found.shown, found.excluded, found.idle
    # A hundred thousand items take much room, and these are not needed any more.
    del found, known, detected, snapshot
    brand = Brand(settings.branding, form.logo)
    books = (
        csv_files(ordered, facts, shown)
        if form.suffix == "csv"
        else workbooks(ordered, facts, *cards, shown, brand)
    )
    files = {f"workbooks/{name}": content for name, content in books}
    if form.logo is not None:
        files[f"{LOGO}.{form.logo.kind}"] = form.logo.content
    if len(out):
        files[EXCLUDED_FILE] = to_lines(out)
    return {ITEMS: lines, CAMPAIGN: json_bytes(facts), **files}, facts, idle


def _show(folder: Path, facts: dict[str, Any]) -> None:
    books = facts["workbooks"]
    each = Counter[tuple[str, str]]()  # items by reviewer, who may have several workbooks
    for book in books:
        each[book["reviewer_email"], book["reviewer"]] += book["items"]
    files = f" in {counted(len(books), 'workbook')}" if len(books) > len(each) else ""
    put(
        f"{counted(facts['items'], 'item')} for {counted(len(each), 'reviewer')}{files}, "
        f"population root {facts['population_root'][:16]}."
    )
    if facts["previous"]:
        then = " ".join(filter(None, (facts["previous"][name] for name in ("name", "period"))))
        told = [f"{count:,} {word}" for word, count in facts["since"].items() if count]
        put(f"Since {plain(then) or 'the review before'}: {', '.join(told)}.")
    for row in facts["excluded"]:
        if row["count"]:
            what = counted(row["count"], row["what"].removesuffix("s"))
            put(f"Not in the population: {what}. {row['reason']}")
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
    for (_, reviewer), items in each.items():
        if items > MANY:
            say(f"{reviewer} has {items:,} items: more than a person decides well.")
    say(f"Send each file in {folder / 'workbooks'} to its reviewer.")
    say(f"Then take in what comes back: uar ingest {folder} FILE...")
