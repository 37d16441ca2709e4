"""uar apply: carries out the newest plan and no other, each step verified; can be resumed."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._journal import Plan, load, past, settings_of, settle, up_to_date
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
RULE_SECONDS = 10.0  # a group's rule runs within seconds (API.md 10, point 15)
NAMED_BY = ("item", "account", "name", "email", "entitlement")  # of a removal, for --only


@dataclass(frozen=True)
class Asked:
    """What a person asks of one run. `only`: words, none for everything."""

    yes: bool
    dry_run: bool
    max_removals: int | None
    only: Sequence[str]
    until: dt.datetime | None


@click.command()
@folder_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--max-removals", type=click.IntRange(min=1), help="Allow this many removals.")
@click.option(
    "--only",
    metavar="ITEM|PERSON|APPLICATION",
    multiple=True,
    help="Only this item, what this person holds, or who holds this; may be given again.",
)
@click.option(
    "--until",
    metavar="HH:MM",
    type=click.DateTime(["%H:%M"]),
    help="Begin no removal after the next HH:MM of this computer's clock.",
)
@click.option("--verify", "again", is_flag=True, help="Only read again what was removed.")
@json_option
def command(
    folder: Path,
    yes: bool,
    dry_run: bool,
    max_removals: int | None,
    only: Sequence[str],
    until: dt.datetime | None,
    again: bool,
    as_json: bool,
) -> None:
    """Carry out the newest plan through JumpCloud: read, remove, read again, item by item.

    Needs UAR_APPLY_API_KEY. Each removal is written to FOLDER/journal.jsonl before it is sent;
    after an interruption, run it again and it goes on. Exits with 1 when something needs a person.
    """
    end = until and next_time(until.time(), dt.datetime.now(dt.UTC).astimezone())
    asked = Asked(yes, dry_run, max_removals, only, end)
    with Folder(folder).locked() as review:
        settle(review)
        shown = _verify(review) if again else _apply(review, asked)
        rest = _others(review, shown) if only else 0
    show(shown, REMOVE, as_json, rest)


def next_time(time: dt.time, now: dt.datetime) -> dt.datetime:
    """When it is that time next; `time` as this computer's clock shows it."""
    today, tomorrow = (
        dt.datetime.combine(day, time).astimezone() for day in (now, now + dt.timedelta(days=1))
    )
    return today if today > now else tomorrow


def _apply(review: Folder, asked: Asked) -> list[Shown]:
    plan = up_to_date(review)
    chosen = choose(plan, asked.only)
    waiting = pending(plan.document["removals"], past(review))
    rows = [row for row in waiting if row in chosen]
    _announce(plan, rows)
    if asked.until:
        say(f"No removal begins after {asked.until:%Y-%m-%d %H:%M}.")
    if asked.dry_run:
        return results(chosen, past(review))
    if rows:
        _check_number(plan, len(waiting) - len(rows), asked.max_removals)
    go_on = not rows or agreed(f"Remove {counted(len(rows), 'item')} at {_where(plan)}?", asked.yes)
    if go_on and (rows or _unsettled(review, plan)):
        with connect(os.environ, write=True) as client:
            if rows:
                remove(review, plan, rows, client, until=asked.until)
            settle_rules(review, plan, client, time.sleep)
    return results(chosen, past(review))


def _others(review: Folder, shown: Sequence[Shown]) -> int:
    """How many removals wait that were not asked for."""
    asked = {each["item"] for each in shown}
    waiting = pending(up_to_date(review).document["removals"], past(review))
    return sum(row["item"] not in asked for row in waiting)


def choose(plan: Plan, words: Sequence[str]) -> list[Row]:
    """The removals that the words name, in the plan's order; all of them without a word."""
    removals: list[Row] = plan.document["removals"]
    if not words:
        return removals
    wanted = {word.strip().casefold(): word for word in words}
    named = [(row, wanted.keys() & _names(row)) for row in removals]
    unknown = wanted.keys() - {name for _, names in named for name in names}
    for name in sorted(unknown):
        raise SetupError(_nothing_named(wanted[name], name, plan))
    return [row for row, names in named if names]


def _names(row: Row) -> set[str]:
    return {str(row[name]).casefold() for name in NAMED_BY if row.get(name)}


def _nothing_named(word: str, name: str, plan: Plan) -> str:
    for part, says in (("blocked", "is blocked"), ("todo", "is for a person to do")):
        if any(name in _names(row) for row in plan.document[part]):
            return f"--only {word}: that {says}, so there is no removal of it in {plan.name}."
    return (
        f"--only {word}: {plan.name} has no removal of that name. Give an item, an account, an "
        "e-mail or a name, or a group, application or role, as uar plan shows it."
    )


def remove(
    review: Folder,
    plan: Plan,
    rows: Sequence[Row],
    client: Requests,
    sync: Callable[[int], None] = os.fsync,
    until: dt.datetime | None = None,
) -> None:
    """Carry out these rows of the plan, if the client reaches the tenant they were planned for."""
    check_tenant(client, plan.document["tenant"])
    owners, marked = own(client, rows), plan.document.get("emergency")
    work = Work(
        step="apply",
        action=REMOVE,
        plan=plan.name,
        rows=rows,
        facts={"digest": plan.document["digest"], "key_of": sorted(owners or ())}
        | ({"emergency": marked} if marked else {}),
        blocked=guard(client, owners, rows, plan.settings),
        in_flight=plan.settings.in_flight,
        until=until,
    )
    perform(review, work, Removals(client), sync=sync)


def settle_rules(
    review: Folder,
    plan: Plan,
    client: Requests,
    pause: Callable[[float], object],
    sync: Callable[[int], None] = os.fsync,
) -> None:
    """Whoever was exempted from a rule and removed: read again once the rule must have run."""
    rows = _unsettled(review, plan)
    if rows:
        say(f"Groups with rules: reading again in {RULE_SECONDS:g} seconds, to see that it lasts.")
        pause(RULE_SECONDS)
        work = Work("apply", REMOVE, plan.name, rows, in_flight=plan.settings.in_flight)
        perform(review, work, Removals(client), verify, sync)


def _unsettled(review: Folder, plan: Plan) -> list[Row]:
    outcomes = past(review)
    waiting = outcomes[(outcomes["outcome"] == "removed") & outcomes["verified"].isna()]
    removals = [row for row in plan.document["removals"] if row.get("exempt")]
    return _removed(removals, waiting)


def _removed(removals: Sequence[Row], outcomes: pd.DataFrame) -> list[Row]:
    """Those that the outcomes speak of, each with the time of its outcome."""
    times = dict(zip(outcomes["item_id"], outcomes["at"], strict=True))
    return [
        {**row, "removed_at": times[row["item"]].to_pydatetime()}
        for row in removals
        if row["item"] in times
    ]


def pending(removals: Sequence[Row], outcomes: Any) -> list[Row]:
    """Removals that have not ended the access yet."""
    gone = set(outcomes.loc[outcomes["gone"].fillna(False).astype(bool), "item_id"])
    return [row for row in removals if row["item"] not in gone]


def _check_number(plan: Plan, left: int, max_removals: int | None) -> None:
    """Those done before count; `left`: those that this run leaves alone."""
    number = len(plan.document["removals"]) - left
    allowed = max_removals or plan.document["limit"]
    if number > allowed:
        raise SetupError(
            f"{plan.name} comes to {counted(number, 'removal')}, and {allowed:,} of "
            f"{counted(plan.document['population'], _of(plan))} may be removed at once. Look at "
            f"the plan again; if it is right, add --max-removals {number}."
        )


def _of(plan: Plan) -> str:
    return "account" if "emergency" in plan.document else "item"


def _where(plan: Plan) -> str:
    tenant = plan.document["tenant"]
    return str(tenant["name"] or tenant["id"])


def _announce(plan: Plan, rows: Sequence[Row]) -> None:
    tenant, emergency = plan.document["tenant"], plan.document.get("emergency")
    if emergency:
        say(
            f"EMERGENCY, from {', '.join(emergency['findings'])}; approved by "
            f"{emergency['approver']}: {emergency['reason']}"
        )
    say(f"{plan.name} for {_where(plan)} at {tenant['host']}")
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
        for name, ended in gone.groupby("plan"):
            document = load(review, str(name))
            chosen = _removed(document["removals"], ended)
            check_tenant(client, document["tenant"])
            in_flight = settings_of(review, document).in_flight
            work = Work("apply", REMOVE, str(name), chosen, in_flight=in_flight)
            perform(review, work, Removals(client), verify)
            rows += chosen
    return results(rows, past(review))
