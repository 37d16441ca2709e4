"""Who works in the same place, and how many of them hold the same.

A peer is another active human user of the same department and title; where there are fewer than
FEWEST of these, of the same department; else of the same manager; else nobody can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from uar.access import opens
from uar.settings import Attributes
from uar.tables import positions
from uar.text import folded, is_placeholder

FEWEST = 5
BASES = ("same department and title", "same department", "same manager")
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def peers(
    accounts: pd.DataFrame,
    grants: pd.DataFrame,
    placeholders: Iterable[str] = Attributes.placeholders,
) -> pd.DataFrame:
    """For each grant, in the order of `grants`: grant_id, holding, peers, basis.

    `holding` of `peers` others have the same: are in the same group, or reach the same application
    or device by any way. `basis`: one of BASES. All three are unknown where there are fewer than
    FEWEST peers, where the holder is no user, not surely active, or no human.
    """
    where = places(accounts, placeholders)
    named = grants["entitlement_id"].drop_duplicates()
    opened = opens(grants)
    holder = positions(grants["holder_id"], accounts["account_id"])
    holding, number, judged = shares(
        where,
        holder,
        positions(grants["entitlement_id"], named),
        positions(opened["group_id"], named),
        positions(opened["entitlement_id"], named),
    )
    words = np.array([*BASES, ""], dtype=object)
    unknown = pd.Series(~judged)
    return pd.DataFrame(
        {
            "grant_id": grants["grant_id"].reset_index(drop=True),
            "holding": pd.Series(holding, dtype="Int64").mask(unknown),
            "peers": pd.Series(number, dtype="Int64").mask(unknown),
            "basis": pd.Series(
                words[np.where(judged, where.basis[holder], -1)], dtype="string"
            ).mask(unknown),
        }
    )


@dataclass(frozen=True)
class Places:
    """Per account, by each of BASES, the number of its place (-1: none), and which basis counts."""

    codes: tuple[Codes, ...]
    sizes: tuple[Codes, ...]  # how many are in each place
    basis: Codes  # -1: there are too few peers by any

    def own(self) -> Codes:
        """One number for the place that counts; different for each place of each basis."""
        chosen = np.full(len(self.basis), -1)
        for level, codes in enumerate(self.codes):
            mine = self.basis == level
            chosen[mine] = codes[mine] * len(self.codes) + level
        return chosen


def places(accounts: pd.DataFrame, placeholders: Iterable[str] = Attributes.placeholders) -> Places:
    """Where each account works, in the order of `accounts`; only active people are somewhere."""
    codes = tuple(_codes(accounts, placeholders))
    sizes = tuple(np.bincount(each[each >= 0], minlength=1) for each in codes)
    basis = np.full(len(accounts), -1)
    for level in reversed(range(len(BASES))):
        enough = (codes[level] >= 0) & (sizes[level][codes[level]] > FEWEST)
        basis[enough] = level
    return Places(codes, sizes, basis)


def _codes(accounts: pd.DataFrame, placeholders: Iterable[str]) -> list[Codes]:
    """For each of BASES a number per account: equal in the same place, -1 where that is unknown."""
    words = tuple(placeholders)
    human = ~accounts["service_like"].fillna(False).astype(bool)
    able = ((accounts["kind"] == "user") & (accounts["status"] == "active") & human).to_numpy(bool)

    def codes(column: str) -> Codes:
        text = folded(accounts[column])
        nothing = is_placeholder(accounts[column], words).fillna(True).to_numpy(bool)
        found, _ = pd.factorize(text)
        return np.where(able & ~nothing, found, -1).astype(np.int64)

    department, title = codes("department"), codes("title")
    both = (department >= 0) & (title >= 0)
    pair = np.where(both, department * (title.max(initial=0) + 1) + title, -1)
    _, dense = np.unique(pair, return_inverse=True)
    lowest = dense[pair < 0].max(initial=-1)  # -1 sorts first, if it is there
    manager, _ = pd.factorize(accounts["manager_id"])
    return [
        np.where(both, dense - (lowest + 1), -1).astype(np.int64),
        department,
        np.where(able, manager, -1).astype(np.int64),
    ]


def shares(
    where: Places, holder: Codes, thing: Codes, group: Codes, end: Codes
) -> tuple[Codes, Codes, Mask]:
    """(holding, peers, judged) of each grant, given by its holder's and its thing's number.

    `group` opens `end`, in numbers of things. A number is -1 where there is none; what is not
    judged has zeros.
    """
    basis = where.basis
    judged = (holder >= 0) & (thing >= 0) & (basis[holder] >= 0)
    things = int(max(thing.max(initial=0), end.max(initial=0))) + 1
    held_by, held = _reached(holder, thing, group, end, things)
    holding = np.zeros(len(holder), dtype=np.int64)
    number = np.zeros(len(holder), dtype=np.int64)
    for level, place in enumerate(where.codes):
        asked = np.flatnonzero(judged & (basis[holder] == level))
        if not len(asked):
            continue
        at = place[holder[asked]]
        known = place[held_by] >= 0
        keys, counts = _counted(place[held_by[known]] * things + held[known])
        found = np.searchsorted(keys, at * things + thing[asked])
        holding[asked] = counts[found] - 1  # without the holder
        number[asked] = where.sizes[level][at] - 1
    return holding, number, judged


def _reached(
    holder: Codes, thing: Codes, group: Codes, end: Codes, things: int
) -> tuple[Codes, Codes]:
    """(holder, thing), each pair once: held directly, or opened by a group.

    Only what somebody holds directly is asked about, so nothing else is followed.
    """
    direct = (holder >= 0) & (thing >= 0)
    asked = np.zeros(things + 1, dtype=bool)  # the last is for -1
    asked[thing[direct]] = True
    followed = asked[end] & asked[group]
    leads = pd.DataFrame({"group": group[followed], "thing": end[followed]})
    doors = np.zeros(things + 1, dtype=bool)
    doors[leads["group"]] = True
    behind = direct & doors[thing]
    held = pd.DataFrame({"holder": holder[behind], "group": thing[behind]})
    through = held.merge(leads, on="group")
    pairs = [
        holder[direct] * things + thing[direct],
        through["holder"].to_numpy() * things + through["thing"].to_numpy(),
    ]
    keys, _ = _counted(np.concatenate(pairs))
    return keys // things, keys % things


def _counted(keys: Codes) -> tuple[Codes, Codes]:
    """The different keys in order, and how often each is there; np.unique hashes, which takes ten
    times as long."""
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1) > 0)
    return ordered[starts], np.diff(starts, append=len(ordered))
