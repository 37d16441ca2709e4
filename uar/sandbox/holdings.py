"""What a generated organisation's people can hold, and who holds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import NamedTuple

from . import held_shapes, names
from .people import FIRST_DAY, Place, moment, object_id, reference, stamp
from .shapes import Json


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


def sudo() -> Json:
    """Attributes that carry device administration; a new object, because edges can be changed."""
    return {"sudo": {"enabled": True, "withoutPassword": False}}


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
    return held_shapes.user_group(object_id(chance, FIRST_DAY), name, method, **fields)


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
        held_shapes.exemption(users[n]["_id"], place.organization) for n in (out, kept)
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
    ("Production Access", 0.01, True, "Can change what customers use"),
    ("Directory Operators", 0.005, True, "Runs devices and directories"),
    ("Payroll Approvers", 0.005, False, "Releases salaries: in scope for SOX"),
    ("Remote Access", 0.3, False, "May use the VPN and the office Wi-Fi"),
    ("Break Glass", 0.001, True, ""),
    ("Project Tern", 0.0, False, "Ended in 2024"),
)


def _special(place: Place, users: list[Json]) -> Iterator[Group]:
    chance = place.chance("special groups")
    for name, share, runs_devices, description in SPECIAL:
        record = _group(chance, name, description=description)
        record["attributes"] |= sudo() if runs_devices else {}
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
            held_shapes.application(
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
