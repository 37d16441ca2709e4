"""JumpCloud's JSON -> rows of uar.tables: one plain function a kind of object (API.md 5).

Unknown fields are passed over and unknown values of an enumeration become unknown, because the
API grows (API.md 10, point 17).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from ._values import (
    Json,
    count,
    either,
    flag,
    identity,
    inner,
    moment,
    objects,
    reference,
    several,
    text,
)

Row = dict[str, Any]

STATES = {"ACTIVATED": "active", "STAGED": "staged", "SUSPENDED": "suspended"}
ENROLMENTS = {
    "ENROLLED": True,
    "NOT_ENROLLED": False,
    "DISABLED": False,
    "PENDING_ACTIVATION": False,
    "ENROLLMENT_EXPIRED": False,
    "IN_ENROLLMENT": False,
    "PRE_ENROLLMENT": False,
}
# An expired service account can do nothing any more, as a suspended user can.
SERVICE_STATES = {"ACTIVE": "active", "EXPIRING": "active", "EXPIRED": "suspended"}
KEY_STATES = {"ACTIVE": "active", "EXPIRING": "expiring", "EXPIRED": "expired"}
CREDENTIALS = ("clientSecretConfig", "apiKeyConfig")
ACTORS = {"ADMIN": "admin", "SERVICE_ACCOUNT": "service"}


def account_of_user(user: Json) -> Row:
    """A system user -> a row of ACCOUNTS (API.md 5.1)."""
    key = identity(user, "_id", "id")
    manager = reference(user, "manager")
    admin = reference(inner(user, "admin"), "id")
    return {
        "account_id": f"jumpcloud:user:{key}",
        "kind": "user",
        "source_id": key,
        "login": text(user, "username"),
        "email": text(user, "email"),
        "name": text(user, "displayname") or _full_name(user),
        "status": status_of_user(user),
        "locked": flag(user, "account_locked"),
        "locked_at": moment(user, "account_locked_date"),
        "activated": flag(user, "activated"),
        "department": text(user, "department"),
        "title": text(user, "jobTitle"),
        "manager_id": f"jumpcloud:user:{manager}" if manager else None,
        "employee_id": text(user, "employeeIdentifier"),
        "employee_type": text(user, "employeeType"),
        "company": text(user, "company"),
        "cost_center": text(user, "costCenter"),
        "location": text(user, "location"),
        "alternate_email": text(user, "alternateEmail"),
        "recovery_email": text(inner(user, "recoveryEmail"), "address"),
        "linked_admin_id": f"jumpcloud:admin:{admin}" if admin else None,
        "unix_uid": text(user, "unix_uid"),
        "ssh_keys": _fingerprints(user),
        "service_like": either(_known(user, "ldap_binding_user", "samba_service_user")),
        "mfa": _enrolled(user),
        "mfa_required": flag(user, "enable_user_portal_multifactor"),
        "mfa_sms_only": _sms_only(user),
        "mfa_excused": flag(inner(user, "mfa"), "exclusion"),
        "mfa_excused_until": moment(inner(user, "mfa"), "exclusionUntil"),
        "sudo": either(_known(user, "sudo", "passwordless_sudo")),
        "sudo_without_password": flag(user, "passwordless_sudo"),
        "password_expired": flag(user, "password_expired"),
        "password_expires_at": moment(user, "password_expiration_date"),
        "password_never_expires": flag(user, "password_never_expires"),
        "created_at": moment(user, "created"),
        "description": text(user, "description"),
        "managed_fields": " ".join(sorted(map(":".join, managed(user).items()))) or None,
    }


def account_of_admin(admin: Json) -> Row:
    """An administrator -> a row of ACCOUNTS (API.md 5.2)."""
    key = identity(admin, "_id", "id")
    suspended = flag(admin, "suspended")
    api_key = inner(admin, "apiKeyHash")  # {} for keys older than November 2023 (API.md 2.1)
    ends = moment(api_key, "expireAt")
    return {
        "account_id": f"jumpcloud:admin:{key}",
        "kind": "admin",
        "source_id": key,
        "login": text(admin, "email"),
        "email": text(admin, "email"),
        "name": _full_name(admin),
        "status": {True: "suspended", False: "active", None: "unknown"}[suspended],
        "mfa": flag(admin, "totpEnrolled"),
        "mfa_required": flag(admin, "enableMultiFactor"),
        "api_key_set": flag(admin, "apiKeySet"),
        "api_key_allowed": flag(admin, "apiKeyAllowed"),
        "key_made_at": moment(admin, "apiKeyUpdatedAt") or moment(api_key, "createdAt"),
        "key_ends_at": ends,
        "key_endless": ends is None if api_key else None,
        "sessions": count(admin, "sessionCount"),
        "created_at": moment(admin, "created"),
    }


def account_of_service(account: Json) -> Row:
    """A service account -> a row of ACCOUNTS (API.md 5.4)."""
    key = identity(account, "objectId", "id")
    return {
        "account_id": f"jumpcloud:service:{key}",
        "kind": "service",
        "source_id": key,
        "login": text(account, "name"),
        "name": text(account, "name"),
        "status": SERVICE_STATES.get(str(account.get("status")), "unknown"),
        "key_ends_at": moment(account, "expiresAt"),
        "key_state": KEY_STATES.get(str(account.get("status"))),
        "created_at": moment(account, "createdAt"),
    }


def credentials_of_service(account: Json) -> Row:
    """What only a service account's own page says of its credentials: columns of ACCOUNTS.

    The page is wrapped, although the specification shows it bare (API.md 5.4).
    """
    listed = objects(inner(account, "serviceAccount") or account, "authConfigList")
    keys = [inner(entry, name) for entry in listed for name in CREDENTIALS]
    keys = [key for key in keys if key and text(key, "status") != "EXPIRED"]
    made = [moment(key, "createdAt") for key in keys]
    ends = [moment(key, "expiresAt") for key in keys]
    makers = [_actor(inner(key, "createdBy")) for key in keys]
    return {
        "key_made_at": min(filter(None, made), default=None),
        "key_ends_at": max(filter(None, ends), default=None),
        "key_endless": None in ends if keys else None,
        "key_made_by": " ".join(sorted(set(filter(None, makers)))) or None,
    }


def _actor(actor: Json) -> str | None:
    key, kind = reference(actor, "id"), ACTORS.get(text(actor, "type") or "ADMIN")
    return f"jumpcloud:{kind}:{key}" if key and kind else None


@dataclass(frozen=True)
class RoleRef:
    """How an account names a role it holds: by id, by name, or both; "" where it does not say."""

    id: str
    name: str


def roles_of_admin(admin: Json) -> tuple[RoleRef, ...]:
    """Every role an administrator holds: `roleName` alone is not enough (API.md 5.2)."""
    ids = [identity({"roles": key}, "roles") for key in several(admin, "roles")]
    names = [text({"roleNames": name}, "roleNames") or "" for name in several(admin, "roleNames")]
    main = RoleRef(reference(admin, "role"), text(admin, "roleName") or "")
    if len(ids) == len(names):
        refs = [RoleRef(key, name) for key, name in zip(ids, names, strict=True)]
    else:
        refs = [*(RoleRef(key, "") for key in ids), *(RoleRef("", name) for name in names)]
    if (main.id or main.name) and main.id not in ids and main.name not in names:
        refs.insert(0, main)
    return tuple(dict.fromkeys(refs))


def roles_of_service(account: Json) -> tuple[RoleRef, ...]:
    """The one role of a service account."""
    ref = RoleRef(reference(account, "roleId"), text(account, "roleName") or "")
    return (ref,) if ref.id or ref.name else ()


def key_prefix(admin: Json) -> str:
    """How the administrator's own API key begins (API.md 2.1)."""
    return text(inner(admin, "apiKeyHash"), "prefix") or ""


def managed(user: Json) -> dict[str, str]:
    """Fields that are decided elsewhere, and by whom (API.md 5.1, 8.3)."""
    return {
        text(entry, "field") or "": (text(entry, "type") or "another system").replace("_", "-")
        for entry in objects(user, "restrictedFields")
    }


def role_slug(name: str) -> str:
    """An id for a role known by its name only; names that differ more than in case stay apart."""
    folded = name.strip().casefold()
    ascii_text = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:40]
    if slug == folded.replace(" ", "-"):
        return slug
    return f"{slug}-{hashlib.sha256(folded.encode()).hexdigest()[:8]}".strip("-")


def _full_name(row: Json) -> str | None:
    parts = (text(row, name) for name in ("firstname", "lastname"))
    return " ".join(filter(None, parts)) or None


def status_of_user(user: Json) -> str:
    """`state`, which `suspended` must agree with (API.md 8.3); `activated` is another thing."""
    status = STATES.get(text(user, "state") or "")
    suspended = flag(user, "suspended")
    if status is None:
        return "suspended" if suspended else "unknown"
    if suspended is not None and suspended != (status == "suspended"):
        return "unknown"
    return status


def _known(row: Json, *names: str) -> list[bool]:
    return [value for name in names if (value := flag(row, name)) is not None]


def _enrolled(user: Json) -> bool | None:
    """Any second factor; a factor in a state we do not know may be one (API.md 5.1)."""
    factors = inner(user, "mfaEnrollment")
    states = (text(factors, name) for name in factors if name.endswith("Status"))
    return either(
        [
            *_known(inner(user, "mfa"), "configured"),
            *_known(user, "totp_enabled"),
            *(ENROLMENTS.get(state) for state in states if state is not None),
        ]
    )


def _sms_only(user: Json) -> bool | None:
    """A text message is the weakest factor: it counts where it is the only one."""
    factors = inner(user, "mfaEnrollment")
    names = (name for name in factors if name.endswith("Status"))
    states = {name: ENROLMENTS.get(state) for name in names if (state := text(factors, name))}
    states.pop("overallStatus", None)
    sms = states.pop("smsStatus", None)
    totp = [*_known(inner(user, "mfa"), "configured"), *_known(user, "totp_enabled")]
    other = either([*states.values(), *totp])
    if sms is False or other is True:
        return False
    return True if sms and other is False else None


def _fingerprints(user: Json) -> str | None:
    """As ssh-keygen -l prints them."""
    keys = [text(entry, "public_key") for entry in objects(user, "ssh_keys")]
    marks = {_fingerprint(key) for key in (*keys, text(user, "public_key")) if key and key.strip()}
    return " ".join(sorted(marks)) or None


def _fingerprint(key: str) -> str:
    words = key.split()
    try:
        blob = base64.b64decode(words[1] if len(words) > 1 else "", validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    digest = hashlib.sha256(blob or key.strip().encode()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
