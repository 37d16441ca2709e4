"""How each kind of grant is read live, removed and put back at JumpCloud (API.md 6.2, 8.1).

A new kind is one reading function, a removing and a restoring request, and a line in KINDS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from uar.errors import SourceError
from uar.removals import Live, Reply, Request

from ._answers import Answer, Garbled, Lost, expect
from ._http import Credential
from ._rows import binding_of_edge, exempted, key_prefix, role_slug, roles_of_admin
from ._values import identity

Row = Mapping[str, Any]
PAGE = 100
READER = "read only"
OTHER_RIGHTS = "The administrator rights that go with it are not those that were reviewed."


class Requests(Protocol):
    """The part of `Client` that is needed here."""

    @property
    def credential(self) -> Credential: ...

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object | None = None,
        repeat_safe: bool,
    ) -> Answer: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Kind:
    """`read(look, row, after)`; the requests that remove and restore."""

    read: Callable[[Look, Row, bool], Live]
    remove: Callable[[Row], Request]
    restore: Callable[[Row, Live], Request]


class Look:
    """Reads, each remembered as evidence: path, status, digest of the body, time."""

    def __init__(self, client: Requests) -> None:
        self._client = client
        self.seen: list[Row] = []

    def get(self, path: str, **params: Any) -> Answer:
        answer = self._client.request("GET", path, params=params or None, repeat_safe=True)
        self.seen.append(
            {
                "path": path,
                "status": answer.status,
                "sha256": hashlib.sha256(answer.body).hexdigest(),
                "at": answer.answered_at,
            }
        )
        return answer

    def object(self, path: str) -> dict[str, Any] | None:
        """None where there is no such object."""
        answer = self.get(path)
        return None if answer.status == 404 else expect(answer, 200).json(dict)

    def rows(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All rows of a v2 list, page by page, to the empty one; none where there is no object."""
        skip = 0
        while True:
            answer = self.get(path, limit=PAGE, skip=skip, **params)
            page = [] if answer.status == 404 else expect(answer, 200).json(list)
            yield from page
            skip += len(page)
            if not page:
                return

    def live(self, held: bool, says: str = "", drift: str = "", **facts: Any) -> Live:
        return Live(held=held, says=says, drift=drift, reads=tuple(self.seen), facts=facts)


class Removals:
    """A `uar.removals.Tenant` over a client."""

    def __init__(self, client: Requests) -> None:
        self._client = client

    def read(self, row: Row, *, after: bool) -> Live:
        try:
            return KINDS[row["kind"]].read(Look(self._client), row, after)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Garbled(
                f"What JumpCloud answers about {row['entitlement']} is not what it must be."
            ) from None

    def restoring(self, row: Row, live: Live) -> Request:
        return KINDS[row["kind"]].restore(row, live)

    def send(self, request: Request) -> Reply:
        try:
            answer = self._client.request(
                request.method, request.path, body=request.body, repeat_safe=False
            )
        except Lost as error:
            return Reply(None, f"No answer came: {error}", {"status": None})
        except SourceError as error:
            return Reply(False, str(error), {"status": None})
        facts = {
            "status": answer.status,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
            "requested_at": answer.requested_at,
            "answered_at": answer.answered_at,
        }
        refusal = _refusal(answer)
        return Reply(not refusal, refusal, facts)

    def stop(self) -> None:
        self._client.stop()


def planned(row: Row) -> dict[str, Any]:
    """The one write that removes this, as it stands in the plan."""
    request = KINDS[row["kind"]].remove(row)
    return {"method": request.method, "path": request.path, "body": request.body}


def _refusal(answer: Answer) -> str:
    try:
        expect(answer, 200, 201, 202, 204)
    except SourceError as error:
        return str(error)
    return ""


# Group membership


def _read_membership(look: Look, row: Row, after: bool) -> Live:
    group = look.object(_group(row))
    if group is None:
        return look.live(False, "The group no longer exists.")
    memberships = look.rows(f"/api/v2/users/{row['holder_source_id']}/memberof")
    if not any(each["id"] == row["entitlement_source_id"] for each in memberships):
        return look.live(False, _why_absent(look, row))
    return look.live(True, drift="" if after else _group_drift(look, row, group))


def _group_drift(look: Look, row: Row, group: Mapping[str, Any]) -> str:
    by_hand = f"user:{row['holder_source_id']}" in exempted(group)
    if group.get("membershipMethod") == "DYNAMIC_AUTOMATED" and not by_hand:
        return "A rule now decides who is in the group; a removal would not last."
    if group.get("name") != row["entitlement"]:
        return "The group has another name than the one that was reviewed."
    bound = look.rows(f"{_group(row)}/associations", targets="application")
    more = {each["to"]["id"] for each in bound} - set(row["opens"])
    if more:
        return f"The group opens more applications than when it was reviewed ({len(more)} more)."
    return ""


def _group(row: Row) -> str:
    return f"/api/v2/usergroups/{row['entitlement_source_id']}"


def _member(row: Row, op: str) -> Request:
    body = {"op": op, "type": "user", "id": row["holder_source_id"]}
    return Request("POST", f"{_group(row)}/members", body)


# Application assignment, binding to anything else, and the same of a group


def _read_binding(look: Look, row: Row, after: bool) -> Live:
    bound = look.rows(_associations(row), targets=_type(row))
    for each in bound:
        if each["to"]["id"] == row["entitlement_source_id"]:
            changed = not after and binding_of_edge(each).sudo != row["sudo"]
            return look.live(True, drift=OTHER_RIGHTS if changed else "")
    return look.live(False, _why_absent(look, row))


def _associations(row: Row) -> str:
    holders = "usergroups" if _of_group(row) else "users"
    return f"/api/v2/{holders}/{row['holder_source_id']}/associations"


def _of_group(row: Row) -> bool:
    return str(row["kind"]).startswith("group ") and row["kind"] != "group membership"


def _type(row: Row) -> str:
    """The graph's word for what is held, as ids of entitlements have it."""
    kind = str(row["grant_id"]).split(":")[1]
    return "application" if kind == "app" else kind


def _why_absent(look: Look, row: Row) -> str:
    """A list is also empty for a holder that does not exist (API.md 4)."""
    group = _of_group(row)
    path = "/api/v2/usergroups" if group else "/api/systemusers"
    if look.object(f"{path}/{row['holder_source_id']}") is None:
        return f"The {'group' if group else 'account'} no longer exists."
    return ""


def _bind(row: Row, live: Live) -> Request:
    """The inverse of _unbind, with the administrator rights that went with it."""
    body: dict[str, Any] = {**(_unbind(row).body or {}), "op": "add"}
    if row["sudo"]:
        bare = row["sudo"] == "without password"
        body["attributes"] = {"sudo": {"enabled": True, "withoutPassword": bare}}
    return Request("POST", _associations(row), body)


def _unbind(row: Row) -> Request:
    body = {"op": "remove", "type": _type(row), "id": row["entitlement_source_id"]}
    return Request("POST", _associations(row), body)


def _application(row: Row, op: str) -> Request:
    kind = "user_group" if _of_group(row) else "user"
    path = f"/api/v2/applications/{row['entitlement_source_id']}/associations"
    return Request("POST", path, {"op": op, "type": kind, "id": row["holder_source_id"]})


# Admin role


def _read_role(look: Look, row: Row, after: bool) -> Live:
    admin = look.object(_admin(row)) or _same_email(look, row)
    if admin is None:
        return look.live(False, "The admin no longer exists.", admin="", roles={})
    key, roles = identity(admin, "_id", "id"), _roles(admin, row)
    facts: dict[str, Any] = {"admin": key, "roles": roles}
    if key != row["holder_source_id"] and not after:
        drift = "The admin was deleted and made again since the review."
        return look.live(row["entitlement_source_id"] in roles, drift=drift, **facts)
    if row["entitlement_source_id"] not in roles:
        return look.live(False, drift=_role_surprise(row, roles) if after else "", **facts)
    drift = "" if after else _role_drift(look, row, roles)
    return look.live(True, drift=drift, **facts)


def _role_surprise(row: Row, roles: Mapping[str, str]) -> str:
    lost = set(row["roles_after"]) - set(roles)
    return "Other roles that should have stayed are gone too; look at the admin." if lost else ""


def _role_drift(look: Look, row: Row, roles: Mapping[str, str]) -> str:
    if set(roles) != set(row["roles_before"]):
        names = ", ".join(sorted(roles.values()))
        return f"The admin's roles are not those that were planned for: now {names}."
    if row["owners_kept"]:
        others = sum(
            row["entitlement_source_id"] in _roles(admin, row)
            and not admin.get("suspended")
            and identity(admin, "_id", "id") != row["holder_source_id"]
            for admin in admins(look)
        )
        if others < row["owners_kept"]:
            kept = row["owners_kept"]
            return f"Other active admins with this role: {others}; at least {kept} must stay."
    return ""


def _roles(admin: Mapping[str, Any], row: Row) -> dict[str, str]:
    """Role id -> name. A role that is told by name only has the id that the plan knows it by."""
    ids = {name.casefold(): key for key, name in row["roles_before"].items()}
    return {
        ref.id or ids.get(ref.name.casefold()) or role_slug(ref.name): ref.name
        for ref in roles_of_admin(admin)
    }


def _same_email(look: Look, row: Row) -> dict[str, Any] | None:
    """An admin who was deleted and made again has another id."""
    email = str(row["email"]).casefold()
    for admin in admins(look):
        if str(admin.get("email")).casefold() == email:
            return admin
    return None


def _admin(row: Row) -> str:
    return f"/api/users/{row['holder_source_id']}"


def _take_role(row: Row) -> Request:
    if row["last"] == "delete":
        return Request("DELETE", _admin(row), None)
    if row["last"] == "read-only":
        return Request("PUT", _admin(row), {"roleName": "Read Only"})
    return Request("PUT", _admin(row), {"roles": list(row["roles_after"])})


def _give_role(row: Row, live: Live) -> Request:
    """Back to the roles there are, without the Read Only that stood in for the last one."""
    if not live.facts["admin"]:
        body = {"email": row["email"], "roleName": row["entitlement"]}
        return Request("POST", "/api/users", body)
    stand_in = row["last"] == "read-only"
    stay = [
        role
        for role, name in live.facts["roles"].items()
        if not (stand_in and name.casefold() == READER)
    ]
    roles = [*stay, row["entitlement_source_id"]]
    return Request("PUT", f"/api/users/{live.facts['admin']}", {"roles": roles})


def admins(look: Look) -> Iterator[dict[str, Any]]:
    """Every administrator of the organisation."""
    skip = 0
    while True:
        answer = expect(look.get("/api/users", limit=PAGE, skip=skip), 200).json(dict)
        page = answer.get("results")
        if not isinstance(page, list):
            raise SourceError("GET /api/users: the answer is no list of admins.")
        yield from page
        skip += len(page)
        if not page:
            return


def key_owners(client: Requests) -> set[str] | None:
    """Source ids of the admins who may own the key; None where JumpCloud does not tell.

    Admins show the first characters of their key (API.md 2.1). Several may share them: then each
    of them counts. A key of a service account belongs to no admin.
    """
    api_key = client.credential.api_key
    if api_key.startswith("jcs_"):
        return set()
    prefixes = {identity(admin, "_id", "id"): key_prefix(admin) for admin in admins(Look(client))}
    return {key for key, start in prefixes.items() if start and api_key.startswith(start)} or None


def organizations(client: Requests) -> set[str]:
    """Ids of the organisations that the credential reaches."""
    answer = expect(Look(client).get("/api/organizations", limit=PAGE), 200).json(dict)
    return {str(each.get("_id") or each.get("id")) for each in answer.get("results") or ()}


KINDS: Mapping[str, Kind] = {
    "group membership": Kind(
        _read_membership, lambda row: _member(row, "remove"), lambda row, live: _member(row, "add")
    ),
    "application assignment": Kind(
        _read_binding,
        lambda row: _application(row, "remove"),
        lambda row, live: _application(row, "add"),
    ),
    "direct binding": Kind(_read_binding, _unbind, _bind),
    "group application": Kind(
        _read_binding,
        lambda row: _application(row, "remove"),
        lambda row, live: _application(row, "add"),
    ),
    "group binding": Kind(_read_binding, _unbind, _bind),
    "admin role": Kind(_read_role, _take_role, _give_role),
}
