"""An active user is an administrator on every device bound to them.

What it means
    The user itself, not a group, carries sudo for all devices: the right to do everything on them,
    with or without giving the password again.
Why it matters
    Whoever takes over the account takes over each of those devices. It is easily overlooked,
    because no group shows it.
Facts read
    The user's sudo settings and status.
Controls
    NIST SP 800-53 AC-6(5), AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.8.2; PCI DSS 7.2.4.
What to do
    Take it away from the user; where it is needed, grant it by a group bound to those devices.
Severity
    High. A user whose settings or status are unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users
    users = users[users["active"].fillna(True)]
    return each(users, users["active"] & users["sudo"])


DETECTION = Detection(
    id="AUT-05",
    title="Administrator on every device",
    severity="high",
    says="{who} is an administrator (sudo) on every device bound to them.",
    judge=judge,
)
