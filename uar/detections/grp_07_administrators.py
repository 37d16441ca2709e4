"""A group makes its members administrators of devices.

What it means
    Whoever is in the group may do everything on the devices that are bound to it.
Why it matters
    The name of the group rarely says so, and a membership looks harmless in a list.
Facts read
    The administrator rights of groups, and of their bindings to devices and device groups.
Controls
    NIST SP 800-53 AC-6(5), AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.8.2, A.8.18;
    PCI DSS 7.2.4, 7.2.5.
What to do
    See that everybody in it needs that; prefer rights on single devices. Memberships come first in
    the workbook, and a Keep needs a reason.
Severity
    High. Looks at groups that are bound to devices or say that they give such rights; what a group
    does not say it does not give.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    grants = facts.snapshot.grants
    things = facts.snapshot.entitlements
    devices = things.loc[things["kind"].isin(("device", "device group")), "entitlement_id"]
    by_group = grants[(grants["holder_kind"] == "group") & grants["entitlement_id"].isin(devices)]
    itself = found["privileged"].fillna(False).astype(bool)
    bound = found["entitlement_id"].isin(by_group["holder_id"])
    given = found["entitlement_id"].isin(by_group.loc[by_group["sudo"].notna(), "holder_id"])
    none = found["members"].eq(0).fillna(False)
    people = found["members"].astype("string").mask(none, "no").fillna("an unknown number of")
    one = found["members"].eq(1).fillna(False)
    judged = found.assign(
        hit=(itself | given).astype("boolean"),
        people=people + one.map({True: " member", False: " members"}),
    )
    return judged[itself | bound]


DETECTION = Detection(
    id="GRP-07",
    title="Group that makes administrators of devices",
    severity="high",
    says="The group {subject_name} makes its members administrators of its devices; "
    "it has {people}.",
    judge=judge,
)
