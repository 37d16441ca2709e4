"""An account is named as a function and nobody answers for it.

What it means
    The login or e-mail names a function, a device or a test ("helpdesk", "test.user", "noreply"),
    the account has no employee id, and uar.toml names no owner.
Why it matters
    Several people may know its password, so nothing it does can be put down to one of them, and it
    does not end when one of them leaves.
Facts read
    Login, e-mail, employee id and status of users; service_accounts.owners; what they hold. Left
    out: users that are not active, and those that serve LDAP or Samba (AUT-08).
Controls
    NIST SP 800-53 AC-2, AC-2(9), IA-2; SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16, A.8.2;
    PCI DSS 7.2.5, 8.2.2.
What to do
    Find out who uses it, and give them accounts of their own; or name who answers for it in
    service_accounts.owners.
Severity
    Medium; high where something privileged is held, directly or by a group. A user of unknown
    status, or with neither login nor e-mail, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import hold_privileged
from uar.detections._missing import active_people, is_missing
from uar.detections._named import is_generic, owners


def judge(facts: Facts) -> pd.DataFrame:
    users = active_people(facts)
    owned = owners(facts, users).notna() | ~is_missing(users["employee_id"], facts).astype(bool)
    power = hold_privileged(facts, users["account_id"])
    return each(
        users,
        users["surely"] & is_generic(users).mask(owned, False),
        power=power.map({True: ", but privileged access", False: ""}),
        severity=power.map({True: "high", False: "medium"}),
    )


DETECTION = Detection(
    id="LIF-12",
    title="Shared or test account without an owner",
    severity="medium",
    says="{who} is named as a function and not as a person, and has no owner{power}.",
    judge=judge,
)
