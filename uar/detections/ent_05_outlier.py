"""Somebody holds what hardly anybody of the same place holds.

What it means
    Fewer than one in ten of the person's peers hold it too. Peers are active people of the same
    department and title; where there are fewer than five, of the same department, then of the same
    manager.
Why it matters
    Access that the place does not need is often left from an earlier job, or was copied from
    somebody else.
Facts read
    Department, title and manager of active people; what each of them holds, by any way.
Controls
    NIST SP 800-53 AC-6(7), AC-2(j); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2; PCI DSS 7.2.4.
What to do
    Ask the person what it is needed for. The number says that it is rare, not that it is wrong.
Severity
    Medium. Looks at every grant of active people but of single devices, which are one person's by
    nature, and memberships that a rule gives: the rule has decided. It cannot be told with fewer
    than five peers; nor where more than a fifth of what a place holds would be rare: its people
    have too little in common to compare them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import Mask, holder_active, judged, kind_is, marked, told
from uar.detections._paths import leads
from uar.peers import BASES, shares

RARE = 0.10  # of the peers
MOST_RARE = 0.20  # of the grants of a place


def judge(facts: Facts) -> pd.DataFrame:
    account, thing = (facts.held[name].to_numpy() for name in ("account", "thing"))
    opening = leads(facts)
    group, end = (opening[name].to_numpy() for name in ("thing", "end"))
    holding, number, known = shares(facts.places, account, thing, group, end)
    compared = ~kind_is(facts, "device") & ~_by_rule(facts)
    rare = holding < RARE * number  # never without peers: 0 < 0
    untold = ~known | _nothing_in_common(facts, compared, rare)
    people = (facts.accounts["kind"] == "user") & facts.accounts["human"].fillna(True)
    human = np.append(people.to_numpy(bool), False)[account]
    _, perhaps = holder_active(facts)
    rows = np.flatnonzero(human & perhaps & compared)
    return judged(
        rows,
        rare[rows],
        untold[rows],
        holding=holding[rows],
        number=number[rows],
    )


def _by_rule(facts: Facts) -> Mask:
    """Is it a membership that the group's rule gives? An exempted member's is not (ENT-13)."""
    ruled = facts.snapshot.entitlements["membership"].eq("dynamic").fillna(False)
    fixed: Mask = ~facts.held["revocable"].to_numpy(bool)
    return marked(facts, ruled.to_numpy(bool)) & fixed


def _nothing_in_common(facts: Facts, compared: Mask, rare: Mask) -> Mask:
    """Is more than a fifth rare of what the holder's place holds?"""
    place = np.append(facts.places.own(), -1)
    own = place[facts.held["account"].to_numpy()]
    known = compared & (own >= 0)
    number = np.bincount(own[known], minlength=1)
    rare_ones = np.bincount(own[known], weights=rare[known], minlength=1)
    much: Mask = known & (rare_ones > MOST_RARE * number)[own]
    return much


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    number = found["holding"].astype("string")
    of = found["number"].astype("string")
    basis = [BASES[at] for at in facts.places.basis[facts.held["account"].to_numpy()[found["row"]]]]
    return told(facts, found).assign(share=number + " of " + of, basis=basis)


DETECTION = Detection(
    id="ENT-05",
    title="Held by hardly anybody of the same place",
    severity="medium",
    says="{who} holds {what}, which {share} others of the {basis} hold.",
    judge=judge,
    tell=tell,
)
