"""What the detections about HR's list share: accounts with their person's row of the roster."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from uar.detections import Facts, once
from uar.shortened import shortened
from uar.tables import positions

COLUMNS = {name: f"hr_{name}" for name in ("name", "status", "start_date", "end_date", "manager")}
COLUMNS |= {name: f"hr_{name}" for name in ("department", "title", "employee_id", "email")}


def roster(facts: Facts) -> pd.DataFrame:
    """HR's list: a detection that needs it does not run without."""
    return cast(pd.DataFrame, facts.roster)


def employed(facts: Facts, accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with hr_... of their person's row, and `rows`: how many the person has.

    Where a person has several rows, hr_... is unknown: nobody can say which one counts.
    """
    known, people = _single_rows(facts), facts.listed["person_id"].value_counts()
    at = positions(accounts["person_id"], known["person_id"])
    rows = known.drop(columns="person_id").reindex(at).set_axis(accounts.index)  # -1: unknown
    number = accounts["person_id"].map(people).fillna(0).astype("int64")
    return pd.concat([accounts, rows], axis=1).assign(rows=number)


@once
def _single_rows(facts: Facts) -> pd.DataFrame:
    """person_id, row and hr_... of those who are in HR's list once."""
    single = facts.listed[~facts.listed["person_id"].duplicated(keep=False)]
    rows = roster(facts).rename(columns=COLUMNS)
    return single.merge(rows, on="row", validate="many_to_one").reset_index(drop=True)


@once
def shortened_ids(facts: Facts) -> pd.DataFrame:
    """uar.shortened of HR's list, where its row is nobody's otherwise."""
    pairs = shortened(facts.accounts, roster(facts))
    return pairs[~pairs["row"].isin(facts.listed["row"])]


def day(moments: pd.Series[Any]) -> pd.Series[Any]:
    """2026-10-16."""
    return cast("pd.Series[Any]", moments.dt.strftime("%Y-%m-%d").astype("string"))


def over(facts: Facts, end: pd.Series[Any]) -> pd.Series[Any]:
    """Is the last day over? Unknown where there is none."""
    past = (end + pd.Timedelta(days=1)).le(facts.now)
    return past.astype("boolean").mask(end.isna())
