"""Employee ids that HR's list and JumpCloud write alike but for their leading zeros.

A spreadsheet takes the 00123 of a CSV file for a number and saves 123. Perhaps both mean one
person; perhaps they are two companies' numbers. To take them for one would close the account of
somebody else when HR lets one of them go, so nobody is put together by it: it is told, and somebody
corrects the list or JumpCloud.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.text import folded, without_zeros


def shortened(accounts: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """ACCOUNTS, ROSTER -> the pairs, folded: employee_id, hr_employee_id, row of HR's list.

    Not where JumpCloud or HR's list has both of two such ids: there the zeros mean something.
    """
    ours = _by_number(accounts["employee_id"], "employee_id")
    theirs = _by_number(roster["employee_id"], "hr_employee_id")
    rows = roster.assign(hr_employee_id=folded(roster["employee_id"]))[["hr_employee_id", "row"]]
    pairs = ours.merge(theirs, on="number", validate="one_to_one").merge(rows, on="hr_employee_id")
    apart = pairs["employee_id"] != pairs["hr_employee_id"]
    return pairs.loc[apart, ["employee_id", "hr_employee_id", "row"]].reset_index(drop=True)


def _by_number(ids: pd.Series[Any], name: str) -> pd.DataFrame:
    """`number`, without zeros, and the only id that comes to it; none for zeros alone."""
    different = folded(ids).dropna().drop_duplicates()
    found = pd.DataFrame({name: different, "number": different.map(without_zeros)})
    return found[~found["number"].duplicated(keep=False) & (found["number"] != "")]
