"""A service account that should only read can write.

What it means
    The name speaks of reading ("export", "report", "audit", "log"), and the role has scopes that
    change the tenant.
Why it matters
    A program that exports a list needs no right to make users. If its secret is stolen, or it has a
    fault, what it may do decides how bad that gets.
Facts read
    Names and descriptions of service accounts; the scopes of their roles.
Controls
    NIST SP 800-53 AC-6, AC-6(7), AC-2; SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.15, A.8.2;
    PCI DSS 7.2.5, 7.2.5.1.
What to do
    Give it the role Read Only, or one of your own with read-only scopes. Where it does write, give
    it a name that says so.
Severity
    High. Looks at service accounts that have not expired; one without a name, of unknown status, or
    of whose role the scopes are not known, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import roles_of
from uar.detections._services import can_write
from uar.text import folded

READS = (
    r"\b(?:analytics|audit|auditing|auditor|dashboard|export|exporter|exports|inventory|log|logging"
    r"|logs|metrics|monitor|monitoring|read|reader|reading|readonly|report|reporting|reports|review"
    r"|reviews|siem|view|viewer)\b"
)


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    services = accounts[(accounts["kind"] == "service") & accounts["active"].fillna(True)]
    called = folded(services["name"].fillna("") + " " + services["description"].fillna(""))
    reads = called.str.replace("_", " ").str.contains(READS)
    return each(
        services,
        services["active"] & reads & can_write(facts, services["account_id"]),
        role=roles_of(facts, services["account_id"]),
    )


DETECTION = Detection(
    id="NHI-04",
    title="Service account that reads by its name and can write",
    severity="high",
    says="By its name {who} only reads, but its role {role} can make changes in JumpCloud.",
    judge=judge,
)
