"""The ordinary people of a generated organisation, and their tree of managers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from . import names, shapes
from .shapes import Json

SPAN = 8
"""Direct reports of a manager."""

FIRST_DAY = datetime.fromisoformat("2015-01-05T08:00:00+00:00")

MFA_SHARES = {
    "push": 34,
    "totp": 25,
    "webauthn": 14,
    "go": 12,
    "sms": 6,
    "none": 4,
    "pending": 3,
    "expired": 1,
    "disabled": 1,
}
TYPE_SHARES = {"Employee": 88, "Contractor": 8, "Intern": 4}


class Place(NamedTuple):
    """Where and when everything is made."""

    seed: int
    organization: str
    now: datetime

    def chance(self, purpose: str) -> Random:
        """A stream of its own for each purpose, so that a change in one leaves the others."""
        return Random(f"{self.seed}/{purpose}")


def stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def object_id(chance: Random, when: datetime) -> str:
    """As MongoDB makes them: seconds since 1970, then 16 more digits."""
    return f"{int(when.timestamp()):08x}{chance.getrandbits(64):016x}"


def moment(chance: Random, earliest: datetime, latest: datetime) -> datetime:
    return earliest + timedelta(seconds=chance.randrange(int((latest - earliest).total_seconds())))


def pick(chance: Random, shares: dict[str, int]) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


def reference(kind: str, record: Json) -> str:
    return f"{kind}:{record['_id']}"


def references(users: list[Json]) -> list[str]:
    return [reference("user", user) for user in users]


class Staff(NamedTuple):
    """Users in the making, with those who lead others apart from those who lead nobody."""

    users: list[Json]
    managers: list[Json]
    others: list[Json]


def staff(place: Place, headcount: int) -> Staff:
    """Ordinary people: a chief executive, then departments as trees of managers."""
    hire = _Hiring(place)
    chief = hire.person("Executive", "Chief Executive Officer", manager=None)
    managers: list[Json] = [chief]
    others: list[Json] = []
    for department, size in _sizes(headcount - 1):
        team: list[Json] = []
        for nth in range(size):
            # A heap: person n leads the SPAN people from SPAN * n + 1 on. No ring is possible.
            leads = SPAN * nth + 1 < size
            if nth == 0:
                boss, title = chief, department.head
            else:
                boss = team[(nth - 1) // SPAN]
                title = department.manager if leads else hire.chance.choice(department.titles)
            person = hire.person(department.name, title, boss, permanent=leads or nth == 0)
            team.append(person)
            (managers if leads else others).append(person)
    return Staff([*managers, *others], managers, others)


def _sizes(headcount: int) -> Iterator[tuple[names.Department, int]]:
    """Departments with their number of people; the first takes what rounding leaves."""
    small = [(each, round(headcount * each.share)) for each in names.DEPARTMENTS[1:]]
    yield names.DEPARTMENTS[0], headcount - sum(size for _, size in small)
    yield from small


class _Hiring:
    """Makes one person after the other with unique usernames and employee ids."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.chance = place.chance("people")
        self._taken: dict[str, int] = {}
        self._number = 0

    def person(
        self, department: str, title: str, manager: Json | None, *, permanent: bool = True
    ) -> Json:
        chance, place = self.chance, self.place
        first = chance.choice(names.FIRST_NAMES)
        last = chance.choice(names.SURNAME_HEADS) + chance.choice(names.SURNAME_TAILS)
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=45))
        kind = "Employee" if permanent else pick(chance, TYPE_SHARES)
        username = self.username(f"{first}.{last}")
        self._number += 1
        contractor = kind == "Contractor"
        user = shapes.user(
            object_id(chance, created),
            place.organization,
            username=username,
            email=f"{username}@{names.DOMAIN}",
            created=stamp(created),
            mfa=pick(chance, MFA_SHARES),
            firstname=first,
            lastname=last,
            displayname=f"{first} {last}",
            department=department,
            jobTitle=title,
            company="Brightfold" if contractor else "Harrowgate",
            costCenter=f"{department[:3].upper()}-{chance.randrange(10):02d}",
            location=chance.choice(names.LOCATIONS),
            employeeType=kind,
            employeeIdentifier=f"E{self._number:06d}",
            unix_uid=5000 + self._number,
            unix_guid=5000 + self._number,
        )
        if manager is not None:
            user["manager"] = manager["_id"]
        return user

    def username(self, wanted: str) -> str:
        """Plain letters; the second and later people of one name get a number."""
        plain = fold(wanted)
        count = self._taken[plain] = self._taken.get(plain, 0) + 1
        return plain if count == 1 else f"{plain}{count}"


def fold(text: str) -> str:
    """Lower-case ASCII letters, digits and dots only."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ø", "o"))
    return "".join(
        each for each in decomposed if each.isascii() and (each.isalnum() or each == ".")
    )
