"""Accounts that belong together, administrators' powers, and what else is told of a few."""

from __future__ import annotations

from tests.detections.examples import Case, Example, World, always_told, of
from tests.detections.world import admin, employee, facts, grant, service, thing, user
from uar.detections import Facts
from uar.settings import ServiceAccounts, Settings

BILLING = "Administrator With Billing"
NOBODY = {"email": None, "employee_id": None}


def factors() -> Facts:
    return facts([admin("ana", mfa=False), admin("bea"), admin("cid", mfa=None)])


def with_billing(*second: str) -> World:
    """One active administrator has full power; and a second one of this status."""

    def world() -> Facts:
        admins = [admin("ana"), *(admin("bea", status=status) for status in second)]
        held = [grant(f"admin:{row['source_id']}", f"role:{BILLING}") for row in admins]
        return facts(admins, [thing("role", BILLING)], held)

    return world


def profiles() -> Facts:
    return facts([admin("ana"), admin("bea", title="Analyst"), admin("cid", status="unknown")])


def roles() -> Facts:
    names = {"ana": "Wizard", "bea": "Help Desk"}
    held = [grant(f"admin:{name}", f"role:{role}") for name, role in names.items()]
    return facts(map(admin, names), [thing("role", role) for role in names.values()], held)


def same_mail() -> Facts:
    return facts([user("ana"), admin("ana"), admin("bea"), admin("cid", email=None)])


def alias() -> Facts:
    twin = admin("ana+admin", name="Ana Quine")
    return facts([user("ana"), twin, user("bea"), user("cid", email=None)])


def keyed() -> Facts:
    """ana has a second user, that names the first one's mailbox."""
    twin = user("ana2", employee_id=None, name="Ana Quine", alternate_email="ana@corp.example")
    return facts([user("ana"), twin, user("bea"), user("cid", **NOBODY)])


def namesakes() -> Facts:
    return facts([user("ana"), user("ana2", name="Ana Quine"), user("bea"), user("cid", name=None)])


def keys() -> Facts:
    bare = user("cid", login=None, unix_uid=None)
    return facts([user("ana", ssh_keys="k1 k2"), user("dan", ssh_keys="k2"), user("bea"), bare])


def listed_alone() -> Facts:
    return facts([user("bea")], roster=[employee("ana"), employee("bea")])


def placed() -> Facts:
    people = [
        user("boss", manager_id=None),
        user("ana"),
        user("bea"),
        user("cid", status="unknown"),
    ]
    listed = [employee("ana", department="Sales"), employee("bea")]
    return facts(people, roster=[*listed, employee("cid", department="Sales")])


def rings() -> Facts:
    above = {"ana": "dan", "dan": "ana", "bea": "boss", "cid": "eve", "eve": "cid"}
    people = [user(name, manager_id=f"jumpcloud:user:{manager}") for name, manager in above.items()]
    people[-1]["status"] = "unknown"
    return facts([user("boss", manager_id=None), *people])


def owned() -> Facts:
    owners = ServiceAccounts(owners={"bea": "boss@corp.example"})
    services = [service("ana"), service("bea"), service("cid", status="unknown")]
    return facts(services, settings=Settings(service_accounts=owners))


EXAMPLES = {
    "ADM-02": of(factors, "admin:ana", "admin:bea", "admin:cid"),
    "ADM-07": Example(
        Case(with_billing(), f"role:{BILLING}"),
        Case(with_billing("active"), f"role:{BILLING}"),
        Case(with_billing("unknown"), f"role:{BILLING}"),
    ),
    "ADM-10": of(profiles, "admin:ana", "admin:bea", "admin:cid"),
    "ADM-11": always_told(roles, "role:Wizard", "role:Help Desk", "a role always has a name"),
    "DUP-01": of(same_mail, "admin:ana", "admin:bea", "admin:cid"),
    "DUP-02": of(alias, "admin:ana+admin", "user:bea", "user:cid"),
    "DUP-03": of(keyed, "user:ana2", "user:bea", "user:cid"),
    "DUP-04": of(namesakes, "user:ana2", "user:bea", "user:cid"),
    "DUP-05": of(keyed, "person:user:ana", "person:user:bea", "person:user:cid"),
    "DUP-07": of(keys, "user:ana", "user:bea", "user:cid"),
    "LIF-11": always_told(listed_alone, "hr:E-ana", "hr:E-bea", "HR's row says what it asks"),
    "LIF-13": of(placed, "user:ana", "user:bea", "user:cid"),
    "MGR-04": of(rings, "user:ana", "user:bea", "user:cid"),
    "NHI-01": of(owned, "service:ana", "service:bea", "service:cid"),
}
