"""The same edges read from their other end, on a sample: do two answers of the tenant agree?

A list without a total may leave a row out, and nobody who reads it once can see that. So for some
users their groups are asked for as well (`memberof`), and for some applications everybody who
reaches them with the paths (API.md 6.2). What differs is read again at both ends; what then still
differs is a gap, and a finding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from uar.access import reach

from ._ends import holder_of_edge
from ._fetching import Fetcher
from ._lists import MAY_BE_MISSING
from ._paging import Listing, Reading, array
from ._rows import Row
from ._values import Json, identity, objects, several

MEMBEROF = "cross-check of memberships"
REACHED = "cross-check of applications"
USER_GROUPS = "/api/v2/users/{id}/memberof"
APP_USERS = "/api/v2/applications/{id}/users"

Paths = frozenset[str]  # what the first edge of each path leads to: group:<id>, or "" for directly


@dataclass(frozen=True)
class Reached:
    """Somebody at the end of paths from an object, or a group at the end of paths from a user."""

    end: str  # user:<id>, group:<id>
    paths: Paths


@dataclass(frozen=True)
class Difference:
    """An edge that one end has and the other has not."""

    user: str
    group: str  # "" where a user holds an application directly
    app: str  # "" where it is about a membership
    listed: bool  # by the lists that the snapshot is made of; else by the other end only

    @property
    def subject(self) -> str:
        through = f" through jumpcloud:{self.group}" if self.app and self.group else ""
        return f"jumpcloud:{self.app or self.group}>{self.user}{through}"


@dataclass(frozen=True)
class Cross:
    """What was asked at the other end, and what did not agree in the end."""

    size: int = 0  # users, and applications, that were asked for
    seed: str = ""
    users: Sequence[Reading[Reached]] = ()  # the groups that each is in
    apps: Sequence[Reading[Reached]] = ()  # who reaches each
    differences: frozenset[Difference] = frozenset()


def sample(ids: Iterable[str], size: int, seed: str) -> list[str]:
    """The same ones for the same seed, whatever the order."""
    chosen = sorted(ids, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
    return chosen[:size]


def groups_of(user_id: str) -> Listing[Reached]:
    return _reached(USER_GROUPS.format(id=user_id))


def users_of(app_id: str) -> Listing[Reached]:
    return _reached(APP_USERS.format(id=app_id))


def _reached(path: str) -> Listing[Reached]:
    return Listing(path, array, reached, key=lambda row: row.end, optional=MAY_BE_MISSING)


def reached(row: Json) -> Reached:
    """One row of a traversal: the object, and by which first steps it is reached (API.md 6.1)."""
    paths = []
    for path in several(row, "paths"):
        edges = objects({"paths": path}, "paths")
        if not edges:
            raise ValueError("a path has no edge")
        paths.append(holder_of_edge(edges[0]) if len(edges) > 1 else "")
    end = holder_of_edge({"to": {"type": row.get("type"), "id": identity(row, "id")}})
    return Reached(end, frozenset(paths or [""]))


@dataclass(frozen=True)
class Lists:
    """The lists that the snapshot is made of, each in the order of its owners.

    A list that is read again takes the place of the one before.
    """

    groups: Sequence[Row]
    apps: Sequence[Row]
    members: list[Reading[str]]
    app_users: list[Reading[str]]
    app_groups: list[Reading[str]]

    @cached_property
    def group_at(self) -> dict[str, int]:
        return {f"group:{row['source_id']}": at for at, row in enumerate(self.groups)}

    @cached_property
    def app_at(self) -> dict[str, int]:
        return {f"app:{row['source_id']}": at for at, row in enumerate(self.apps)}


class Ends:
    """Both ends of the edges in the sample, and how to read them again."""

    def __init__(self, fetcher: Fetcher, lists: Lists) -> None:
        self._fetcher = fetcher
        self._lists = lists

    def compare(self, user_ids: Iterable[str], app_ids: Iterable[str], size: int) -> Cross:
        """Ask at the other end of a sample; what differs, once more at both ends."""
        seed = self._fetcher.spool.noted.get("started_at", "") if size else ""
        users, apps = sample(user_ids, size, seed), sample(app_ids, size, seed)
        read = self._fetcher.read([*map(groups_of, users), *map(users_of, apps)])
        by_user = dict(zip(users, read, strict=False))
        by_app = dict(zip(apps, read[len(users) :], strict=True))
        found = self._differences(by_user, by_app)
        if found:
            # Somebody may have changed something between the two answers.
            self._read_again(found, by_user, by_app)
            found = self._differences(by_user, by_app)
        return Cross(size, seed, list(by_user.values()), list(by_app.values()), frozenset(found))

    def _read_again(
        self,
        found: set[Difference],
        by_user: dict[str, Reading[Reached]],
        by_app: dict[str, Reading[Reached]],
    ) -> None:
        lists = self._lists
        for group in sorted({each.group for each in found} & set(lists.group_at)):
            self._renew(lists.members, lists.group_at[group])
        for user in sorted({each.user.partition(":")[2] for each in found if not each.app}):
            self._renew(by_user, user)
        for app in sorted({each.app for each in found if each.app}):
            self._renew(lists.app_users, lists.app_at[app])
            self._renew(lists.app_groups, lists.app_at[app])
            self._renew(by_app, app.partition(":")[2])

    def _renew(self, readings: Any, at: Any) -> None:
        listing = readings[at].listing
        self._fetcher.spool.forget(listing.path)
        (readings[at],) = self._fetcher.read([listing])

    def _differences(
        self, by_user: Mapping[str, Reading[Reached]], by_app: Mapping[str, Reading[Reached]]
    ) -> set[Difference]:
        return self._of_users(by_user) | self._of_apps(by_app)

    def _of_users(self, read: Mapping[str, Reading[Reached]]) -> set[Difference]:
        asked = {f"user:{key}" for key, reading in read.items() if not reading.refused}
        listed = {
            (holder, group)
            for group, at in self._lists.group_at.items()
            for holder in self._lists.members[at].rows
            if holder in asked
        }
        told = {
            (f"user:{key}", row.end)
            for key, reading in read.items()
            for row in reading.rows
            if "" in row.paths and row.end.startswith("group:")
        }
        return {
            Difference(user, group, "", (user, group) in listed) for user, group in listed ^ told
        }

    def _of_apps(self, read: Mapping[str, Reading[Reached]]) -> set[Difference]:
        listed = self._derived([f"app:{key}" for key, one in read.items() if not one.refused])
        told = {
            (row.end, path, f"app:{key}")
            for key, reading in read.items()
            for row in reading.rows
            for path in row.paths
            if row.end.startswith("user:")
        }
        return {Difference(*each, each in listed) for each in listed ^ told}

    def _derived(self, apps: Sequence[str]) -> set[tuple[str, str, str]]:
        """(user, group or "", application): who reaches them by what our own derivation says."""
        lists = self._lists
        edges: list[tuple[str, str, str]] = []  # entitlement, holder, holder's kind
        for app in apps:
            at = lists.app_at[app]
            edges += [(app, holder, "user") for holder in lists.app_users[at].rows]
            edges += [(app, holder, "group") for holder in lists.app_groups[at].rows]
        for group in {holder for _, holder, kind in edges if kind == "group"} & set(lists.group_at):
            rows = lists.members[lists.group_at[group]].rows
            edges += [(group, holder, "user") for holder in rows]
        grants = pd.DataFrame(
            {
                "grant_id": [f"{held}>{holder}" for held, holder, _ in edges],
                "holder_id": [holder for _, holder, _ in edges],
                "holder_kind": [kind for _, _, kind in edges],
                "entitlement_id": [held for held, _, _ in edges],
            },
            dtype="string",
        )
        found = reach(grants)
        steps = zip(
            found["grant_id"].tolist(),
            found["holder_id"].tolist(),
            found["entitlement_id"].tolist(),
            strict=True,
        )
        return {
            (holder, grant.partition(">")[0] if grant.startswith("group:") else "", app)
            for grant, holder, app in steps
            if holder.startswith("user:") and app.startswith("app:")
        }


Naming = Callable[[str], str]


def says(difference: Difference, name: Naming) -> str:
    """One sentence. `name`: what people call a user, a group or an application."""
    if not difference.app:
        lists = f"the members of {name(difference.group)}"
        other = f"the groups of {name(difference.user)}"
        what = f"{name(difference.user)} is in {name(difference.group)}"
    else:
        way = f" through {name(difference.group)}" if difference.group else " directly"
        lists = "the bindings and memberships"
        other = f"the list of who reaches {name(difference.app)}"
        what = f"{name(difference.user)} reaches {name(difference.app)}{way}"
    has, lacks = (lists, other) if difference.listed else (other, lists)
    return (
        f"Two answers of JumpCloud disagree, twice over: {what} by {has}, but not by {lacks}. "
        "Look at it in the Admin Portal."
    )
