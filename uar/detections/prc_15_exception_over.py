"""An exception has expired.

What it means
    A finding was accepted until a day that is over. The finding counts again.
Why it matters
    What was accepted for a while becomes the rule when nobody looks at it again.
Facts read
    exceptions.toml, and the day of the snapshot.
Controls
    NIST SP 800-53 CA-5, RA-7; SOC 2 CC3.2, CC5.3; ISO/IEC 27001:2022 A.5.36; PCI DSS 12.3.1.
What to do
    Resolve the finding and take the exception out; or have it approved anew, with a new day.
Severity
    High. Looks at every exception; none is left untold.
"""

from __future__ import annotations

from typing import cast

import pandas as pd

from uar.detections import Detection, Facts
from uar.exceptions import over


def judge(facts: Facts) -> pd.DataFrame:
    accepted = cast(pd.DataFrame, facts.exceptions)
    return accepted.assign(
        subject=accepted["finding"],
        subject_name=accepted["finding"],
        accounts=None,
        hit=over(accepted, facts.now).astype("boolean"),
        until=accepted["expires"].dt.strftime("%Y-%m-%d"),
    )


DETECTION = Detection(
    id="PRC-15",
    title="Exception that has expired",
    severity="high",
    says="The finding {finding} was accepted by {approver} until {until}; it counts again.",
    judge=judge,
    needs=("exceptions",),
)
