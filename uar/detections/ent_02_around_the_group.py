"""An application is assigned to somebody directly although a group opens it.

What it means
    There is a group for the application, and this person has it by a direct assignment all the
    same.
Why it matters
    A direct assignment does not end when the person leaves the group, so that it is easily
    forgotten; and who looks at the group's members does not see it.
Facts read
    Direct assignments of applications; the applications that groups open.
Controls
    NIST SP 800-53 AC-2(j), AC-6, AC-3(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.15, A.5.18;
    PCI DSS 7.2.2, 7.2.4.
What to do
    Add the person to the group and end the assignment; or only end it.
Severity
    Medium. Looks at every direct assignment of an application; where no group is seen to open it
    and the list was not read, it cannot be told.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, kind_is, thing_is, told

COLLECTION = "application groups"


def judge(facts: Facts) -> pd.DataFrame:
    hit = thing_is(facts, facts.opened["entitlement_id"])
    unread = COLLECTION not in set(facts.snapshot.collections["collection"])
    answer = judged(facts.held, hit, ~hit & np.full(len(hit), unread))
    return answer[kind_is(facts, "app")]


DETECTION = Detection(
    id="ENT-02",
    title="Application assigned directly, past its group",
    severity="medium",
    says="{who} has {what} assigned directly, although a group opens it.",
    judge=judge,
    tell=told,
)
