"""Which lists of JumpCloud are read, where they are, and what of a row is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._paging import Listing, array, envelope, single, unstated
from ._rows import (
    METHODS,
    Binding,
    RoleRef,
    Row,
    account_of_admin,
    account_of_service,
    account_of_user,
    binding_of_edge,
    credentials_of_service,
    doubts,
    entitlement_of_app,
    entitlement_of_device,
    entitlement_of_device_group,
    entitlement_of_directory,
    entitlement_of_group,
    entitlement_of_radius,
    entitlement_of_role,
    exempted,
    holder_of_edge,
    key_prefix,
    roles_of_admin,
    roles_of_service,
)
from ._values import Json, identity, text

# By these a tenant says that the role may not read a list, that it is not licensed, or that it has
# no such list. What is then missing is named as a gap. Users, groups and applications cannot miss.
MAY_BE_MISSING = (402, 403, 404)

# Everything the review needs, and not `config`: it holds private keys (API.md 5.6).
APP_FIELDS = "_id id active name displayName displayLabel description"
# The rest says how a device is doing, in 20 KB a device; and not `sharedSecret` (API.md 5.7).
DEVICE_FIELDS = "_id id displayName hostname os"
RADIUS_FIELDS = "_id id name"


@dataclass(frozen=True)
class Holder:
    """An account that names the roles it holds, and for an admin how its API key begins."""

    row: Row
    roles: tuple[RoleRef, ...]
    prefix: str = ""


@dataclass(frozen=True)
class Rule:
    """How a group gets its members; "" where it does not say."""

    group_id: str
    method: str
    exempted: frozenset[str]
    doubts: Row = field(default_factory=dict)  # columns of ENTITLEMENTS


@dataclass(frozen=True)
class Organization:
    id: str
    name: str


def _account_id(row: Row) -> object:
    return row["account_id"]


def _entitlement_id(row: Row) -> object:
    return row["entitlement_id"]


ORGANIZATIONS = Listing(
    "/api/organizations",
    envelope,
    lambda row: Organization(identity(row, "_id", "id"), text(row, "displayName") or ""),
    key=lambda organization: organization.id,
    optional=MAY_BE_MISSING,
)
USERS = Listing(
    "/api/systemusers",
    envelope,
    # Most of what could be known of a user is not: a table of it is half as large without.
    lambda row: {name: value for name, value in account_of_user(row).items() if value is not None},
    _account_id,
    sort="_id",
)
# Not in the published specification, and nobody is known to sort it (API.md 5.2).
ADMINS = Listing(
    "/api/users",
    envelope,
    lambda row: Holder(account_of_admin(row), roles_of_admin(row), key_prefix(row)),
    key=lambda holder: _account_id(holder.row),
    optional=MAY_BE_MISSING,
)
ROLES = Listing(
    "/api/v2/roles", envelope, entitlement_of_role, _entitlement_id, optional=MAY_BE_MISSING
)
SERVICES = Listing(
    "/api/v2/service-accounts",
    envelope,
    lambda row: Holder(account_of_service(row), roles_of_service(row)),
    key=lambda holder: _account_id(holder.row),
    optional=MAY_BE_MISSING,
)


def credentials_of(service_id: str) -> Listing[Row]:
    """A service account by its id: the list leaves its credentials out (API.md 5.4)."""
    return Listing(
        f"{SERVICES.path}/{service_id}",
        single,
        credentials_of_service,
        key=lambda row: service_id,
        optional=MAY_BE_MISSING,
    )


GROUPS = Listing("/api/v2/usergroups", array, entitlement_of_group, _entitlement_id, sort="id")
APPS = Listing(
    "/api/applications",
    envelope,
    entitlement_of_app,
    _entitlement_id,
    params={"fields": APP_FIELDS},
    sort="_id",
)

# What people and groups are bound to besides applications, by the collection's name. A tenant may
# have none of it, and uar.toml may leave it out.
TARGETS: Mapping[str, Listing[Row]] = {
    "devices": Listing(
        "/api/systems",
        envelope,
        entitlement_of_device,
        _entitlement_id,
        params={"fields": DEVICE_FIELDS},
        sort="_id",
        optional=MAY_BE_MISSING,
    ),
    "device groups": Listing(
        "/api/v2/systemgroups",
        array,
        entitlement_of_device_group,
        _entitlement_id,
        sort="id",
        optional=MAY_BE_MISSING,
    ),
    "directories": Listing(
        "/api/v2/directories",
        array,
        entitlement_of_directory,
        _entitlement_id,
        optional=MAY_BE_MISSING,
    ),
    "RADIUS servers": Listing(
        "/api/radiusservers",
        envelope,
        entitlement_of_radius,
        _entitlement_id,
        params={"fields": RADIUS_FIELDS},
        sort="_id",
        optional=MAY_BE_MISSING,
    ),
}
# The graph's word for a target -> where its edges are (API.md 6.2).
PLACES = {
    "system": "systems",
    "system_group": "systemgroups",
    "g_suite": "gsuites",
    "office_365": "office365s",
    "ldap_server": "ldapservers",
    "active_directory": "activedirectories",
    "radius_server": "radiusservers",
}


def groups_by(method: str) -> Listing[str]:
    """Ids of the groups with one membership method, which the plain list does not tell (5.5)."""
    return Listing(
        GROUPS.path,
        unstated,
        lambda row: identity(row, "id", "_id"),
        key=lambda group_id: group_id,
        params={"filter": f"membershipMethod:eq:{method}"},
        sort="id",
        optional=(400,),
    )


BY_METHOD = tuple(groups_by(method) for method in METHODS)


def rule_of(group_id: str) -> Listing[Rule]:
    """One group by its id: the only certain place of its method and exemptions (API.md 5.5)."""

    def rule(row: Json) -> Rule:
        return Rule(group_id, text(row, "membershipMethod") or "", exempted(row), doubts(row))

    return Listing(f"{GROUPS.path}/{group_id}", single, rule, key=lambda found: found.group_id)


def members_of(group_id: str) -> Listing[str]:
    """Direct members (API.md 6.2)."""
    return _edges(f"{GROUPS.path}/{group_id}/members")


def holders_of(app_id: str, kind: str) -> Listing[str]:
    """Direct bindings of an application to `user` or `user_group`, one a request (API.md 6.2)."""
    return _edges(f"/api/v2/applications/{app_id}/associations", {"targets": kind})


def bound_to(target: Row, kind: str) -> Listing[Binding]:
    """Direct bindings of `user` or `user_group` to a device, directory or server."""
    place = PLACES[type_of(target)]
    return _bindings(f"/api/v2/{place}/{target['source_id']}/associations", kind)


def devices_of(group_id: str) -> Listing[Binding]:
    """Devices that a group is bound to directly: there are fewer groups to ask than devices."""
    return _bindings(f"{GROUPS.path}/{group_id}/associations", "system")


def type_of(target: Row) -> str:
    """The graph's word for what an entitlement is."""
    return str(target["entitlement_id"]).split(":")[1]


def _bindings(path: str, kind: str) -> Listing[Binding]:
    return Listing(
        path,
        array,
        binding_of_edge,
        key=lambda binding: binding.end,
        params={"targets": kind},
        optional=MAY_BE_MISSING,
    )


def _edges(path: str, params: dict[str, str] | None = None) -> Listing[str]:
    return Listing(path, array, holder_of_edge, key=lambda holder: holder, params=params or {})
