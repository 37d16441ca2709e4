"""Everything that was read of one tenant, and the totals of each collection."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._lists import GROUPS, Holder, Rule
from ._paging import Reading
from ._rows import Row


@dataclass(frozen=True)
class Tenant:
    """Every list as it was read; rules, members and app lists are in the order of their owners."""

    organizations: Reading[Any]
    users: Reading[Row]
    admins: Reading[Holder]
    roles: Reading[Row]
    services: Reading[Holder]
    groups: Reading[Row]
    apps: Reading[Row]
    by_method: Sequence[Reading[str]]
    methods: dict[str, str]
    rules: Sequence[Reading[Rule]]
    members: Sequence[Reading[str]]
    app_users: Sequence[Reading[str]]
    app_groups: Sequence[Reading[str]]


def totals(tenant: Tenant, stored: Mapping[str, int]) -> list[Row]:
    """One row of COLLECTIONS each. `stored`: where that is not simply every row fetched."""
    associations = "/api/v2/applications/{id}/associations"
    collections: tuple[tuple[str, str, Sequence[Reading[Any]]], ...] = (
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
            )
        ),
        ("groups by method", f"{GROUPS.path}?filter=membershipMethod", tenant.by_method),
        ("group rules", f"{GROUPS.path}/{{id}}", tenant.rules),
        ("group members", f"{GROUPS.path}/{{id}}/members", tenant.members),
        ("application users", f"{associations}?targets=user", tenant.app_users),
        ("application groups", f"{associations}?targets=user_group", tenant.app_groups),
    )
    return [
        _total(name, endpoint, readings, stored.get(name))
        for name, endpoint, readings in collections
        if readings and not any(reading.refused for reading in readings)
    ]


def _total(name: str, endpoint: str, readings: Sequence[Reading[Any]], stored: int | None) -> Row:
    fetched = sum(len(reading.rows) for reading in readings)
    stated = [reading.stated for reading in readings if reading.stated is not None]
    return {
        "collection": name,
        "endpoint": endpoint,
        "stated": sum(stated) if len(stated) == len(readings) else None,
        "fetched": fetched,
        "stored": fetched if stored is None else stored,
        "pages": sum(reading.pages for reading in readings),
        "started_at": min(reading.started_at for reading in readings),
        "finished_at": max(reading.finished_at for reading in readings),
        "sha256": hashlib.sha256(b"".join(reading.digests for reading in readings)).hexdigest(),
    }
