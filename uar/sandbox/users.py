"""Directory users: partial update, suspension, deletion (API.md 5.1, 8)."""

from __future__ import annotations

from .lists import found, v1_not_found
from .tenant import Tenant
from .wire import Refusal, Reply, Request, Row, answer, bad_request, conflict

READ_ONLY = frozenset(
    [
        "_id",
        "id",
        "activated",
        "account_locked_date",
        "created",
        "creationSource",
        "organization",
        "admin",
        "mfaEnrollment",
        "totp_enabled",
        "password_date",
        "password_expiration_date",
        "password_expired",
        "badLoginAttempts",
        "passwordless_sudo",
        "recoveryEmail",
    ]
)
"""Returned, but not accepted by PUT (API.md 5.1)."""

STATES = ("STAGED", "ACTIVATED", "SUSPENDED")


def _user(tenant: Tenant, request: Request) -> Row:
    return found(tenant.systemusers, request.ids[0], v1_not_found)


def _resource(user: Row) -> Row:
    return {"id": user["_id"], "type": "user", "username": user.get("username")}


def update(tenant: Tenant, request: Request) -> Reply:
    user = _user(tenant, request)
    changes = {key: value for key, value in request.object().items() if key not in READ_ONLY}
    changes.pop("password", None)
    _agree(tenant, changes)
    owned = {each.get("field") for each in user.get("restrictedFields") or ()}
    if tenant.options.restricted_fields == "refuse" and owned.intersection(changes):
        raise bad_request("the field is managed by an external source")
    changes = {key: value for key, value in changes.items() if key not in owned}
    _unique(tenant, user, changes)
    if "sticky" in request.mischief:
        return answer({**user, **changes})
    return answer(_store(tenant, request, user, changes))


def _agree(tenant: Tenant, changes: Row) -> None:
    """`state` and `suspended` say the same thing; one of them alone sets the other (8.3)."""
    state, suspended = changes.get("state"), changes.get("suspended")
    if state is not None and state not in STATES:
        raise bad_request("invalid state")
    if suspended is not None and not isinstance(suspended, bool):
        raise bad_request("suspended must be a boolean")
    if state is None and suspended is not None:
        changes["state"] = "SUSPENDED" if suspended else "ACTIVATED"
    elif state is not None:
        agrees = suspended is None or suspended == (state == "SUSPENDED")
        if not agrees and tenant.options.conflicting_state == "refuse":
            raise bad_request("conflicting state and suspended fields")
        changes["suspended"] = state == "SUSPENDED"


def _unique(tenant: Tenant, user: Row, changes: Row) -> None:
    for field in ("username", "email", "employeeIdentifier"):
        value = changes.get(field)
        if value and value != user.get(field):
            for other in tenant.systemusers:
                if str(other.get(field) or "").lower() == str(value).lower() and other is not user:
                    raise conflict(f"{field} already exists")


def _store(tenant: Tenant, request: Request, user: Row, changes: Row) -> Row:
    """Write, let the rules of dynamic groups run, and log what a person would look for."""
    before = {key: user.get(key) for key in changes}
    user.update(changes)
    tenant.systemusers.put(user)
    tenant.rules_after_write(user=user)
    changed = [key for key in changes if before[key] != changes[key]]
    if "suspended" in changed:
        kind = "user_suspended" if user["suspended"] else "user_unsuspended"
        tenant.log(request.by, kind, resource=_resource(user))
    if set(changed) - {"suspended", "state"}:
        fields = [
            {"field": key, "from": before[key], "to": changes[key]}
            for key in changed
            if key not in ("suspended", "state")
        ]
        tenant.log(request.by, "user_update", resource=_resource(user), changes=fields)
    return user


def suspend(tenant: Tenant, request: Request) -> Reply:
    user = _user(tenant, request)
    if user.get("suspended"):
        if tenant.options.second_suspend == 409:
            raise conflict("user is already suspended")
        return answer("OK")
    if "sticky" not in request.mischief:
        _store(tenant, request, user, {"state": "SUSPENDED", "suspended": True})
    return answer("OK")


def activate(tenant: Tenant, request: Request) -> Reply:
    """For staged users only; it does not lift a suspension (API.md 8.3)."""
    user = _user(tenant, request)
    if user.get("state") != "STAGED":
        raise conflict("user is not staged")
    _store(tenant, request, user, {"state": "ACTIVATED", "suspended": False})
    return answer("OK")


def unlock(tenant: Tenant, request: Request) -> Reply:
    changes = {"account_locked": False, "account_locked_date": None}
    _store(tenant, request, _user(tenant, request), changes)
    return answer("OK")


def delete(tenant: Tenant, request: Request) -> Reply:
    """A manager goes only together with `cascade_manager`: `null`, or who takes over (8.1)."""
    user = _user(tenant, request)
    key = user["_id"]
    reports = [each for each in tenant.systemusers if each.get("manager") == key]
    cascade = request.one("cascade_manager")
    if reports and cascade is None:
        raise conflict("user is the manager of other users")
    if cascade not in (None, "", "null") and (cascade == key or cascade not in tenant.systemusers):
        raise bad_request("cascade_manager is not another user")
    if "sticky" in request.mischief:
        return answer(user)
    for each in reports:
        if cascade in ("", "null"):
            del each["manager"]
        else:
            each["manager"] = cascade
        tenant.systemusers.put(each)
    tenant.delete(("user", key))
    for each in reports:
        tenant.rules_after_write(user=each)
    tenant.log(request.by, "user_delete", resource=_resource(user))
    return answer(user)


def totp_info(tenant: Tenant, request: Request) -> Reply:
    user = _user(tenant, request)
    if not user.get("totp_enabled"):
        raise Refusal(404, {"message": "Not Found"})
    return answer({"enrollmentDate": user.get("created")})
