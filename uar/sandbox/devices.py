"""Devices, and the directories and servers that a generated organisation's people are bound to."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from . import held_shapes, names
from .people import FIRST_DAY, Place, moment, object_id, stamp
from .shapes import Json


class Machines(NamedTuple):
    systems: list[Json]
    groups: list[Json]
    directories: list[Json]
    radius: list[Json]
    owners: list[int | None]
    """Whose device each system is; nobody's when it is a server."""


PLATFORMS: tuple[tuple[str, Json], ...] = (
    ("mac", {}),
    ("win", {"os": "Windows", "osFamily": "windows", "version": "11 Pro", "arch": "x86_64"}),
    ("srv", {"os": "Ubuntu", "osFamily": "linux", "version": "24.04", "arch": "x86_64"}),
)


def machines(place: Place, users: list[Json]) -> Machines:
    """A device for nine people in ten, and a server for every fifty."""
    chance = place.chance("machines")
    owners: list[int | None] = [n for n in range(len(users)) if chance.random() < 0.9]
    owners += [None] * max(2, len(users) // 50)
    systems = []
    for nth, owner in enumerate(owners, 1):
        platform, fields = PLATFORMS[2] if owner is None else PLATFORMS[chance.random() < 0.4]
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=45))
        seen = place.now - timedelta(hours=chance.choice((1, 3, 9, 30, 200, 3000)))
        system = held_shapes.system(
            object_id(chance, created),
            place.organization,
            hostname=f"hg-{platform}-{nth:05d}",
            created=stamp(created),
            lastContact=stamp(seen),
            active=seen > place.now - timedelta(days=2),
            **fields,
        )
        if owner is not None:
            user = users[owner]
            system["primarySystemUser"] = {"id": user["_id"]}
            system["userMetrics"] = [
                {
                    "userName": user["username"],
                    "admin": user["sudo"],
                    "managed": True,
                    "suspended": user["suspended"],
                    "secureTokenEnabled": platform == "mac",
                }
            ]
        systems.append(system)
    org = place.organization
    kinds = (("g_suite", "Google Workspace"), ("office_365", "Microsoft 365"))
    return Machines(
        systems,
        [
            held_shapes.system_group(object_id(chance, FIRST_DAY), name)
            for name in ("Macs", "Windows Laptops", "Servers")
        ],
        [
            held_shapes.directory(object_id(chance, FIRST_DAY), org, kind, name, names.DOMAIN)
            for kind, name in (*kinds, ("ldap_server", "JumpCloud LDAP"))
        ],
        [held_shapes.radius_server(object_id(chance, FIRST_DAY), org, "Office Wi-Fi", "192.0.2.1")],
        owners,
    )
