"""What JumpCloud's single reads look like: one function per kind of object, with its defaults.

Field names and the spelling of "unset" per field follow live answers: text is "", the employee
identifier is null, manager and alternate e-mail are left out. Every secret starts with
`sandbox-secret`, so a test can search whatever the tool writes for that one word.
"""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

ABSENT: Final[Any] = object()
"""As a field's value: leave the field out, which is a third way to say "unset"."""

READ_SCOPES = (
    "administrators.readonly",
    "applications.readonly",
    "associations.readonly",
    "directories.readonly",
    "directoryinsights.readonly",
    "groups.readonly",
    "organizations.readonly",
    "passwordmanager.readonly",
    "radius.readonly",
    "roles.readonly",
    "serviceaccounts.readonly",
    "systems.readonly",
    "users.readonly",
)
HELP_SCOPES = ("users.mfa.reset", "users.password.set", "users.state.unlock")
MANAGE_SCOPES = (
    "applications",
    "associations",
    "directories",
    "groups",
    "radius",
    "systems",
    "users",
    "users.create",
    "users.delete",
    "users.properties.update",
    "users.state.activate",
    "users.state.suspend",
)
COMMAND_SCOPES = ("commands", "commands.readonly", "systems.readonly")
BILLING_SCOPES = ("organizations.billing",)
OWNER_SCOPES = ("administrators", "organizations", "roles", "serviceaccounts")

BUILT_IN_ROLES: dict[str, tuple[str, ...]] = {
    "Administrator With Billing": (
        READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES + COMMAND_SCOPES + OWNER_SCOPES + BILLING_SCOPES
    ),
    "Administrator": READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES + COMMAND_SCOPES,
    "Manager": READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES,
    "Command Runner With Billing": COMMAND_SCOPES + BILLING_SCOPES,
    "Command Runner": COMMAND_SCOPES,
    "Help Desk": READ_SCOPES + HELP_SCOPES,
    "Billing Only": BILLING_SCOPES,
    "Read Only": READ_SCOPES,
}
"""Role names are JumpCloud's. Which scopes each carries is not published: these are our guess."""

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


def user_group(ident: str, name: str, method: str = "STATIC", **fields: Any) -> Json:
    record: Json = {
        "id": ident,
        "name": name,
        "type": "user_group",
        "description": "",
        "email": "",
        "attributes": {"ldapGroups": [{"name": name}]},
        "membershipMethod": method,
        "memberQuery": None,
        "memberQueryExemptions": [],
        "memberSuggestionsNotify": False,
        "memberQueryErrorFlags": [],
        "suggestionCounts": {"add": 0, "remove": 0, "total": 0},
        "organizationObjectId": None,
    }
    return record | fields


def exemption(user_id: str, organization: str) -> Json:
    return {"id": user_id, "type": "USER", "organizationId": organization}


def application(
    ident: str, organization: str, *, template: str, label: str, created: str, **fields: Any
) -> Json:
    kind = fields.pop("sso_type", "saml")
    return {
        "_id": ident,
        "id": ident,
        "name": template,
        "displayName": label,
        "displayLabel": label,
        "description": "",
        "active": True,
        "beta": False,
        "color": "",
        "organization": organization,
        "logo": {"color": "#006CAC", "url": ""},
        "ssoUrl": f"https://sso.jumpcloud.com/{kind}2/{template}",
        "learnMore": "",
        "created": created,
        "databaseAttributes": [],
        "parentApp": "",
        "aiReady": False,
        "sso": {
            "type": kind,
            "beta": False,
            "jit": False,
            "hidden": False,
            "idpCertExpirationAt": "2029-01-01T00:00:00.000Z",
        },
        "config": {
            "idpEntityId": {"type": "text", "value": f"https://idp.example/{template}"},
            "spEntityId": {"type": "text", "value": f"https://{template}.example/saml"},
            "acsUrl": {"type": "text", "value": f"https://{template}.example/saml/acs"},
            "idpCertificate": {"type": "file", "value": f"made-up certificate of {template}"},
            "idpPrivateKey": {"type": "file", "value": f"sandbox-secret idpPrivateKey {ident}"},
        },
    } | fields


def system(ident: str, organization: str, *, hostname: str, created: str, **fields: Any) -> Json:
    return {
        "_id": ident,
        "id": ident,
        "displayName": hostname,
        "hostname": hostname,
        "description": "",
        "os": "Mac OS X",
        "osFamily": "darwin",
        "version": "15.6",
        "arch": "arm64",
        "serialNumber": f"SBX{ident[-8:].upper()}",
        "active": True,
        "agentVersion": "2.140.1",
        "lastContact": created,
        "created": created,
        "organization": organization,
        "primarySystemUser": {"id": None},
        "userMetrics": [],
        "tags": [],
        "attributes": [],
    } | fields


def system_group(ident: str, name: str, **fields: Any) -> Json:
    return {
        "id": ident,
        "name": name,
        "type": "system_group",
        "description": "",
        "email": "",
        "attributes": None,
        "membershipMethod": "STATIC",
        "memberQuery": None,
        "memberQueryExemptions": [],
        "memberSuggestionsNotify": False,
        "memberQueryErrorFlags": [],
        "organizationObjectId": None,
    } | fields


def directory(ident: str, organization: str, kind: str, name: str, domain: str) -> Json:
    """`kind`: g_suite, office_365, ldap_server, active_directory or workday."""
    cloud = kind in ("g_suite", "office_365")
    return {
        "id": ident,
        "name": name,
        "type": kind,
        "defaultDomain": {"id": ident, "domain": domain} if cloud else None,
        "oAuthStatus": {} if cloud else None,
        "organizationId": organization,
    }


def radius_server(ident: str, organization: str, name: str, address: str) -> Json:
    return {
        "_id": ident,
        "id": ident,
        "name": name,
        "organization": organization,
        "networkSourceIp": address,
        "sharedSecret": f"sandbox-secret sharedSecret {ident}",
        "authIdp": "JUMPCLOUD",
        "mfa": "ENABLED",
        "userPasswordEnabled": True,
        "userCertEnabled": False,
        "deviceCertEnabled": False,
        "userLockoutAction": "REMOVE",
        "userPasswordExpirationAction": "REMOVE",
        "tags": [],
        "tagNames": [],
    }


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
    auth: str = "CLIENT_SECRET",
    status: str = "ACTIVE",
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
