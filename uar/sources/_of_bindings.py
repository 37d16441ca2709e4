"""Applications, devices, directories and servers held by a user or a group (API.md 6.2, 8.1)."""

from __future__ import annotations

from typing import Any

from uar.removals import Live, Request

from ._look import Look, Row
from ._rows import binding_of_edge

OTHER_RIGHTS = "The administrator rights that go with it are not those that were reviewed."


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
    return str(row["kind"]).startswith("group ")


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
        bare = row["sudo"] == "without password"
        body["attributes"] = {"sudo": {"enabled": True, "withoutPassword": bare}}
    return Request("POST", _associations(row), body)


def close(row: Row) -> Request:
    return _application(row, "remove")


def open_again(row: Row, live: Live) -> Request:
    return _application(row, "add")


def _application(row: Row, op: str) -> Request:
    kind = "user_group" if _of_group(row) else "user"
    path = f"/api/v2/applications/{row['entitlement_source_id']}/associations"
    return Request("POST", path, {"op": op, "type": kind, "id": row["holder_source_id"]})
