"""What is wrong with the people of a generated organisation.

Each oddity takes people that no other oddity took, so the labels in `truth` stay exact however
many oddities there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from . import names, shapes
from .people import (
    FIRST_DAY,
    Place,
    Staff,
    moment,
    object_id,
    references,
    staff,
    stamp,
)
from .shapes import Json

REQUIRED = ("department", "jobTitle", "manager", "employeeIdentifier", "employeeType")
"""What a directory should know about everybody."""

SECOND_UID = 500_000
"""Unix ids of second accounts start behind everybody else's."""

LARGE = 1_000
"""From so many people on somebody leads a crowd."""

Change = Callable[[Json, int, Place], None]


def suspend(user: Json, _nth: int, _place: Place) -> None:
    user.update(state="SUSPENDED", suspended=True)


def stage(user: Json, _nth: int, _place: Place) -> None:
    user.update(state="STAGED", activated=False, password_date=None)


def unset(field: str) -> Change:
    """Take a value away in one of the three spellings, in turn."""

    def change(user: Json, nth: int, _place: Place) -> None:
        if nth % 3 == 0:
            del user[field]
        else:
            user[field] = None if nth % 3 == 1 else ""

    return change


def put(**fields: Any) -> Change:
    def change(user: Json, _nth: int, _place: Place) -> None:
        user.update(fields)

    return change


def leave_as_is(_user: Json, _nth: int, _place: Place) -> None:
    """A leaver nobody told the directory about: only HR knows."""


def placeholder(user: Json, nth: int, _place: Place) -> None:
    field = ("jobTitle", "department", "costCenter")[nth % 3]
    user[field] = names.PLACEHOLDERS[nth % len(names.PLACEHOLDERS)]


def malformed(user: Json, nth: int, _place: Place) -> None:
    pattern = names.MALFORMED_EMAILS[nth % len(names.MALFORMED_EMAILS)]
    user["email"] = pattern.format(user["username"])


def hostile(user: Json, nth: int, _place: Place) -> None:
    field, value = names.HOSTILE_TEXT[nth % len(names.HOSTILE_TEXT)]
    user[field] = value


def external(user: Json, _nth: int, _place: Place) -> None:
    user.update(
        email=f"{user['username']}@{names.PARTNER_DOMAIN}",
        company="Brightfold",
        employeeType="Contractor",
    )


def dangling(user: Json, nth: int, place: Place) -> None:
    user["manager"] = object_id(place.chance(f"dangling/{nth}"), FIRST_DAY)


def own_manager(user: Json, _nth: int, _place: Place) -> None:
    user["manager"] = user["_id"]


def locked(user: Json, _nth: int, place: Place) -> None:
    since = stamp(place.now - timedelta(days=2))
    user.update(account_locked=True, account_locked_date=since, badLoginAttempts=6)


def grace(user: Json, nth: int, place: Place) -> None:
    """Excused from the second factor: until a day, or for ever."""
    user["mfa"] = {"configured": False, "exclusion": True}
    if nth % 2:
        user["mfa"] |= {"exclusionUntil": stamp(place.now + timedelta(days=9)), "exclusionDays": 14}


def keyed(user: Json, nth: int, place: Place) -> None:
    user["ssh_keys"] = [public_key(place, f"ssh/{nth}", user["username"], user["created"])]


def public_key(place: Place, purpose: str, owner: str, created: str) -> Json:
    chance = place.chance(purpose)
    material = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{chance.getrandbits(128):032x}"
    return shapes.ssh_key(object_id(chance, FIRST_DAY), f"laptop of {owner}", material, created)


def expired(user: Json, _nth: int, place: Place) -> None:
    """Long out of a password, and perhaps still signed in somewhere."""
    ended = stamp(place.now - timedelta(days=200))
    user.update(password_expired=True, password_expiration_date=ended)


def function(user: Json, nth: int, _place: Place) -> None:
    """An account that several share at a counter."""
    username = f"reception-{nth + 1:02d}"
    user.update(
        username=username,
        email=f"{username}@{names.DOMAIN}",
        displayname=f"Reception {nth + 1}",
        employeeIdentifier=None,
    )


class Oddity(NamedTuple):
    label: str
    share: float
    least: int
    change: Change


ODDITIES = (
    Oddity("suspended", 0.04, 6, suspend),
    Oddity("staged", 0.01, 2, stage),
    Oddity("leavers", 0.005, 3, leave_as_is),
    Oddity("placeholders", 0.004, 3, placeholder),
    Oddity("malformed_email", 0.001, 5, malformed),
    Oddity("hostile", 0.001, len(names.HOSTILE_TEXT), hostile),
    Oddity("external_users", 0.01, 2, external),
    Oddity("dangling_manager", 0.001, 2, dangling),
    Oddity("self_manager", 0.001, 1, own_manager),
    Oddity("locked", 0.005, 2, locked),
    Oddity("excused_from_mfa", 0.005, 2, grace),
    Oddity("password_never_expires", 0.005, 2, put(password_never_expires=True)),
    Oddity("sudo", 0.005, 2, put(sudo=True)),
    Oddity("passwordless_sudo", 0.001, 1, put(sudo=True, passwordless_sudo=True)),
    Oddity("ssh_keys", 0.05, 5, keyed),
    Oddity("password_long_expired", 0.002, 2, expired),
    Oddity("functions", 0.001, 2, function),
)


class Pool:
    """People nothing odd has happened to yet."""

    def __init__(self, people: list[Json], chance: Random) -> None:
        self._left = list(people)
        chance.shuffle(self._left)

    def take(self, count: int) -> list[Json]:
        taken, self._left = self._left[:count], self._left[count:]
        if len(taken) < count:
            raise ValueError("more oddities than people")
        return taken


def population(
    place: Place, total: int, reserved: int, truth: Json
) -> tuple[list[Json], list[Json]]:
    """`total` users, and which `reserved` ordinary ones the caller may still change.

    `truth` learns who has which oddity.
    """
    second, services = max(3, total // 200), 2 * max(2, total // 500)
    headcount = total - second - services
    crew = staff(place, headcount)
    pool = Pool(crew.others, place.chance("pool"))
    ordinary = pool.take(reserved)
    for oddity in ODDITIES:
        victims = pool.take(max(oddity.least, round(headcount * oddity.share)))
        for nth, user in enumerate(victims):
            oddity.change(user, nth, place)
        truth[oddity.label] = references(victims)
    for field in REQUIRED:
        for nth, user in enumerate(pool.take(max(3, headcount // 100))):
            unset(field)(user, nth, place)
    _homonyms(pool, max(2, headcount // 500), truth)
    _ring(pool, truth)
    _managers(place, crew, truth)
    users = [
        *crew.users,
        *_second_accounts(place, pool.take(second), truth),
        *_service_users(place, services, crew.managers[-1], truth),
    ]
    _led_oddly(pool, crew, truth)
    truth["missing"] = {
        field: references([user for user in users if not user.get(field)]) for field in REQUIRED
    }
    away = {user["_id"] for user in users if user["suspended"]}
    truth["suspended_manager"] = references([u for u in users if u.get("manager") in away])
    return users, ordinary


def _homonyms(pool: Pool, pairs: int, truth: Json) -> None:
    """Two people, one name: everything else stays their own."""
    truth["homonyms"] = []
    for _ in range(pairs):
        one, other = pool.take(2)
        for field in ("firstname", "lastname", "displayname"):
            other[field] = one[field]
        truth["homonyms"].append(references([one, other]))


def _ring(pool: Pool, truth: Json) -> None:
    ring = pool.take(3)
    for nth, user in enumerate(ring):
        user["manager"] = ring[nth - 1]["_id"]
    truth["manager_cycle"] = references(ring)


def _managers(place: Place, crew: Staff, truth: Json) -> None:
    """Some managers are suspended; some have a name that a careless program opens as a path."""
    reports = Counter(user.get("manager") for user in crew.users)
    leading = [user for user in crew.managers[::-1] if reports[user["_id"]] > 2]
    gone = leading[: max(1, len(leading) // 50)]
    for nth, user in enumerate(gone):
        suspend(user, nth, place)
    hurtful = leading[len(gone) : len(gone) + len(names.HOSTILE_MANAGERS)]
    for user, name in zip(hurtful, names.HOSTILE_MANAGERS, strict=True):
        user["displayname"] = name
    truth["suspended"] += references(gone)
    truth["hostile"] += references(hurtful)


def _led_oddly(pool: Pool, crew: Staff, truth: Json) -> None:
    """Somebody's manager is an account of a function; in a large organisation somebody has to lead
    more people than anybody can know."""
    function = truth["functions"][0].partition(":")[2]
    one = pool.take(1)
    one[0]["manager"] = function
    crowd = pool.take(60) if len(crew.users) >= LARGE else []
    for user in crowd:
        user["manager"] = crew.managers[1]["_id"]
    truth["led_by_function"], truth["crowd"] = references(one), references(crowd)


def _second_accounts(place: Place, owners: list[Json], truth: Json) -> list[Json]:
    """A second user of the same person, known by alternate e-mail, by uid or by SSH key."""
    chance = place.chance("second accounts")
    second = []
    for nth, owner in enumerate(owners):
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=45))
        username = f"{owner['username']}.lab"
        ident = object_id(chance, created)
        user = deepcopy(owner) | {
            "_id": ident,
            "id": ident,
            "username": username,
            "email": f"{username}@{names.DOMAIN}",
            "created": stamp(created),
            "employeeIdentifier": None,
            "unix_uid": SECOND_UID + nth,
            "unix_guid": SECOND_UID + nth,
        }
        if nth % 3 == 0:
            user["alternateEmail"] = owner["email"]
        elif nth % 3 == 1:
            user["unix_uid"] = owner["unix_uid"]
        else:
            key = public_key(place, f"second/{nth}", owner["username"], user["created"])
            owner["ssh_keys"] = [key]
            user["ssh_keys"] = [dict(key)]
        second.append(user)
    truth["two_users"] = [references(list(pair)) for pair in zip(owners, second, strict=True)]
    return second


def _service_users(place: Place, number: int, manager: Json, truth: Json) -> list[Json]:
    """Users that are programs: LDAP binders and Samba services. The first has a manager, as if it
    were a person."""
    chance = place.chance("service users")
    services = []
    for nth in range(number):
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=45))
        kind = ("ldap", "samba")[nth % 2]
        username = f"svc-{kind}-{nth // 2 + 1:02d}"
        services.append(
            shapes.user(
                object_id(chance, created),
                place.organization,
                username=username,
                email=f"{username}@{names.DOMAIN}",
                created=stamp(created),
                mfa="none",
                displayname=f"{kind.upper()} service {nth // 2 + 1}",
                description="A program, not a person",
                password_never_expires=True,
                ldap_binding_user=kind == "ldap",
                samba_service_user=kind == "samba",
            )
        )
    services[0]["manager"] = manager["_id"]
    truth["service_users"] = references(services)
    return services
