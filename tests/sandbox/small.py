"""A small organisation for the sandbox's own tests: every kind of object, few of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

NOW = "2026-11-20T09:00:00Z"

ORG = "5e00000000000000000000ff"
OWNER, READER, MANAGER, BACKUP = (f"ad{n:022x}" for n in range(1, 5))
ANA, BEN, CEM, DIA, EVA = (f"a1{n:022x}" for n in range(1, 6))
STAFF, SALES, DYNAMIC, REVIEWED = (f"b1{n:022x}" for n in range(1, 5))
PAYROLL, WIKI = (f"c1{n:022x}" for n in range(1, 3))
MAC, PC = (f"d1{n:022x}" for n in range(1, 3))
LAPTOPS = f"d2{1:022x}"
SAFE = "5afe0000-0000-4000-8000-000000000001"
GOOGLE, LDAP, RADIUS, VAULT = (f"e1{n:022x}" for n in range(1, 5))
OWNER_ROLE, READ_ROLE, HELP_ROLE, CUSTOM_ROLE = (f"f1{n:022x}" for n in range(1, 5))
ROBOT = f"5a{1:022x}"
NOBODY = f"99{1:022x}"

READ_KEY, WRITE_KEY, HELP_KEY, MTP_KEY, ROBOT_KEY = (
    "jca_reader",
    "jca_owner",
    "jca_help",
    "jca_mtp",
    "jcs_robot",
)

SECRET = "s3:cret"  # with a colon, as HTTP Basic allows in a password


def user(key: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": key,
        "id": key,
        "username": name,
        "email": f"{name}@example.com",
        "firstname": name.title(),
        "lastname": "Test",
        "state": "ACTIVATED",
        "suspended": False,
        "activated": True,
        "account_locked": False,
        "department": "Sales",
        "employeeIdentifier": None,
        "mfa": {"configured": True, "exclusion": False},
        "totp_enabled": True,
        "attributes": [],
        "created": "2024-01-12T09:15:42.369Z",
        "admin": None,
        **fields,
    }


def group(key: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "type": "user_group",
        "description": "",
        "email": "",
        "attributes": {"ldapGroups": [{"name": name}]},
        "membershipMethod": "STATIC",
        "memberQuery": None,
        "memberQueryExemptions": [],
        "memberSuggestionsNotify": False,
        "memberQueryErrorFlags": [],
        "suggestionCounts": {"add": 0, "remove": 0, "total": 0},
        "organizationObjectId": None,
        **fields,
    }


def admin(key: str, email: str, role: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": key,
        "id": key,
        "email": email,
        "role": role,
        "roleName": name,
        "roles": [role],
        "roleNames": [name],
        "suspended": False,
        "enableMultiFactor": True,
        "totpEnrolled": True,
        "apiKeyAllowed": True,
        "apiKeySet": True,
        "organization": ORG,
        "created": "2024-01-01T00:00:00.000Z",
        **fields,
    }


def rule(field: str, value: str) -> dict[str, Any]:
    return {
        "queryType": "FilterQuery",
        "filters": [{"field": field, "operator": "eq", "value": value}],
    }


def edge(one: tuple[str, str], other: tuple[str, str], attributes: Any = None) -> dict[str, Any]:
    return {
        "from": {"type": one[0], "id": one[1]},
        "to": {"type": other[0], "id": other[1]},
        "attributes": attributes,
    }


def event(n: int, kind: str, service: str, by: str, **fields: Any) -> dict[str, Any]:
    at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(hours=n)
    return {
        "id": f"ef{n:022x}",
        "event_type": kind,
        "service": service,
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "initiated_by": {"id": by, "type": "user", "username": "ana"},
        "organization": ORG,
        **fields,
    }


def small() -> dict[str, Any]:
    sudo = {"sudo": {"enabled": True, "withoutPassword": False}}
    return {
        "organization": {
            "_id": ORG,
            "id": ORG,
            "displayName": "Small",
            "logoUrl": None,
            "created": "2020-01-01T00:00:00.000Z",
        },
        "now": NOW,
        "keys": [
            {"key": READ_KEY, "admin": READER},
            {"key": WRITE_KEY, "admin": OWNER},
            {"key": HELP_KEY, "admin": MANAGER},
            {"key": MTP_KEY, "admin": READER, "multiTenant": True},
            {"key": ROBOT_KEY, "serviceAccount": ROBOT},
            {"clientId": "client", "clientSecret": SECRET, "serviceAccount": ROBOT},
        ],
        "systemusers": [
            user(ANA, "ana", department="Finance", manager=BEN, employeeIdentifier="7"),
            user(BEN, "ben", admin={"id": BACKUP, "roleName": "Read Only", "roleNames": []}),
            user(CEM, "cem", state="SUSPENDED", suspended=True, email="CEM@example.com"),
            user(
                DIA, "dia", state="STAGED", department="", attributes=[{"name": "k", "value": "v"}]
            ),
            user(EVA, "eva", restrictedFields=[{"field": "email", "type": "scim", "id": "x"}]),
        ],
        "admins": [
            admin(OWNER, "owner@example.com", OWNER_ROLE, "Administrator With Billing"),
            admin(READER, "reader@example.com", READ_ROLE, "Read Only"),
            admin(MANAGER, "help@example.com", HELP_ROLE, "Help Desk"),
            admin(BACKUP, "ben@example.com", READ_ROLE, "Read Only", apiKeySet=False),
        ],
        "roles": [
            {"id": OWNER_ROLE, "name": "Administrator With Billing", "scopes": ["administrators"]},
            {"id": READ_ROLE, "name": "Read Only", "scopes": ["users.readonly"]},
            {"id": HELP_ROLE, "name": "Help Desk", "scopes": ["users.readonly", "users.state"]},
            {"id": CUSTOM_ROLE, "name": "Nobody", "scopes": ["groups"], "isCustom": True},
        ],
        "usergroups": [
            group(STAFF, "Staff"),
            group(SALES, "Sales", attributes={**sudo, "ldapGroups": [{"name": "Sales"}]}),
            group(
                DYNAMIC,
                "Finance",
                membershipMethod="DYNAMIC_AUTOMATED",
                memberQuery=rule("department", "Finance"),
            ),
            group(
                REVIEWED,
                "Reviewed",
                membershipMethod="DYNAMIC_REVIEW_REQUIRED",
                memberQuery=rule("department", "Sales"),
            ),
        ],
        "applications": [
            {
                "_id": PAYROLL,
                "id": PAYROLL,
                "name": "saml",
                "displayLabel": "Payroll",
                "config": {"idpPrivateKey": {"value": "not a key"}},
                "organization": ORG,
            },
            {"_id": WIKI, "id": WIKI, "name": "oidc", "displayLabel": "Wiki", "organization": ORG},
        ],
        "systems": [
            {"_id": MAC, "id": MAC, "displayName": "mac", "hostname": "mac", "active": True},
            {"_id": PC, "id": PC, "displayName": "pc", "hostname": "pc", "active": True},
        ],
        "systemgroups": [{**group(LAPTOPS, "Laptops"), "type": "system_group", "attributes": None}],
        "directories": [
            {"id": GOOGLE, "name": "Google", "type": "g_suite"},
            {"id": LDAP, "name": "LDAP", "type": "ldap_server"},
        ],
        "radiusservers": [{"_id": RADIUS, "id": RADIUS, "name": "Wi-Fi", "sharedSecret": "fake"}],
        "passwordmanageritems": [{"id": VAULT, "nickname": "Shared", "folderUuid": SAFE}],
        "passwordfolders": [{"uuid": SAFE, "name": "Safe"}],
        "serviceaccounts": [
            {
                "objectId": ROBOT,
                "name": "Robot",
                "roleId": READ_ROLE,
                "roleName": "Read Only",
                "status": "ACTIVE",
                "authType": "CLIENT_SECRET",
                "authConfigList": [{"authType": "CLIENT_SECRET"}],
            }
        ],
        "edges": [
            edge(("user_group", STAFF), ("user", ANA)),
            edge(("user_group", STAFF), ("user", BEN)),
            edge(("user_group", STAFF), ("user", CEM)),
            edge(("user_group", SALES), ("user", BEN)),
            edge(("user_group", DYNAMIC), ("user", ANA)),
            edge(("user_group", REVIEWED), ("user", DIA)),
            edge(("application", PAYROLL), ("user", ANA)),
            edge(("application", PAYROLL), ("user_group", STAFF)),
            edge(("application", PAYROLL), ("user_group", DYNAMIC)),
            edge(("application", WIKI), ("user_group", SALES)),
            edge(("user", ANA), ("system", MAC), sudo),
            edge(("system_group", LAPTOPS), ("system", MAC)),
            edge(("system_group", LAPTOPS), ("system", PC)),
            edge(("user_group", SALES), ("system_group", LAPTOPS)),
            edge(("user", CEM), ("g_suite", GOOGLE)),
            edge(("user_group", STAFF), ("ldap_server", LDAP)),
            edge(("user_group", STAFF), ("radius_server", RADIUS)),
            edge(("user", ANA), ("password_manager_item", VAULT)),
            edge(("password_folder", SAFE), ("user", CEM)),
            edge(("password_folder", SAFE), ("user_group", SALES)),
        ],
        "events": [
            event(0, "user_login_attempt", "directory", ANA, success=True, mfa=True),
            event(1, "sso_auth", "sso", ANA, application={"id": PAYROLL, "name": "SAML"}),
            event(2, "sso_auth", "sso", BEN, application={"id": WIKI, "name": "oidc"}),
            event(3, "sso_auth", "sso", ANA, application={"id": WIKI, "name": "oidc"}),
            event(4, "radius_auth", "radius", CEM, success=False),
        ],
    }
