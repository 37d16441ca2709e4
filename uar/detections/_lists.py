"""What the detections share of the lists of a tenant: which were read, and to their ends."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.snapshot import Snapshot
from uar.tables import BOUND_TO

# The lists of things, by the kind of what is listed.
LISTED_IN = {"group": "groups", "app": "applications", "role": "roles", **BOUND_TO}
# The lists that show who holds one: accounts directly, and groups. Nothing opens a group or a role.
ACCOUNTS_IN = {"group": "group members", "app": "application users", "role": "admins"}
ACCOUNTS_IN |= {kind: f"users of {name}" for kind, name in BOUND_TO.items()}
GROUPS_IN = {"app": "application groups"}
GROUPS_IN |= {kind: f"groups of {name}" for kind, name in BOUND_TO.items()}


def lists_read(snapshot: Snapshot) -> set[str]:
    """The names of the lists that were read. Of what the tenant has none, nobody holds any."""
    names = set(snapshot.collections["collection"])
    there = set(snapshot.entitlements["kind"])
    for kind, listing in LISTED_IN.items():
        if listing in names and kind not in there:
            names |= {ACCOUNTS_IN[kind], GROUPS_IN.get(kind, listing)}
    return names


def was_read(snapshot: Snapshot, things: pd.DataFrame, by_group: bool = True) -> pd.Series[Any]:
    """Did the snapshot read, to their ends, the lists that show who holds each of these
    entitlements: directly, and (`by_group`) which groups open it?
    """
    names = lists_read(snapshot)
    read = things["kind"].map(ACCOUNTS_IN).isin(names)
    if by_group:
        bound = things["kind"].map(GROUPS_IN)
        read &= bound.isna() | bound.isin(names)
    return read & ~things["entitlement_id"].isin(snapshot.gaps["subject"].dropna())
