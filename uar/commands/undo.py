"""uar undo: puts back what apply removed, one item or all, each verified."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from uar.commands._journal import Document, load, past, settings_of, settle
from uar.commands._removing import Shown, Work, agreed, check_tenant, perform, results, show
from uar.commands._shared import counted, folder_argument, json_option, say
from uar.errors import SetupError
from uar.folder import JOURNAL, Folder
from uar.journal import lines
from uar.removals import REMOVE, RESTORE
from uar.sources.jumpcloud import connect
from uar.sources.jumpcloud_removals import Removals, Requests

Row = Mapping[str, Any]
SERVICE_NOT_BACK = (
    "The service account is made again with its name and role, under another id. Not put back: its "
    "secrets and keys. It gets a client secret that nobody is told and that ends in 30 days; who "
    "needs the account makes a new one in the Admin Portal, Settings > Service Accounts."
)
ADMIN_NOT_BACK = (
    "The admin is made again with the role, under another id. Not put back: password, second "
    "factor and API key. The person sets a password and a second factor anew, and makes a new key "
    "where one is needed."
)
KEY_NOT_BACK = (
    "API access is allowed again. Not put back: the API key; the admin makes a new one in the "
    "Admin Portal where one is needed."
)


@click.command()
@folder_argument
@click.argument("items", nargs=-1, metavar="[ITEM...]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@json_option
def command(folder: Path, items: Sequence[str], yes: bool, dry_run: bool, as_json: bool) -> None:
    """Put back what uar apply removed: the named items, or everything.

    Shows what it would do and asks. An admin who was deleted is made again with the role, without
    password, second factor and API key; a service account without its secrets. Exits with 1 when
    something needs a person.
    """
    with Folder(folder).locked() as review:
        settle(review)
        shown = _undo(review, items, yes, dry_run)
    show(shown, RESTORE, as_json)


def _undo(review: Folder, items: Sequence[str], yes: bool, dry_run: bool) -> list[Shown]:
    plans = list(to_put_back(review, items))
    rows = [row for _, _, rows in plans for row in rows]
    for row in rows:
        say(f"  {row['item']}  Puts back: {row['kind']}, {row['account']}, {row['entitlement']}.")
        if row["not_back"]:
            say(f"      {row['not_back']}")
        if row.get("exempt"):
            say("      And takes the exemption from the group's rule back.")
    if rows and not dry_run and agreed(f"Put back {counted(len(rows), 'item')}?", yes):
        with connect(os.environ, write=True) as client:
            put_back(review, plans, client)
    return results(rows, past(review), (RESTORE,))


def put_back(
    review: Folder,
    plans: Iterable[tuple[str, Document, list[Row]]],
    client: Requests,
    sync: Callable[[int], None] = os.fsync,
) -> None:
    """Restore these rows, as `to_put_back` gives them."""
    for name, document, rows in plans:
        check_tenant(client, document["tenant"])
        in_flight = settings_of(review, document).in_flight
        work = Work("undo", RESTORE, name, rows, in_flight=in_flight)
        perform(review, work, Removals(client), sync=sync)


def to_put_back(
    review: Folder, items: Sequence[str] = ()
) -> Iterator[tuple[str, Document, list[Row]]]:
    """(plan, its document, rows) of what was removed, last removed first; of all without items."""
    outcomes = past(review)
    removed = outcomes[_undoable(outcomes)]
    unknown = sorted(set(items) - set(removed["item_id"]))
    if unknown:
        raise SetupError(
            f"Not removed by uar apply, so there is nothing to undo: {', '.join(unknown)}."
        )
    wanted = removed[removed["item_id"].isin(items)] if items else removed
    exempted = set() if wanted.empty else _exempted_by_us(review)
    for name, group in reversed(list(wanted.groupby("plan")["item_id"])):
        document = load(review, str(name))
        chosen = set(group)
        rows: list[Row] = [
            {
                **row,
                "exempt": row.get("exempt", False) and row["item"] in exempted,
                "not_back": _not_back(row),
            }
            for row in document["removals"]
            if row["item"] in chosen
        ]
        yield str(name), document, rows[::-1]


def _not_back(row: Row) -> str:
    """What JumpCloud gives nobody back, and who has to do what about it; "": it is as before."""
    if row["kind"] == "service account":
        return SERVICE_NOT_BACK
    if row.get("last") == "delete":
        return ADMIN_NOT_BACK
    if row["kind"] == "admin API access" or (row.get("last") and row["api_access"]):
        return KEY_NOT_BACK
    return ""


def _exempted_by_us(review: Folder) -> set[str]:
    """Items for which an exemption was written: nobody else's is taken back."""
    return {
        line["item"]
        for line in lines((review.path / JOURNAL).read_bytes())
        if line["phase"] == "intent" and line["action"] == REMOVE
        if line["request"]["method"] == "PUT"
    }


def _undoable(outcomes: Any) -> Any:
    """Removed by us, or an attempt to put it back whose end is open."""
    removed = outcomes["outcome"] == "removed"
    return removed | (
        (outcomes["action"] == RESTORE) & outcomes["outcome"].isin(["failed", "unknown"])
    )
