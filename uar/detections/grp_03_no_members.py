"""A group opens something and has no members.

What it means
    Applications, devices, directories or servers are bound to the group, and nobody is in it.
Why it matters
    Nobody has the access today. It is a door that waits: whoever is added gets all of it.
Facts read
    The members of groups, and what is bound to them.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Delete the group if nobody will need it; else leave it and know of it.
Severity
    Info. Looks at groups that open something. Where the members were not read, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    found = found[found["opened"].fillna(1) > 0]
    opened, one = found["opened"].astype("string"), found["opened"].eq(1)
    return found.assign(
        hit=(found["members"] == 0) & (found["opened"] > 0),
        things=opened + one.map({True: " thing", False: " things"}),
    )


DETECTION = Detection(
    id="GRP-03",
    title="Group without members that would open something",
    severity="info",
    says="The group {subject_name} has no members, and would open {things} to its first member.",
    judge=judge,
)
