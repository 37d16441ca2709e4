"""What single reads of what can be held look like: groups, applications, devices, servers."""

from __future__ import annotations

from typing import Any

from .shapes import Json


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
