"""The last day that HR states is over, and an account still works.

What it means
    HR's list calls the person employed, but the end date in the same row has passed; the account
    is not suspended.
Why it matters
    Contracts end without anybody leaving in HR's system. Either the date is wrong, or the access
    has outlived the contract.
Facts read
    HR's list (uar sync --roster): status and end date; users and administrators and their status.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), PS-4; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.6.5;
    PCI DSS 7.2.4, 8.2.5; HIPAA 164.308(a)(3)(ii)(C).
What to do
    Ask HR whether the contract goes on. If not, suspend the account.
Severity
    High. Looks at active accounts whose person HR calls employed; without an end date there is
    nothing to find. An unknown status, or a person with several rows, cannot be told.
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
    people = people[people["hr_status"].ne("left").fillna(True)]
    ended = over(facts, people["hr_end_date"])
    hit = people["active"] & ended.mask(people["hr_status"].notna(), ended.fillna(False))
    return each(people, hit, when=day(people["hr_end_date"]))


DETECTION = Detection(
    id="LIF-02",
    title="Contract over, account still active",
    severity="high",
    says="{who} is active, but the last day that HR states for {person_name} was {when}.",
    judge=judge,
    needs=("roster",),
)
