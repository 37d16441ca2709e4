"""A group has members and opens nothing.

What it means
    People are in the group, but no application, device, directory or server is bound to it.
Why it matters
    There is nothing to review about it, and yet its name suggests access; whoever binds something
    to it later gives that to all members at once.
Facts read
    The members of groups, and what is bound to them.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Delete it; or write into its description what it is for, such as a mailing list.
Severity
    Low. Looks at groups with members. Where the lists that show what groups open were not all read,
    it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    found = found[found["members"].fillna(1) > 0]
    people, one = found["members"].astype("string"), found["members"].eq(1)
    return found.assign(
        hit=(found["members"] > 0) & (found["opened"] == 0),
        people=people + one.map({True: " member", False: " members"}),
    )


DETECTION = Detection(
    id="GRP-02",
    title="Group that opens nothing",
    severity="low",
    says="The group {subject_name} has {people} and opens nothing.",
    judge=judge,
)
