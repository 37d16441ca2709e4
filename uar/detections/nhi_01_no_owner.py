"""A service account has no named owner.

What it means
    JumpCloud states no owner of a service account, and uar.toml names none.
Why it matters
    Nobody answers for what it does, renews its credential, or notices that it is no longer needed.
Facts read
    Service accounts and their status; service_accounts.owners and reviewers.owners, by the
    account's name or id.
Controls
    NIST SP 800-53 AC-2, AC-2(j); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.16, A.8.2; PCI DSS
    7.2.5.1.
What to do
    Find out who uses it and name them in service_accounts.owners, or delete it.
Severity
    High. Looks at service accounts that have not expired; one of unknown status cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._named import owners


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    services = accounts[(accounts["kind"] == "service") & accounts["active"].fillna(True)]
    return each(services, services["active"].mask(owners(facts, services).notna(), False))


DETECTION = Detection(
    id="NHI-01",
    title="Service account without a named owner",
    severity="high",
    says="{who} has no named owner.",
    judge=judge,
)
