"""An application is assigned to somebody directly, who is in no group that opens it.

What it means
    There is a group for the application, and this person has it by a direct assignment only.
Why it matters
    Who looks at the group's members does not see it, and no rule of the group ever ends it: it is
    easily forgotten.
Facts read
    Direct assignments of applications; the applications that groups open; group memberships.
Controls
    NIST SP 800-53 AC-2(j), AC-6, AC-3(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.15, A.5.18;
    PCI DSS 7.2.2, 7.2.4.
What to do
    Add the person to the group and end the assignment; or only end it.
Severity
    Medium. Looks at every direct assignment of an application; where no group is seen to open it
    and the list was not read, it cannot be told. Who is in such a group too is for ENT-03.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, kind_is, thing_is, told
from uar.detections._lists import GROUPS_IN, lists_read
from uar.detections._paths import several


def judge(facts: Facts) -> pd.DataFrame:
    opened = thing_is(facts, facts.opened["entitlement_id"])
    also = np.zeros(len(opened), dtype=bool)
    also[several(facts)["row"]] = True
    unread = GROUPS_IN["app"] not in lists_read(facts.snapshot)
    rows = np.flatnonzero(kind_is(facts, "app"))
    return judged(rows, (opened & ~also)[rows], unread & ~opened[rows])


DETECTION = Detection(
    id="ENT-02",
    title="Application assigned directly, past its group",
    severity="medium",
    says="{who} has {what} assigned directly, although a group opens it.",
    judge=judge,
    tell=told,
)
