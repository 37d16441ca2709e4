"""What the detections of change share: today's accounts and grants beside the earlier review's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pandas as pd

from uar.detections import Facts
from uar.previous import Previous
from uar.snapshot import Snapshot
from uar.tables import positions

READ_IN = {  # the list that shows who holds what, by the kind of what is held
    "group": "group members",
    "app": "application users",
    "role": "admins",
    "device": "devices",
    "device group": "device groups",
    "directory": "directories",
    "radius": "RADIUS servers",
    "password item": "password items",
    "password folder": "password folders",
}


def earlier(facts: Facts) -> Previous:
    """The earlier review: a detection that needs it does not run without."""
    return cast(Previous, facts.previous)


def in_words(previous: Previous) -> str:
    """How a sentence names it: `2026-Q3`, else `the earlier review`."""
    return previous.period or "the earlier review"


def in_both(facts: Facts, accounts: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Those of the accounts that the earlier snapshot has too, with its values as was_<column>."""
    was = earlier(facts).snapshot.accounts
    at = positions(accounts["account_id"], was["account_id"])
    there = accounts[at >= 0]
    then = was[list(columns)].take(at[at >= 0]).set_axis(there.index)
    return pd.concat([there, then.add_prefix("was_")], axis=1)


def was_read(snapshot: Snapshot, kinds: pd.Series[Any]) -> pd.Series[bool]:
    """Did the snapshot read the lists that show who holds what is of these kinds?"""
    collections = set(snapshot.collections["collection"])
    return kinds.isin([kind for kind, name in READ_IN.items() if name in collections])
