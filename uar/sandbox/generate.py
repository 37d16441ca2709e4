"""A believable organisation of any size, the same for the same seed.

    state = organisation("M", seed=7)

Everything in it is invented. `state["truth"]` labels what is wrong with it, so that a test or a
benchmark can count what was found and what was missed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from . import devices, holdings, names, oddities, people, shapes, ties, usage, vaults
from .holdings import Plan
from .people import FIRST_DAY, Place, moment, object_id, reference, stamp
from .role_scopes import BUILT_IN_ROLES
from .shapes import Json

SIZES = {
    "S": Plan(users=200, groups=40, applications=20, admins=12, grants=2_000),
    "M": Plan(users=2_000, groups=100, applications=60, admins=15, grants=20_000),
    "L": Plan(users=20_000, groups=2_000, applications=500, admins=60, grants=400_000),
    "XL": Plan(users=50_000, groups=4_000, applications=1_000, admins=120, grants=1_000_000),
}

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)

READ_KEY = "jca_readonly_sandbox_0000000000000000"
APPLY_KEY = "jca_apply_sandbox_0000000000000000000"

LINKS = ("linked", "same", "case", "plus", "alias", "alternate", "left", "orphan")
"""How an administrator and a user of one person hang together, in turn; see `_account`."""

ROLES_IN_TURN = (
    "Administrator",
    "Manager",
    "Help Desk",
    "Administrator",
    "Help Desk",
    "Billing Only",
    "Administrator",
    "Command Runner",
    "Read Only",
    "Device Auditor",
    "Command Runner With Billing",
)


def organisation(size: str, seed: int = 0, now: datetime | None = None) -> dict[str, Any]:
    """The state of a tenant as the sandbox reads it. `size` is a key of SIZES.

    References at the ends of edges are shared objects: copy before changing one.
    """
    plan = SIZES[size]
    chance = Place(seed, "", NOW).chance("organisation")
    place = Place(seed, object_id(chance, FIRST_DAY), now or NOW)
    truth: Json = {}

    users, colleagues = oddities.population(place, plan.users, plan.admins, truth)
    roles = _roles(place)
    admins = _admins(place, plan, roles, colleagues, truth)
    # JumpCloud lists by id, and an id starts with the moment it was made.
    users.sort(key=lambda user: str(user["_id"]))
    truth["persons"] = _persons(users, admins, truth)
    services = _service_accounts(place, roles, admins)

    groups = holdings.groups(place, plan, users, truth)
    apps = holdings.applications(place, plan)
    opened = holdings.doors(place, apps, groups, users, truth)
    park = devices.machines(place, users)
    vault = vaults.vault(place, groups, users)
    return {
        "organization": {
            "_id": place.organization,
            "id": place.organization,
            "displayName": "Harrowgate",
            "logoUrl": None,
            "created": stamp(FIRST_DAY),
        },
        "now": f"{place.now:%Y-%m-%dT%H:%M:%SZ}",
        "keys": [
            {"key": READ_KEY, "admin": admins[1]["_id"]},
            {"key": APPLY_KEY, "admin": admins[0]["_id"]},
            {
                "clientId": services[0]["authConfigList"][0]["clientSecretConfig"]["clientId"],
                "clientSecret": "sandbox-secret-client",
                "serviceAccount": services[0]["objectId"],
            },
        ],
        "systemusers": users,
        "admins": admins,
        "roles": list(roles.values()),
        "usergroups": [group.record for group in groups],
        "applications": apps,
        "systems": park.systems,
        "systemgroups": park.groups,
        "directories": park.directories,
        "radiusservers": park.radius,
        "serviceaccounts": services,
        "passwordmanageritems": vault.items,
        "passwordfolders": vault.folders,
        "edges": [*ties.edges(place, users, groups, opened, park), *vault.edges],
        "events": usage.events(place, users, admins, groups, opened, park, truth),
        "truth": truth,
    }


def _roles(place: Place) -> dict[str, Json]:
    chance = place.chance("roles")
    custom = {"Device Auditor": ("systems.readonly", "users.readonly")}
    return {
        name: shapes.role(object_id(chance, FIRST_DAY), place.organization, name, scopes)
        for name, scopes in (BUILT_IN_ROLES | custom).items()
    }


def _admins(
    place: Place, plan: Plan, roles: dict[str, Json], colleagues: list[Json], truth: Json
) -> list[Json]:
    """The first two own the sandbox's keys and are linked; then every kind of link in turn."""
    chance = place.chance("admins")
    truth["admin_links"] = {kind: [] for kind in LINKS if kind != "orphan"}
    truth |= {"orphan_admins": [], "state_conflicts": []}
    admins = []
    for nth, user in enumerate(colleagues):
        kind = "linked" if nth < 2 else LINKS[nth % len(LINKS)]
        role = roles[_role_name(nth)]
        created = moment(chance, FIRST_DAY, place.now - timedelta(days=60))
        account = {
            "email": _email(kind, user, nth),
            "firstname": user["firstname"],
            "lastname": user["lastname"],
        }
        if kind == "orphan":
            account |= {"firstname": "", "lastname": ""}
        has_app = chance.random() < 0.7
        admin = shapes.admin(
            object_id(chance, created),
            place.organization,
            role,
            created=stamp(created),
            suspended=nth % 20 == 13,
            enableMultiFactor=has_app or chance.random() < 0.5,
            totpEnrolled=has_app,
            totpUpdatedAt=stamp(created) if has_app else shapes.ABSENT,
            sessionCount=chance.choice((0, 3, 17, 64, 205)),
            **account,
            **_api_key(place, nth),
        )
        admins.append(admin)
        if kind == "linked":
            names_of_roles = {"roleName": role["name"], "roleNames": [role["name"]]}
            user["admin"] = {"id": admin["_id"]} | names_of_roles
        elif kind == "alternate":
            user["alternateEmail"] = admin["email"]
        elif kind == "left":
            oddities.suspend(user, nth, place)
            truth["suspended"].append(reference("user", user))
        one, other = reference("user", user), reference("admin", admin)
        if kind == "orphan":
            truth["orphan_admins"].append(other)
        else:
            truth["admin_links"][kind].append([one, other])
        if kind == "left" and not admin["suspended"]:
            truth["leavers"].append(other)
            truth["state_conflicts"].append([one, other])
    return admins


def _role_name(nth: int) -> str:
    """Exactly two may change other administrators, and so many as that stay."""
    if nth in (0, 2):
        return "Administrator With Billing"
    return "Read Only" if nth == 1 else ROLES_IN_TURN[nth % len(ROLES_IN_TURN)]


def _email(kind: str, user: Json, nth: int) -> str:
    name = user["username"]
    return {
        "case": f"{name.title()}@{names.DOMAIN.title()}",
        "plus": f"{name}+admin@{names.DOMAIN}",
        "alias": f"{name}@{names.ALIAS_DOMAIN}",
        "alternate": f"{name}@{names.PRIVATE_DOMAIN}",
        "orphan": f"console-{nth:03d}@{names.DOMAIN}",
    }.get(kind, f"{name}@{names.DOMAIN}")


def _api_key(place: Place, nth: int) -> Json:
    """The first two hold the sandbox's keys; of the others every third an old one of their own."""
    if nth < 2:
        key = (APPLY_KEY, READ_KEY)[nth]
        held = {"key_prefix": key[:8], "key_created": stamp(place.now - timedelta(days=50))}
        return held | {"key_expires": stamp(place.now + timedelta(days=40))}
    if nth % 3 != 1:
        return {}
    return {"key_prefix": f"jca_{nth:04d}", "key_created": stamp(place.now - timedelta(days=400))}


def _service_accounts(place: Place, roles: dict[str, Json], admins: list[Json]) -> list[Json]:
    """The review's own, then some that write, expire, or were made by somebody suspended."""
    chance = place.chance("service accounts")
    kinds = (
        ("Access review", "Read Only", "CLIENT_SECRET", "ACTIVE", 200),
        ("Payroll export", "Administrator", "API_KEY", "EXPIRING", 6),
        ("Log shipping", "Read Only", "CLIENT_SECRET", "EXPIRED", -20),
        ("Device enrolment", "Manager", "API_KEY", "ACTIVE", 300),
    )
    return [
        shapes.service_account(
            object_id(chance, place.now - timedelta(days=100)),
            place.organization,
            roles[role],
            name=name,
            credential=object_id(chance, place.now - timedelta(days=100)),
            creator=admins[nth * 2 % len(admins)],
            created=stamp(place.now - timedelta(days=100)),
            expires=stamp(place.now + timedelta(days=days)),
            auth=auth,
            status=status,
        )
        for nth, (name, role, auth, status, days) in enumerate(kinds)
    ]


def _persons(users: list[Json], admins: list[Json], truth: Json) -> list[list[str]]:
    """Accounts by the person they belong to, each account once."""
    cluster = {ref: [ref] for ref in people.references(users)}
    pairs = [pair for links in truth["admin_links"].values() for pair in links]
    for first, other in [*truth["two_users"], *pairs]:
        cluster[first].append(other)
        cluster.pop(other, None)
    return [*cluster.values(), *([ref] for ref in truth["orphan_admins"])]
