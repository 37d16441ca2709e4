"""HR says that somebody has left, and an account still works.

What it means
    The person's row in HR's list has a status of leaving, and its last day, where there is one, is
    over; the account is not suspended.
Why it matters
    Whoever has left, or has their password, is still inside. This never waits for the review.
Facts read
    HR's list (uar sync --roster): status and end date; users and administrators and their status.
    A person is found by the employee id or e-mail of any of the accounts.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), PS-4; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.6.5;
    PCI DSS 7.2.4, 8.2.5; HIPAA 164.308(a)(3)(ii)(C).
What to do
    Suspend it now: uar plan FOLDER --finding LIF-01 prepares that. Then end what it holds, and ask
    why the leaving did not reach the directory.
Severity
    Critical. Cannot be told: the status of the account is unknown, or the person's accounts fit
    different rows of the list. Who is not in the list is for LIF-03.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._employed import day, employed, over


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    people = accounts[(accounts["kind"] != "service") & accounts["active"].fillna(True)]
    people = employed(facts, people)
    people = people[people["rows"] > 0]
    left = people["hr_status"].eq("left").astype("boolean")
    gone = left & over(facts, people["hr_end_date"]).fillna(True)
    when = ("left on " + day(people["hr_end_date"])).fillna("has left")
    return each(people, people["active"] & gone, when=when)


DETECTION = Detection(
    id="LIF-01",
    title="Left the company, account still active",
    severity="critical",
    says="{who} is active, but HR says that {person_name} {when}.",
    judge=judge,
    needs=("roster",),
)
