"""A service would be reviewed by somebody's manager.

What it means
    A user that serves LDAP or Samba has a manager in JumpCloud, and service_accounts.owners does
    not name it, so that uar open puts what it holds to that manager, as if it were one of the
    manager's people.
Why it matters
    A manager knows people, and cannot say what a program needs. What such a manager decides is a
    fault of the review itself, not of the tenant.
Facts read
    Manager and service marks of users; service_accounts.owners.
Controls
    NIST SP 800-53 AC-2(j), AC-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18;
    PCI DSS 7.2.5, 7.2.5.1.
What to do
    Name who answers for the service in service_accounts.owners: uar open then asks them. Take the
    manager away in JumpCloud.
Severity
    Medium: it is put right in JumpCloud or uar.toml before uar open. Looks at users that serve LDAP
    or Samba, whatever their status; a user of which that is not known cannot be told, unless
    service_accounts.owners names it.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.services import is_declared
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    users = accounts[(accounts["kind"] == "user") & accounts["service_like"].fillna(True)]
    manager = look_up(users["manager_id"], accounts.set_index("account_id")["who"])
    asked = users["manager_id"].notna().astype("boolean").mask(users["service_like"].isna())
    return each(
        users,
        asked & ~is_declared(facts.settings, users),
        manager=manager.fillna("an unknown user"),
    )


DETECTION = Detection(
    id="NHI-06",
    title="Service that a people manager would review",
    severity="medium",
    says="{who} serves programs by LDAP or Samba, and has {manager} for a manager.",
    judge=judge,
)
