"""What detections of access share: who holds something privileged, what an account holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from uar.detections import Facts, once
from uar.detections._grants import kind_is, of_grants
from uar.tables import look_up, within

FULL_POWER = ("administrator", "administrator with billing")


def hold_privileged(facts: Facts, account_id: pd.Series[Any]) -> pd.Series[Any]:
    """Does an account hold something privileged, directly or by a group that opens it?"""
    return within(account_id, facts.powerful)


@once
def held_roles(facts: Facts) -> pd.DataFrame:
    """The roles of administrators: account_id, who, active, entitlement_id, role."""
    roles = facts.snapshot.entitlements
    roles = roles[roles["kind"] == "role"].set_index("entitlement_id")
    admins = facts.accounts[facts.accounts["kind"] == "admin"]
    grants = facts.snapshot.grants
    held = grants.loc[grants["holder_kind"] == "admin", ["holder_id", "entitlement_id"]]
    held = held.rename(columns={"holder_id": "account_id"}).merge(
        admins[["account_id", "who", "active"]], on="account_id", validate="many_to_one"
    )
    held = held[held["entitlement_id"].isin(roles.index)]
    return held.assign(role=look_up(held["entitlement_id"], roles["name"]))


def roles_of(facts: Facts, account_id: pd.Series[Any]) -> pd.Series[Any]:
    """The names of an account's roles, as "Help Desk and Read Only"; unknown where it has none."""
    return look_up(account_id, _roles(facts))


@once
def _roles(facts: Facts) -> pd.Series[Any]:
    rows = np.flatnonzero(kind_is(facts, "role"))
    names = facts.snapshot.entitlements["name"].array
    role = names.take(facts.held["thing"].to_numpy()[rows])
    held = pd.DataFrame({"holder": of_grants(facts, "holder_id", rows), "role": role}).dropna()
    return held.sort_values(["holder", "role"]).groupby("holder")["role"].agg(" and ".join)
