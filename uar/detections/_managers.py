"""What the detections about managers share: people with the manager that is entered for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Facts, once
from uar.detections._missing import active_people
from uar.tables import positions

ENTERED = {
    "account_id": "manager_id",
    "who": "manager_who",
    "active": "manager_active",
    "status": "manager_status",
    "person_id": "manager_person",
}


@once
def managed_people(facts: Facts) -> pd.DataFrame:
    """Active people with a manager; the manager's columns are unknown where there is no such user.

    Who has none is for ATR-03.
    """
    people = active_people(facts).dropna(subset=["manager_id"])
    entered = facts.accounts[list(ENTERED)].rename(columns=ENTERED)
    at = positions(people["manager_id"], entered["manager_id"])
    theirs = entered.drop(columns="manager_id").reindex(at).set_axis(people.index)  # -1: unknown
    return pd.concat([people, theirs], axis=1)


@once
def managers(facts: Facts) -> pd.DataFrame:
    """Users who are the manager of active people: `people` and the `items` they hold, of those
    certainly active; `perhaps` and `perhaps_items`, of those that may be.
    """
    people = managed_people(facts).dropna(subset=["manager_who"])
    account = facts.held["account"].to_numpy()
    number = np.bincount(account[account >= 0], minlength=len(facts.accounts))
    of_person = pd.Series(number).groupby(facts.accounts["person_id"]).sum()
    held = people["person_id"].map(of_person).fillna(0).astype("int64")
    surely = people["surely"].fillna(False).astype("int64")
    held = held.mask(people.sort_values("account_id")["person_id"].duplicated(), 0)
    counts = people.assign(people=surely, items=surely * held, perhaps=1, perhaps_items=held)
    numbers = ["people", "items", "perhaps", "perhaps_items"]
    of = counts.groupby("manager_id")[numbers].sum()
    return facts.accounts.merge(of, left_on="account_id", right_index=True, validate="one_to_one")
