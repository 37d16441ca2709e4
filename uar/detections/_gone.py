"""Who is no longer there: what the detections about people who have left share."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Facts, once
from uar.detections._employed import over
from uar.tables import within

PRESENT = ("active", "staged")


@once
def has_left(facts: Facts) -> pd.Series[Any]:
    """Has whoever is behind an account left? account_id -> True, False, unknown.

    The account is suspended; or its person has users, none of which is active or about to be; or
    HR's list, where it was given, says so. An account of unknown status is unknown.
    """
    accounts = facts.accounts.set_index("account_id")
    person, status = accounts["person_id"], accounts["status"]
    users = accounts[accounts["kind"] == "user"]

    def some_user(words: tuple[str, ...]) -> pd.Series[bool]:
        return within(person, users.loc[users["status"].isin(words), "person_id"])

    left = status.eq("suspended").astype("boolean").mask(status == "unknown")
    left |= (some_user(("suspended",)) & ~some_user((*PRESENT, "unknown"))).astype("boolean")
    return left | within(person, pd.Index(left_by_roster(facts), dtype="string"))


@once
def left_by_roster(facts: Facts) -> list[str]:
    """Persons all of whose rows in HR's list have left, or are over."""
    if facts.roster is None:
        return []
    rows = facts.listed.merge(facts.roster, on="row", validate="many_to_one")
    ended = rows["status"].eq("left") | over(facts, rows["end_date"]).fillna(False)
    everyone = ended.astype(bool).groupby(rows["person_id"]).all()
    return list(everyone.index[everyone])
