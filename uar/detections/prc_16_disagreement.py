"""Two answers of the tenant disagree about who has access.

What it means
    For a sample of users and applications, who holds what was read from both ends: the members of
    groups and the groups of members; the bindings of applications and who reaches them. An access
    stands in the one answer and not in the other, and did so again when both were read anew.
Why it matters
    The population of the review is made of such lists. Where two of them disagree, one is short,
    and a list that states no total could be short unnoticed.
Facts read
    The gaps that the cross-check of uar sync left (cross_check in uar.toml), in group memberships
    and application assignments.
Controls
    NIST SP 800-53 AC-2, CA-7; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Look the access up in the Admin Portal, and read the tenant again. If the answers still
    disagree, ask JumpCloud's support, and review this access by hand.
Severity
    High. Both comparisons are looked at; one that was not made cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.tables import CROSS_CHECK

COMPARISONS = {"group": f"{CROSS_CHECK} of memberships", "app": f"{CROSS_CHECK} of applications"}


def judge(facts: Facts) -> pd.DataFrame:
    gaps = facts.snapshot.gaps
    found = gaps[gaps["collection"] == CROSS_CHECK]
    made = set(facts.snapshot.collections["collection"])
    kinds = set(facts.snapshot.entitlements["kind"])
    compared = [name for kind, name in COMPARISONS.items() if kind in kinds]
    subjects = [*found["subject"], *compared]
    answers = [True] * len(found) + [False if name in made else pd.NA for name in compared]
    return pd.DataFrame(
        {
            "subject": pd.array(subjects, dtype="string"),
            "subject_name": pd.array(subjects, dtype="string"),
            "accounts": None,
            "hit": pd.array(answers, dtype="boolean"),
            "disagreement": [*found["says"], *("" for _ in compared)],
        }
    )


DETECTION = Detection(
    id="PRC-16",
    title="Two answers of the tenant disagree",
    severity="high",
    says="{disagreement}",
    judge=judge,
)
