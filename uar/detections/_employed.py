"""What the detections about HR's list share: accounts with their person's row of the roster."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from uar.detections import Facts

COLUMNS = {name: f"hr_{name}" for name in ("name", "status", "start_date", "end_date", "manager")}
COLUMNS |= {name: f"hr_{name}" for name in ("department", "title", "employee_id", "email")}


def roster(facts: Facts) -> pd.DataFrame:
    """HR's list: a detection that needs it does not run without."""
    return cast(pd.DataFrame, facts.roster)


def employed(facts: Facts, accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts with hr_... of their person's row, and `rows`: how many the person has.

    Where a person has several rows, hr_... is unknown: nobody can say which one counts.
    """
    pairs = facts.listed
    number = pairs["person_id"].value_counts()
    single = pairs[pairs["person_id"].map(number) == 1]
    rows = roster(facts).rename(columns=COLUMNS)
    known = accounts.merge(single, on="person_id", how="left", validate="many_to_one")
    known = known.merge(rows, on="row", how="left", validate="many_to_one")
    return known.assign(rows=known["person_id"].map(number).fillna(0).astype("int64"))


def day(moments: pd.Series[Any]) -> pd.Series[Any]:
    """2026-10-16."""
    return cast("pd.Series[Any]", moments.dt.strftime("%Y-%m-%d").astype("string"))


def over(facts: Facts, end: pd.Series[Any]) -> pd.Series[Any]:
    """Is the last day over? Unknown where there is none."""
    past = (end + pd.Timedelta(days=1)).le(facts.now)
    return past.astype("boolean").mask(end.isna())
