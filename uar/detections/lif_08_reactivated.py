"""A suspended account has been activated again since the earlier review.

What it means
    The account was suspended when the earlier review was taken and is active now.
Why it matters
    Whatever the account held when it was suspended works again at once, often without anybody
    having decided so. A return is a good moment to ask what is still needed.
Facts read
    The status of the account in both snapshots; whether it holds something privileged.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18;
    PCI DSS 7.2.4, 8.2.5.
What to do
    Ask who had it activated and why, and review everything that it holds as if it were new.
Severity
    Info; medium if it holds something privileged. Looks at accounts of both snapshots; an unknown
    status on either side cannot be told. Does not run without an earlier review.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._earlier import earlier, in_both, in_words
from uar.detections._held import hold_privileged


def judge(facts: Facts) -> pd.DataFrame:
    accounts = in_both(facts, facts.accounts, ["status"])
    was = accounts["was_status"]
    suspended = was.eq("suspended").astype("boolean").mask(was == "unknown")
    strong = hold_privileged(facts, accounts["account_id"])
    severity = strong.map({True: "medium", False: "info"})
    hit = suspended & accounts["active"]
    return each(accounts, hit, severity=severity, review=in_words(earlier(facts)))


DETECTION = Detection(
    id="LIF-08",
    title="Active again since the earlier review",
    severity="info",
    says="{who} was suspended in {review} and is active again.",
    judge=judge,
    needs=("previous",),
)
