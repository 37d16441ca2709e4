"""An active person is not in HR's list.

What it means
    No row of HR's list has the employee id or an e-mail of any of the person's accounts.
Why it matters
    Nobody will say when the person leaves. It may be a contractor, a test account, or somebody who
    should not be here.
Facts read
    HR's list (uar sync --roster); active users, with all accounts of the person.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), PS-4; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.6.1;
    PCI DSS 7.2.4, 8.2.4, 8.2.5.
What to do
    Find out who answers for the person. Add an employee id or e-mail, or end the access. Where an
    id of the list differs by leading zeros only, the finding names it: a spreadsheet may have
    dropped them. uar does not take the two for one; write them alike if they are.
Severity
    High. Left out: users that serve LDAP or Samba, or that service_accounts.owners names. An
    unknown status, and a user with neither employee id nor e-mail, cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._employed import employed, roster, shortened_ids
from uar.detections._missing import profiled
from uar.tables import look_up
from uar.text import folded

STATUS = {"employed": "of somebody employed", "left": "of somebody who has left"}


def judge(facts: Facts) -> pd.DataFrame:
    people = employed(facts, profiled(facts))
    nameless = people["employee_id"].isna() & people["email"].isna()
    absent = people["rows"].eq(0).astype("boolean")
    return each(
        people, people["surely"] & absent.mask(absent & nameless), perhaps=_perhaps(facts, people)
    )


def _perhaps(facts: Facts, people: pd.DataFrame) -> pd.Series[Any]:
    """HR's row that only leading zeros keep from being the person's, in words."""
    pairs = shortened_ids(facts).merge(roster(facts)[["row", "status"]], on="row")
    says = "; the list has the employee id " + pairs["hr_employee_id"] + ", "
    says += pairs["status"].map(STATUS) + ": it is " + pairs["employee_id"]
    says += " but for leading zeros"
    of = says.set_axis(pairs["employee_id"])
    return look_up(folded(people["employee_id"]), of).fillna("")


DETECTION = Detection(
    id="LIF-03",
    title="Active person that HR does not know",
    severity="high",
    says="{who} is active, but {person_name} is not in HR's list{perhaps}.",
    judge=judge,
    needs=("roster",),
)
