"""Somebody has an application and does not use it.

What it means
    The application is assigned to the person, directly or as all that a group opens, and in the
    window of the snapshot no sign-in of the person to it was seen, while others were.
Why it matters
    What is not used is not missed when it is taken away, and is a door that nobody watches. It is
    often a licence that is paid for, too.
Facts read
    Successful sign-ins to applications in the window; what is assigned and what groups open. What
    JumpCloud's SaaS Management knows of use without a sign-in by JumpCloud is not read.
Controls
    NIST SP 800-53 AC-2(3), AC-6(7); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4,
    8.2.6.
What to do
    Ask the person; revoke it where the answer is no.
Severity
    Medium. Looks at applications of active people, but for those who were not seen at all (LIF-06,
    LIF-07). Where more than half of five members of a group or more do not use what it opens, the
    group is to be asked about, and not each of them: that is GRP-09. It cannot be told where use
    was not collected, where the window is shorter than thresholds.inactive_days, for accounts
    younger than thresholds.grace_days, for an application that nobody was seen to use (its use may
    not be seen at all), and for a group that opens more than applications.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._apps import Numbers, doors, most, ways
from uar.detections._grants import Mask, judged, kind_is, told
from uar.detections._paths import leads


def judge(facts: Facts) -> pd.DataFrame:
    held, found = facts.held, ways(facts)
    thing = held["thing"].to_numpy()
    row = found["row"].to_numpy()
    rows = np.unique(row)
    used = _any(row[found["used"]], len(held))
    untold = _any(row[found["untold"]], len(held)) | np.isin(thing, _more_than_apps(facts))
    untold &= ~used
    answered = rows[~untold[rows]]
    unused = most(thing[answered], used[answered], len(facts.snapshot.entitlements))
    by_group = np.isin(thing, doors(facts)["thing"].to_numpy())
    hit = ~used & ~(by_group & np.append(unused, False)[thing])
    return judged(rows, hit[rows], untold[rows])


def _any(rows: Numbers, number: int) -> Mask:
    found: Mask = np.bincount(rows, minlength=number) > 0
    return found


def _more_than_apps(facts: Facts) -> Numbers:
    """Groups that open something else too."""
    found = leads(facts)
    apps = facts.snapshot.entitlements["kind"].eq("app").to_numpy(bool)
    others: Numbers = found.loc[~np.append(apps, False)[found["end"]], "thing"].unique()
    return others


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    words = told(facts, found)
    groups = kind_is(facts, "group")[found["row"].to_numpy()]
    what = ("has " + words["what"] + " and was not seen to use it").mask(
        groups, "is in the group " + words["what"] + " and was not seen to use what it opens"
    )
    return words.assign(what=what, since=facts.snapshot.header.usage_from[:10])


DETECTION = Detection(
    id="ENT-11",
    title="Application that is not used",
    severity="medium",
    says="{who} {what} since {since}, while others were.",
    judge=judge,
    tell=tell,
)
