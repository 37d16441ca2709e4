"""Who belongs to whom, as a table, and what an administrator borrows from the person's user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from uar.tables import PERSONS, look_up

BORROWED = ("department", "title", "manager_id", "employee_type")
LIKELY_LENDER = ("active", "staged", "unknown", "suspended")


def people(rows: pd.DataFrame, first: Sequence[int]) -> pd.DataFrame:
    """PERSONS: who belongs to whom, and what an administrator borrows from the person's user."""
    person = pd.Series(first, index=rows.index, dtype="int64")
    ranked = rows.assign(
        person=person,
        called=rows["name"].fillna(rows["login"]).fillna(rows["email"]).fillna(rows["account_id"]),
        kind_rank=rows["kind"].map({"user": 0, "admin": 1, "service": 2}),
        status_rank=rows["status"].map(LIKELY_LENDER.index),
        unlike=rows["service_like"].fillna(False),
    ).sort_values(["kind_rank", "unlike", "status_rank", "account_id"])
    best = ranked.groupby("person")[["name", "called"]].first()
    lender = _lenders(ranked)
    lent = rows.set_index("account_id").reindex(lender)[list(BORROWED)].set_axis(rows.index)
    return PERSONS.frame(
        lent.assign(
            account_id=rows["account_id"],
            person_id="person:" + rows["account_id"].loc[person].set_axis(rows.index),
            person_name=person.map(best["name"].fillna(best["called"])),
            borrowed_from=lender.where(lent.notna().any(axis=1)),
        )
    )


def _lenders(ranked: pd.DataFrame) -> pd.Series[Any]:
    """For each administrator the user account that lends: the linked one, else the likeliest."""
    users = ranked[(ranked["kind"] == "user") & ~ranked["unlike"].astype(bool)]
    admins = ranked[ranked["kind"] == "admin"]
    likeliest = users.drop_duplicates("person").set_index("person")["account_id"]
    linked = users.drop_duplicates(["person", "linked_admin_id"])
    linked = linked.rename(columns={"account_id": "lender", "linked_admin_id": "account_id"})
    both = admins[["person", "account_id"]].merge(
        linked[["person", "account_id", "lender"]].dropna(), how="left", validate="one_to_one"
    )
    lender = both["lender"].set_axis(admins.index).fillna(look_up(admins["person"], likeliest))
    return lender.reindex(ranked.index.sort_values())
