"""Who is asking, may they, and for which organisation (API.md 2)."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from urllib.parse import parse_qs

from .tenant import Tenant
from .wire import (
    Actor,
    Refusal,
    Reply,
    Request,
    Row,
    answer,
    bad_request,
    missing_scope,
    no_organization,
    not_found,
    organization_not_allowed,
    unknown_key,
    unknown_token,
)

OWNER_ROLE = "Administrator With Billing"
OBJECT_ID = re.compile(r"[0-9a-f]{24}")


class Tokens:
    """Bearer tokens given out, each with the service account it speaks for and its end."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[str, float]] = {}

    def give(self, account: str, until: float) -> str:
        token = secrets.token_urlsafe(32)
        self._given[token] = (account, until)
        return token

    def account(self, token: str, now: float) -> str | None:
        account, until = self._given.get(token, ("", 0.0))
        return account if now < until else None


def identify(tenant: Tenant, tokens: Tokens, request: Request) -> Actor:
    """The owner of the key or token. Deleting or suspending the owner kills it at once."""
    key = request.headers.get("x-api-key")
    if key:
        entry = next((each for each in tenant.keys if each.get("key") == key), None)
        actor = _owner(tenant, entry) if entry else None
        if actor is None:
            raise unknown_key()
        return actor
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        account = tokens.account(token.strip(), tenant.now().timestamp())
        actor = _service_account(tenant, account) if account else None
        if actor is None:
            raise unknown_token()
        return actor
    raise unknown_key()


def _owner(tenant: Tenant, entry: Row) -> Actor | None:
    if "serviceAccount" in entry:
        return _service_account(tenant, entry["serviceAccount"])
    admin = tenant.admins.get(entry["admin"])
    if admin is None or admin.get("suspended") or admin.get("apiKeyAllowed") is False:
        return None
    expires = (admin.get("apiKeyHash") or {}).get("expireAt")
    if expires and expires <= tenant.stamp():
        return None
    return Actor(
        id=admin["_id"],
        kind="admin",
        name=admin.get("email", ""),
        roles=roles_of(tenant, admin),
        multi_tenant=bool(entry.get("multiTenant")),
    )


def _service_account(tenant: Tenant, key: str) -> Actor | None:
    account = tenant.serviceaccounts.get(key)
    if account is None or account.get("status") == "EXPIRED":
        return None
    roles = _roles(tenant, [account.get("roleId", "")], [account.get("roleName", "")])
    return Actor(id=key, kind="service_account", name=account.get("name", ""), roles=roles)


def roles_of(tenant: Tenant, admin: Row) -> list[Row]:
    """All roles of an admin; by name where the organisation does not list them (API.md 5.2)."""
    names = [admin.get("roleName", ""), *(admin.get("roleNames") or ())]
    return _roles(tenant, [admin.get("role", ""), *(admin.get("roles") or ())], names)


def _roles(tenant: Tenant, ids: list[str], names: list[str]) -> list[Row]:
    known = [role for role in map(tenant.roles.get, ids) if role is not None]
    return known or [{"name": name} for name in names]


def authorize(actor: Actor, scope: str) -> None:
    """403 unless one of the actor's roles grants the route's scope (API.md 2.3)."""
    if not any(grants(role, scope) for role in actor.roles):
        raise missing_scope()


def grants(role: Row, scope: str) -> bool:
    """How many scopes a built-in role has is not public, so the three that matter here are told in
    words: the owner may do all, the administrator all but touch administrators, roles and service
    accounts, and the reader everything that needs a `.readonly` scope.
    """
    name = str(role.get("name", "")).lower()
    reading = scope.endswith(".readonly")
    if name == OWNER_ROLE.lower() or (name in ("administrator", "read only") and reading):
        return True
    if name == "administrator":
        return scope not in ("administrators", "serviceaccounts", "roles")
    parts = scope.removesuffix(".readonly").split(".")
    enough = {scope} | {".".join(parts[: n + 1]) for n in range(len(parts))}
    return bool(enough.intersection(role.get("scopes") or ()))


def choose_organization(tenant: Tenant, request: Request, actor: Actor, allowed: bool) -> None:
    """The rules of `x-org-id`; an empty header counts as none (API.md 2.4)."""
    given = request.headers.get("x-org-id", "")
    if given and not allowed and tenant.options.org_header == "spec":
        raise organization_not_allowed()
    if given and not OBJECT_ID.fullmatch(given):
        raise bad_request("invalid organization id")
    if given and given != tenant.organization["_id"]:
        raise not_found()
    if not given and allowed and actor.multi_tenant:
        raise no_organization()


def token(tenant: Tenant, tokens: Tokens, request: Request) -> Reply:
    """`POST /oauth2/token`: client credentials, HTTP Basic, scope `api` (API.md 2.2)."""
    form = parse_qs(request.body.decode("utf-8", "replace"))
    if form.get("grant_type") != ["client_credentials"]:
        raise Refusal(400, {"error": "unsupported_grant_type"})
    if form.get("scope") != ["api"]:
        raise Refusal(400, {"error": "invalid_scope"})
    client, secret = _basic(request.headers.get("authorization", ""))
    for entry in tenant.keys:
        known = entry.get("clientId") == client and entry.get("clientSecret") == secret
        if client and known and _service_account(tenant, entry["serviceAccount"]):
            seconds = tenant.options.token_seconds
            given = tokens.give(entry["serviceAccount"], tenant.now().timestamp() + seconds)
            return answer(
                {
                    "access_token": given,
                    "token_type": "bearer",
                    "expires_in": int(seconds),
                    "scope": "api",
                }
            )
    raise Refusal(401, {"error": "invalid_client"})


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    client, _, secret = decoded.partition(":")
    return client, secret
