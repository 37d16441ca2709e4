"""What the detections about managers share: people with the manager that is entered for them."""

from __future__ import annotations

import pandas as pd

from uar.detections import Facts
from uar.detections._missing import active_people

ENTERED = {
    "account_id": "manager_id",
    "who": "manager_who",
    "active": "manager_active",
    "status": "manager_status",
    "person_id": "manager_person",
}


def managed_people(facts: Facts) -> pd.DataFrame:
    """Active people with a manager; the manager's columns are unknown where there is no such user.

    Who has none is for ATR-03.
    """
    people = active_people(facts).dropna(subset=["manager_id"])
    entered = facts.accounts[list(ENTERED)].rename(columns=ENTERED)
    return people.merge(entered, on="manager_id", how="left", validate="many_to_one")
