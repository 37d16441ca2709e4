"""What the detections of groups share: each group with its members and what it opens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from uar.detections import Facts, once
from uar.detections._grants import kind_is
from uar.detections._lists import ACCOUNTS_IN, GROUPS_IN, lists_read
from uar.tables import look_up

MEMBERS = ACCOUNTS_IN["group"]
# The lists that show what groups open, but for passwords: with a key of an organisation nobody can
# read these, and then nothing could be told of any group.
BOUND = {name for kind, name in GROUPS_IN.items() if not kind.startswith("password")}


@once
def groups(facts: Facts) -> pd.DataFrame:
    """Groups with `members` and `opened`: how many; unknown where none was seen, and the lists that
    would show them were not read. `whole`: all of these were read.
    """
    snapshot = facts.snapshot
    found = snapshot.entitlements[snapshot.entitlements["kind"] == "group"]
    ids = found["entitlement_id"]
    grants = snapshot.grants
    of_accounts = grants.loc[grants["holder_kind"] != "group", "entitlement_id"]
    read = lists_read(snapshot)
    gaps = snapshot.gaps.loc[snapshot.gaps["collection"] == MEMBERS, "subject"]
    no_members = ids.isin(gaps) | (MEMBERS not in read)
    not_bound = pd.Series(not read >= BOUND, index=found.index)
    number, opened = _number(ids, of_accounts), _number(ids, facts.opened["group_id"])
    return found.assign(
        members=number.mask(no_members & (number == 0)),
        opened=opened.mask(not_bound & (opened == 0)),
        whole=~no_members & ~not_bound,
        subject=ids,
        subject_name=found["name"],
        accounts=None,
    )


@once
def members(facts: Facts) -> pd.DataFrame:
    """account (a number), group_id: who is in which group."""
    things, account = facts.snapshot.entitlements, facts.held["account"].to_numpy()
    rows = np.flatnonzero(kind_is(facts, "group") & (account >= 0))
    group_id = things["entitlement_id"].array.take(facts.held["thing"].to_numpy()[rows])
    return pd.DataFrame({"account": account[rows], "group_id": group_id})


def names_of(facts: Facts, ids: pd.Series[Any]) -> pd.Series[Any]:
    """What entitlements are called."""
    return look_up(ids, facts.snapshot.entitlements.set_index("entitlement_id")["name"])


def _number(ids: pd.Series[Any], held: pd.Series[Any]) -> pd.Series[Any]:
    return ids.map(held.value_counts()).fillna(0).astype("Int64")
