"""Which lists of JumpCloud are read, where they are, and what of a row is kept."""

from __future__ import annotations

from dataclasses import dataclass

from ._paging import Listing, array, envelope, single, unstated
from ._rows import (
    METHODS,
    RoleRef,
    Row,
    account_of_admin,
    account_of_service,
    account_of_user,
    entitlement_of_app,
    entitlement_of_group,
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
USERS = Listing("/api/systemusers", envelope, account_of_user, _account_id, sort="_id")
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
GROUPS = Listing("/api/v2/usergroups", array, entitlement_of_group, _entitlement_id, sort="id")
APPS = Listing(
    "/api/applications",
    envelope,
    entitlement_of_app,
    _entitlement_id,
    params={"fields": APP_FIELDS},
    sort="_id",
)


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
        return Rule(group_id, text(row, "membershipMethod") or "", exempted(row))

    return Listing(f"{GROUPS.path}/{group_id}", single, rule, key=lambda found: found.group_id)


def members_of(group_id: str) -> Listing[str]:
    """Direct members (API.md 6.2)."""
    return _edges(f"{GROUPS.path}/{group_id}/members")


def holders_of(app_id: str, kind: str) -> Listing[str]:
    """Direct bindings of an application to `user` or `user_group`, one a request (API.md 6.2)."""
    return _edges(f"/api/v2/applications/{app_id}/associations", {"targets": kind})


def _edges(path: str, params: dict[str, str] | None = None) -> Listing[str]:
    return Listing(path, array, holder_of_edge, key=lambda holder: holder, params=params or {})
