"""A user is an administrator of one device, or of a group of devices.

What it means
    The user's own binding to the device carries sudo, the right to do everything on it, with or
    without giving the password again.
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

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, kind_is, told
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    rights = facts.snapshot.grants["sudo"].notna().to_numpy(bool)
    hit = rights[facts.held["grant"].to_numpy()]
    unknown = (facts.held["thing"] < 0).to_numpy(bool)
    devices = kind_is(facts, "device") | kind_is(facts, "device group")
    rows = np.flatnonzero(devices | (unknown & hit))
    return judged(rows, hit[rows], unknown[rows])


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    kinds = facts.snapshot.entitlements.set_index("entitlement_id")["kind"]
    found = told(facts, found)
    return found.assign(kind=look_up(found["entitlement_id"], kinds).fillna("device"))


DETECTION = Detection(
    id="AUT-09",
    title="Administrator of a device",
    severity="medium",
    says="{who} is an administrator (sudo) of the {kind} {what}.",
    judge=judge,
    tell=tell,
)
