"""What the detections of single grants share: a judgement of each, and the words for the hits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from uar.detections import Facts
from uar.tables import look_up, positions, within

Mask = npt.NDArray[np.bool_]


def judged(held: pd.DataFrame, hit: Mask, untold: Mask, **facts: Any) -> pd.DataFrame:
    """A judge's answer in which every grant is a subject of its own. `untold` goes before `hit`."""
    return held.assign(
        subject=held["grant_id"],
        accounts=held["holder_id"],
        hit=pd.arrays.BooleanArray(hit & ~untold, untold),
        **facts,
    )


def told(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    """The hits with subject_name, who and what (the name of what is held)."""
    holders = facts.accounts.set_index("account_id")
    things = facts.snapshot.entitlements.set_index("entitlement_id")
    return found.assign(
        subject_name=look_up(found["holder_id"], holders["shown"]).fillna(found["holder_id"]),
        who=look_up(found["holder_id"], holders["who"]).fillna(found["holder_id"]),
        what=look_up(found["entitlement_id"], things["name"]).fillna(found["entitlement_id"]),
        accounts=found["holder_id"].where(within(found["holder_id"], holders.index)),
    )


def of_things(facts: Facts, values: pd.Series[Any]) -> npt.NDArray[Any]:
    """What a column of the snapshot's entitlements says of each held grant; the last for -1."""
    array: npt.NDArray[Any] = values.to_numpy()[facts.held["thing"].to_numpy()]
    return array


def thing_is(facts: Facts, ids: Any) -> Mask:
    """Is what is held one of these entitlements?"""
    things = facts.snapshot.entitlements["entitlement_id"]
    return marked(facts, positions(things, ids) >= 0)


def kind_is(facts: Facts, kind: str) -> Mask:
    """Is what is held of this kind?"""
    return marked(facts, facts.snapshot.entitlements["kind"].eq(kind).to_numpy(bool))


def marked(facts: Facts, marks: Mask) -> Mask:
    """What is marked among the snapshot's entitlements, for each held grant."""
    found: Mask = np.append(marks, False)[facts.held["thing"].to_numpy()]  # the last is for -1
    return found


def holder_active(facts: Facts) -> tuple[Mask, Mask]:
    """(surely active, perhaps) of each held grant's account; one that is not there is neither."""
    active = facts.accounts["active"]
    account = facts.held["account"].to_numpy()
    sure = np.append(active.fillna(False).to_numpy(bool), False)
    perhaps = np.append(active.fillna(True).to_numpy(bool), False)
    return sure[account], perhaps[account]


def named(facts: Facts, names: Any) -> pd.Series[bool]:
    """Which of the snapshot's entitlements uar.toml means by these names or ids."""
    things = facts.snapshot.entitlements
    folded = {name.strip().casefold() for name in names}
    return (
        things["name"].str.strip().str.casefold().isin(folded)
        | things["entitlement_id"].isin(list(names))
        | things["source_id"].isin(list(names))
    ).astype(bool)
