"""Somebody is in a group against its rule.

What it means
    The group is filled by a rule, and this member is exempted from it: the rule neither adds nor
    removes the person.
Why it matters
    A rule that follows the directory is the control; whoever is exempted stays when department or
    contract change.
Facts read
    How groups get their members, and who is exempted.
Controls
    NIST SP 800-53 AC-2(j), CM-3; SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2; PCI DSS 7.2.4.
What to do
    End the exemption, so that the rule decides; or change the rule.
Severity
    Medium. Looks at members of groups with a rule; where the way a group gets its members is
    unknown, it cannot be told.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, kind_is, told


def judge(facts: Facts) -> pd.DataFrame:
    things = facts.snapshot.entitlements
    at = facts.held["thing"].to_numpy()
    ruled = np.append(things["membership"].eq("dynamic").fillna(False).to_numpy(bool), False)[at]
    unknown = np.append(things["membership"].isna().to_numpy(bool), True)[at]
    # A member that the rule selects comes back, so that sync calls the grant not revocable.
    exempt = facts.held["revocable"].to_numpy(bool)
    rows = np.flatnonzero(kind_is(facts, "group") & (ruled | unknown))
    return judged(rows, (ruled & exempt)[rows], unknown[rows])


DETECTION = Detection(
    id="ENT-13",
    title="Member against the group's rule",
    severity="medium",
    says="{who} is a member of {what}, exempted from its rule.",
    judge=judge,
    tell=told,
)
