"""uar compare: what changed from one review to the next."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from uar.commands._shared import counted, json_option, put, put_json
from uar.commands._table import put_table
from uar.errors import SetupError
from uar.folder import Folder
from uar.tables import records

SAYS = {
    "joiners": "Joiners: persons with an account who had none",
    "leavers": "Leavers: persons whose accounts are gone or suspended",
    "gained": "Gained",
    "lost": "Lost",
    "reappeared": "Re-appeared: removed in the old review, present again in the new one",
}
path = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("old", type=path)
@click.argument("new", type=path)
@json_option
def command(old: Path, new: Path, as_json: bool) -> None:
    """Compare two reviews of one tenant, person by person.

    Exits with 1 if access that OLD removed is there again in NEW.
    """
    from uar.commands._evidence import load
    from uar.compare import Side, compare
    from uar.tieout import DONE, tie_out

    sides = []
    for folder in (old, new):
        evidence = load(Folder(folder))
        standing = tie_out(evidence).standing
        removed: frozenset[str] = frozenset()
        if standing is not None:
            # Also what uar apply --verify has seen to be back: it was removed all the same.
            ended = evidence.outcomes.loc[evidence.outcomes["outcome"].isin(DONE), "item_id"]
            removed = frozenset(standing.loc[standing["item_id"].isin(ended), "grant_id"])
        sides.append(Side(evidence.snapshot, evidence.persons, removed))
    ids = [side.snapshot.header.tenant_id for side in sides]
    if ids[0] != ids[1]:
        raise SetupError(f"{old} is of tenant {ids[0]}, {new} of tenant {ids[1]}.")
    found = compare(*sides)
    tables: dict[str, pd.DataFrame] = {name: getattr(found, name) for name in SAYS}
    if as_json:
        put_json({name: records(table) for name, table in tables.items()})
    else:
        for name, table in tables.items():
            _show(SAYS[name], table)
    if len(found.reappeared):
        raise click.exceptions.Exit(1)


def _show(says: str, table: pd.DataFrame) -> None:
    put(f"{says}: {counted(len(table), 'row') if len(table) else 'none'}")
    if len(table):
        text = table.astype(object).where(table.notna(), "")
        columns = ["person", "account", "entitlement", "kind", "person_change"]
        put_table(
            ("Person", "Account", "Access", "Kind", "Because the person"),
            text[columns].itertuples(index=False),
        )
    put()
