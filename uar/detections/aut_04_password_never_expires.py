"""The password of an active user never expires.

What it means
    The user is exempt from the organisation's password ageing.
Why it matters
    A password that was stolen once works for ever, and nobody is asked to change it.
Facts read
    The user's setting, status and service marks; service_accounts.owners.
Controls
    NIST SP 800-53 IA-5(1), AC-2(j); SOC 2 CC6.1; ISO/IEC 27001:2022 A.5.17; PCI DSS 7.2.4, 8.3.9.
What to do
    Take the exemption away, unless the organisation has given up password ageing on purpose.
Severity
    Medium; info for users that serve LDAP or Samba and have an owner in service_accounts.owners:
    they often need it. A user whose setting or status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._named import owners


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users
    users = users[users["active"].fillna(True)]
    known = users["service_like"].fillna(False) & owners(facts, users).notna()
    return each(
        users,
        users["active"] & users["password_never_expires"],
        severity=known.map({True: "info", False: "medium"}),
    )


DETECTION = Detection(
    id="AUT-04",
    title="Password never expires",
    severity="medium",
    says="The password of {who} never expires.",
    judge=judge,
)
