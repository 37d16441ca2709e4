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
    groups, sizes, basis = where.codes, where.sizes, where.basis
    holder = positions(grants["holder_id"], accounts["account_id"])
    thing = positions(grants["entitlement_id"], grants["entitlement_id"].drop_duplicates())
    judged = (holder >= 0) & (basis[holder] >= 0)
    held_by, held = _reached(grants, holder, thing)
    holding = np.zeros(len(grants), dtype=np.int64)
    number = np.zeros(len(grants), dtype=np.int64)
    things = int(thing.max(initial=0)) + 1
    for level in range(len(BASES)):
        asked = judged & (basis[holder] == level)
        if not asked.any():
            continue
        place = groups[level]
        in_place = place[held_by] >= 0
        counted = np.sort(place[held_by[in_place]] * things + held[in_place])
        wanted = place[holder[asked]] * things + thing[asked]
        found = np.searchsorted(counted, wanted, "right") - np.searchsorted(counted, wanted)
        holding[asked] = found - 1
        number[asked] = sizes[level][place[holder[asked]]] - 1
    words = np.array([*BASES, ""], dtype=object)
    unknown = pd.Series(~judged)
    return pd.DataFrame(
        {
            "grant_id": grants["grant_id"].reset_index(drop=True),
            "holding": pd.Series(holding, dtype="Int64").mask(unknown),
            "peers": pd.Series(number, dtype="Int64").mask(unknown),
            "basis": pd.Series(words[np.where(judged, basis[holder], -1)], dtype="string").mask(
                unknown
            ),
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


def _reached(grants: pd.DataFrame, holder: Codes, thing: Codes) -> tuple[Codes, Codes]:
    """(holder, entitlement) as numbers, each pair once: held directly, or opened by a group.

    Only what somebody holds directly is asked about, so nothing else is followed.
    """
    direct = holder >= 0
    pairs = [np.stack([holder[direct], thing[direct]])]
    opened = opens(grants)
    group_code = pd.Series(thing, index=grants["entitlement_id"])
    group_code = group_code[~group_code.index.duplicated()]
    of_users = np.unique(thing[direct])
    leads = pd.DataFrame(
        {
            "group": opened["group_id"].map(group_code),
            "thing": opened["entitlement_id"].map(group_code),
        }
    ).dropna()
    leads = leads[leads["thing"].isin(of_users)].astype("int64")
    held = pd.DataFrame({"holder": holder[direct], "group": thing[direct]})
    through = held.merge(leads, on="group")
    pairs.append(np.stack([through["holder"].to_numpy(), through["thing"].to_numpy()]))
    both = np.concatenate(pairs, axis=1)
    things = int(thing.max(initial=0)) + 1
    keys = np.sort(both[0] * things + both[1])
    unique = keys[np.diff(keys, prepend=-1) > 0]  # np.unique hashes, which takes ten times as long
    return unique // things, unique % things
