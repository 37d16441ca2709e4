"""Somebody holds an application by two or more paths.

What it means
    The application is assigned directly and comes with a group too, or comes with several groups.
Why it matters
    Revoking one path takes nothing away, although the review then says it did.
Facts read
    Direct assignments, group memberships and what groups open.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Keep one path. To end the access, revoke every one of them; the plan shows all.
Severity
    Low. One finding for each grant that another one makes needless: the direct assignment, else
    the membership with the greatest id. Looks at every grant of an account to a group or an
    application.
"""

from __future__ import annotations

import pandas as pd

from uar.access import reach
from uar.detections import Detection, Facts
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    snapshot = facts.snapshot
    things = snapshot.entitlements.set_index("entitlement_id")
    apps = things.index[things["kind"] == "app"]
    direct = snapshot.grants[snapshot.grants["holder_kind"] != "group"]
    role = direct["entitlement_id"].isin(things.index[things["kind"] == "role"])
    direct = direct[~role]
    paths = reach(snapshot.grants)
    paths = paths[paths["entitlement_id"].isin(apps) & paths["grant_id"].isin(direct["grant_id"])]
    paths = paths[paths.duplicated(["holder_id", "entitlement_id"], keep=False)]
    via = paths["grant_id"].map(direct.set_index("grant_id")["entitlement_id"])
    directly = via == paths["entitlement_id"]
    paths = paths.assign(
        app=look_up(paths["entitlement_id"], things["name"]),
        via=("by the group " + look_up(via, things["name"])).mask(directly, "directly"),
        directly=directly,
    ).sort_values(["holder_id", "entitlement_id", "directly", "grant_id"])
    pairs = paths.groupby(["holder_id", "entitlement_id", "app"], as_index=False).agg(
        grant_id=("grant_id", "last"), via=("via", _listed)
    )
    pairs["sentence"] = pairs["app"] + " " + pairs["via"]
    told = pairs.groupby("grant_id")["sentence"].agg("; ".join)
    who = facts.accounts.set_index("account_id")
    return pd.DataFrame(
        {
            "subject": direct["grant_id"],
            "subject_name": look_up(direct["holder_id"], who["shown"]),
            "accounts": direct["holder_id"],
            "hit": direct["grant_id"].isin(told.index),
            "who": look_up(direct["holder_id"], who["who"]),
            "sentence": look_up(direct["grant_id"], told),
        }
    )


def _listed(ways: pd.Series[str]) -> str:
    *first, last = ways
    return f"{', '.join(first)} and {last}"


DETECTION = Detection(
    id="ENT-03",
    title="One application by two or more paths",
    severity="low",
    says="{who} holds {sentence}.",
    judge=judge,
)
