"""Somebody holds far more than the others of the same place.

What it means
    The person holds more than 95 in 100 of the people of the same place do, at least twice as much
    as the one in the middle, and five things more than that one. Places are those of ENT-05.
Why it matters
    Who changes places or helps out everywhere collects access, and with it the power to do together
    what was meant to be apart.
Facts read
    Department, title and manager of active people; how many grants each has.
Controls
    NIST SP 800-53 AC-6(7), PS-5; SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2; PCI DSS 7.2.4.
What to do
    Go through the person's list as a whole, oldest work first.
Severity
    Low. Twice the middle, because somebody always holds the most; five more, because two things are
    no collection where others hold one. Looks at active people; with fewer than five peers it
    cannot be told.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import active_people
from uar.peers import BASES

HIGH = 0.95
TIMES = 2  # the middle one
MORE = 5  # than the middle one


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    at = facts.held["account"].to_numpy()
    number = np.bincount(at[at >= 0], minlength=len(accounts))
    where = facts.places
    high, middle = np.full((2, len(accounts)), np.nan)
    for level, codes in enumerate(where.codes):
        inside = codes >= 0
        of = pd.Series(number[inside]).groupby(codes[inside])
        mine = where.basis == level
        high[mine] = of.quantile(HIGH).reindex(codes[mine])
        middle[mine] = of.median().reindex(codes[mine])
    hit = (number > high) & (number >= TIMES * middle) & (number >= middle + MORE)
    told = pd.DataFrame(
        {
            "hit": pd.arrays.BooleanArray(hit, np.isnan(high)),
            "number": number,
            "middle": pd.Series(middle).fillna(0).astype("int64"),
            "basis": np.array([*BASES, ""], dtype=object)[where.basis],
        },
        index=accounts.index,
    )
    people = active_people(facts)
    told = told.loc[people.index]
    words = {name: told[name] for name in ("number", "middle", "basis")}
    return each(people, told["hit"] & people["surely"], **words)


DETECTION = Detection(
    id="ENT-12",
    title="Far more access than the others of the same place",
    severity="low",
    says="{who} holds {number} things; half of those of the {basis} hold no more than {middle}.",
    judge=judge,
)
