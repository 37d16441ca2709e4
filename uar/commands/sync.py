"""uar sync: the tenant -> a frozen snapshot in a new review folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._everyone import freeze_all
from uar.commands._everyone import show as show_all
from uar.commands._freezing import Wish, freeze
from uar.commands._shared import (
    counted,
    folder_argument,
    json_option,
    put,
    put_json,
    settings_option,
)
from uar.commands._table import put_table
from uar.errors import SetupError
from uar.folder import digest
from uar.settings import Settings, load
from uar.shortened import shortened
from uar.snapshot import ROSTER_FILE, Snapshot, to_lines
from uar.tables import ROSTER, records

COLUMNS = ("collection", "stated", "fetched", "stored", "pages")


@click.command()
@folder_argument
@settings_option
@click.option(
    "--roster",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="HR's list of employees, .csv or .xlsx; it becomes a part of the snapshot.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a read that was interrupted in this folder, at most 6 hours ago.",
)
@click.option(
    "--all-orgs",
    is_flag=True,
    help="FOLDER is to hold a review folder for each organisation that a multi-tenant key manages.",
)
@json_option
@click.pass_context
def command(
    context: click.Context,
    folder: Path,
    settings_path: Path | None,
    roster: Path | None,
    resume: bool,
    all_orgs: bool,
    as_json: bool,
) -> None:
    """Read accounts, groups, applications and who holds them into a new review folder.

    The snapshot is complete, or there is none. What an interruption leaves behind is no snapshot;
    --resume goes on from the answers that came until then. Keys come from the environment:
    JUMPCLOUD_API_KEY, or JUMPCLOUD_CLIENT_ID and JUMPCLOUD_CLIENT_SECRET.
    """
    from uar.sources.jumpcloud import connect

    settings, toml = load(settings_path)
    if roster and all_orgs:
        raise SetupError("--roster is the list of one organisation; leave out --all-orgs.")
    files, facts, people = _frozen(roster, settings) if roster else ({}, {}, ROSTER.empty())
    wish = Wish(settings, toml, files, facts, resume)
    if all_orgs:
        context.exit(show_all(freeze_all(folder, os.environ, wish), as_json))
    with connect(os.environ) as client:
        snapshot = freeze(folder, client, wish)
    _show(snapshot, folder, facts, shortened(snapshot.accounts, people), as_json)
    context.exit(1 if len(snapshot.gaps) else 0)


def _frozen(
    path: Path, settings: Settings
) -> tuple[dict[str, bytes], dict[str, Any], pd.DataFrame]:
    """HR's list as a file of the snapshot; where it came from, for the ledger; and ROSTER."""
    from uar.workbooks.roster import read_roster

    content = path.read_bytes()
    people = read_roster(path.name, content, settings)
    counts = {name: int((people["status"] == name).sum()) for name in ("employed", "left")}
    facts = {"roster": path.name, "sha256": digest(content), **counts}
    return {ROSTER_FILE: to_lines(people)}, facts, people


def _in_words(alike: pd.DataFrame) -> str:
    """What to do about the ids that leading zeros alone tell apart."""
    ours, theirs, _ = alike.iloc[0]
    differ = "differs" if len(alike) == 1 else "differ"
    return (
        f"{counted(len(alike), 'employee id')} of HR's list {differ} from JumpCloud's by leading "
        f"zeros only, such as {theirs} in the list and {ours} in JumpCloud. A spreadsheet may have "
        "dropped them. uar does not guess: to it these are different people. Write them alike, and "
        "run uar sync again into a new folder."
    )


def _show(
    snapshot: Snapshot, folder: Path, facts: Mapping[str, Any], alike: pd.DataFrame, as_json: bool
) -> None:
    rows = records(snapshot.collections[list(COLUMNS)])
    gaps = snapshot.gaps["says"].tolist()
    header = snapshot.header
    name = header.tenant_name or header.tenant_id or "a tenant that does not tell its name"
    if as_json:
        put_json(
            {
                "folder": str(folder),
                "tenant": {"id": header.tenant_id, "name": header.tenant_name},
                "requests": {
                    "answered": header.requests,
                    "most_in_flight": header.most_in_flight,
                    "halvings": header.halvings,
                    "retries": header.retries,
                },
                "cross_check": {
                    "size": header.cross_check,
                    "seed": header.cross_check_seed,
                    **dict(zip(("users", "applications"), snapshot.cross_checked, strict=True)),
                },
                "usage": {
                    "state": header.usage,
                    "from": header.usage_from,
                    "to": header.usage_to,
                    "uses": len(snapshot.uses),
                },
                "roster": {**facts, "ids_without_zeros": len(alike)} if facts else None,
                "collections": rows,
                "gaps": gaps,
            }
        )
        return
    put_table(
        COLUMNS,
        (
            [
                "not stated"
                if row[column] is None
                else row[column]
                if column == "collection"
                else f"{row[column]:,}"
                for column in COLUMNS
            ]
            for row in rows
        ),
    )
    put()
    put(
        f"{counted(header.requests, 'request')}, at most {header.most_in_flight} at once; "
        f"{counted(header.retries, 'retry', 'retries')}, "
        f"slowed down {counted(header.halvings, 'time')}."
    )
    if header.usage == "observed":
        since, until = header.usage_from[:10], header.usage_to[:10]
        put(f"{counted(len(snapshot.uses), 'use')} of access observed from {since} to {until}.")
    if header.cross_check:
        users, apps = snapshot.cross_checked
        put(
            f"Read from both ends: {counted(users, 'user')} and {counted(apps, 'application')}, "
            f"chosen by the seed {header.cross_check_seed}."
        )
    if facts:
        put(f"HR's list {facts['roster']}: {facts['employed']:,} employed, {facts['left']:,} left.")
    if len(alike):
        put(_in_words(alike))
    for says in gaps:
        put(f"Missing: {says}")
    put(
        f"{name}: {counted(len(snapshot.accounts), 'account')}, "
        f"{counted(len(snapshot.entitlements), 'entitlement')}, "
        f"{counted(len(snapshot.grants), 'grant')}, frozen in {folder}."
    )
    if gaps:
        put(f"{counted(len(gaps), 'gap')} to look at before the review goes out.")
