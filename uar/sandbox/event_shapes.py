"""What Directory Insights says of what happened: one function a kind of event."""

from __future__ import annotations

from .shapes import Json


def sso_auth(ident: str, at: str, person: Json, app: Json, *, success: bool = True) -> Json:
    """A sign-in to an application; a failed one still counts as no use."""
    failure = {} if success else {"error_message": "user is not authorized for this application"}
    return {
        "id": ident,
        "event_type": "sso_auth",
        "service": "sso",
        "timestamp": at,
        "organization": app["organization"],
        "initiated_by": {"id": person["_id"], "type": "user", "username": person["username"]},
        "application": {
            "id": app["_id"],
            "name": app["name"],
            "display_label": app["displayLabel"],
            "sso_type": app["sso"]["type"],
            "sso_url": app["ssoUrl"],
        },
        "idp_initiated": True,
        "sso_token_success": success,
        "mfa": person["totp_enabled"],
        "client_ip": "192.0.2.10",
    } | failure


def user_login(ident: str, at: str, person: Json, *, success: bool = True) -> Json:
    return {
        "id": ident,
        "event_type": "user_login_attempt",
        "service": "directory",
        "timestamp": at,
        "organization": person["organization"],
        "initiated_by": {"id": person["_id"], "type": "user", "username": person["username"]},
        "success": success,
        "mfa": person["totp_enabled"],
        "client_ip": "192.0.2.11",
    }


def admin_login(ident: str, at: str, person: Json, *, success: bool = True) -> Json:
    account = {"id": person["_id"], "type": "admin", "email": person["email"]}
    return {
        "id": ident,
        "event_type": "admin_login_attempt",
        "service": "directory",
        "timestamp": at,
        "organization": person["organization"],
        "initiated_by": account,
        "resource": account,
        "success": success,
        "mfa": person["enableMultiFactor"],
        "client_ip": "192.0.2.12",
    }


def association_change(
    ident: str,
    at: str,
    actor: Json,
    op: str,
    origin: tuple[str, str, str],
    target: tuple[str, str, str],
) -> Json:
    """A binding or membership was added or removed; ends are (type, id, name)."""
    names = ("type", "object_id", "name")
    return {
        "id": ident,
        "event_type": "association_change",
        "service": "directory",
        "timestamp": at,
        "organization": actor["organization"],
        "initiated_by": {"id": actor["_id"], "type": "admin", "email": actor["email"]},
        "association": {
            "op": op,
            "action_source": "admin_portal",
            "connection": {
                "from": dict(zip(names, origin, strict=True)),
                "to": dict(zip(names, target, strict=True)),
            },
        },
        "client_ip": "192.0.2.13",
    }


def device_login(ident: str, at: str, person: Json, system: Json, *, success: bool = True) -> Json:
    """The agent knows a user by name only."""
    return {
        "id": ident,
        "event_type": "login_attempt",
        "service": "systems",
        "timestamp": at,
        "organization": person["organization"],
        "initiated_by": {"type": "user", "username": person["username"]},
        "username": person["username"],
        "system": {
            "id": system["_id"],
            "hostname": system["hostname"],
            "displayName": system["displayName"],
        },
        "success": success,
        "client_ip": "192.0.2.14",
    }


def radius_auth(ident: str, at: str, person: Json, *, success: bool = True) -> Json:
    """Under the name that was seen live (API.md 9); it does not say which server it was."""
    return {
        "id": ident,
        "event_type": "radius_auth_attempt",
        "service": "radius",
        "timestamp": at,
        "organization": person["organization"],
        "initiated_by": {"type": "user", "username": person["username"]},
        "username": person["username"],
        "auth_type": "eap",
        "success": success,
        "mfa": False,
        "client_ip": "192.0.2.15",
    }


def ldap_bind(ident: str, at: str, person: Json, *, success: bool = True) -> Json:
    organization, name = person["organization"], person["username"]
    return {
        "id": ident,
        "event_type": "ldap_bind",
        "service": "ldap",
        "timestamp": at,
        "organization": organization,
        "initiated_by": {"type": "user", "username": name},
        "username": name,
        "dn": f"uid={name},ou=Users,o={organization},dc=jumpcloud,dc=com",
        "auth_method": "simple",
        "success": success,
        "client_ip": "192.0.2.16",
    }
