"""A privileged group says nowhere what it is for, and nobody owns it.

What it means
    The group is privileged or opens what is, it has no description, and uar.toml names no owner.
Why it matters
    A reviewer has to decide about members of something that nobody explains.
Facts read
    Descriptions of groups; what is privileged; [reviewers.owners] of uar.toml.
Controls
    NIST SP 800-53 AC-2(a), AC-2(b), AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.9, A.5.18;
    PCI DSS 7.2.4.
What to do
    Write a sentence into its description, or name its owner in uar.toml.
Severity
    Medium. Either of the two explains it. Looks at groups that are privileged or open what is; none
    is left untold.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import named
from uar.detections._groups import groups
from uar.detections._missing import is_missing


def judge(facts: Facts) -> pd.DataFrame:
    owned = facts.snapshot.entitlements.loc[
        named(facts, facts.settings.reviewers.owners), "entitlement_id"
    ]
    found = groups(facts)
    found = found[found["entitlement_id"].isin(facts.doors)]
    bare = is_missing(found["description"], facts)
    return found.assign(hit=bare & ~found["entitlement_id"].isin(owned))


DETECTION = Detection(
    id="GRP-04",
    title="Privileged group that nobody explains",
    severity="medium",
    says="The privileged group {subject_name} has neither a description nor an owner.",
    judge=judge,
)
