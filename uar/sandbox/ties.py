"""Who holds what in a generated organisation, edge by edge."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from . import shapes
from .devices import Machines
from .holdings import Doors, Group, sudo
from .people import Place
from .shapes import Json


def edges(
    place: Place, users: list[Json], made: list[Group], opened: list[Doors], park: Machines
) -> list[Json]:
    """Every direct edge. Both ends are shared objects: one reference serves all its edges."""
    chance = place.chance("edges")
    people = _references("user", users)
    teams = _references("user_group", [group.record for group in made])
    named = {group.record["name"]: team for group, team in zip(made, teams, strict=True)}
    return [
        *_memberships(made, teams, people),
        *_openings(opened, teams, people),
        *_bindings_to_devices(chance, park, named, people),
        *_bindings_to_directories(chance, park, named, people, users),
    ]


def _references(kind: str, records: list[Json]) -> list[Json]:
    return [{"type": kind, "id": record.get("id") or record["_id"]} for record in records]


def _memberships(made: list[Group], teams: list[Json], people: list[Json]) -> Iterator[Json]:
    for team, group in zip(teams, made, strict=True):
        for n in group.members:
            yield shapes.edge(team, people[n])


def _openings(opened: list[Doors], teams: list[Json], people: list[Json]) -> Iterator[Json]:
    apps = _references("application", [door.application for door in opened])
    for app, door in zip(apps, opened, strict=True):
        yield from (shapes.edge(app, teams[n]) for n in door.groups)
        yield from (shapes.edge(app, people[n]) for n in door.users)


def _bindings_to_devices(
    chance: Random, park: Machines, named: dict[str, Json], people: list[Json]
) -> Iterator[Json]:
    """Each device in its fleet and with its owner, one owner in twenty with sudo."""
    macs, laptops, servers = _references("system_group", park.groups)
    fleet = {"darwin": macs, "windows": laptops, "linux": servers}
    devices = _references("system", park.systems)
    for device, system, owner in zip(devices, park.systems, park.owners, strict=True):
        yield shapes.edge(fleet[system["osFamily"]], device)
        if owner is not None:
            yield shapes.edge(people[owner], device, sudo() if chance.random() < 0.05 else None)
    yield shapes.edge(named["Production Access"], servers, sudo())
    yield shapes.edge(named["Directory Operators"], macs, sudo())


def _bindings_to_directories(
    chance: Random, park: Machines, named: dict[str, Json], people: list[Json], users: list[Json]
) -> Iterator[Json]:
    """Mostly through groups; LDAP binders always, and one person in a hundred, directly."""
    google, microsoft, ldap = ({"type": d["type"], "id": d["id"]} for d in park.directories)
    [radius] = _references("radius_server", park.radius)
    yield shapes.edge(named["All Staff"], google)
    yield shapes.edge(named["Department Finance"], microsoft)
    yield shapes.edge(named["Remote Access"], radius)
    for person, user in zip(people, users, strict=True):
        if user["ldap_binding_user"]:
            yield shapes.edge(person, ldap)
        elif chance.random() < 0.01:
            yield shapes.edge(person, chance.choice((microsoft, google, radius)))
