"""uar apply: carries out the newest plan and no other, each step verified; can be resumed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from uar.commands._journal import Document, Plan, load, past, settle, up_to_date
from uar.commands._removing import (
    Shown,
    Work,
    agreed,
    check_tenant,
    guard,
    own,
    perform,
    results,
    show,
)
from uar.commands._shared import counted, folder_argument, json_option, say
from uar.errors import SetupError
from uar.folder import Folder
from uar.removals import REMOVE, verify
from uar.sources.jumpcloud import connect
from uar.sources.jumpcloud_removals import Removals, Requests

Row = Mapping[str, Any]


@click.command()
@folder_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--max-removals", type=click.IntRange(min=1), help="Allow this many removals.")
@click.option("--verify", "again", is_flag=True, help="Only read again what was removed.")
@json_option
def command(
    folder: Path, yes: bool, dry_run: bool, max_removals: int | None, again: bool, as_json: bool
) -> None:
    """Carry out the newest plan through JumpCloud: read, remove, read again, one by one.

    Needs UAR_APPLY_API_KEY. Each removal is written to FOLDER/journal.jsonl before it is sent;
    after an interruption, run it again and it goes on. Exits with 1 when something needs a person.
    """
    with Folder(folder).locked() as review:
        settle(review)
        shown = _verify(review) if again else _apply(review, yes, dry_run, max_removals)
    show(shown, REMOVE, as_json)


def _apply(review: Folder, yes: bool, dry_run: bool, max_removals: int | None) -> list[Shown]:
    plan = up_to_date(review)
    rows = pending(plan.document, past(review))
    _announce(plan, rows)
    if rows and not dry_run:
        _check_number(plan, max_removals)
        if agreed(f"Remove {counted(len(rows), 'item')}?", yes):
            with connect(os.environ, write=True) as client:
                remove(review, plan, rows, client)
    return results(plan.document["removals"], past(review))


def remove(
    review: Folder,
    plan: Plan,
    rows: Sequence[Row],
    client: Requests,
    sync: Callable[[int], None] = os.fsync,
) -> None:
    """Carry out these rows of the plan, if the client reaches the tenant they were planned for."""
    check_tenant(client, plan.document["tenant"])
    owners = own(client, rows)
    work = Work(
        step="apply",
        action=REMOVE,
        plan=plan.name,
        rows=rows,
        facts={"digest": plan.document["digest"], "key_of": sorted(owners or ())},
        blocked=guard(owners, rows, plan.settings),
    )
    perform(review, work, Removals(client), sync=sync)


def pending(document: Document, outcomes: Any) -> list[Row]:
    """Removals that have not ended the access yet."""
    gone = set(outcomes.loc[outcomes["gone"].fillna(False).astype(bool), "item_id"])
    return [row for row in document["removals"] if row["item"] not in gone]


def _check_number(plan: Plan, max_removals: int | None) -> None:
    number, allowed = len(plan.document["removals"]), max_removals or plan.document["limit"]
    if number > allowed:
        raise SetupError(
            f"{plan.name} has {counted(number, 'removal')}, and {allowed:,} of "
            f"{counted(plan.document['population'], 'item')} may be removed at once. Look at the "
            f"plan again; if it is right, add --max-removals {number}."
        )


def _announce(plan: Plan, rows: Sequence[Row]) -> None:
    tenant = plan.document["tenant"]
    say(f"{plan.name} for {tenant['name'] or tenant['id']} at {tenant['host']}")
    say(
        f"{counted(len(plan.document['removals']), 'removal')}, {len(rows):,} still to be done; "
        f"{len(plan.document['blocked']):,} blocked, {len(plan.document['todo']):,} for a person."
    )
    for row in rows:
        say(f"  {row['item']}  {row['does']}")


def _verify(review: Folder) -> list[Shown]:
    """Read again what was removed under any plan, with the key that only reads if there is one."""
    outcomes = past(review)
    gone = outcomes[outcomes["gone"].fillna(False).astype(bool)]
    rows: list[Row] = []
    if gone.empty:
        return []
    with connect(os.environ, write="JUMPCLOUD_API_KEY" not in os.environ) as client:
        for name, items in gone.groupby("plan")["item_id"]:
            document = load(review, str(name))
            wanted = set(items)
            chosen = [row for row in document["removals"] if row["item"] in wanted]
            check_tenant(client, document["tenant"])
            perform(review, Work("apply", REMOVE, str(name), chosen), Removals(client), verify)
            rows += chosen
    return results(rows, past(review))
