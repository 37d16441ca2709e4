"""What the detections of single grants share: a judgement of each, and the words for the hits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from uar.detections import Facts
from uar.tables import positions

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def judged(rows: Rows, hit: Mask, untold: Mask, **facts: Any) -> pd.DataFrame:
    """A judge's answer in which each of these rows of `held` is a subject of its own; which one it
    is, `told` says of the hits alone. `untold` goes before `hit`."""
    answer = pd.arrays.BooleanArray(hit & ~untold, untold)
    return pd.DataFrame({"row": rows, "hit": answer, **facts})


def told(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    """The hits with subject, subject_name, accounts, who, what (the name of what is held), and
    holder_id and entitlement_id."""
    rows = found["row"].to_numpy()
    account, thing = (facts.held[name].to_numpy()[rows] for name in ("account", "thing"))
    accounts, things = facts.accounts, facts.snapshot.entitlements
    holder_id, entitlement_id = (
        of_grants(facts, each, rows) for each in ("holder_id", "entitlement_id")
    )

    def called(names: pd.Series[Any], numbers: Rows, ids: Any) -> pd.Series[Any]:
        known = names.array.take(numbers, allow_fill=True, fill_value=pd.NA)
        return pd.Series(known, index=found.index).fillna(pd.Series(ids, index=found.index))

    return found.assign(
        subject=of_grants(facts, "grant_id", rows),
        subject_name=called(accounts["shown"], account, holder_id),
        accounts=accounts["account_id"].array.take(account, allow_fill=True, fill_value=pd.NA),
        who=called(accounts["who"], account, holder_id),
        what=called(things["name"], thing, entitlement_id),
        holder_id=holder_id,
        entitlement_id=entitlement_id,
    )


def held_by(facts: Facts, ids: Any) -> Rows:
    """Which rows of `held` are held by one of these accounts."""
    marks = positions(facts.accounts["account_id"], ids) >= 0
    rows: Rows = np.flatnonzero(np.append(marks, False)[facts.held["account"].to_numpy()])
    return rows


def of_grants(facts: Facts, name: str, rows: Rows) -> Any:
    """A column of the snapshot's grants, of these rows of `held`."""
    return facts.snapshot.grants[name].array.take(facts.held["grant"].to_numpy()[rows])


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
