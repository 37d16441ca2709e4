"""A group says the same as another one, or is there for one person only.

What it means
    Two groups open the same things to nearly the same people; or a privileged group has one member.
Why it matters
    Taking somebody out of one of two equal groups takes nothing away. A group for one person is a
    direct assignment under another name.
Facts read
    The members of groups, what groups open, what is privileged.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Put the two together. For one person, ask whether anybody else should be able to stand in.
Severity
    Low. Equal: the same things, and at least nine in ten of the members of both together. Looks at
    groups with members that open something; where either was not read, it cannot be told. The
    groups of one set of equal ones are told of the first by id.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups, members, names_of

ALIKE = 0.9  # of the members of both together


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    found = found[(found["members"].fillna(1) > 0) & (found["opened"].fillna(1) > 0)]
    ids = found["entitlement_id"]
    known = found["whole"]
    like = ids.map(_first_alike(facts, ids[known])).astype("string")
    alone = found["members"].eq(1).fillna(False) & ids.isin(facts.doors)
    says = ("opens the same to nearly the same people as " + names_of(facts, like)).fillna("")
    says = says.mask(alone & like.isna(), "is privileged and has one member")
    return found.assign(hit=(says != "").astype("boolean").mask(~known), sentence=says)


def _first_alike(facts: Facts, ids: pd.Series[str]) -> dict[str, str]:
    """Each group that is like one before it -> the first such."""
    opened = facts.opened.groupby("group_id")["entitlement_id"].agg(frozenset)
    inside = members(facts)
    of = inside[inside["group_id"].isin(ids)].groupby("group_id")["account"].agg(frozenset)
    by_targets: dict[frozenset[str], list[str]] = defaultdict(list)
    for group in sorted(ids):
        if group in opened.index and group in of.index:
            by_targets[opened[group]].append(group)
    like: dict[str, str] = {}
    for same in by_targets.values():
        for at, group in enumerate(same):
            mine = of[group]
            for other in same[:at]:
                theirs = of[other]
                if len(mine & theirs) >= ALIKE * len(mine | theirs):
                    like[group] = other
                    break
    return like


DETECTION = Detection(
    id="GRP-06",
    title="Group like another one, or for one person",
    severity="low",
    says="The group {subject_name} {sentence}.",
    judge=judge,
)
