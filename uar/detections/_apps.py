"""What the detections of unused applications share: who has which by what way, and who uses it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from uar.detections import Facts, once
from uar.detections._grants import Mask, holder_active, kind_is
from uar.detections._paths import leads
from uar.detections._unused import long_enough, never_used, stale, unobserved
from uar.tables import positions

FEWEST = 5  # people of whom it is told, to speak of most of them
MOST = 0.5
Numbers = npt.NDArray[np.int64]


@once
def doors(facts: Facts) -> pd.DataFrame:
    """The applications that groups open: thing (the group's number), end (the application's)."""
    found = leads(facts)
    apps = facts.snapshot.entitlements["kind"].eq("app").to_numpy(bool)
    known = np.append(apps, False)[found["end"]] & (found["thing"] >= 0)
    return found[known].reset_index(drop=True)


@once
def ways(facts: Facts) -> pd.DataFrame:
    """Every way of people at work to an application: row (of `held`), door (its row in `doors`; -1:
    directly), used, untold (nobody can say that it is not used).

    Left out: who was not seen at all, by any use.
    """
    account, thing = (facts.held[name].to_numpy() for name in ("account", "thing"))
    opening = doors(facts)
    to_apps = kind_is(facts, "app") | np.isin(thing, opening["thing"].to_numpy())
    rows = np.flatnonzero(to_apps & np.append(_asked(facts), False)[account])
    mine = pd.DataFrame({"row": rows, "thing": thing[rows]})
    through = mine.merge(opening.assign(door=opening.index), on="thing")
    direct = mine[~mine["thing"].isin(opening["thing"])]
    both = pd.concat([through, direct.assign(end=direct["thing"], door=-1)], ignore_index=True)
    seen, anybody = _seen(facts)
    pair = account[both["row"]] * len(facts.snapshot.entitlements) + both["end"]
    sure, _ = holder_active(facts)
    unsure = ~sure | np.append(_too_new(facts), False)[account]
    unsure |= bool(unobserved(facts)) or not long_enough(facts)
    blind = ~both["end"].isin(anybody).to_numpy()  # perhaps its use is not seen at all
    used = pair.isin(seen).to_numpy()
    return both[["row", "door"]].assign(used=used, untold=~used & (blind | unsure[both["row"]]))


def most(at: Numbers, used: Mask, number: int) -> Mask:
    """Of which of `number` things do most people not use it? `at`: the thing of each of them."""
    every = np.bincount(at, minlength=number)
    unused = np.bincount(at[~used], minlength=number)
    mask: Mask = (every >= FEWEST) & (unused > MOST * every)
    return mask


def _asked(facts: Facts) -> Mask:
    """Which accounts are those of people who are, or may be, at work and were seen there."""
    accounts = facts.accounts
    people = (accounts["kind"] == "user") & accounts["human"].fillna(True)
    people &= accounts["active"].fillna(True)
    if not unobserved(facts):
        grace = facts.settings.thresholds.grace_days
        away = stale(facts, accounts) | never_used(facts, accounts, grace)
        people &= ~away.fillna(False)
    return people.to_numpy(bool)


def _too_new(facts: Facts) -> Mask:
    """Which accounts are, or may be, too young to be said to use nothing."""
    grace = pd.Timedelta(days=facts.settings.thresholds.grace_days)
    made = facts.accounts["created_at"]
    mask: Mask = ((made > facts.now - grace) | made.isna()).to_numpy(bool)
    return mask


def _seen(facts: Facts) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Who used which application, as one number each; and the applications that somebody used."""
    uses = facts.snapshot.uses
    uses = uses[uses["kind"] == "application"]
    account = positions(uses["account_id"], facts.accounts["account_id"])
    app = positions(uses["entitlement_id"], facts.snapshot.entitlements["entitlement_id"])
    known = app >= 0  # an account that is in no list has a number of nobody's
    pairs = account[known] * len(facts.snapshot.entitlements) + app[known]
    return pairs, pd.unique(app[known])
