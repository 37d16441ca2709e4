"""Somebody holds what they did not hold at the earlier review.

What it means
    The grant is there now and was not there when the earlier review was taken.
Why it matters
    What is new has never been reviewed. In most reviews it is a small part, and the one worth the
    most time.
Facts read
    The grants of both snapshots; what is privileged.
Controls
    NIST SP 800-53 AC-2(j), AC-2(4); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Ask who asked for it and who agreed. JumpCloud's Directory Insights says who granted it.
Severity
    Info; medium if it is privileged or opens something privileged. Looks at every grant of an
    account. One of a kind that the earlier review did not read cannot be told. Does not run
    without an earlier review.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._earlier import doors_to_privileged, earlier, in_words, was_read
from uar.tables import look_up, within


def judge(facts: Facts) -> pd.DataFrame:
    previous = earlier(facts).snapshot
    grants = facts.snapshot.grants
    held = grants.loc[grants["holder_kind"] != "group", ["grant_id", "holder_id", "entitlement_id"]]
    new = held[~within(held["grant_id"], previous.grants["grant_id"])]
    things = facts.snapshot.entitlements.set_index("entitlement_id")
    names = facts.accounts.set_index("account_id")
    strong = new["entitlement_id"].isin(doors_to_privileged(facts))
    told = pd.DataFrame(
        {
            "new": was_read(previous, look_up(new["entitlement_id"], things["kind"])),
            "subject_name": look_up(new["holder_id"], names["shown"]).fillna(new["holder_id"]),
            "who": look_up(new["holder_id"], names["who"]).fillna(new["holder_id"]),
            "what": look_up(new["entitlement_id"], things["name"]).fillna(new["entitlement_id"]),
            "severity": strong.map({True: "medium", False: "info"}),
        }
    )
    judged = held.join(told.drop(columns="new"))
    hit = pd.Series(False, index=held.index, dtype="boolean")
    hit[new.index] = told["new"].astype("boolean").mask(~told["new"])
    return judged.assign(
        subject=held["grant_id"],
        accounts=held["holder_id"],
        hit=hit,
        review=in_words(earlier(facts)),
    )


DETECTION = Detection(
    id="ENT-08",
    title="New since the earlier review",
    severity="info",
    says="{who} holds {what}; in {review} that was not so.",
    judge=judge,
    needs=("previous",),
)
