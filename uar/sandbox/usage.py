"""What the people of a generated organisation used lately, as Directory Insights would tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from . import event_shapes
from .devices import Machines
from .holdings import Doors, Group
from .people import Place, moment, object_id, references, stamp
from .shapes import Json

WINDOW = timedelta(days=89)
"""How far back events go; Directory Insights keeps 90 days."""

Draft = tuple[str, Callable[..., Json], tuple[Any, ...], dict[str, bool]]
"""When it happened, the function that writes it down, and what that function is told."""


class Diary:
    """Events in no order; `pages` puts them in order of time and numbers them."""

    def __init__(self, place: Place, chance: Random) -> None:
        self._place = place
        self._chance = chance
        self._drafts: list[Draft] = []

    def note(self, make: Callable[..., Json], *what: Any, **more: bool) -> None:
        when = moment(self._chance, self._place.now - WINDOW, self._place.now)
        self._drafts.append((stamp(when), make, what, more))

    def pages(self) -> list[Json]:
        self._drafts.sort(key=lambda draft: draft[0])
        start = object_id(self._chance, self._place.now - WINDOW)[:12]
        return [
            make(f"{start}{number:012x}", when, *what, **more)
            for number, (when, make, what, more) in enumerate(self._drafts, 1)
        ]


def events(
    place: Place,
    users: list[Json],
    admins: list[Json],
    made: list[Group],
    opened: list[Doors],
    park: Machines,
    truth: Json,
) -> list[Json]:
    """Sign-ins and changes of the last weeks, oldest first.

    A quarter of the applications and a tenth of the people show no use at all. Who is suspended
    or staged shows none either.
    """
    chance = place.chance("events")
    diary = Diary(place, chance)
    quiet = {door.application["_id"] for door in opened[3::4]}
    awake = [door for door in opened if door.application["_id"] not in quiet]
    truth["unused_applications"] = sorted(f"application:{app}" for app in quiet)
    silent = _sign_ins(chance, diary, users, made, awake)
    wired = silent[: max(1, len(silent) // 50)]  # who only ever needs the network
    for user in wired:
        diary.note(event_shapes.radius_auth, user)
    truth["only_network"] = references(wired)
    truth["silent_users"] = references(silent[len(wired) :])
    quiet_people = {user["_id"] for user in silent}
    _elsewhere(place.chance("device events"), diary, users, made, park, quiet_people)
    for admin in admins:
        for _ in range(chance.randrange(4)):
            diary.note(event_shapes.admin_login, admin, success=chance.random() < 0.95)
    peopled = [group for group in made if group.members]
    for _ in range(max(5, len(users) // 100)):
        group = chance.choice(peopled)
        user = users[chance.choice(group.members)]
        origin = ("user_group", group.record["id"], group.record["name"])
        target = ("user", user["_id"], user["username"])
        diary.note(event_shapes.association_change, chance.choice(admins), "add", origin, target)
    return diary.pages()


def _sign_ins(
    chance: Random, diary: Diary, users: list[Json], made: list[Group], awake: list[Doors]
) -> list[Json]:
    """One to the portal and up to three to applications for each person; returns the silent."""
    held: list[list[Json]] = [[] for _ in users]
    some = max(1, len(users) // 100)
    for door in awake:
        for n in door.users:
            held[n].append(door.application)
        for at in door.groups:
            members = made[at].members
            for n in chance.sample(members, min(len(members), some)):
                held[n].append(door.application)
    silent = []
    for n, user in enumerate(users):
        if user["state"] != "ACTIVATED":
            continue
        if chance.random() < 0.1 and not user["ldap_binding_user"]:
            silent.append(user)
            continue
        diary.note(event_shapes.user_login, user)
        for app in chance.sample(held[n], min(len(held[n]), 3)):
            diary.note(event_shapes.sso_auth, user, app, success=chance.random() < 0.97)
    return silent


def _elsewhere(
    chance: Random,
    diary: Diary,
    users: list[Json],
    made: list[Group],
    park: Machines,
    silent: set[str],
) -> None:
    """Sign-ins to devices, RADIUS and LDAP, which name a user and no id. Four devices in five are
    used by their owner; servers by those who may run them."""
    awake = [user["state"] == "ACTIVATED" and user["_id"] not in silent for user in users]
    named = {group.record["name"]: group for group in made}
    for system, owner in zip(park.systems, park.owners, strict=True):
        if owner is not None and awake[owner] and chance.random() < 0.8:
            login = event_shapes.device_login
            diary.note(login, users[owner], system, success=chance.random() < 0.97)
    servers = [
        system for system, owner in zip(park.systems, park.owners, strict=True) if owner is None
    ]
    for n in named["Production Access"].members:
        if awake[n] and chance.random() < 0.7:
            diary.note(event_shapes.device_login, users[n], chance.choice(servers))
    for n in named["Remote Access"].members:
        if awake[n] and chance.random() < 0.7:
            diary.note(event_shapes.radius_auth, users[n], success=chance.random() < 0.95)
    for user, up in zip(users, awake, strict=True):
        if up and user["ldap_binding_user"]:
            for _ in range(3):
                diary.note(event_shapes.ldap_bind, user)
