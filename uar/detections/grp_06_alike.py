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
from typing import cast

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups, members, names_of

ALIKE = 10  # of so many members of both together, all but one are in both


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
    """Each group that is like one before it -> the first such.

    Only groups that share one of the members of `_rarest` are compared: in a tenant whose groups
    all open one directory, comparing each with each would take a minute.
    """
    targets = _targets(facts, ids)
    inside = members(facts)
    inside = inside[inside["group_id"].isin(targets)]
    each = inside.groupby("group_id")["account"].agg(frozenset)
    of = cast(dict[str, frozenset[int]], each.to_dict())
    rarest = _rarest(inside)
    before: dict[tuple[int, int], list[str]] = defaultdict(list)
    like: dict[str, str] = {}
    for group, mine in of.items():
        keys = [(targets[group], account) for account in rarest[group]]
        for other in sorted({other for key in keys for other in before[key]}):
            shared = len(mine & of[other])
            if ALIKE * shared >= (ALIKE - 1) * (len(mine) + len(of[other]) - shared):
                like[group] = other
                break
        for key in keys:
            before[key].append(group)
    return like


def _targets(facts: Facts, ids: pd.Series[str]) -> dict[str, int]:
    """Groups -> a number for what they open; only where another opens the same."""
    opened = facts.opened[facts.opened["group_id"].isin(ids)]
    every = opened.groupby("group_id")["entitlement_id"].agg(frozenset)
    number = pd.Series(pd.factorize(every)[0], index=every.index)
    return cast(dict[str, int], number[number.duplicated(keep=False)].to_dict())


def _rarest(inside: pd.DataFrame) -> dict[str, list[int]]:
    """Of each group the members who are in the fewest groups: one more than may be missing in one
    that is like it, so that one of them is among those of the other."""
    number = inside.groupby("account")["account"].transform("size")
    ordered = inside.assign(number=number).sort_values(["number", "account"])
    of = ordered.groupby("group_id")["account"]
    few = ordered[of.cumcount() <= of.transform("size") // ALIKE]
    return cast(dict[str, list[int]], few.groupby("group_id")["account"].agg(list).to_dict())


DETECTION = Detection(
    id="GRP-06",
    title="Group like another one, or for one person",
    severity="low",
    says="The group {subject_name} {sentence}.",
    judge=judge,
)
