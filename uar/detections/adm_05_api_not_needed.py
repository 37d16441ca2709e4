"""An administrator may have an API key, although the role is not one for programs.

What it means
    API access is allowed for an administrator whose only roles are Help Desk or Read Only.
Why it matters
    JumpCloud leaves API access off for new administrators, so somebody turned it on. A key needs no
    second factor, and with these roles a person works in the Admin Portal, not with a program.
Facts read
    Whether API access is allowed, and the roles of administrators. Left out: the administrator
    whose key has read this review, which has to be one with a read-only role.
Controls
    NIST SP 800-53 AC-6, AC-6(7), CM-7; SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.15, A.8.2;
    PCI DSS 7.2.2, 7.2.4.
What to do
    Turn API access off for the administrator. Where a program does use its key, give the program a
    service account.
Severity
    Medium. Looks at administrators that are not suspended; one of unknown status, of unknown roles,
    or of which it is not known whether API access is allowed, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import held_roles, roles_of

WITHOUT_PROGRAMS = ("help desk", "read only")


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    admins = admins[admins["account_id"] != facts.snapshot.header.credential_id]
    held = held_roles(facts)
    programs = ~held["role"].str.strip().str.casefold().isin(WITHOUT_PROGRAMS)
    needed = programs.groupby(held["account_id"]).any()
    needs = admins["account_id"].map(needed).astype("boolean")
    return each(
        admins,
        admins["active"] & admins["api_key_allowed"] & ~needs,
        role=roles_of(facts, admins["account_id"]),
        key=admins["api_key_set"].fillna(False).map({True: ", and has one", False: ""}),
    )


DETECTION = Detection(
    id="ADM-05",
    title="API access with a role that needs none",
    severity="medium",
    says="{who} may have an API key{key}; as {role} it needs none.",
    judge=judge,
)
