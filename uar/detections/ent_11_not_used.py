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
    Medium. Looks at applications of active people. It cannot be told where use was not collected,
    where the window is shorter than thresholds.inactive_days, for accounts younger than
    thresholds.grace_days, for an application that nobody was seen to use (its use may not be seen
    at all), and for a group that opens more than applications.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import Mask, holder_active, judged, kind_is, told
from uar.detections._paths import leads
from uar.detections._unused import long_enough, unobserved
from uar.tables import positions


def judge(facts: Facts) -> pd.DataFrame:
    held = facts.held
    account, thing = held["account"].to_numpy(), held["thing"].to_numpy()
    to_apps, others = _leads(facts)
    people = (facts.accounts["kind"] == "user") & facts.accounts["human"].fillna(True)
    sure, perhaps = holder_active(facts)
    chosen = perhaps & np.append(people.to_numpy(bool), False)[account] & (thing >= 0)
    chosen &= kind_is(facts, "app") | np.isin(thing, to_apps["thing"].to_numpy())
    rows = np.flatnonzero(chosen)
    ways = pd.DataFrame({"row": rows, "thing": thing[rows], "account": account[rows]})
    through = ways.merge(to_apps, on="thing")
    direct = ways[~ways["thing"].isin(to_apps["thing"])].assign(app=lambda each: each["thing"])
    both = pd.concat([through, direct], ignore_index=True)
    seen, anybody = _seen(facts)
    number = len(facts.snapshot.entitlements)
    used = (both["account"] * number + both["app"]).isin(seen).to_numpy()
    blind = ~both["app"].isin(anybody).to_numpy()
    any_used = _any(both["row"], used, len(held))
    untold = _any(both["row"], blind, len(held)) | np.isin(thing, others) | _too_new(facts)[account]
    untold |= ~sure | (bool(unobserved(facts)) or not long_enough(facts))
    return judged(held.iloc[rows], ~any_used[chosen], (untold & ~any_used)[chosen])


def _leads(facts: Facts) -> tuple[pd.DataFrame, list[int]]:
    """(thing, app): what each group opens; and the groups that open something else too."""
    found = leads(facts)
    apps = facts.snapshot.entitlements["kind"].eq("app").to_numpy(bool)
    is_app = np.append(apps, False)[found["end"]]
    return found[is_app].rename(columns={"end": "app"}), sorted(set(found.loc[~is_app, "thing"]))


def _seen(facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Who used which application, as one number each; and the applications that somebody used."""
    uses = facts.snapshot.uses
    uses = uses[(uses["kind"] == "application") & uses["entitlement_id"].notna()]
    account = positions(uses["account_id"], facts.accounts["account_id"])
    app = positions(uses["entitlement_id"], facts.snapshot.entitlements["entitlement_id"])
    known = (account >= 0) & (app >= 0)
    pairs = account[known] * len(facts.snapshot.entitlements) + app[known]
    return pairs, pd.unique(app[app >= 0])


def _any(rows: pd.Series[int], marks: Mask, number: int) -> Mask:
    found: Mask = np.bincount(rows[marks], minlength=number) > 0
    return found


def _too_new(facts: Facts) -> Mask:
    grace = pd.Timedelta(days=facts.settings.thresholds.grace_days)
    young = facts.accounts["created_at"] > facts.now - grace
    return np.append(young.fillna(False).to_numpy(bool), False)


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    return told(facts, found).assign(since=facts.snapshot.header.usage_from[:10])


DETECTION = Detection(
    id="ENT-11",
    title="Application that is not used",
    severity="medium",
    says="{who} has {what} and was not seen to use it since {since}, while others were.",
    judge=judge,
    tell=tell,
)
