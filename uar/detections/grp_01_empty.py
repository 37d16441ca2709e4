"""A group has no members.

What it means
    Nobody is in the group, neither by hand nor by its rule.
Why it matters
    It is no access today, but a door that whoever fills it opens unnoticed, and a name that makes
    every list longer.
Facts read
    Groups and their members.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Delete it, or write into its description what it waits for.
Severity
    Low. A group whose members were not collected cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.access import opens
from uar.detections import Detection, Facts
from uar.tables import look_up

COLLECTION = "group members"


def judge(facts: Facts) -> pd.DataFrame:
    snapshot = facts.snapshot
    groups = snapshot.entitlements[snapshot.entitlements["kind"] == "group"]
    ids = groups["entitlement_id"]
    empty = (~ids.isin(snapshot.grants["entitlement_id"].unique())).astype("boolean")
    collected = COLLECTION in set(snapshot.collections["collection"])
    gaps = snapshot.gaps.loc[snapshot.gaps["collection"] == COLLECTION, "subject"]
    unclear = ids.isin(gaps) | (not collected)
    opened = opens(snapshot.grants)["group_id"].value_counts().map(_opens)
    return groups.assign(
        subject=ids,
        subject_name=groups["name"],
        accounts=None,
        hit=empty.mask(empty & unclear),
        opened=look_up(ids, opened).fillna(""),
    )


def _opens(number: int) -> str:
    return f", but would open {number:,} {'thing' if number == 1 else 'things'}"


DETECTION = Detection(
    id="GRP-01",
    title="Group without members",
    severity="low",
    says="The group {subject_name} has no members{opened}.",
    judge=judge,
)
