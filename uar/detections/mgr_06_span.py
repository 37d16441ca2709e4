"""More people stand under one manager, or more access, than can be reviewed with care.

What it means
    The manager leads more people than one can know, or would be sent more items than one can judge.
Why it matters
    Whoever has hundreds of rows to decide keeps them all. It is the best known sign of a review
    that was signed and not made.
Facts read
    Manager of active people; what they hold, as one item each. Who reviews what is decided later,
    by uar open, which may send an item to an owner instead.
Controls
    NIST SP 800-53 AC-2(j), AC-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Enter the managers in between, or hand a part to somebody else with uar reassign.
Severity
    Info. More than thresholds.span (50) people, or thresholds.items (300) items. Looks at the
    managers of active people; if people of unknown status could turn the answer, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._managers import managers
from uar.text import counted


def judge(facts: Facts) -> pd.DataFrame:
    them = managers(facts)
    most = facts.settings.thresholds
    many = (them["people"] > most.span) | (them["items"] > most.items)
    perhaps = (them["perhaps"] > most.span) | (them["perhaps_items"] > most.items)
    return each(
        them,
        many.astype("boolean").mask(~many & (perhaps | (them["people"] == 0))),
        people_said=them["people"].map(lambda number: counted(number, "person", "people")),
        items_said=them["items"].map(lambda number: counted(number, "item")),
        limit=f"{counted(most.span, 'person', 'people')} or {counted(most.items, 'item')}",
    )


DETECTION = Detection(
    id="MGR-06",
    title="More under one manager than can be reviewed with care",
    severity="info",
    says="{who} is the manager of {people_said} with {items_said} to review; "
    "more than {limit} are hard to review with care.",
    judge=judge,
)
