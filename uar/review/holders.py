"""Accounts as a reviewer is shown them; what an administrator borrows of his person is marked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.tables import look_up


def holders(accounts: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """One row per account: holder_id, holder_name, person_id, login, status, title, department,
    manager_id, manager (his name), borrowed (the four come from the person's user account)."""
    persons = persons.set_index("account_id").reindex(accounts["account_id"])
    persons = persons.reset_index(drop=True).set_axis(accounts.index)
    borrowed = persons["borrowed_from"].notna()
    own = {name: accounts[name].where(~borrowed, persons[name]) for name in ("title", "department")}
    manager_id = accounts["manager_id"].where(~borrowed, persons["manager_id"])
    manager_id = manager_id.fillna(_manager_of_person(accounts, persons))
    called = accounts["name"].fillna(accounts["login"])
    manager = look_up(manager_id, called.set_axis(accounts["account_id"]))
    name = accounts["name"].fillna(persons["person_name"]).fillna(accounts["login"])
    return pd.DataFrame(
        {
            "holder_id": accounts["account_id"],
            "holder_name": name,
            "person_id": persons["person_id"].fillna(accounts["account_id"]),
            "login": accounts["login"].fillna(accounts["email"]),
            "status": accounts["status"],
            **own,
            "manager_id": manager_id,
            "manager": manager,
            "borrowed": borrowed.astype("boolean"),
        }
    )


def _manager_of_person(accounts: pd.DataFrame, persons: pd.DataFrame) -> pd.Series[Any]:
    """For accounts without a manager: the one another account of the same person has."""
    known = accounts.assign(person_id=persons["person_id"]).dropna(subset=["manager_id"])
    first = known.sort_values("account_id").drop_duplicates("person_id")
    return look_up(persons["person_id"], first.set_index("person_id")["manager_id"])
