"""ADM, ATR, AUT, LIF, MGR and NHI: profiles, keys, factors and use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.detections.examples import Case, Example, World, of
from tests.detections.world import (
    HEADER,
    Row,
    admin,
    employee,
    facts,
    grant,
    service,
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.settings import Domains, Settings, Thresholds

OUR_DOMAIN = Settings(domains=Domains(own=("corp.example",)))
OLD, NEW = "2025-10-01T00:00:00Z", "2026-10-01T00:00:00Z"
BLIND = replace(HEADER, usage="not collected")


def three(make: Callable[..., Row], found: Row, fine: Row, untold: Row, **more: Any) -> World:
    """`ana` is found, `bea` is fine, and of `cid` it cannot be told."""
    rows = {"ana": found, "bea": fine, "cid": untold}
    return lambda: facts([make(name, **row) for name, row in rows.items()], **more)


def among(kind: str, world: World) -> Example:
    return of(world, f"{kind}:ana", f"{kind}:bea", f"{kind}:cid")


def with_roles() -> Facts:
    accounts = [admin("ana", status="suspended"), admin("bea"), admin("cid", status="unknown")]
    things = [thing("role", "Help Desk")]
    held = [grant(f"admin:{name}", "role:Help Desk") for name in ("ana", "bea", "cid")]
    return facts(accounts, things, held)


def api_access() -> Facts:
    accounts = [
        admin("ana", api_key_allowed=True),
        admin("bea", api_key_allowed=True),
        admin("cid", api_key_allowed=None),
    ]
    things = [thing("role", "Help Desk"), thing("role", "Manager")]
    held = [
        grant("admin:ana", "role:Help Desk"),
        grant("admin:bea", "role:Manager"),
        grant("admin:cid", "role:Help Desk"),
    ]
    return facts(accounts, things, held)


def console() -> Facts:
    accounts = [admin("ana"), admin("bea"), admin("cid", created_at=None)]
    return facts(accounts, uses=[use("admin:bea", "sign-in")])


def employed() -> Facts:
    accounts = [
        user("ana", employee_type="Contractor"),
        user("bea"),
        user("cid", employee_type=None),
        *map(admin, ("ana", "bea", "cid")),
    ]
    return facts(accounts)


def departments() -> Facts:
    blank = user("cid", department=None, title=None)
    return facts([user("ana", department="Legal"), user("bea"), user("bo"), blank])


def managers() -> Facts:
    accounts = [
        user("ana", service_like=True, manager_id=None),
        user("bea", manager_id=None),
        user("cid", manager_id=None),
        user("u1", manager_id="jumpcloud:user:ana"),
        user("u2", manager_id="jumpcloud:user:ana"),
        user("u3", manager_id="jumpcloud:user:bea"),
        user("u4", manager_id="jumpcloud:user:cid", status="unknown"),
        user("u5", manager_id="jumpcloud:user:cid", status="unknown"),
    ]
    return facts(accounts, settings=Settings(thresholds=Thresholds(span=1)))


def used() -> Facts:
    accounts = [user("ana"), user("bea"), user("cid", created_at=None)]
    return facts(accounts, uses=[use("user:bea", "device")])


def used_after() -> Facts:
    rows = [
        employee(name, status="left", end_date=end)
        for name, end in (("ana", NEW), ("bea", NEW), ("cid", None))
    ]
    uses = [use("user:ana", "sign-in")]
    return facts(map(user, ("ana", "bea", "cid")), roster=rows, uses=uses)


def used_like_a_program() -> Facts:
    accounts = [user("ana"), user("bea"), user("cid", service_like=None)]
    ldap = [use(f"user:{name}", "directory") for name in ("ana", "bea", "cid")]
    return facts(accounts, uses=[*ldap, use("user:bea", "device")])


def makers() -> Facts:
    robots = [
        service(name, key_made_by=f"jumpcloud:admin:{maker}")
        for name, maker in (("ana", "off"), ("bea", "on"), ("cid", "odd"))
    ]
    admins = [admin("off", status="suspended"), admin("on"), admin("odd", status="unknown")]
    return facts([*robots, *admins])


def names_that_read() -> Facts:
    robots = [service(name, name="Payroll export") for name in ("ana", "bea", "cid")]
    scopes = {"ana": True, "bea": False, "cid": None}
    things = [thing("role", f"for {name}", writes=writes) for name, writes in scopes.items()]
    held = [grant(f"service:{name}", f"role:for {name}") for name in scopes]
    return facts(robots, things, held)


KEY = {"api_key_set": True, "key_endless": False}
GENERIC = {"employee_id": None, "login": "helpdesk"}
EXAMPLES = {
    "ADM-03": of(with_roles, "admin:ana", "admin:bea", "admin:cid"),
    "ADM-04": among(
        "admin",
        three(
            admin,
            KEY | {"key_made_at": OLD},
            KEY | {"key_made_at": NEW},
            KEY | {"key_made_at": None},
        ),
    ),
    "ADM-05": among("admin", api_access),
    "ADM-06": among("admin", console),
    "ADM-08": among(
        "admin",
        three(admin, {"email": "ana@home.example"}, {}, {"email": None}, settings=OUR_DOMAIN),
    ),
    "ADM-09": among("admin", employed),
    "ATR-09": among("user", departments),
    "AUT-02": among("user", three(user, {"mfa_excused": True}, {}, {"mfa_excused": None})),
    "AUT-03": among(
        "user",
        three(
            user,
            {"mfa_excused": True, "mfa_excused_until": "2026-12-01T00:00:00Z"},
            {"mfa_excused": True},
            {"mfa_excused": None},
        ),
    ),
    "AUT-06": among("user", three(user, {"mfa_sms_only": True}, {}, {"mfa_sms_only": None})),
    "AUT-07": among(
        "user",
        three(
            user,
            {"ssh_keys": "k1", "status": "suspended"},
            {"ssh_keys": "k2"},
            {"ssh_keys": "k3", "status": "unknown"},
        ),
    ),
    "AUT-08": among("user", three(user, {"service_like": True}, {}, {"service_like": None})),
    "LIF-05": among("user", used_after),
    "LIF-06": among("user", used),
    "LIF-07": Example(
        Case(three(user, {"created_at": "2026-09-01T00:00:00Z"}, {}, {}), "user:ana"),
        Case(three(user, {}, {"created_at": "2026-11-01T00:00:00Z"}, {}), "user:bea"),
        Case(three(user, {}, {}, {"created_at": None}), "user:cid"),
    ),
    "LIF-10": among(
        "user",
        three(
            user,
            {"locked": True, "locked_at": OLD},
            {},
            {"locked": None, "locked_at": OLD},
            header=BLIND,
        ),
    ),
    "LIF-12": among("user", three(user, GENERIC, {}, GENERIC | {"status": "unknown"})),
    "MGR-05": among("user", managers),
    "MGR-06": among("user", managers),
    "NHI-02": among("service", makers),
    "NHI-03": among(
        "service",
        three(service, {"key_made_at": OLD}, {}, {"key_made_at": None}),
    ),
    "NHI-04": among("service", names_that_read),
    "NHI-05": among("user", used_like_a_program),
    "NHI-06": among(
        "user",
        three(
            user,
            {"service_like": True},
            {"service_like": True, "manager_id": None},
            {"service_like": None},
        ),
    ),
}
