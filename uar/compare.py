"""Two reviews of one tenant: who joined and left, what was gained and lost, what came back.

A person is the same in both when the two clusters share an account. Who is only suspended has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.snapshot import Snapshot
from uar.tables import Column, Table

CHANGES = Table(
    "changes",
    key="change_id",
    columns=(
        Column("change_id", needed=True),  # an account or grant id
        Column("person", needed=True),
        Column("account", needed=True),
        Column("entitlement"),  # unknown where it is about the person alone
        Column("kind"),
        Column("person_change", one_of=("joined", "left")),
    ),
)


@dataclass(frozen=True)
class Side:
    """One of the two reviews. `removed`: grants that it took away and saw gone."""

    snapshot: Snapshot
    persons: pd.DataFrame | None
    removed: frozenset[str]


@dataclass(frozen=True)
class Comparison:
    """CHANGES frames, sorted by person."""

    joiners: pd.DataFrame
    leavers: pd.DataFrame
    gained: pd.DataFrame
    lost: pd.DataFrame
    reappeared: pd.DataFrame


def compare(old: Side, new: Side) -> Comparison:
    """What changed from one review to the next."""
    person_of = _same_persons([old, new])
    before, after = (
        {person_of[account] for account in _present(side.snapshot)} for side in (old, new)
    )
    joined, left = after - before, before - after
    change = dict.fromkeys(joined, "joined") | dict.fromkeys(left, "left")
    old_ids, new_ids = set(old.snapshot.grants["grant_id"]), set(new.snapshot.grants["grant_id"])
    names = _person_names(old, person_of) | _person_names(new, person_of)

    def grants(side: Side, ids: set[str]) -> pd.DataFrame:
        return _grants(side.snapshot, ids, person_of, names, change)

    return Comparison(
        joiners=_accounts(new.snapshot, joined, person_of, names),
        leavers=_accounts(old.snapshot, left, person_of, names),
        gained=grants(new, new_ids - old_ids),
        lost=grants(old, old_ids - new_ids),
        reappeared=grants(new, new_ids & old.removed),
    )


def _same_persons(sides: Iterable[Side]) -> dict[str, str]:
    """account_id -> the one id of its person over both reviews."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    accounts: set[str] = set()
    for side in sides:
        accounts |= set(side.snapshot.accounts["account_id"])
        if side.persons is not None:
            pairs = side.persons[["account_id", "person_id"]].itertuples(index=False)
            for account, person in pairs:
                # A person's id is that of an account, which may stand for others next quarter.
                low, high = sorted((root(account), root(str(person).removeprefix("person:"))))
                parent[high] = low
    return {account: root(account) for account in accounts}


def _present(snapshot: Snapshot) -> list[str]:
    accounts = snapshot.accounts
    return list(accounts.loc[accounts["status"] != "suspended", "account_id"])


def _person_names(side: Side, person_of: dict[str, str]) -> dict[str, str]:
    accounts = side.snapshot.accounts
    shown = accounts["name"].fillna(accounts["login"]).fillna(accounts["source_id"])
    own = dict(zip(accounts["account_id"], shown, strict=True))
    names = {person_of[account]: name for account, name in sorted(own.items(), reverse=True)}
    if side.persons is not None:
        named = side.persons.dropna(subset=["person_name"])
        names |= {
            person_of[account]: name
            for account, name in zip(named["account_id"], named["person_name"], strict=True)
            if account in person_of
        }
    return names


def _accounts(
    snapshot: Snapshot, persons: set[str], person_of: dict[str, str], names: dict[str, str]
) -> pd.DataFrame:
    accounts = snapshot.accounts
    person = _looked_up(accounts["account_id"], person_of)
    chosen = person.isin(persons) & (accounts["status"] != "suspended")
    return _sorted(
        pd.DataFrame(
            {
                "change_id": accounts["account_id"],
                "person": _looked_up(person, names),
                "account": accounts["login"].fillna(accounts["source_id"]),
                "kind": accounts["kind"],
            }
        )[chosen]
    )


def _grants(
    snapshot: Snapshot,
    ids: set[str],
    person_of: dict[str, str],
    names: dict[str, str],
    change: dict[str, str],
) -> pd.DataFrame:
    grants = snapshot.grants[snapshot.grants["grant_id"].isin(ids)]
    accounts = snapshot.accounts.set_index("account_id")
    entitlements = snapshot.entitlements.set_index("entitlement_id")
    login = accounts["login"].fillna(accounts["source_id"])
    person = _looked_up(grants["holder_id"], person_of)
    group = _looked_up(grants["holder_id"], entitlements["name"])  # it may hold something too
    return _sorted(
        pd.DataFrame(
            {
                "change_id": grants["grant_id"],
                "person": _looked_up(person, names)
                .fillna("group " + group)
                .fillna(grants["holder_id"]),
                "account": _looked_up(grants["holder_id"], login)
                .fillna(group)
                .fillna(grants["holder_id"]),
                "entitlement": _looked_up(grants["entitlement_id"], entitlements["name"]).fillna(
                    grants["entitlement_id"]
                ),
                "kind": _looked_up(grants["entitlement_id"], entitlements["kind"]),
                "person_change": _looked_up(person, change),
            }
        )
    )


def _looked_up(keys: pd.Series[Any], values: Any) -> pd.Series[Any]:
    """As text, also when nothing was found."""
    return keys.map(values).astype("string")


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    order = ["person", "account", "entitlement", "change_id"]
    return CHANGES.frame(frame).sort_values(order, na_position="first").reset_index(drop=True)
