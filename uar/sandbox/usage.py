"""What the people of a generated organisation used lately, as Directory Insights would tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from . import shapes
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
    truth["silent_users"] = references(_sign_ins(chance, diary, users, made, awake))
    for admin in admins:
        for _ in range(chance.randrange(4)):
            diary.note(shapes.admin_login, admin, success=chance.random() < 0.95)
    peopled = [group for group in made if group.members]
    for _ in range(max(5, len(users) // 100)):
        group = chance.choice(peopled)
        user = users[chance.choice(group.members)]
        origin = ("user_group", group.record["id"], group.record["name"])
        target = ("user", user["_id"], user["username"])
        diary.note(shapes.association_change, chance.choice(admins), "add", origin, target)
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
        if chance.random() < 0.1:
            silent.append(user)
            continue
        diary.note(shapes.user_login, user)
        for app in chance.sample(held[n], min(len(held[n]), 3)):
            diary.note(shapes.sso_auth, user, app, success=chance.random() < 0.97)
    return silent
