"""Doing what a plan says, or its opposite: what apply and undo have in common."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import pandas as pd

from uar import __version__
from uar.commands._journal import opened
from uar.commands._shared import counted, put, put_json, say
from uar.commands._table import put_table
from uar.errors import SetupError
from uar.folder import Folder
from uar.journal import open_ended
from uar.removals import ALREADY, DONE, RESTORE, Line, Run, Tenant, carry_out, verify
from uar.settings import Apply
from uar.sources.jumpcloud_removals import Requests, by_service, key_owners, organizations
from uar.tables import ACTIONS, records

Row = Mapping[str, Any]
Shown = dict[str, Any]
NOT_ATTEMPTED = "not attempted"
WHO = ("item", "kind", "account", "entitlement")


@dataclass(frozen=True)
class Work:
    """What is to be done. `blocked`: item -> why the guard holds it back."""

    step: str  # the command
    action: str
    plan: str
    rows: Sequence[Row]
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the run, for the journal
    blocked: Mapping[str, str] = field(default_factory=dict)
    in_flight: int = 1
    until: dt.datetime | None = None  # nothing new is begun then


Doing = Callable[[Sequence[Row], Run], Iterable[Line]]


def perform(
    review: Folder,
    work: Work,
    tenant: Tenant,
    do: Doing = carry_out,
    sync: Callable[[int], None] = os.fsync,
) -> None:
    """Carry the work out, journalled."""
    dealt = 0
    with opened(review, work.step, sync) as book:
        earlier = open_ended(book.lines, work.action)
        book.append("run", step=work.step, plan=work.plan, version=__version__, **work.facts)
        run = Run(
            tenant,
            book.append,
            work.action,
            work.plan,
            earlier,
            work.blocked,
            work.in_flight,
            goes_on=lambda: not _is_over(work),
        )
        with click.progressbar(
            length=len(work.rows),
            label="verify" if do is verify else work.step,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar:
            for _ in do(work.rows, run):
                dealt += 1
                bar.update(1)
    if dealt < len(work.rows):
        why, then = (
            (f"It is {work.until:%H:%M}", "Run the command again to go on.")
            if work.until and _is_over(work)
            else (
                "Stopped after too many failures in a row",
                "Look at the details, then run the command again.",
            )
        )
        say(f"{why}; {counted(len(work.rows) - dealt, 'item')} not attempted. {then}")


def _is_over(work: Work) -> bool:
    return work.until is not None and dt.datetime.now(dt.UTC) >= work.until


def agreed(question: str, yes: bool) -> bool:
    """--yes, or a person at a terminal who says so."""
    if yes:
        return True
    if not sys.stdin.isatty():
        say("Nothing has been changed. Without a terminal to ask at, --yes is needed.")
        return False
    return click.confirm(question, err=True)


def check_tenant(client: Requests, tenant: Mapping[str, str]) -> None:
    """The credential must reach the organisation that was reviewed, and no doubt about which."""
    reached = organizations(client)
    if client.credential.org_id:
        reached &= {client.credential.org_id}
    if reached != {tenant["id"]}:
        raise SetupError(
            f"The review is of {tenant['name'] or tenant['id']}, and UAR_APPLY_API_KEY belongs to "
            "another organisation or to several; use a key of this one, or set JUMPCLOUD_ORG_ID."
        )


ADMINS = ("admin role", "admin API access")


def guard(
    client: Requests, owners: set[str] | None, rows: Sequence[Row], settings: Apply
) -> dict[str, str]:
    """What must stay, because the key that would take it away hangs on it: item -> why."""
    held = _own_admins(owners, rows, settings)
    if by_service(client):
        says = (
            "uar works as a service account, and JumpCloud does not tell as which one; use the "
            "key of an admin in UAR_APPLY_API_KEY."
        )
        held |= {row["item"]: says for row in rows if row["kind"] == "service account"}
    return held


def _own_admins(owners: set[str] | None, rows: Iterable[Row], settings: Apply) -> dict[str, str]:
    roles = [row for row in rows if row["kind"] in ADMINS]
    if owners is None and settings.credential_admin:
        return {}  # the plan has kept that admin out
    if owners is None:
        says = (
            "JumpCloud does not tell which admin owns UAR_APPLY_API_KEY; set "
            "apply.credential_admin in the settings file and run uar plan again."
        )
        return {row["item"]: says for row in roles}
    says = "This admin owns the key in UAR_APPLY_API_KEY; use the key of another admin."
    return {row["item"]: says for row in roles if row["holder_source_id"] in owners}


def own(client: Requests, rows: Iterable[Row]) -> set[str] | None:
    """Who owns the key; asked only if an admin role is at stake."""
    if not any(row["kind"] in ADMINS for row in rows):
        return set()
    return key_owners(client)


def results(
    rows: Iterable[Row], outcomes: pd.DataFrame, actions: Sequence[str] = ACTIONS
) -> list[Shown]:
    """Each row with its last outcome, whenever that was, if it came of one of these actions."""
    last = {row["item_id"]: row for row in records(outcomes) if row["action"] in actions}
    return [_result(row, last.get(row["item"])) for row in rows]


def _result(row: Row, last: Row | None) -> Shown:
    shown = {name: row[name] for name in WHO}
    if last is None:
        return {**shown, "outcome": NOT_ATTEMPTED, "detail": "", "at": None, "verified": None}
    return {
        **shown,
        "outcome": last["outcome"],
        "detail": last["detail"] or "",
        "at": last["at"].isoformat(),
        "verified": last["verified"],
    }


def show(shown: Sequence[Shown], action: str, as_json: bool, rest: int = 0) -> None:
    """Results, those that need a person last and in full; exit code 1 if there are any.

    `rest`: removals of the plan that were not asked for and wait.
    """
    open_ones = [each for each in shown if _needs_person(each, action)]
    if as_json:
        put_json(list(shown))
    else:
        _show(shown, open_ones, rest)
    if open_ones:
        raise click.exceptions.Exit(1)


def _needs_person(shown: Shown, action: str) -> bool:
    """Not done, or done and no longer true."""
    fine = (DONE[action], ALREADY[action])
    return shown["outcome"] not in fine or shown["verified"] in ("back again", "unknown")


def _show(shown: Sequence[Shown], open_ones: Sequence[Shown], rest: int) -> None:
    words = [_word(each) for each in shown]
    for word in sorted(set(words)):
        put(f"{words.count(word):>6,}  {word}")
    told = [each for each in shown if each["outcome"] == DONE[RESTORE] and each["detail"]]
    for each in told:
        put(f"\n  {each['item']}  {each['kind']}: {each['account']}, {each['entitlement']}")
        put(f"      {each['detail']}")
    if not open_ones:
        left = "Nothing is left for uar to do." if told else "Nothing is left to do."
        if told:
            put()
        if rest:
            one, many = "other removal of the plan waits", "other removals of the plan wait"
            put(f"{counted(rest, one, many)}.")
        else:
            put(left if shown else "There is nothing to do.")
    tried = [each for each in open_ones if each["outcome"] != NOT_ATTEMPTED]
    if tried:
        put(f"\n{counted(len(tried), 'item')} to look at:")
        put_table(
            ("Item", "Account", "Access", "Outcome", "Why"),
            [
                (*(e[name] for name in WHO if name != "kind"), _word(e).upper(), e["detail"])
                for e in tried
            ],
        )


def _word(shown: Shown) -> str:
    verified = shown["verified"]
    return f"{shown['outcome']}, {verified}" if verified else str(shown["outcome"])
