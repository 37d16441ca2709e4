"""A user is a service: it binds to LDAP or serves Samba.

What it means
    The user may read the directory by LDAP as a program does, or stands for a Samba service.
Why it matters
    A program signs in with its password, often for years and without a second factor. The reviews
    of people pass it by, so somebody has to answer for it.
Facts read
    The two marks (ldap_binding_user, samba_service_user) and the status of users;
    service_accounts.owners.
Controls
    NIST SP 800-53 AC-2, AC-2(9), AC-6; SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.16, A.8.2;
    PCI DSS 7.2.5, 8.6.1.
What to do
    Name who answers for it in service_accounts.owners; where a person has the mark, take it away.
Severity
    Info; medium where uar.toml names no owner. Looks at users that are not suspended or staged; one
    of unknown status, or with unknown marks, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._named import owners


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    users = accounts[(accounts["kind"] == "user") & accounts["active"].fillna(True)]
    owner = owners(facts, users)
    return each(
        users,
        users["active"] & users["service_like"],
        severity=owner.isna().map({True: "medium", False: "info"}),
        owner=("answered for by " + owner).fillna("without a named owner"),
    )


DETECTION = Detection(
    id="AUT-08",
    title="User that is a service",
    severity="medium",
    says="{who} serves programs by LDAP or Samba, {owner}.",
    judge=judge,
)
