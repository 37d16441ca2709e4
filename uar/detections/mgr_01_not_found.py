"""The manager entered for an active person does not exist.

What it means
    The user's manager is an id that no user of the tenant has: the manager was deleted.
Why it matters
    The review would go to nobody; the fallback reviewer decides instead.
Facts read
    Manager and status of users.
Controls
    NIST SP 800-53 AC-2(j), AC-2(l); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Enter the present manager in JumpCloud, or where JumpCloud takes it from.
Severity
    High. Looks at active people with a manager entered (ATR-03 is about the others); one whose
    status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._managers import managed_people


def judge(facts: Facts) -> pd.DataFrame:
    people = managed_people(facts)
    return each(people, people["surely"].mask(people["manager_who"].notna(), False))


DETECTION = Detection(
    id="MGR-01",
    title="Manager does not exist",
    severity="high",
    says="The manager of {who} is no user of JumpCloud any more: {manager_id}.",
    judge=judge,
)
