"""An account was used after its owner's last day.

What it means
    HR's list says when the person left, and JumpCloud's events show a sign-in or another use later.
Why it matters
    Somebody who had no business there any more was there, or somebody else with their password. It
    is the question that an auditor asks first.
Facts read
    HR's list (uar sync --roster): the last day; sign-ins and uses of applications, devices, LDAP
    and RADIUS, of all accounts of the person.
Controls
    NIST SP 800-53 AC-2(l), PS-4, AU-6; SOC 2 CC6.2, CC7.2; ISO/IEC 27001:2022 A.5.18, A.6.5;
    PCI DSS 7.2.4, 8.2.5; HIPAA 164.308(a)(3)(ii)(C).
What to do
    Suspend the account today. Look in Directory Insights for what was done after the last day, and
    treat it as an incident until it is explained.
Severity
    Critical. Looks at accounts of people who have left. One whose last day is not known, or lies
    before the window of the events with nothing in it, cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._employed import employed, over
from uar.detections._keys import on
from uar.detections._unused import DAY, unobserved, window
from uar.tables import look_up, within

MOST_NAMED = 3
KINDS = {
    "sign-in": "a sign-in",
    "application": "an application",
    "device": "a device",
    "directory": "LDAP",
    "radius": "RADIUS",
}


def judge(facts: Facts) -> pd.DataFrame:
    accounts = employed(facts, facts.accounts)
    gone = accounts["hr_status"].eq("left") | over(facts, accounts["hr_end_date"])
    accounts = accounts[gone.fillna(False)]
    end = accounts["hr_end_date"] + DAY
    uses = facts.snapshot.uses
    uses = uses[within(uses["account_id"], accounts["account_id"])]
    ended = end.set_axis(accounts["account_id"]).reindex(uses["account_id"])
    late = uses[uses["last_used_at"] >= ended.set_axis(uses.index)]
    hit = accounts["account_id"].isin(late["account_id"]).astype("boolean")
    covered = end >= window(facts)[0]
    return each(
        accounts,
        hit.mask(~hit & ~covered),
        last_day=on(accounts["hr_end_date"]),
        uses=look_up(accounts["account_id"], _told(facts, late)),
    )


def _told(facts: Facts, late: pd.DataFrame) -> pd.Series[Any]:
    """account_id -> `Payroll on 2026-10-29 and a sign-in on 2026-10-20`, the newest first."""
    names = facts.snapshot.entitlements.set_index("entitlement_id")["name"]
    what = look_up(late["entitlement_id"], names).fillna(late["kind"].map(KINDS))
    said = late.assign(said=what + " on " + on(late["last_used_at"]))
    said = said.sort_values(["last_used_at", "use_id"], ascending=[False, True])
    return said.groupby("account_id")["said"].agg(_listed)


def _listed(said: pd.Series[str]) -> str:
    more = len(said) - MOST_NAMED
    return ", ".join(said.iloc[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


DETECTION = Detection(
    id="LIF-05",
    title="Used after the owner's last day",
    severity="critical",
    says="{who} was used after {person_name} left on {last_day}: {uses}.",
    judge=judge,
    needs=("roster",),
    unable=unobserved,
)
