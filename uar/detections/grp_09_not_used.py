"""A group opens an application that most of its members do not use.

What it means
    In the window of the snapshot no sign-in of more than half of the members to the application was
    seen, while others were.
Why it matters
    Whoever is in the group has the application without needing it, and gets it with every new
    membership. Asking each of hundreds of members would not change that; the group does.
Facts read
    Successful sign-ins to applications in the window; the members of groups and what they open.
Controls
    NIST SP 800-53 AC-6, AC-6(7), AC-2(3); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.15, A.5.18;
    PCI DSS 7.2.2, 7.2.4.
What to do
    Ask the owner of the application whether a smaller group should open it, and end this binding.
Severity
    Low. Looks at each application of each group with five active members or more who were seen at
    all; of fewer it is told person by person (ENT-11). It cannot be told where it cannot be told of
    five of them: where use was not collected, the window is shorter than thresholds.inactive_days,
    they are younger than thresholds.grace_days, or nobody was seen to use the application.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._apps import FEWEST, doors, most, ways
from uar.tables import positions


def judge(facts: Facts) -> pd.DataFrame:
    opening = _bound(facts)
    number, found = len(opening), ways(facts)
    found = found[found["door"] >= 0]
    members = np.bincount(found["door"], minlength=number)
    found = found[~found["untold"]]
    at, used = found["door"].to_numpy(), found["used"].to_numpy()
    answered = np.bincount(at, minlength=number)
    judged = opening.assign(
        accounts=None,
        hit=pd.arrays.BooleanArray(most(at, used, number), answered < FEWEST),
        answered=answered,
        unused=np.bincount(at[~used], minlength=number),
    )
    return judged[members >= FEWEST]


def _bound(facts: Facts) -> pd.DataFrame:
    """`doors` with subject: the grant that binds the application to the group; where it comes by
    another group, the two ids."""
    grants = facts.snapshot.grants
    edges = grants.loc[
        grants["holder_kind"] == "group", ["grant_id", "holder_id", "entitlement_id"]
    ]
    ids = facts.snapshot.entitlements["entitlement_id"]
    own = edges[["grant_id"]].assign(
        thing=positions(edges["holder_id"], ids), end=positions(edges["entitlement_id"], ids)
    )
    own = own[(own["thing"] >= 0) & (own["end"] >= 0)]
    found = doors(facts).merge(own, on=["thing", "end"], how="left", validate="one_to_one")
    group, app = (ids.take(found[at].to_numpy()).set_axis(found.index) for at in ("thing", "end"))
    return found.assign(subject=found["grant_id"].fillna(group + ":" + app))


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    name = facts.snapshot.entitlements["name"]
    return found.assign(
        subject_name=name.take(found["thing"].to_numpy()).set_axis(found.index),
        app=name.take(found["end"].to_numpy()).set_axis(found.index),
        answered=found["answered"].map("{:,}".format),
        unused=found["unused"].map("{:,}".format),
        since=facts.snapshot.header.usage_from[:10],
    )


DETECTION = Detection(
    id="GRP-09",
    title="Application that most of a group do not use",
    severity="low",
    says="Of {answered} people in the group {subject_name}, {unused} were not seen to use {app}, "
    "which it opens, since {since}.",
    judge=judge,
    tell=tell,
)
