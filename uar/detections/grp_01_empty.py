"""A group has no members and opens nothing.

What it means
    Nobody is in the group, neither by hand nor by its rule, and nothing is bound to it.
Why it matters
    It is no access, but a name that makes every list longer, and that somebody may fill or bind
    without a second thought.
Facts read
    Groups, their members, and what is bound to them.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Delete it, or write into its description what it waits for.
Severity
    Low. An empty group that would open something is told by GRP-03. Where its members,
    or what is bound to groups, were not read, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    return found.assign(hit=(found["members"] == 0) & (found["opened"] == 0))


DETECTION = Detection(
    id="GRP-01",
    title="Group without members",
    severity="low",
    says="The group {subject_name} has no members and opens nothing.",
    judge=judge,
)
