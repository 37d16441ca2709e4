"""A person is entered as their own manager.

What it means
    The user's manager is the user, or another account of the same person.
Why it matters
    The person would decide on their own access.
Facts read
    Manager and status of users; the persons made of the accounts.
Controls
    NIST SP 800-53 AC-5, AC-2(j); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Enter the manager in JumpCloud. For whoever leads the organisation, empty it and name them in
    attributes.no_manager.
Severity
    High. Looks at active people whose manager exists; one whose status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._managers import managed_people


def judge(facts: Facts) -> pd.DataFrame:
    people = managed_people(facts)
    people = people[people["manager_who"].notna()]
    own = people["person_id"] == people["manager_person"]
    same = people["account_id"] == people["manager_id"]
    other = people["manager_who"] + ", another account of theirs"
    manager = other.mask(same, "their own user")
    judged = each(people, people["surely"].mask(~own, False), manager=manager)
    both = people["account_id"] + " " + people["manager_id"]
    return judged.assign(accounts=both.mask(same, people["account_id"]))


DETECTION = Detection(
    id="MGR-03",
    title="A person is their own manager",
    severity="high",
    says="{who} has a manager who is the same person: {manager}.",
    judge=judge,
)
