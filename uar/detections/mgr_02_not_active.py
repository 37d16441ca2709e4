"""The manager of an active person has left, is suspended or has not started yet.

What it means
    The manager's user is suspended or staged, so the manager cannot sign in; or HR's list says that
    the manager has left.
Why it matters
    A reviewer who has left cannot decide. Stale managers are among the first things auditors find.
Facts read
    Manager and status of users; HR's list, where it was given.
Controls
    NIST SP 800-53 AC-2(j), AC-2(l); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Enter the present manager in JumpCloud, or where JumpCloud takes it from.
Severity
    High. Looks at active people whose manager exists; if the status of either is unknown, it cannot
    be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._gone import left_by_roster
from uar.detections._managers import managed_people


def judge(facts: Facts) -> pd.DataFrame:
    people = managed_people(facts)
    people = people[people["manager_who"].notna()]
    left = people["manager_person"].isin(left_by_roster(facts))
    off = ~people["manager_active"].astype("boolean")
    state = ("is " + people["manager_status"]).replace("is staged", "has not started yet")
    state = state.mask(left & ~off.fillna(False), "has left")
    # About the person alone: what the manager still holds is LIF-04's, and said once.
    return each(people, people["surely"] & (off | left), state=state)


DETECTION = Detection(
    id="MGR-02",
    title="Manager has left, is suspended or has not started",
    severity="high",
    says="The manager of {who}, {manager_who}, {state}.",
    judge=judge,
)
