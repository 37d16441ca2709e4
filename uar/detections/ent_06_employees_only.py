"""Somebody who is no employee holds what only employees may hold.

What it means
    The person's employee type is one of employment.external, and the access is one of
    employment.employees_only, held directly or by a group.
Why it matters
    Contractors come by another contract and leave by another list. What was meant for employees was
    not weighed for them.
Facts read
    Employee type; grants and what groups open; [employment] of uar.toml.
Controls
    NIST SP 800-53 PS-7, AC-2(j), AC-3; SOC 2 CC6.3, CC9.2; ISO/IEC 27001:2022 A.5.19, A.5.15;
    PCI DSS 7.2.2, 8.2.7.
What to do
    Revoke it, or correct the employee type.
Severity
    Medium. Looks at every grant by which an active user holds such a thing; without an employee
    type it cannot be told. Does not run where employment.employees_only is empty.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, named, thing_is, told
from uar.detections._missing import is_missing
from uar.settings import Settings
from uar.tables import look_up
from uar.text import folded


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    external = {word.strip().casefold() for word in facts.settings.employment.external}
    blank = is_missing(accounts["employee_type"], facts).to_numpy(bool)
    hit = folded(accounts["employee_type"]).isin(external).to_numpy(bool)
    unsure = blank | accounts["active"].isna().to_numpy(bool)
    asked = (accounts["kind"] == "user") & accounts["active"].fillna(True)
    at = facts.held["account"].to_numpy()
    things = facts.snapshot.entitlements.loc[
        named(facts, facts.settings.employment.employees_only), "entitlement_id"
    ]
    opened = facts.opened
    ways = [*things, *opened.loc[opened["entitlement_id"].isin(things), "group_id"]]
    chosen = thing_is(facts, ways) & (at >= 0)
    chosen[chosen] = asked.to_numpy(bool)[at[chosen]]
    at = at[chosen]
    return judged(
        np.flatnonzero(chosen),
        hit[at],
        unsure[at] & (hit | blank)[at],
        type=accounts["employee_type"].array.take(at),
    )


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    things = facts.snapshot.entitlements[named(facts, facts.settings.employment.employees_only)]
    names = things.set_index("entitlement_id")["name"]
    opened = facts.opened[facts.opened["entitlement_id"].isin(names.index)]
    opened = opened.assign(name=look_up(opened["entitlement_id"], names)).sort_values("name")
    words = told(facts, found)
    held = words["entitlement_id"]
    by_group = look_up(held, opened.groupby("group_id")["name"].agg(" and ".join))
    itself = look_up(held, names)
    return words.assign(what=itself.fillna(by_group + " by the group " + words["what"]))


def _none_named(settings: Settings) -> str:
    return "" if settings.employment.employees_only else "employment.employees_only is not set"


DETECTION = Detection(
    id="ENT-06",
    title="Only for employees, and held by somebody else",
    severity="medium",
    says='{who} has the employee type "{type}" and holds {what}: only employees may.',
    judge=judge,
    tell=tell,
    unwanted=_none_named,
)
