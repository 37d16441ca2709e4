"""Administrators: a role taken, the account deleted, API access withdrawn (API.md 5.2, 8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uar.removals import Live, Request

from ._look import Look, Row, admins
from ._rows import role_slug, roles_of_admin
from ._values import flag, identity

READER = "read only"
NO_ADMIN = "The admin no longer exists."
MADE_AGAIN = "The admin was deleted and made again since the review."


def read_role(look: Look, row: Row, after: bool) -> Live:
    admin = look.object(_admin(row)) or _same_email(look, row)
    if admin is None:
        return look.live(False, NO_ADMIN, admin="", roles={})
    key, roles = identity(admin, "_id", "id"), _roles(admin, row)
    facts: dict[str, Any] = {"admin": key, "roles": roles}
    if key != row["holder_source_id"] and not after:
        return look.live(row["entitlement_source_id"] in roles, drift=MADE_AGAIN, **facts)
    if row["entitlement_source_id"] not in roles:
        return look.live(False, drift=_surprise(row, roles) if after else "", **facts)
    return look.live(True, drift="" if after else _drift(look, row, roles), **facts)


def _surprise(row: Row, roles: Mapping[str, str]) -> str:
    lost = set(row["roles_after"]) - set(roles)
    return "Other roles that should have stayed are gone too; look at the admin." if lost else ""


def _drift(look: Look, row: Row, roles: Mapping[str, str]) -> str:
    if set(roles) != set(row["roles_before"]):
        names = ", ".join(sorted(roles.values()))
        return f"The admin's roles are not those that were planned for: now {names}."
    if row["owners_kept"]:
        others = sum(
            row["entitlement_source_id"] in _roles(admin, row)
            and not admin.get("suspended")
            and identity(admin, "_id", "id") != row["holder_source_id"]
            for admin in admins(look)
        )
        if others < row["owners_kept"]:
            kept = row["owners_kept"]
            return f"Other active admins with this role: {others}; at least {kept} must stay."
    return ""


def _roles(admin: Mapping[str, Any], row: Row) -> dict[str, str]:
    """Role id -> name. A role that is told by name only has the id that the plan knows it by."""
    ids = {name.casefold(): key for key, name in row["roles_before"].items()}
    return {
        ref.id or ids.get(ref.name.casefold()) or role_slug(ref.name): ref.name
        for ref in roles_of_admin(admin)
    }


def _same_email(look: Look, row: Row) -> dict[str, Any] | None:
    """An admin who was deleted and made again has another id."""
    email = str(row["email"]).casefold()
    for admin in admins(look):
        if str(admin.get("email")).casefold() == email:
            return admin
    return None


def _admin(row: Row) -> str:
    return f"/api/users/{row['holder_source_id']}"


def take_role(row: Row) -> Request:
    """Read Only stands in for a suspension, which no described call offers (API.md 8.1)."""
    if row["last"] == "delete":
        return Request("DELETE", _admin(row), None)
    if row["last"] == "read-only":
        return Request("PUT", _admin(row), {"roleName": "Read Only", "apiKeyAllowed": False})
    return Request("PUT", _admin(row), {"roles": list(row["roles_after"])})


def give_role(row: Row, live: Live) -> Request:
    """Back to the roles there are, without the Read Only that stood in for the last one."""
    if not live.facts["admin"]:
        body = {"email": row["email"], "roleName": row["entitlement"]}
        return Request("POST", "/api/users", body)
    stand_in = row["last"] == "read-only"
    stay = [
        role
        for role, name in live.facts["roles"].items()
        if not (stand_in and name.casefold() == READER)
    ]
    body = {"roles": [*stay, row["entitlement_source_id"]]}
    access = {"apiKeyAllowed": True} if stand_in and row["api_access"] else {}
    return Request("PUT", f"/api/users/{live.facts['admin']}", {**body, **access})


def read_access(look: Look, row: Row, after: bool) -> Live:
    """API access counts as held unless JumpCloud says that it is not."""
    admin = look.object(_admin(row))
    if admin is None:
        return look.live(False, NO_ADMIN)
    return look.live(flag(admin, "apiKeyAllowed") is not False)


def withdraw_access(row: Row) -> Request:
    """Ends the key as well; the admin keeps the role and the Admin Portal."""
    return Request("PUT", _admin(row), {"apiKeyAllowed": False})


def allow_access(row: Row, live: Live) -> Request:
    return Request("PUT", _admin(row), {"apiKeyAllowed": True})
