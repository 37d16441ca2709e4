"""Somebody holds something privileged.

What it means
    The account holds what uar.toml or the tenant calls privileged, or is in a group that opens it.
Why it matters
    It is what an attacker looks for first. A reviewer has to see it on top, and to say why
    it stays.
Facts read
    Grants; [privileged] of uar.toml; groups that make their members administrators of devices.
Controls
    NIST SP 800-53 AC-6(7), AC-2(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.8.2, A.5.18;
    PCI DSS 7.2.4, 7.2.5.
What to do
    Nothing more than review it: it comes first in the workbook, and a Keep needs a reason.
Severity
    Info. Looks at every grant of an account; what is held and not in the snapshot cannot be told.
    What is in the scope of a law or a standard is not asked apart: name it in
    privileged.entitlements.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import judged, thing_is, told


def judge(facts: Facts) -> pd.DataFrame:
    unknown = (facts.held["thing"] < 0).to_numpy(bool)
    return judged(np.arange(len(unknown)), thing_is(facts, facts.doors), unknown)


DETECTION = Detection(
    id="ENT-01",
    title="Privileged access",
    severity="info",
    says="{who} holds {what}, which is privileged or opens something privileged.",
    judge=judge,
    tell=told,
)
