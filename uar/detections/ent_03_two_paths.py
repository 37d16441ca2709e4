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

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts
from uar.tables import look_up, records


def judge(facts: Facts) -> pd.DataFrame:
    grants = facts.snapshot.grants
    things = facts.snapshot.entitlements.set_index("entitlement_id")
    direct = grants[grants["holder_kind"] != "group"]
    # A million ids are compared as numbers: as texts that takes ten times as long.
    number, ids = pd.factorize(direct["entitlement_id"])
    kind = look_up(pd.Series(ids), things["kind"]).to_numpy()[number]
    direct = direct.loc[kind != "role", ["grant_id", "holder_id", "entitlement_id"]]
    direct = direct.reset_index(drop=True)
    several = _several(direct, facts.opened, things.index[things["kind"] == "app"])
    via, app = several["entitlement_id"], several["app_id"]
    way = ("by the group " + look_up(via, things["name"])).mask(via == app, "directly")
    told = several.assign(app=look_up(app, things["name"]), way=way, directly=via == app)
    told = told.sort_values(["holder_id", "app_id", "directly", "grant_id"])
    ways: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for path in records(told):
        ways.setdefault((path["holder_id"], path["app_id"]), []).append(path)
    said: dict[int, list[str]] = {}
    for paths in ways.values():
        listed = _listed([path["way"] for path in paths])
        said.setdefault(paths[-1]["row"], []).append(f"{paths[-1]['app']} {listed}")
    sentence = pd.Series({row: "; ".join(each) for row, each in said.items()}, dtype="string")
    answer: pd.DataFrame = direct.assign(
        subject=direct["grant_id"],
        accounts=direct["holder_id"],
        hit=direct.index.isin(sentence.index),
        sentence=sentence.reindex(direct.index),
    )
    return answer


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    named = facts.accounts.set_index("account_id")
    return found.assign(
        subject_name=look_up(found["holder_id"], named["shown"]),
        who=look_up(found["holder_id"], named["who"]),
    )


def _several(direct: pd.DataFrame, opened: pd.DataFrame, apps: pd.Index[str]) -> pd.DataFrame:
    """Every path to an application of which its holder has more than one, with `app_id` and
    `row`, its row in `direct`."""
    opened = opened[opened["entitlement_id"].isin(apps)]
    straight = pd.DataFrame({"group_id": apps, "entitlement_id": apps})
    doors = pd.concat([opened, straight])
    holder, _ = pd.factorize(direct["holder_id"])
    door, ids = pd.factorize(direct["entitlement_id"])
    at = pd.Series(range(len(ids)), index=ids)
    app, app_ids = pd.factorize(doors["entitlement_id"])
    leads = pd.DataFrame({"door": doors["group_id"].map(at), "app": app}).dropna()
    held = pd.DataFrame({"row": range(len(direct)), "holder": holder, "door": door})
    paths = held.merge(leads.astype("int64"), on="door")
    paths = paths[paths.duplicated(["holder", "app"], keep=False)]
    several = direct.iloc[paths["row"]].assign(row=paths["row"].to_numpy())
    return several.assign(app_id=app_ids.take(paths["app"].to_numpy())).reset_index(drop=True)


def _listed(ways: list[str]) -> str:
    *first, last = ways
    return f"{', '.join(first)} and {last}"


DETECTION = Detection(
    id="ENT-03",
    title="One application by two or more paths",
    severity="low",
    says="{who} holds {sentence}.",
    judge=judge,
    tell=tell,
)
