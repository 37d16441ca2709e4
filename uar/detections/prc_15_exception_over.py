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

from uar.detections import Detection, Facts, modules
from uar.exceptions import over
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    accepted = cast(pd.DataFrame, facts.exceptions)
    return accepted.assign(
        subject=accepted["finding"],
        subject_name=accepted["finding"],
        accounts=None,
        hit=over(accepted, facts.now).astype("boolean"),
        until=accepted["expires"].dt.strftime("%Y-%m-%d"),
    )


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    """Who and what the finding is about, as far as the snapshot and the catalogue know."""
    split = found["finding"].str.partition(":")
    names = pd.concat(
        [
            facts.accounts.set_index("account_id")["shown"],
            facts.snapshot.entitlements.set_index("entitlement_id")["name"],
        ]
    )
    titles = {id_: f' ("{module.DETECTION.title}")' for id_, module in modules().items()}
    about = look_up(split[2], names)
    named = split[0] + split[0].map(titles).fillna("") + " of " + about
    return found.assign(
        subject_name=about.fillna(found["finding"]),
        which=named.fillna(found["finding"]),
    )


DETECTION = Detection(
    id="PRC-15",
    title="Exception that has expired",
    severity="high",
    says="The finding {which} was accepted until {until} by {approver}; it counts again.",
    judge=judge,
    tell=tell,
    needs=("exceptions",),
)
