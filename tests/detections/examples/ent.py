"""ENT: what is held, by whom and how."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.detections.examples import Case, Example, always_told, of
from tests.detections.world import (
    HEADER,
    NOW,
    earlier,
    facts,
    grant,
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.settings import Domains, Employment, Settings, SodRule, Temporary

EVERY_LIST = (
    "group members", "application users", "application groups", "admins", "devices",
    "groups of devices", "groups of device groups", "groups of directories",
    "groups of RADIUS servers",
)  # fmt: skip
WATCHED = replace(
    HEADER, usage="observed", usage_from="2026-08-01T00:00:00Z", usage_to="2026-11-20T09:00:00Z"
)


def privileged() -> Facts:
    things = [thing("group", "it", privileged=True), thing("group", "a")]
    held = [grant("user:ana", f"group:{name}") for name in ("it", "a", "gone")]
    return facts([user("ana")], things, held)


def around() -> Facts:
    things = [thing("app", "pay"), thing("app", "wiki"), thing("group", "a")]
    edges = [grant("user:ana", "app:pay"), grant("user:ana", "app:wiki")]
    return facts([user("ana")], things, [*edges, grant("group:a", "app:pay")], collected=EVERY_LIST)


def around_unread() -> Facts:
    return facts([user("ana")], [thing("app", "pay")], [grant("user:ana", "app:pay")])


def two_paths() -> Facts:
    things = [thing("app", "pay"), thing("group", "a")]
    both = [grant("user:ana", "app:pay"), grant("user:ana", "group:a"), grant("group:a", "app:pay")]
    return facts([user("ana"), user("bea")], things, [*both, grant("user:bea", "app:pay")])


def separated() -> Facts:
    rule = Settings(sod=(SodRule("pays", ("pay", "ledger")),))
    people = [user("ana"), user("bea"), user("cid", status="unknown")]
    held = [grant(f"user:{name}", "app:pay") for name in ("ana", "bea", "cid")]
    held += [grant(f"user:{name}", "app:ledger") for name in ("ana", "cid")]
    things = [thing("app", "pay"), thing("app", "ledger")]
    return facts(people, things, held, rule, collected=EVERY_LIST)


def outliers() -> Facts:
    """Twelve of a place with all in common but one; and one who is alone."""
    crew = [user(f"u{at}", name=f"U{at} Quine") for at in range(12)]
    alone = user("solo", department="Sales", title="Lead", manager_id=None)
    names = [row["login"] for row in (*crew, alone)]
    held = [grant(f"user:{name}", f"group:{group}") for name in names for group in "abc"]
    things = [thing("group", group) for group in (*"abc", "rare")]
    return facts([*crew, alone], things, [*held, grant("user:u0", "group:rare")])


def employees_only() -> Facts:
    rule = Settings(employment=Employment(employees_only=("staff",)))
    types = {"ana": "Contractor", "bea": "Employee", "cid": None}
    people = [user(name, employee_type=kind) for name, kind in types.items()]
    held = [grant(f"user:{name}", "group:staff") for name in types]
    return facts(people, [thing("group", "staff")], held, rule)


def external() -> Facts:
    people = [user("ana", email="ana@else.example"), user("bea"), user("cid", email=None)]
    return facts(people, settings=Settings(domains=Domains(own=("corp.example",))))


def temporary() -> Facts:
    past, ahead = dt.date(2026, 11, 1), dt.date(2027, 1, 1)
    entries = [
        Temporary("ana", "a", past), Temporary("ana", "b", ahead), Temporary("ana", "pay", past),
    ]  # fmt: skip
    things = [thing("group", "a"), thing("group", "b"), thing("app", "pay")]
    held = [grant("user:ana", "group:a"), grant("user:ana", "group:b")]
    return facts([user("ana")], things, held, Settings(temporary=tuple(entries)))


def not_used() -> Facts:
    things = [thing("app", "pay"), thing("app", "silent")]
    held = [grant(f"user:{name}", "app:pay") for name in ("ana", "bea")]
    held.append(grant("user:ana", "app:silent"))
    uses = [use("user:bea", "application", NOW, "app:pay"), use("user:ana", "sign-in", NOW)]
    return facts([user("ana"), user("bea")], things, held, uses=uses, header=WATCHED)


def much() -> Facts:
    crew = [user(f"u{at}", name=f"U{at} Quine") for at in range(30)]
    alone = user("solo", department="Sales", title="Lead", manager_id=None)
    held = [grant(f"user:u{at}", f"group:g{n}") for at in range(30) for n in range(2)]
    held += [grant("user:u0", f"group:g{n}") for n in range(2, 9)]
    return facts([*crew, alone], [thing("group", f"g{n}") for n in range(9)], held)


def exempt() -> Facts:
    things = [thing("group", "a", membership="dynamic"), thing("group", "b", membership=None)]
    held = [
        grant("user:ana", "group:a"),
        grant("user:bea", "group:a", revocable=False),
        grant("user:ana", "group:b"),
    ]
    return facts([user("ana"), user("bea")], things, held)


def new() -> Facts:
    things = [thing("group", "a"), thing("group", "b"), thing("device", "laptop")]
    old = grant("user:ana", "group:a")
    then = facts([user("ana")], things, [old])
    now = [old, grant("user:ana", "group:b"), grant("user:ana", "device:laptop")]
    return facts([user("ana")], things, now, previous=earlier(then))


def back_again() -> Facts:
    things = [thing("group", "a"), thing("group", "b"), thing("app", "pay")]
    revoked = [grant("user:ana", end) for end in ("group:a", "group:b", "app:pay")]
    then = facts([user("ana")], things, revoked)
    return facts([user("ana")], things, revoked[:1], previous=earlier(then, revoked))


EXAMPLES = {
    "ENT-01": of(privileged, "group:it>user:ana", "group:a>user:ana", "group:gone>user:ana"),
    "ENT-02": Example(
        Case(around, "app:pay>user:ana"),
        Case(around, "app:wiki>user:ana"),
        Case(around_unread, "app:pay>user:ana"),
    ),
    "ENT-03": always_told(
        two_paths, "app:pay>user:ana", "app:pay>user:bea", "every grant names both its ends"
    ),
    "ENT-04": of(separated, "person:user:ana:pays", "person:user:bea:pays", "person:user:cid:pays"),
    "ENT-05": of(outliers, "group:rare>user:u0", "group:a>user:u0", "group:a>user:solo"),
    "ENT-06": of(
        employees_only, "group:staff>user:ana", "group:staff>user:bea", "group:staff>user:cid"
    ),
    "ENT-07": of(external, "user:ana", "user:bea", "user:cid"),
    "ENT-08": of(new, "group:b>user:ana", "group:a>user:ana", "device:laptop>user:ana"),
    "ENT-09": of(back_again, "group:a>user:ana", "group:b>user:ana", "app:pay>user:ana"),
    "ENT-10": of(temporary, "user:ana:a", "user:ana:b", "user:ana:pay"),
    "ENT-11": of(not_used, "app:pay>user:ana", "app:pay>user:bea", "app:silent>user:ana"),
    "ENT-12": of(much, "user:u0", "user:u1", "user:solo"),
    "ENT-13": of(exempt, "group:a>user:ana", "group:a>user:bea", "group:b>user:ana"),
}
