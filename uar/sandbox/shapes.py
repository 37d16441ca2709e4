"""What JumpCloud's single reads look like: one function per kind of object, with its defaults.

Field names and the spelling of "unset" per field follow live answers: text is "", the employee
identifier is null, manager and alternate e-mail are left out. Every secret starts with
`sandbox-secret`, so a test can search whatever the tool writes for that one word.
"""

from __future__ import annotations

from typing import Any, Final

from .role_scopes import BUILT_IN_ROLES

Json = dict[str, Any]

ABSENT: Final[Any] = object()
"""As a field's value: leave the field out, which is a third way to say "unset"."""

MFA_KINDS: dict[str, dict[str, str]] = {
    "totp": {"totpStatus": "ENROLLED"},
    "push": {"totpStatus": "ENROLLED", "pushStatus": "ENROLLED"},
    "webauthn": {"webAuthnStatus": "ENROLLED"},
    "go": {"jcGoStatus": "ENROLLED", "pushStatus": "ENROLLED"},
    "sms": {"smsStatus": "ENROLLED"},
    "pending": {"totpStatus": "PENDING_ACTIVATION"},
    "expired": {"totpStatus": "ENROLLMENT_EXPIRED"},
    "disabled": {"totpStatus": "DISABLED"},
    "none": {},
}
_FACTORS = ("totpStatus", "webAuthnStatus", "pushStatus", "smsStatus", "jcGoStatus")


def without_absent(record: Json) -> Json:
    return {key: value for key, value in record.items() if value is not ABSENT}


def mfa_fields(kind: str) -> Json:
    """The four places in a user record that tell about one kind of second factor."""
    given = MFA_KINDS[kind]
    enrolment = {factor: given.get(factor, "NOT_ENROLLED") for factor in _FACTORS}
    states = set(given.values())
    enrolled = "ENROLLED" in states
    enrolment["overallStatus"] = "ENROLLED" if enrolled else next(iter(states), "NOT_ENROLLED")
    totp = enrolment["totpStatus"] == "ENROLLED"
    return {
        "mfa": {"configured": totp, "exclusion": False},
        "mfaEnrollment": enrolment,
        "totp_enabled": totp,
        "enable_user_portal_multifactor": kind not in ("none", "disabled"),
    }


def user(
    ident: str,
    organization: str,
    *,
    username: str,
    email: str,
    created: str,
    state: str = "ACTIVATED",
    mfa: str = "totp",
    **fields: Any,
) -> Json:
    record: Json = {
        "_id": ident,
        "id": ident,
        "username": username,
        "email": email,
        "firstname": "",
        "middlename": "",
        "lastname": "",
        "displayname": "",
        "description": "",
        "state": state,
        "suspended": state == "SUSPENDED",
        "activated": state != "STAGED",
        "account_locked": False,
        "account_locked_date": None,
        "company": "",
        "costCenter": "",
        "department": "",
        "jobTitle": "",
        "location": "",
        "employeeType": "",
        "employeeIdentifier": None,
        "manager": ABSENT,
        "alternateEmail": ABSENT,
        "recoveryEmail": ABSENT,
        "addresses": [],
        "phoneNumbers": [],
        "relationships": [],
        "attributes": [],
        "created": created,
        "creationSource": "jumpcloud:admin",
        "organization": organization,
        "tags": [],
        "admin": None,
        **mfa_fields(mfa),
        "password_date": None if state == "STAGED" else created,
        "password_expiration_date": None,
        "password_expired": False,
        "password_never_expires": False,
        "badLoginAttempts": 0,
        "external_dn": "",
        "external_source_type": "",
        "externally_managed": False,
        "restrictedFields": [],
        "delegatedAuthority": None,
        "sudo": False,
        "passwordless_sudo": False,
        "allow_public_key": True,
        "public_key": "",
        "ssh_keys": [],
        "ldap_binding_user": False,
        "samba_service_user": False,
        "systemUsername": "",
        "unix_uid": ABSENT,
        "unix_guid": ABSENT,
        "enable_managed_uid": False,
        "disableDeviceMaxLoginAttempts": False,
    }
    return without_absent(record | fields)


def ssh_key(ident: str, name: str, public_key: str, created: str) -> Json:
    return {"_id": ident, "name": name, "public_key": public_key, "create_date": created}


def admin(
    ident: str,
    organization: str,
    role: Json,
    *,
    email: str,
    created: str,
    key_prefix: str = "",
    key_created: str = "",
    key_expires: str | None = None,
    **fields: Any,
) -> Json:
    """An administrator; with `key_prefix` one who has an API key, for ever unless it expires."""
    key_hash = {"prefix": key_prefix, "createdAt": key_created, "expireAt": key_expires}
    record: Json = {
        "_id": ident,
        "id": ident,
        "email": email,
        "firstname": "",
        "lastname": "",
        "created": created,
        "organization": organization,
        "provider": ABSENT,
        "role": role["id"],
        "roles": [role["id"]],
        "roleName": role["name"],
        "roleNames": [role["name"]],
        "suspended": False,
        "enableMultiFactor": True,
        "totpEnrolled": True,
        "totpUpdatedAt": created,
        "passwordUpdatedAt": created,
        "apiKeyAllowed": bool(key_prefix),
        "apiKeySet": bool(key_prefix),
        "apiKeyUpdatedAt": key_created if key_prefix else ABSENT,
        "apiKeyHash": key_hash if key_prefix else ABSENT,
        "sessionCount": 12,
        "disableIntroduction": True,
        "isEnterprise": False,
        "usersTimeZone": "Etc/UTC",
    }
    return without_absent(record | fields)


def role(ident: str, organization: str, name: str, scopes: tuple[str, ...], **fields: Any) -> Json:
    return {
        "id": ident,
        "name": name,
        "description": "",
        "scopes": sorted(set(scopes)),
        "isCustom": name not in BUILT_IN_ROLES,
        "organizationIds": [organization],
        "providerId": "",
        "createdBy": "",
        "lastUpdatedBy": "",
    } | fields


def service_account(
    ident: str,
    organization: str,
    role: Json,
    *,
    name: str,
    credential: str,
    creator: Json,
    created: str,
    expires: str,
    auth: str,
    status: str,
) -> Json:
    """A service account with one credential (its id); `creator` is the admin who made it."""
    secret: Json = {
        "objectId": credential,
        "createdAt": created,
        "createdBy": {"id": creator["_id"], "name": creator["email"], "type": "ADMIN"},
        "expiresAt": expires,
        "lifetime": "365 days",
        "status": status,
    }
    if auth == "API_KEY":
        config = {"authType": auth, "apiKeyConfig": {"apiKeyPrefix": "jcs_sand"} | secret}
    else:
        client = {"clientId": f"sandbox-client-{ident[-4:]}"}
        config = {"authType": auth, "clientSecretConfig": client | secret}
    return {
        "objectId": ident,
        "name": name,
        "roleId": role["id"],
        "roleName": role["name"],
        "status": status,
        "authType": auth,
        "authConfigList": [config],
        "createdAt": created,
        "expiresAt": expires,
        "orgId": organization,
        "orgCount": 1,
        "providerId": "",
    }


def edge(origin: Json, target: Json, attributes: Json | None = None) -> Json:
    return {"from": origin, "to": target, "attributes": attributes}
