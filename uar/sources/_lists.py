"""Which lists of JumpCloud are read, where they are, and what of a row is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ._ends import Binding, binding_of_edge, binding_of_sharer, holder_of_edge
from ._paging import Listing, array, envelope, single, unstated
from ._rows import (
    RoleRef,
    Row,
    account_of_admin,
    account_of_service,
    account_of_user,
    credentials_of_service,
    key_prefix,
    roles_of_admin,
    roles_of_service,
)
from ._things import (
    METHODS,
    doubts,
    entitlement_of_app,
    entitlement_of_device,
    entitlement_of_device_group,
    entitlement_of_directory,
    entitlement_of_group,
    entitlement_of_password_folder,
    entitlement_of_password_item,
    entitlement_of_radius,
    entitlement_of_role,
    exempted,
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


def _end(binding: Binding) -> object:
    return binding.end


def _itself(holder: str) -> object:
    return holder


# There are tens of thousands of lists: they share what is the same.
_NO_PARAMS: Mapping[str, str] = {}
_TARGETS = {kind: {"targets": kind} for kind in ("user", "user_group", "system")}


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

FOLDERS = "/api/v2/passwordmanager/sharedfolders"

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
    "password items": Listing(
        "/api/v2/passwordmanager/items",
        envelope,
        entitlement_of_password_item,
        _entitlement_id,
        optional=MAY_BE_MISSING,
    ),
    "password folders": Listing(
        FOLDERS,
        envelope,
        entitlement_of_password_folder,
        _entitlement_id,
        optional=MAY_BE_MISSING,
    ),
}
# Told of one organisation only, which cannot be named: the routes take no x-org-id (API.md 2.4).
PASSWORDS = ("password items", "password folders")
# The graph's word for a target -> where its edges are (API.md 6.2).
PLACES = {
    "system": "systems",
    "system_group": "systemgroups",
    "g_suite": "gsuites",
    "office_365": "office365s",
    "ldap_server": "ldapservers",
    "active_directory": "activedirectories",
    "radius_server": "radiusservers",
    "password_manager_item": "passwordmanageritems",
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
    return _edges(f"/api/v2/applications/{app_id}/associations", _TARGETS[kind])


def bound_to(target: Row, kind: str) -> Listing[Binding]:
    """Direct bindings of `user` or `user_group` to a device, directory or server."""
    place = PLACES[type_of(target)]
    return _bindings(f"/api/v2/{place}/{target['source_id']}/associations", kind)


def sharers_of(folder: Row, kind: str) -> Listing[Binding]:
    """Whom a shared folder of passwords is open to: `user` or `group`."""
    return Listing(
        f"{FOLDERS}/{folder['source_id']}/{kind}s",
        envelope,
        lambda row: binding_of_sharer(row, kind),
        key=_end,
        optional=MAY_BE_MISSING,
    )


def devices_of(group_id: str) -> Listing[Binding]:
    """Devices that a group is bound to directly: there are fewer groups to ask than devices."""
    return _bindings(f"{GROUPS.path}/{group_id}/associations", "system")


def devices_in(group: Row) -> Listing[Binding]:
    """Devices that a device group consists of (API.md 6.2)."""
    path = f"/api/v2/systemgroups/{group['source_id']}/members"
    return Listing(path, array, binding_of_edge, key=_end, optional=MAY_BE_MISSING)


def type_of(target: Row) -> str:
    """The graph's word for what an entitlement is."""
    return str(target["entitlement_id"]).split(":")[1]


def _bindings(path: str, kind: str) -> Listing[Binding]:
    return Listing(
        path,
        array,
        binding_of_edge,
        key=_end,
        params=_TARGETS[kind],
        optional=MAY_BE_MISSING,
    )


def _edges(path: str, params: dict[str, str] | None = None) -> Listing[str]:
    return Listing(path, array, holder_of_edge, key=_itself, params=params or _NO_PARAMS)
