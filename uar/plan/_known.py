"""What blockers and side effects are judged by: the snapshot, looked up from every side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from uar.settings import Apply
from uar.snapshot import Snapshot
from uar.tables import DEVICES_OF_GROUPS, OPENED_KINDS, OUTCOMES, PERSONS, REMOVAL_KINDS, records
from uar.text import some

Row = dict[str, Any]
OWNER, READER = "administrator with billing", "read only"
OWNERS_KEPT = 2  # JumpCloud: keep at least two (API.md 8.3)
NAMED = 5  # names shown before "and 3 more"


@dataclass(frozen=True)
class Known:
    """What blockers and side effects are judged by."""

    settings: Apply
    now: pd.Timestamp
    credential_id: str
    revoked: list[Row]
    accounts: Mapping[str, Row]
    users: Mapping[str, list[Row]]  # e-mail in small letters -> users who have it
    entitlements: Mapping[str, Row]
    members: Mapping[str, set[str]]  # group -> accounts
    groups: Mapping[str, set[str]]  # account -> groups
    direct: Mapping[str, set[str]]  # account -> what it holds of OPENED_KINDS
    opens: Mapping[str, set[str]]  # group -> the same, for its members
    wholes: Mapping[str, set[str]]  # device, password -> device groups, folders that it is in
    parts: Mapping[str, set[str]]  # the same from the other side
    parts_known: bool  # was the list of what device groups hold read?
    administrators: Mapping[str, set[str]]  # device or device group -> who is bound to it as one
    roles: Mapping[str, set[str]]  # admin -> roles
    holders: Mapping[str, set[str]]  # role -> admins
    decided: Mapping[str, str]  # grant_id -> decision
    restored: Mapping[str, pd.Timestamp]  # item -> when undo put it back
    person: Mapping[str, str]  # account -> person, as far as uar detect has put them together

    def name(self, entitlement_id: str) -> str:
        return str(self.entitlements[entitlement_id]["name"])


@dataclass(frozen=True)
class Ground:
    """What a plan stands on beside what was decided. `outcomes`: what earlier runs did."""

    snapshot: Snapshot
    settings: Apply
    now: pd.Timestamp
    persons: pd.DataFrame | None = None  # None: uar detect has not run
    outcomes: pd.DataFrame = field(default_factory=OUTCOMES.empty)


def look_up(ground: Ground, decided: Mapping[str, str], revoked: list[Row]) -> Known:
    """`decided`: grant_id -> decision."""
    snapshot, done = ground.snapshot, ground.outcomes
    grants, kinds = snapshot.grants, snapshot.entitlements.set_index("entitlement_id")["kind"]
    kind = grants["entitlement_id"].map(kinds)
    of_user, of_group = grants["holder_kind"] == "user", grants["holder_kind"] == "group"
    opened = kind.isin(OPENED_KINDS)
    memberships = grants[of_user & (kind == "group")]
    roles = grants[(grants["holder_kind"] == "admin") & (kind == "role")]
    restored = done[(done["action"] == "restore") & (done["outcome"] != "failed")]
    accounts = _by(snapshot.accounts, "account_id")
    users: dict[str, list[Row]] = defaultdict(list)
    for account in accounts.values():
        if account["kind"] == "user" and account["email"]:
            users[account["email"].casefold()].append(account)
    contents, read = snapshot.contents, set(snapshot.collections["collection"])
    persons = PERSONS.empty() if ground.persons is None else ground.persons
    return Known(
        settings=ground.settings,
        now=ground.now,
        credential_id=snapshot.header.credential_id,
        revoked=revoked,
        accounts=accounts,
        users=users,
        entitlements=_by(snapshot.entitlements, "entitlement_id"),
        members=_sets(memberships, "entitlement_id", "holder_id"),
        groups=_sets(memberships, "holder_id", "entitlement_id"),
        direct=_sets(grants[of_user & opened], "holder_id", "entitlement_id"),
        opens=_sets(grants[of_group & opened], "holder_id", "entitlement_id"),
        wholes=_sets(contents, "part_id", "whole_id"),
        parts=_sets(contents, "whole_id", "part_id"),
        parts_known=DEVICES_OF_GROUPS in read - set(snapshot.gaps["collection"]),
        administrators=_sets(grants[grants["sudo"].notna()], "entitlement_id", "holder_id"),
        roles=_sets(roles, "holder_id", "entitlement_id"),
        holders=_sets(roles, "entitlement_id", "holder_id"),
        decided=decided,
        restored=dict(zip(restored["item_id"], restored["at"], strict=True)),
        person=dict(zip(persons["account_id"], persons["person_id"], strict=True)),
    )


def _by(frame: pd.DataFrame, key: str) -> dict[str, Row]:
    return {row[key]: row for row in records(frame)}


def _sets(frame: pd.DataFrame, key: str, value: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in zip(frame[key], frame[value], strict=True):
        found[one].add(other)
    return found


def in_order(rows: Iterable[Row]) -> list[Row]:
    """As a person reads them; within an admin, Read Only comes last."""
    return sorted(
        rows,
        key=lambda row: (
            REMOVAL_KINDS.index(row["kind"]),
            account_of(row).casefold(),
            row["holder_id"],
            row["entitlement"].casefold() == READER,
            row["entitlement"].casefold(),
            row["item_id"],
        ),
    )


def account_of(row: Row) -> str:
    return str(row["login"] or row["holder_name"])


def grant_of(entitlement_id: str, holder_id: str) -> str:
    """<entitlement_id>><holder kind>:<holder's own id>."""
    return f"{entitlement_id}>{holder_id.split(':', 1)[1]}"


def is_owner_role(row: Mapping[str, Any]) -> bool:
    """Is the item the role that may do everything, billing included?"""
    return bool(row["kind"] == "admin role" and row["entitlement"].strip().casefold() == OWNER)


def roles_among(admin: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["holder_id"] == admin and row["kind"] == "admin role"]


def names_of(names: Iterable[str]) -> str:
    return some(sorted(names), NAMED)


def shown(row: Row, why: str, **more: Any) -> Row:
    """A row of a plan: what every one of its lists has, and more."""
    return {
        "item": row["item_id"],
        "kind": row["kind"],
        "account": account_of(row),
        "name": row["holder_name"],
        "entitlement": row["entitlement"],
        "why": why,
        **more,
    }
