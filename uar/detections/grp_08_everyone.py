"""A group with nearly everybody in it opens something privileged.

What it means
    At least nine in ten active people are in the group, or it is called after everybody, and it
    opens what uar.toml or the tenant calls privileged.
Why it matters
    Nobody decided about each of these people. Whatever happens to one account happens to what the
    group opens.
Facts read
    The members of groups, what they open, what is privileged, who is active.
Controls
    NIST SP 800-53 AC-6, AC-3, AC-2(j); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.15, A.8.3;
    PCI DSS 7.2.1, 7.2.2.
What to do
    Bind what is privileged to a group of those who need it, and unbind it here.
Severity
    High. Looks at groups that open something privileged; where the members were not read, and its
    name does not tell, it cannot be told. Fewer than ten active people are not everybody.
"""

from __future__ import annotations

import pandas as pd

from uar.access import privileged
from uar.detections import Detection, Facts
from uar.detections._groups import groups, members, names_of

NEARLY = 0.9  # of the active people
CROWD = 10
CALLED = r"(all|every)[\s_-]*(users?|one|body|staff|employees?|people|company|members)?"


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    opened = facts.opened
    strong = privileged(facts.snapshot.entitlements, facts.settings.privileged)
    opened = opened[opened["entitlement_id"].isin(strong)]
    opened = opened.assign(name=names_of(facts, opened["entitlement_id"]))
    what = opened.sort_values("name").groupby("group_id")["name"].agg(", ".join)
    found = found[found["entitlement_id"].isin(opened["group_id"])]
    people = facts.accounts["active"].fillna(False) & facts.accounts["human"].fillna(True)
    inside = members(facts)
    inside = inside[people.to_numpy(bool)[inside["account"]]]
    number = found["entitlement_id"].map(inside["group_id"].value_counts()).fillna(0)
    everybody = people.sum()
    full = (number >= NEARLY * everybody) & (everybody >= CROWD)
    called = found["name"].str.strip().str.casefold().str.fullmatch(CALLED)
    return found.assign(
        hit=(full | called).astype("boolean").mask(~full & ~called & ~found["whole"]),
        what=found["entitlement_id"].map(what).astype("string"),
        number=number.astype("int64").astype("string") + f" of {everybody}",
    )


DETECTION = Detection(
    id="GRP-08",
    title="Everybody's group opens something privileged",
    severity="high",
    says="The group {subject_name} has {number} active people in it and opens {what}.",
    judge=judge,
)
