"""What the detections of paths share: who reaches what, by which grants, and by how many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from uar.detections import Facts, once
from uar.detections._grants import marked, of_grants
from uar.tables import positions


@once
def leads(facts: Facts) -> pd.DataFrame:
    """What groups open, by number: thing (the group), end; -1: the snapshot does not have it."""
    things = facts.snapshot.entitlements["entitlement_id"]
    opened = facts.opened
    return pd.DataFrame(
        {
            "thing": positions(opened["group_id"], things),
            "end": positions(opened["entitlement_id"], things),
        }
    )


def ways(facts: Facts, things: pd.Series[bool]) -> pd.DataFrame:
    """Every way to these entitlements: row (of `held`), account, end; directly and by groups."""
    wanted = np.append(things.to_numpy(bool), False)  # the last is for -1
    opening = leads(facts)
    opening = opening[wanted[opening["end"]] & (opening["thing"] >= 0)]
    door = np.zeros(len(things), dtype=bool)
    door[opening["thing"]] = True
    held = facts.held[["account", "thing"]]
    direct = np.flatnonzero(marked(facts, wanted[:-1]))
    through = np.flatnonzero(marked(facts, door))
    straight = held.iloc[direct].assign(row=direct).rename(columns={"thing": "end"})
    by_group = held.iloc[through].assign(row=through).merge(opening, on="thing")
    columns = ["row", "account", "end"]
    return pd.concat([straight[columns], by_group[columns]], ignore_index=True)


def reached(facts: Facts, things: pd.Series[bool]) -> pd.DataFrame:
    """Who reaches these entitlements: account, thing (numbers), grant_id; a row for each way."""
    found = ways(facts, things)
    found = found[found["account"] >= 0].reset_index(drop=True)
    ids = of_grants(facts, "grant_id", found["row"].to_numpy())
    return pd.DataFrame({"grant_id": ids, "account": found["account"], "thing": found["end"]})


@once
def several(facts: Facts) -> pd.DataFrame:
    """Every way to an application of which its holder has more than one: row (of `held`), holder,
    end, directly; of each holder and application the one that the others make needless is last."""
    things, held = facts.snapshot.entitlements, facts.held
    found = ways(facts, things["kind"].eq("app"))
    holder = held["account"].to_numpy(copy=True)
    stranger = np.flatnonzero(holder < 0)  # one that the snapshot does not have is told by its id
    holder[stranger] = (
        len(facts.accounts) + pd.factorize(of_grants(facts, "holder_id", stranger))[0]
    )
    found = found.assign(holder=holder[found["row"]])
    pair = found["holder"] * len(things) + found["end"]
    found = found[pair.duplicated(keep=False)].reset_index(drop=True)
    row, end = found["row"].to_numpy(), found["end"].to_numpy()
    by_id = pd.DataFrame(
        {
            "holder_id": of_grants(facts, "holder_id", row),
            "app_id": things["entitlement_id"].array.take(end),
            "directly": held["thing"].to_numpy()[row] == end,
            "grant_id": of_grants(facts, "grant_id", row),
        }
    )
    ordered = by_id.sort_values(list(by_id.columns)).index
    return found.assign(directly=by_id["directly"]).loc[ordered]
