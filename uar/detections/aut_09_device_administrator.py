"""A user is an administrator of one device, or of a group of devices.

What it means
    The user's own binding to the device carries sudo, with or without a password.
Why it matters
    Whoever takes over the account takes over the device: its data, its protection, and what else
    signs in there. Most people need the device, and not these rights.
Facts read
    The administrator rights that go with bindings to devices and device groups.
Controls
    NIST SP 800-53 AC-6(5), AC-6(10); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.8.2, A.8.18;
    PCI DSS 7.2.2, 7.2.4.
What to do
    Take the rights away and leave the device: uar plan FOLDER --finding AUT-09, or one finding.
    Revoke takes the device as well. Groups that give such rights are GRP-07.
Severity
    Medium. Looks at users' own bindings to devices and device groups; what is held and not in the
    snapshot cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, kind_is, told
from uar.tables import look_up, within


def judge(facts: Facts) -> pd.DataFrame:
    grants = facts.snapshot.grants
    rights = grants.loc[grants["sudo"].notna(), "grant_id"]
    hit = within(facts.held["grant_id"], rights).to_numpy(bool)
    unknown = (facts.held["thing"] < 0).to_numpy(bool)
    devices = kind_is(facts, "device") | kind_is(facts, "device group")
    return judged(facts.held, hit, unknown)[devices | (unknown & hit)]


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    kinds = facts.snapshot.entitlements.set_index("entitlement_id")["kind"]
    kind = look_up(found["entitlement_id"], kinds).fillna("device")
    return told(facts, found).assign(kind=kind)


DETECTION = Detection(
    id="AUT-09",
    title="Administrator of a device",
    severity="medium",
    says="{who} is an administrator (sudo) of the {kind} {what}.",
    judge=judge,
    tell=tell,
)
