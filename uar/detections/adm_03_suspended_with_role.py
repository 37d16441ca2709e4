"""A suspended administrator still carries a role.

What it means
    The administrator cannot sign in, and its role was not taken away, nor was its API key where it
    has one.
Why it matters
    Making it active again gives all of that power back at once, without anybody deciding so.
Facts read
    The status and the roles of administrators, and whether an API key is set.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), AC-6(7); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2;
    PCI DSS 7.2.4, 8.2.6.
What to do
    Delete the administrator, or write down until when it is kept and why.
Severity
    Low. Looks at administrators; one whose status is unknown, or a suspended one of which JumpCloud
    states no role, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import roles_of


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[accounts["kind"] == "admin"]
    roles = roles_of(facts, admins["account_id"])
    stated = roles.notna().astype("boolean").mask(roles.isna())
    key = admins["api_key_set"].fillna(False).map({True: ", and an API key", False: ""})
    return each(admins, ~admins["active"] & stated, roles=roles, key=key)


DETECTION = Detection(
    id="ADM-03",
    title="Suspended administrator with a role",
    severity="low",
    says="{who} is suspended and still has the role {roles}{key}.",
    judge=judge,
)
