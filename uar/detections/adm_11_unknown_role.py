"""An administrator holds a role that is none of JumpCloud's own.

What it means
    The role was made by the organisation, or is new at JumpCloud. Its name does not tell what it
    opens.
Why it matters
    Reviewers know what Help Desk means, but not what "Ops 2" does. Some tools drop such roles
    without a word, so that they are never reviewed.
Facts read
    Roles that administrators hold, by name; letter case does not count.
Controls
    NIST SP 800-53 AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.15, A.8.2; PCI DSS 7.2.4.
What to do
    Look up the scopes of the role in the Admin Portal, write them into its description, and name
    it in privileged.roles if it can change something that matters.
Severity
    Medium. Looks at roles held by an administrator.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._held import held_roles

BUILT_IN = (
    "administrator with billing",
    "administrator",
    "manager",
    "command runner with billing",
    "command runner",
    "help desk",
    "billing only",
    "read only",
)


def judge(facts: Facts) -> pd.DataFrame:
    held = held_roles(facts).sort_values("account_id")
    roles = held.groupby(["entitlement_id", "role"], as_index=False).agg(
        accounts=("account_id", " ".join), number=("account_id", "size")
    )
    known = roles["role"].str.strip().str.casefold().isin(BUILT_IN)
    return roles.assign(
        subject=roles["entitlement_id"],
        subject_name=roles["role"],
        hit=~known,
        holders=roles["number"].map(_holders),
    )


def _holders(number: int) -> str:
    return "1 administrator holds" if number == 1 else f"{number:,} administrators hold"


DETECTION = Detection(
    id="ADM-11",
    title="Role that is none of JumpCloud's own",
    severity="medium",
    says='{holders} the role "{role}", none of JumpCloud\'s own: what it opens is unknown.',
    judge=judge,
)
