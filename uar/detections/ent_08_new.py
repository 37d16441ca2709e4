"""Somebody holds what they did not hold at the earlier review.

What it means
    The grant is there now and was not there when the earlier review was taken.
Why it matters
    What is new has never been reviewed. In most reviews it is a small part, and the one worth the
    most time.
Facts read
    The grants of both snapshots; what is privileged.
Controls
    NIST SP 800-53 AC-2(j), AC-2(4); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Ask who asked for it and who agreed. JumpCloud's Directory Insights says who granted it: see
    there that nobody has given something privileged to themselves.
Severity
    Info; medium if it is privileged or opens something privileged. Never high: who granted it is
    not in the snapshot, and may be older than the events that JumpCloud keeps. Looks at every grant
    of an account. One of a kind that the earlier review did not read cannot be told. Does not run
    without an earlier review.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._earlier import earlier, in_words
from uar.detections._grants import judged, told
from uar.detections._lists import was_read


def judge(facts: Facts) -> pd.DataFrame:
    previous = earlier(facts).snapshot
    new = ~facts.lasting.to_numpy(bool)[facts.held["grant"].to_numpy()]
    read = was_read(previous, facts.snapshot.entitlements, by_group=False).to_numpy(bool)
    told_then = np.append(read, False)[facts.held["thing"].to_numpy()]
    return judged(np.arange(len(new)), new, new & ~told_then)


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    found = told(facts, found)
    strong = found["entitlement_id"].isin(facts.doors)
    return found.assign(
        severity=strong.map({True: "medium", False: "info"}), review=in_words(earlier(facts))
    )


DETECTION = Detection(
    id="ENT-08",
    title="New since the earlier review",
    severity="info",
    says="{who} holds {what}, and did not in {review}.",
    judge=judge,
    tell=tell,
    needs=("previous",),
)
