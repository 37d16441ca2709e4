"""Accounts: a user suspended, global sudo taken, a service account deleted (API.md 5, 8.1, 8.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uar.removals import Live, Request

from ._look import Look, Row
from ._rows import managed, status_of_user
from ._values import flag, identity, reference, text

SERVICES = "/api/v2/service-accounts"
NO_ACCOUNT = "The account no longer exists."


def read_user(look: Look, row: Row, after: bool) -> Live:
    """Can this user sign in? Unknown counts as yes."""
    user = look.object(_user(row))
    if user is None:
        return look.live(False, NO_ACCOUNT)
    held = status_of_user(user) != "suspended"
    return look.live(held, drift="" if after else _drift(row, user, "state", "suspended"))


def _drift(row: Row, user: Mapping[str, Any], *fields: str) -> str:
    if (text(user, "username") or "") != (row["login"] or ""):
        return "The account has another name than when the tenant was read."
    owners = managed(user)
    for field in fields:
        if field in owners:
            return (
                f"The field {field} of the account is managed by {owners[field]}: change it there."
            )
    return ""


def _user(row: Row) -> str:
    return f"/api/systemusers/{row['holder_source_id']}"


def suspend(row: Row) -> Request:
    """Both fields, because they must agree; PUT, because multi-tenant keys can name the
    organisation here, and not at state/suspend (API.md 2.4)."""
    return Request("PUT", _user(row), {"suspended": True, "state": "SUSPENDED"})


def activate(row: Row, live: Live) -> Request:
    return Request("PUT", _user(row), {"suspended": False, "state": "ACTIVATED"})


def read_sudo(look: Look, row: Row, after: bool) -> Live:
    """The global flag: administrator on every device bound to the user (API.md 6.4)."""
    user = look.object(_user(row))
    if user is None:
        return look.live(False, NO_ACCOUNT)
    held = bool(flag(user, "sudo") or flag(user, "passwordless_sudo"))
    return look.live(held, drift="" if after else _drift(row, user, "sudo"))


def take_sudo(row: Row) -> Request:
    return Request("PUT", _user(row), {"sudo": False})


def give_sudo(row: Row, live: Live) -> Request:
    return Request("PUT", _user(row), {"sudo": True})


def read_service(look: Look, row: Row, after: bool) -> Live:
    found = look.object(f"{SERVICES}/{row['holder_source_id']}")
    account = found.get("serviceAccount", found) if found else _same_name(look, row)
    if account is None:
        return look.live(False, "The service account no longer exists.")
    if after:
        return look.live(True)
    drift = ""
    if identity(account, "objectId", "id") != row["holder_source_id"]:
        drift = "The service account was deleted and made again since the review."
    elif reference(account, "roleId") != row["entitlement_source_id"]:
        drift = "The service account has another role than the one that was reviewed."
    elif (text(account, "name") or "") != (row["login"] or ""):
        drift = "The service account has another name than the one that was reviewed."
    return look.live(True, drift=drift)


def _same_name(look: Look, row: Row) -> dict[str, Any] | None:
    """A service account that was deleted and made again has another id."""
    for account in look.results(SERVICES):
        if text(account, "name") == row["login"]:
            return account
    return None


def delete_service(row: Row) -> Request:
    return Request("DELETE", f"{SERVICES}/{row['holder_source_id']}", None)


def make_service(row: Row, live: Live) -> Request:
    """With a client secret, because there is none without; nobody is told it, so it is of no use
    and ends by itself. Whoever needs the account makes another one in the Admin Portal."""
    secret = {"authType": "CLIENT_SECRET", "clientSecretConfig": {"lifetime": "30 Days"}}
    body = {"name": row["login"], "roleId": row["entitlement_source_id"], "authConfig": secret}
    return Request("POST", SERVICES, body)
