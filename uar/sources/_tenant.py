"""Everything that was read of one tenant, and the totals of each collection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.snapshot import READ_FILE, page_file

from ._bindings import Bindings
from ._cross import APP_USERS, MEMBEROF, REACHED, USER_GROUPS, Cross
from ._lists import GROUPS, SERVICES, Holder, Rule
from ._pace import Pace
from ._paging import Reading
from ._rows import Row
from ._spool import Spool
from ._usage import PATH, Trail


@dataclass(frozen=True)
class Tenant:
    """Every list as it was read; those of single owners are in the order of the owners.

    `accounts`: of the users, as ACCOUNTS has them; their list keeps only what else is asked of it.
    """

    organizations: Reading[Any]
    users: Reading[Row]
    accounts: pd.DataFrame
    admins: Reading[Holder]
    roles: Reading[Row]
    services: Reading[Holder]
    credentials: Sequence[Reading[Row]]
    groups: Reading[Row]
    apps: Reading[Row]
    by_method: Sequence[Reading[str]]
    methods: dict[str, str]
    rules: Sequence[Reading[Rule]]
    members: Sequence[Reading[str]]
    app_users: Sequence[Reading[str]]
    app_groups: Sequence[Reading[str]]
    bindings: Bindings
    usage: Trail | None  # None: left out
    cross: Cross
    pace: Pace
    requests: int

    def let_go(self) -> None:
        """Of every row; what is kept are the pages."""
        for _, _, readings in _collections(self):
            for reading in readings:
                reading.let_go()


Collection = tuple[
    str, str, Sequence[Reading[Any] | Trail]
]  # its name, its endpoint, its lists in order


def totals(tenant: Tenant, stored: Mapping[str, int]) -> list[Row]:
    """One row of COLLECTIONS each. `stored`: where that is not simply every row fetched."""
    return [
        _total(name, endpoint, readings, stored.get(name))
        for name, endpoint, readings in _collections(tenant)
    ]


class Pages(Mapping[str, bytes]):
    """Every answer that the tables were made from: one compressed file of lines a collection.

    READ_FILE has the rest: whom was asked and when, and the answers that are no page of a list.
    They are read from the spool when they are asked for.
    """

    def __init__(self, tenant: Tenant, spool: Spool) -> None:
        self._spool = spool
        self._kept = {READ_FILE: [spool.note_kept]}
        for name, _, readings in _asked_for(tenant):
            self._kept[READ_FILE] += [kept for reading in readings for kept in reading.aside]
            pages = [kept for reading in readings for kept in reading.pages]
            if pages or not any(reading.refused for reading in readings):
                self._kept[page_file(name)] = pages

    def __getitem__(self, name: str) -> bytes:
        return b"".join(map(self._spool.member, self._kept[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _collections(tenant: Tenant) -> list[Collection]:
    """What was read; a collection is left out where the tenant refused one of its lists."""
    return [each for each in _asked_for(tenant) if not any(reading.refused for reading in each[2])]


def _asked_for(tenant: Tenant) -> list[Collection]:
    """What there was to read, refused or not."""
    associations = "/api/v2/applications/{id}/associations"
    collections: tuple[Collection, ...] = (
        *(
            (name, reading.listing.path, [reading])
            for name, reading in (
                ("organisation", tenant.organizations),
                ("users", tenant.users),
                ("admins", tenant.admins),
                ("roles", tenant.roles),
                ("service accounts", tenant.services),
                ("groups", tenant.groups),
                ("applications", tenant.apps),
                *tenant.bindings.targets.items(),
            )
        ),
        ("service account credentials", f"{SERVICES.path}/{{id}}", tenant.credentials),
        ("groups by method", f"{GROUPS.path}?filter=membershipMethod", tenant.by_method),
        ("group rules", f"{GROUPS.path}/{{id}}", tenant.rules),
        ("group members", f"{GROUPS.path}/{{id}}/members", tenant.members),
        ("application users", f"{associations}?targets=user", tenant.app_users),
        ("application groups", f"{associations}?targets=user_group", tenant.app_groups),
        *tenant.bindings.collections(),
        (MEMBEROF, USER_GROUPS, tenant.cross.users),
        (REACHED, APP_USERS, tenant.cross.apps),
        ("events", PATH, [tenant.usage] if tenant.usage else []),
    )
    return [each for each in collections if each[2]]


def _total(
    name: str, endpoint: str, readings: Sequence[Reading[Any] | Trail], stored: int | None
) -> Row:
    fetched = sum(reading.fetched for reading in readings)
    kept = [page for reading in readings for page in reading.pages]
    stated = [reading.stated for reading in readings if reading.stated is not None]
    return {
        "collection": name,
        "endpoint": endpoint,
        "stated": sum(stated) if len(stated) == len(readings) else None,
        "fetched": fetched,
        "stored": fetched if stored is None else stored,
        "pages": len(kept),
        "started_at": min(reading.started_at for reading in readings),
        "finished_at": max(reading.finished_at for reading in readings),
        "sha256": hashlib.sha256(b"".join(page.digest for page in kept)).hexdigest(),
    }
