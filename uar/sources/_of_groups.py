"""Group memberships: read, taken away, given back; and the exemption from a rule (API.md 8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uar.removals import Live, Request

from ._look import Look, Row
from ._things import exempted

# What the server fills in itself: PUT takes the whole group but these (API.md 5.5).
NOT_WRITTEN = (
    "id", "type", "organizationObjectId", "suggestionCounts", "memberQueryErrorFlags",
)  # fmt: skip
RULED = "DYNAMIC_AUTOMATED"


def read(look: Look, row: Row, after: bool) -> Live:
    """Before: the membership, and whether the group is still what was reviewed."""
    if after and not row.get("exempt"):
        return look.live(_is_member(look, row, to_empty=False))
    path = group_path(row)
    # An exemption is written with the whole group, so that group is never an older one.
    group = (
        look.object(path)
        if row.get("exempt")
        else look.shared(path, lambda each: each.object(path))
    )
    if group is None:
        return look.live(False, "The group no longer exists.")
    if not _is_member(look, row, to_empty=not after):
        return look.live(False, "" if after else why_absent(look, row), group=group)
    between = after and row.get("exempt")  # the two writes of an exemption: look again
    drift = _drift(look, row, group) if between or not after else ""
    return look.live(True, drift=drift, group=group)


def _is_member(look: Look, row: Row, *, to_empty: bool) -> bool:
    memberships = look.rows(f"/api/v2/users/{row['holder_source_id']}/memberof", to_empty=to_empty)
    return any(each["id"] == row["entitlement_source_id"] for each in memberships)


def _drift(look: Look, row: Row, group: Mapping[str, Any]) -> str:
    ruled = group.get("membershipMethod") == RULED and not _by_hand(group, row)
    if ruled and not row.get("exempt"):
        return "A rule now decides who is in the group; a removal would not last."
    if group.get("name") != row["entitlement"]:
        return "The group has another name than the one that was reviewed."
    path = f"{group_path(row)}/associations"
    bound = look.shared(
        path, lambda each: list(each.rows(path, to_empty=False, targets="application"))
    )
    more = {each["to"]["id"] for each in bound} - set(row["opens"])
    if more:
        return f"The group opens more applications than when it was reviewed ({len(more)} more)."
    return ""


def why_absent(look: Look, row: Row) -> str:
    """A list is also empty for an account that does not exist (API.md 4)."""
    gone = look.object(f"/api/systemusers/{row['holder_source_id']}") is None
    return "The account no longer exists." if gone else ""


def group_path(row: Row) -> str:
    return f"/api/v2/usergroups/{row['entitlement_source_id']}"


def remove(row: Row) -> Request:
    return _member(row, "remove")


def restore(row: Row, live: Live) -> Request:
    return _member(row, "add")


def _member(row: Row, op: str) -> Request:
    body = {"op": op, "type": "user", "id": row["holder_source_id"]}
    return Request("POST", f"{group_path(row)}/members", body)


def exempt(row: Row, live: Live) -> Request | None:
    """Before the removal: the rule leaves this member alone. Alone it removes nobody."""
    if not row.get("exempt"):
        return None
    group = live.facts["group"]
    if group.get("membershipMethod") != RULED or _by_hand(group, row):
        return None
    return _with_exemptions(row, group, [*_others(group, row), _entry(row)])


def ruled_again(row: Row, live: Live) -> Request | None:
    """After it was put back: the exemption that came with the removal is taken back."""
    group = live.facts.get("group")
    if not row.get("exempt") or group is None or not _by_hand(group, row):
        return None
    return _with_exemptions(row, group, _others(group, row))


def _by_hand(group: Mapping[str, Any], row: Row) -> bool:
    return f"user:{row['holder_source_id']}" in exempted(group)


def _others(group: Mapping[str, Any], row: Row) -> list[dict[str, Any]]:
    entries = group.get("memberQueryExemptions") or ()
    return [{**each, "type": "USER"} for each in entries if each["id"] != row["holder_source_id"]]


def _entry(row: Row) -> dict[str, Any]:
    return {"id": row["holder_source_id"], "type": "USER"}


def _with_exemptions(row: Row, group: Mapping[str, Any], entries: list[Any]) -> Request:
    """PUT replaces the whole group: it goes back as it was read, but for the exemptions.

    The journal keeps these alone: what else a group holds is nothing that a removal has to tell.
    """
    body = {name: value for name, value in group.items() if name not in NOT_WRITTEN}
    newer = "queryType" not in (group.get("memberQuery") or {})
    headers = {"x-query-dsl": "v2"} if newer else {}
    exemptions = {"memberQueryExemptions": entries}
    return Request("PUT", group_path(row), {**body, **exemptions}, headers, told=exemptions)
