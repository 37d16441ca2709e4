"""What a grant gives and what ends with it, in words: opens, also held through, taken away."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pandas as pd

from uar.tables import look_up
from uar.text import counted

OPENS_SHOWN = 15  # names in a cell; the sheet What it gives has all of them
PATHS_SHOWN = 5


def with_paths(
    rows: pd.DataFrame, grants: pd.DataFrame, opened: pd.DataFrame, shared: pd.DataFrame,
    name: pd.Series[str],
) -> pd.DataFrame:  # fmt: skip
    """`rows` of grants with the columns opens, also_held and takes_away of ITEMS.

    `opened`, `shared`: as uar.access says, `shared` only of what a group can open. `name`: by
    entitlement_id.
    """
    by_group = rows["holder_kind"] == "group"
    members = _members(grants)
    whom = look_up(rows["holder_id"], _for_members(members)).fillna("for no member")
    given = look_up(rows["entitlement_id"], _opens(opened, name))
    stays = _stays(shared, grants)
    taken = given.copy()
    partly = pd.Series(dict(_partly(stays, opened, name)), dtype="string")
    taken = taken.mask(rows["grant_id"].isin(partly.index), look_up(rows["grant_id"], partly))
    of_groups = _members_losing(rows[by_group], stays, grants, members)
    return rows.assign(
        opens=given.where(~by_group, whom),
        also_held=look_up(rows["grant_id"], pd.Series(_also_held(shared, rows, name), dtype="str")),
        takes_away=taken.mask(by_group, of_groups),
    )


def _opens(opened: pd.DataFrame, name: pd.Series[str]) -> pd.Series[str]:
    """Per group the names of what it opens."""
    named = opened.assign(name=look_up(opened["entitlement_id"], name)).sort_values("name")
    lists = {str(one): _listed(list(names)) for one, names in named.groupby("group_id")["name"]}
    return pd.Series(lists, dtype="string")


def _members(grants: pd.DataFrame) -> pd.Series[int]:
    """Per group how many members it has."""
    return grants.loc[grants["holder_kind"] != "group", "entitlement_id"].value_counts()


def _for_members(members: pd.Series[int]) -> pd.Series[str]:
    """In words: what binding something to a group means."""
    words = [f"for {counted(count, 'member')}" for count in members]
    return pd.Series(words, index=members.index, dtype="string")


def _stays(shared: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """What the same account reaches by another grant too: grant_id, entitlement_id, held_id.

    `held_id`: what the grant itself is of. Another account of the person does not count here: the
    access ends for this one.
    """
    held = grants[["grant_id", "holder_id", "entitlement_id"]]
    held = held.rename(columns={"entitlement_id": "held_id"})
    paths = shared.merge(held, on="grant_id")
    twice = paths.duplicated(["holder_id", "entitlement_id"], keep=False)
    return paths.loc[twice, ["grant_id", "entitlement_id", "held_id"]]


def _partly(
    stays: pd.DataFrame, opened: pd.DataFrame, name: pd.Series[str]
) -> Iterable[tuple[str, str | None]]:
    """Grants with which not all that they open ends: grant_id, the names of what does."""
    through = stays[stays["entitlement_id"] != stays["held_id"]]
    opens = opened.assign(name=look_up(opened["entitlement_id"], name)).sort_values("name")
    by_group = {
        str(group): list(zip(each["entitlement_id"], each["name"], strict=True))
        for group, each in opens[opens["group_id"].isin(through["held_id"])].groupby("group_id")
    }
    staying: dict[tuple[str, str], set[str]] = {}
    for grant, thing, group in through.to_numpy(dtype=object).tolist():
        staying.setdefault((grant, group), set()).add(thing)
    for (grant, group), kept in staying.items():
        lost = [called for one, called in by_group[group] if one not in kept]
        yield grant, _listed(lost) if lost else None


def _members_losing(
    rows: pd.DataFrame, stays: pd.DataFrame, grants: pd.DataFrame, members: pd.Series[int]
) -> pd.Series[Any]:
    """For what a group holds: how many members lose it with the group's grant."""
    keeping = stays.groupby(["held_id", "entitlement_id"])["grant_id"].nunique()
    texts: list[str | None] = []
    for group, thing in zip(rows["holder_id"], rows["entitlement_id"], strict=True):
        every = int(members.get(group, 0))
        kept = int(keeping.get((group, thing), 0))
        if not every:
            texts.append(None)
        elif not kept:
            texts.append("1 member" if every == 1 else f"all {every:,} members")
        else:
            texts.append(f"{every - kept:,} of {every:,} members")
    return pd.Series(texts, index=rows.index, dtype="string")


def _also_held(shared: pd.DataFrame, rows: pd.DataFrame, name: pd.Series[str]) -> dict[str, str]:
    """Per grant the other paths of the same person to what it opens, in words."""
    grants = rows[["grant_id", "holder_id", "login", "entitlement_id"]]
    paths = shared.merge(grants, on="grant_id", suffixes=("", "_held"))
    through = "through " + look_up(paths["entitlement_id_held"], name)
    direct = paths["entitlement_id_held"] == paths["entitlement_id"]
    paths["way"] = through.mask(direct, "directly")
    paths["what"] = look_up(paths["entitlement_id"], name)
    columns = ["owner_id", "entitlement_id", "grant_id", "holder_id", "login", "way", "what"]
    ordered = paths[columns].to_numpy(dtype=object).tolist()  # by owner and entitlement already
    says: dict[str, list[str]] = {}
    for _, several in groupby(ordered, key=lambda path: (path[0], path[1])):
        ways = list(several)
        for _, _, grant, holder, _, _, what in ways:
            others = [
                way if other == holder else f"{way} ({login})"
                for _, _, path, other, login, way, _ in ways[: PATHS_SHOWN + 1]
                if path != grant
            ][:PATHS_SHOWN]
            more = len(ways) - 1 - len(others)
            others += [f"and {more:,} more"] if more else []
            says.setdefault(grant, []).append(f"{what}: {', '.join(others)}")
    return {grant: "; ".join(sorted(parts)) for grant, parts in says.items()}


def _listed(names: list[str]) -> str:
    more = len(names) - OPENS_SHOWN
    return "; ".join(names[:OPENS_SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
