"""Administrators, roles and service accounts: what can be changed (API.md 5.2, 5.3, 5.4, 8)."""

from __future__ import annotations

from .auth import OWNER_ROLE
from .lists import found, v1_not_found
from .tenant import Tenant
from .wire import (
    Reply,
    Request,
    Row,
    answer,
    bad_request,
    conflict,
    missing_scope,
    not_found,
    nothing,
)

WRITABLE = (
    "apiKeyAllowed",
    "email",
    "enableMultiFactor",
    "firstname",
    "growthData",
    "lastWhatsNewChecked",
    "lastname",
)


def _owner_only(request: Request) -> None:
    """Only Administrator With Billing creates, changes or deletes admins (API.md 8.3)."""
    names = {str(role.get("name", "")).lower() for role in request.by.roles}
    if OWNER_ROLE.lower() not in names:
        raise missing_scope()


def _resource(admin: Row) -> Row:
    return {"id": admin["_id"], "type": "admin", "email": admin.get("email")}


def create(tenant: Tenant, request: Request) -> Reply:
    """Undocumented, used by clients; new admins have no API access (API.md 2.1, 5.2)."""
    _owner_only(request)
    body = request.object()
    email = body.get("email")
    if not isinstance(email, str) or "@" not in email:
        raise bad_request("email is required")
    if any(str(each.get("email")).lower() == email.lower() for each in tenant.admins):
        raise conflict("email already exists")
    key = tenant.new_id()
    admin: Row = {
        "_id": key,
        "id": key,
        "email": email,
        "created": tenant.stamp(),
        "organization": tenant.organization["_id"],
        "suspended": False,
        "enableMultiFactor": False,
        "totpEnrolled": False,
        "apiKeyAllowed": False,
        "apiKeySet": False,
    }
    admin.update({name: body[name] for name in WRITABLE if name in body and name != "email"})
    _set_roles(tenant, admin, {"roleName": "Read Only", **body})
    tenant.admins.put(admin)
    tenant.log(request.by, "admin_create", resource=_resource(admin))
    return answer(admin)


def update(tenant: Tenant, request: Request) -> Reply:
    _owner_only(request)
    admin = found(tenant.admins, request.ids[0], v1_not_found)
    body = request.object()
    after = dict(admin)
    _set_roles(tenant, after, body)
    after.update({name: body[name] for name in WRITABLE if name in body})
    if tenant.options.admin_suspend == "accept" and isinstance(body.get("suspended"), bool):
        after["suspended"] = body["suspended"]
    changes = [
        {"field": name, "from": admin.get(name), "to": value}
        for name, value in after.items()
        if admin.get(name) != value
    ]
    if changes and "sticky" not in request.mischief:
        tenant.admins.put(after)
        _tell_linked_user(tenant, after["_id"], after)
        tenant.log(request.by, "admin_update", resource=_resource(after), changes=changes)
    return answer(after)


def _set_roles(tenant: Tenant, admin: Row, body: Row) -> None:
    """By ids in `roles`, or by one name in `roleName`; both forms are written (API.md 8.1)."""
    if "roles" in body:
        wanted = body["roles"]
        if not isinstance(wanted, list) or not wanted:
            raise bad_request("roles must be a list of role ids")
        roles = [found(tenant.roles, key, lambda: bad_request("invalid role")) for key in wanted]
    elif "roleName" in body:
        name = str(body["roleName"]).lower()
        roles = [role for role in tenant.roles if role["name"].lower() == name]
        if not roles:
            raise bad_request("invalid role")
    else:
        return
    admin["role"], admin["roleName"] = roles[0]["id"], roles[0]["name"]
    admin["roles"] = [role["id"] for role in roles]
    admin["roleNames"] = [role["name"] for role in roles]


def _tell_linked_user(tenant: Tenant, key: str, admin: Row | None) -> None:
    """The directory user of the same person mirrors the role (API.md 5.1)."""
    for user in tenant.systemusers:
        if (user.get("admin") or {}).get("id") == key:
            user["admin"] = admin and {
                "id": key,
                "roleName": admin.get("roleName"),
                "roleNames": admin.get("roleNames", []),
            }
            tenant.systemusers.put(user)


def delete(tenant: Tenant, request: Request) -> Reply:
    """An admin cannot delete their own account (API.md 8.3)."""
    _owner_only(request)
    admin = found(tenant.admins, request.ids[0], v1_not_found)
    if admin["_id"] == request.by.id:
        raise bad_request("an administrator cannot delete their own account")
    if "sticky" in request.mischief:
        return answer(admin)
    tenant.admins.drop(admin["_id"])
    _tell_linked_user(tenant, admin["_id"], None)
    tenant.log(request.by, "admin_delete", resource=_resource(admin))
    return answer(admin)


def reset_totp(tenant: Tenant, request: Request) -> Reply:
    admin = found(tenant.admins, request.ids[0], v1_not_found)
    admin["totpEnrolled"] = False
    tenant.admins.put(admin)
    tenant.log(request.by, "admin_totp_disable", resource=_resource(admin))
    return answer({})


def delete_role(tenant: Tenant, request: Request) -> Reply:
    """409 while somebody has it; built-in roles stay (API.md 8.1)."""
    role = found(tenant.roles, request.ids[0], not_found)
    key = role["id"]
    used = any(key in (each.get("role"), *(each.get("roles") or ())) for each in tenant.admins)
    used = used or any(each.get("roleId") == key for each in tenant.serviceaccounts)
    if used or not role.get("isCustom"):
        raise conflict("role is in use")
    tenant.roles.drop(key)
    return nothing()


def get_service_account(tenant: Tenant, request: Request) -> Reply:
    """Wrapped, as recorded live; the specification shows it bare (API.md 5.4)."""
    return answer({"serviceAccount": found(tenant.serviceaccounts, request.ids[0], not_found)})


def create_service_account(tenant: Tenant, request: Request) -> Reply:
    """With one client secret, which is told this once (API.md 2.2, 5.4)."""
    body = request.object()
    auth = body.get("authConfig") or {}
    if not body.get("name") or not isinstance(body["name"], str):
        raise bad_request("name is required")
    if auth.get("authType") != "CLIENT_SECRET":
        raise bad_request("authConfig.authType is required")
    role = found(tenant.roles, str(body.get("roleId")), lambda: bad_request("invalid role"))
    config = {"clientId": tenant.new_id(), **(auth.get("clientSecretConfig") or {})}
    account: Row = {
        "objectId": tenant.new_id(),
        "name": body["name"],
        "roleId": role["id"],
        "roleName": role["name"],
        "status": "ACTIVE",
        "authType": "CLIENT_SECRET",
        "authConfigList": [{"authType": "CLIENT_SECRET", "clientSecretConfig": config}],
        "createdAt": tenant.stamp(),
    }
    tenant.serviceaccounts.put(account)
    resource = {"id": account["objectId"], "type": "service_account", "name": account["name"]}
    tenant.log(request.by, "service_account_create", resource=resource)
    told = {**config, "clientSecret": "told only once"}
    once = {"authType": "CLIENT_SECRET", "clientSecretConfig": told}
    return answer({"serviceAccount": {**account, "authConfigList": [once]}})


def delete_service_account(tenant: Tenant, request: Request) -> Reply:
    account = found(tenant.serviceaccounts, request.ids[0], not_found)
    if "sticky" not in request.mischief:
        tenant.serviceaccounts.drop(account["objectId"])
        resource = {"id": account["objectId"], "type": "service_account", "name": account["name"]}
        tenant.log(request.by, "service_account_delete", resource=resource)
    return answer({})
