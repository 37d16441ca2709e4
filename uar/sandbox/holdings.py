"""What a generated organisation's people can hold, who holds it, and what they used lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import count, islice
from random import Random
from typing import NamedTuple

from . import names, shapes
from .people import FIRST_DAY, Place, moment, object_id, reference, references, stamp
from .shapes import Json

SUDO = {"sudo": {"enabled": True, "withoutPassword": False}}
WINDOW = timedelta(days=89)
"""How far back events go; Directory Insights keeps 90 days."""


class Plan(NamedTuple):
    """How much of everything. `grants` is the number of edges, met within a few per cent."""

    users: int
    groups: int
    applications: int
    admins: int
    grants: int


class Group(NamedTuple):
    record: Json
    members: list[int]
    """Positions in the list of users."""


class Unique:
    """Names, each used once: a repeated one gets a number."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def __call__(self, name: str) -> str:
        seen = self._seen[name] = self._seen.get(name, 0) + 1
        return name if seen == 1 else f"{name} {seen}"


# Groups


def groups(place: Place, plan: Plan, users: list[Json], truth: Json) -> list[Group]:
    """Everybody's group, groups filled by a rule, a few special ones, then many static ones."""
    made = [_everybody(place, users), *_ruled(place, plan, users, truth), *_special(place, users)]
    fixed = sum(len(group.members) for group in made) + _edges_without_members(plan)
    left = max(plan.grants - fixed, 0)
    made.extend(_static(place, plan.groups - len(made), left, users))
    return made


def _edges_without_members(plan: Plan) -> int:
    """About how many edges are not memberships: devices twice, direct and group applications."""
    return 2 * plan.users + plan.users // 2 + 4 * plan.applications


def _group(chance: Random, name: str, method: str = "STATIC", **fields: object) -> Json:
    return shapes.user_group(object_id(chance, FIRST_DAY), name, method, **fields)


def _everybody(place: Place, users: list[Json]) -> Group:
    record = _group(
        place.chance("everybody"),
        "All Staff",
        "NOTSET",
        description="Everybody who works here",
        email=f"all@{names.DOMAIN}",
    )
    programs = ("ldap_binding_user", "samba_service_user")
    return Group(record, [n for n, u in enumerate(users) if not any(u[each] for each in programs)])


def _ruled(place: Place, plan: Plan, users: list[Json], truth: Json) -> Iterator[Group]:
    """Groups filled by a rule; every fourth has two exemptions, one in and one out."""
    chance = place.chance("ruled groups")
    centres = sorted({user["costCenter"] for user in users} - {"", *names.PLACEHOLDERS})
    rules = [
        ("department", department.name, f"Department {department.name}")
        for department in names.DEPARTMENTS
    ]
    rules += [("location", place_name, f"Office {place_name}") for place_name in names.LOCATIONS]
    rules += [("costCenter", centre, f"Cost Centre {centre}") for centre in centres]
    yield _contractors(place, chance, users)
    truth["exempted"] = []
    for nth, (field, value, name) in enumerate(rules[: plan.groups // 5]):
        members = [n for n, user in enumerate(users) if user.get(field) == value]
        record = _group(
            chance,
            name,
            "DYNAMIC_AUTOMATED",
            description=f"Filled by rule: {field} is {value}",
            memberQuery=_query(field, value, older=nth % 3 == 2),
        )
        if nth % 4 == 0 and members:
            _exempt(place, chance, record, members, users, truth)
        yield Group(record, members)


def _query(field: str, value: str, *, older: bool) -> Json:
    """One filter in either form: the older one names its type and says "operator"."""
    if older:
        test = {"field": field, "operator": "eq", "value": value}
        return {"queryType": "FilterQuery", "filters": [test]}
    return {"filters": [{"field": field, "operation": "eq", "value": value}]}


def _exempt(
    place: Place,
    chance: Random,
    record: Json,
    members: list[int],
    users: list[Json],
    truth: Json,
) -> None:
    """Keep one out whom the rule selects, and one in whom it does not."""
    selected = set(members)
    out = chance.choice(members)
    kept = chance.choice([n for n in range(len(users)) if n not in selected])
    members.remove(out)
    members.append(kept)
    record["memberQueryExemptions"] = [
        shapes.exemption(users[n]["_id"], place.organization) for n in (out, kept)
    ]
    truth["exempted"].append([f"user_group:{record['id']}", reference("user", users[kept])])


def _contractors(place: Place, chance: Random, users: list[Json]) -> Group:
    """Filled after a person agrees: the last two whom the rule selects still wait."""
    selected = [n for n, user in enumerate(users) if user.get("employeeType") == "Contractor"]
    record = _group(
        chance,
        "Contractors",
        "DYNAMIC_REVIEW_REQUIRED",
        description="Filled by rule, after a person agrees: employee type is Contractor",
        memberQuery=_query("employeeType", "Contractor", older=True),
        memberSuggestionsNotify=True,
        suggestionCounts={"add": 2, "remove": 0, "total": 2},
    )
    return Group(record, selected[:-2])


SPECIAL = (
    ("Production Access", 0.01, SUDO, "Can change what customers use"),
    ("Directory Operators", 0.005, SUDO, "Runs devices and directories"),
    ("Payroll Approvers", 0.005, None, "Releases salaries: in scope for SOX"),
    ("Remote Access", 0.3, None, "May use the VPN and the office Wi-Fi"),
    ("Break Glass", 0.001, SUDO, ""),
    ("Project Tern", 0.0, None, "Ended in 2024"),
)


def _special(place: Place, users: list[Json]) -> Iterator[Group]:
    chance = place.chance("special groups")
    for name, share, attributes, description in SPECIAL:
        record = _group(chance, name, description=description)
        record["attributes"] |= attributes or {}
        size = max(1, round(share * len(users))) if share else 0
        yield Group(record, sorted(chance.sample(range(len(users)), size)))
    for name in names.HOSTILE_GROUPS:
        yield Group(_group(chance, name), sorted(chance.sample(range(len(users)), 3)))


def _static(place: Place, number: int, memberships: int, users: list[Json]) -> Iterator[Group]:
    """Few large groups and many small ones, mostly of one department each; some are empty."""
    chance = place.chance("static groups")
    by_department: dict[str, list[int]] = defaultdict(list)
    for n, user in enumerate(users):
        by_department[user.get("department") or ""].append(n)
    homes = [by_department[department.name] for department in names.DEPARTMENTS]
    shares = [department.share for department in names.DEPARTMENTS]
    unique = Unique()
    for size in _sizes(number, memberships, len(users)):
        at = chance.choices(range(len(homes)), shares)[0]
        topic = chance.choice(names.PRODUCT_HEADS)
        purpose = chance.choice(names.PURPOSES)
        name = unique(f"{names.DEPARTMENTS[at].name} {topic} {purpose}")
        method = "NOTSET" if chance.random() < 0.1 else "STATIC"
        described = chance.random() < 0.7
        note = f"{purpose} of {topic} in {names.DEPARTMENTS[at].name}" if described else ""
        local = set(chance.sample(homes[at], min(size * 4 // 5, len(homes[at]))))
        anybody = (n for n in chance.sample(range(len(users)), size) if n not in local)
        members = sorted({*local, *islice(anybody, size - len(local))})
        yield Group(_group(chance, name, method, description=note), members)


def _sizes(number: int, memberships: int, most: int) -> list[int]:
    """Group sizes that fall with rank and add up to about `memberships`; every 25th is empty."""
    weights = [0 if rank % 25 == 24 else 1 / (rank + 3) ** 0.9 for rank in range(number)]
    unit = memberships / sum(weights)
    # Groups of more than half of the people would be everybody's group again.
    return [min(round(weight * unit), most // 2) for weight in weights]


# Applications


def applications(place: Place, plan: Plan) -> list[Json]:
    chance = place.chance("applications")
    unique = Unique()
    made = []
    for nth in range(plan.applications):
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=45))
        label = unique(chance.choice(names.PRODUCT_HEADS) + chance.choice(names.PRODUCT_TAILS))
        made.append(
            shapes.application(
                object_id(chance, created),
                place.organization,
                template=label.lower().replace(" ", "-"),
                label=label,
                created=stamp(created),
                sso_type="oidc" if nth % 6 == 5 else "saml",
            )
        )
    return made


class Doors(NamedTuple):
    """Which groups and which users an application is open to."""

    application: Json
    groups: list[int]
    users: list[int]


def doors(
    place: Place, apps: list[Json], made: list[Group], users: list[Json], truth: Json
) -> list[Doors]:
    """Each application opens for some groups and some users, of whom a third had it already."""
    chance = place.chance("doors")
    direct = max(1, len(users) // 2 // len(apps))
    opened = []
    both = set()
    for app in apps:
        through = chance.sample(range(len(made)), chance.randint(1, 5))
        reached = made[through[0]].members
        twice = chance.sample(reached, min(len(reached), direct // 3))
        single = chance.sample(range(len(users)), direct - len(twice))
        holders = sorted({*twice, *single})
        opened.append(Doors(app, through, holders))
        members = set().union(*(made[group].members for group in through))
        both |= {(users[n]["_id"], app["_id"]) for n in holders if n in members}
    truth["two_paths"] = [[f"user:{user}", f"application:{app}"] for user, app in sorted(both)]
    return opened


# Devices and directories


class Machines(NamedTuple):
    systems: list[Json]
    groups: list[Json]
    directories: list[Json]
    radius: list[Json]
    owners: list[int | None]
    """Whose device each system is; nobody's when it is a server."""


PLATFORMS = (
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
        system = shapes.system(
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
            shapes.system_group(object_id(chance, FIRST_DAY), name)
            for name in ("Macs", "Windows Laptops", "Servers")
        ],
        [
            shapes.directory(object_id(chance, FIRST_DAY), org, kind, name, names.DOMAIN)
            for kind, name in (*kinds, ("ldap_server", "JumpCloud LDAP"))
        ],
        [shapes.radius_server(object_id(chance, FIRST_DAY), org, "Office Wi-Fi", "192.0.2.1")],
        owners,
    )


# Edges


def edges(
    place: Place, users: list[Json], made: list[Group], opened: list[Doors], park: Machines
) -> list[Json]:
    """Every direct edge. Both ends are shared objects: one reference serves all its edges."""
    chance = place.chance("edges")
    edge = shapes.edge
    people = _refs("user", users)
    teams = _refs("user_group", [group.record for group in made])
    devices = _refs("system", park.systems)
    fleets = _refs("system_group", park.groups)
    google, microsoft, ldap = ({"type": d["type"], "id": d["id"]} for d in park.directories)
    [radius] = _refs("radius_server", park.radius)

    drawn = [
        {"from": team, "to": people[n], "attributes": None}
        for team, group in zip(teams, made, strict=True)
        for n in group.members
    ]
    for door in opened:
        [app] = _refs("application", [door.application])
        drawn += [edge(app, teams[n]) for n in door.groups]
        drawn += [edge(app, people[n]) for n in door.users]
    fleet_of = {"darwin": fleets[0], "windows": fleets[1], "linux": fleets[2]}
    for device, system, owner in zip(devices, park.systems, park.owners, strict=True):
        drawn.append(edge(fleet_of[system["osFamily"]], device))
        if owner is not None:
            # The same attributes object in several edges would change in all of them at once.
            sudo = {"sudo": dict(SUDO["sudo"])} if chance.random() < 0.05 else None
            drawn.append(edge(people[owner], device, sudo))
    named = {group.record["name"]: team for group, team in zip(made, teams, strict=True)}
    drawn += [
        edge(named["All Staff"], google),
        edge(named["Department Finance"], microsoft),
        edge(named["Remote Access"], radius),
        edge(named["Production Access"], fleet_of["linux"], {"sudo": dict(SUDO["sudo"])}),
        edge(named["Directory Operators"], fleet_of["darwin"], {"sudo": dict(SUDO["sudo"])}),
    ]
    for n, user in enumerate(users):
        if user["ldap_binding_user"]:
            drawn.append(edge(people[n], ldap))
        elif chance.random() < 0.01:
            drawn.append(edge(people[n], chance.choice((microsoft, google, radius))))
    return drawn


def _refs(kind: str, records: Iterable[Json]) -> list[Json]:
    return [{"type": kind, "id": record.get("id") or record["_id"]} for record in records]


# What was used


Draft = tuple[str, Callable[..., Json], tuple[object, ...], dict[str, bool]]


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
    quiet_apps = {door.application["_id"] for nth, door in enumerate(opened) if nth % 4 == 3}
    drafts: list[Draft] = []

    def happens(make: Callable[..., Json], *what: object, **more: bool) -> None:
        when = moment(chance, place.now - WINDOW, place.now)
        drafts.append((stamp(when), make, what, more))

    held: list[list[Json]] = [[] for _ in users]
    for door in opened:
        if door.application["_id"] in quiet_apps:
            continue
        for n in door.users:
            held[n].append(door.application)
        for group in door.groups:
            members = made[group].members
            for n in chance.sample(members, min(len(members), max(1, len(users) // 100))):
                held[n].append(door.application)
    silent = []
    for n, user in enumerate(users):
        if user["state"] != "ACTIVATED":
            continue
        if chance.random() < 0.1:
            silent.append(user)
            continue
        happens(shapes.user_login, user)
        for app in chance.sample(held[n], min(len(held[n]), 3)):
            happens(shapes.sso_auth, user, app, success=chance.random() < 0.97)
    for admin in admins:
        for _ in range(chance.randrange(4)):
            happens(shapes.admin_login, admin, success=chance.random() < 0.95)
    for _ in range(max(5, len(users) // 100)):
        group = chance.choice(made)
        if group.members:
            user = users[chance.choice(group.members)]
            origin = ("user_group", group.record["id"], group.record["name"])
            target = ("user", user["_id"], user["username"])
            happens(shapes.association_change, chance.choice(admins), "add", origin, target)
    truth["unused_applications"] = sorted(f"application:{app}" for app in quiet_apps)
    truth["silent_users"] = references(silent)
    drafts.sort(key=lambda draft: draft[0])
    numbers = count(1)
    start = object_id(chance, place.now - WINDOW)[:12]
    return [
        make(f"{start}{next(numbers):012x}", when, *what, **more)
        for when, make, what, more in drafts
    ]
