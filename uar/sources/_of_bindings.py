"""Applications, devices, directories and servers held by a user or a group (API.md 6.2, 8.1)."""

from __future__ import annotations

from typing import Any

from uar.removals import Live, Request

from ._ends import binding_of_edge
from ._look import Look, Row

OTHER_RIGHTS = "The administrator rights that go with it are not those that were reviewed."
NOT_BOUND = "The binding itself is gone, and the administrator rights with it."


def read(look: Look, row: Row, after: bool) -> Live:
    bound = look.rows(_associations(row), to_empty=not after, targets=_type(row))
    for each in bound:
        if each["to"]["id"] == row["entitlement_source_id"]:
            changed = not after and binding_of_edge(each).sudo != row["sudo"]
            return look.live(True, drift=OTHER_RIGHTS if changed else "")
    return look.live(False, "" if after else _why_absent(look, row))


def _associations(row: Row) -> str:
    holders = "usergroups" if _of_group(row) else "users"
    return f"/api/v2/{holders}/{row['holder_source_id']}/associations"


def _of_group(row: Row) -> bool:
    """Grant ids say at their end who holds it."""
    return ">group:" in str(row["grant_id"])


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


def unbind(row: Row) -> Request:
    body = {"op": "remove", "type": _type(row), "id": row["entitlement_source_id"]}
    return Request("POST", _associations(row), body)


def bind(row: Row, live: Live) -> Request:
    """The inverse of unbind, with the administrator rights that went with it."""
    body: dict[str, Any] = {**(unbind(row).body or {}), "op": "add"}
    if row["sudo"]:
        body["attributes"] = _rights(row["sudo"])
    return Request("POST", _associations(row), body)


def read_sudo(look: Look, row: Row, after: bool) -> Live:
    """The administrator rights of one binding; the binding itself has to stay."""
    for each in look.rows(_associations(row), to_empty=not after, targets=_type(row)):
        if each["to"]["id"] == row["entitlement_source_id"]:
            sudo = binding_of_edge(each).sudo
            changed = not after and sudo != row["sudo"]
            return look.live(sudo is not None, drift=OTHER_RIGHTS if changed else "")
    return look.live(False, NOT_BOUND, drift=NOT_BOUND if after else "")


def take_sudo(row: Row) -> Request:
    """Association written again with the attribute off: the access stays (API.md 8.1)."""
    return _with_rights(row, None)


def give_sudo(row: Row, live: Live) -> Request:
    """Refused where the binding itself has gone: what nobody took away is not put back."""
    return _with_rights(row, row["sudo"])


def _with_rights(row: Row, sudo: str | None) -> Request:
    body = {"op": "update", "type": _type(row), "id": row["entitlement_source_id"]}
    return Request("POST", _associations(row), {**body, "attributes": _rights(sudo)})


def _rights(sudo: str | None) -> dict[str, Any]:
    bare = sudo == "without password"
    return {"sudo": {"enabled": sudo is not None, "withoutPassword": bare}}


def close(row: Row) -> Request:
    return _application(row, "remove")


def open_again(row: Row, live: Live) -> Request:
    return _application(row, "add")


def _application(row: Row, op: str) -> Request:
    kind = "user_group" if _of_group(row) else "user"
    path = f"/api/v2/applications/{row['entitlement_source_id']}/associations"
    return Request("POST", path, {"op": op, "type": kind, "id": row["holder_source_id"]})
