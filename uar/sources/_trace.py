"""Which answer of JumpCloud does a row of the snapshot come from?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uar.snapshot import page_file
from uar.tables import DEVICES_OF_GROUPS

from ._ends import ENDS
from ._given import MARK, adds
from ._lists import ADMINS, APPS, FOLDERS, GROUPS, PLACES, ROLES, SERVICES, TARGETS, USERS
from ._usage import PATH as EVENTS
from ._usage import key_of

# The graph's word for what can be bound to -> the collection it is listed in.
BOUND = {
    **dict.fromkeys(PLACES, "directories"),
    "system": "devices",
    "system_group": "device groups",
    "radius_server": "RADIUS servers",
    "password_manager_item": "password items",
    "password_folder": "password folders",
}
LISTS = {
    **{kind: (name, TARGETS[name].path) for kind, name in BOUND.items()},
    "user": ("users", USERS.path),
    "admin": ("admins", ADMINS.path),
    "service": ("service accounts", SERVICES.path),
    "group": ("groups", GROUPS.path),
    "app": ("applications", APPS.path),
    "role": ("roles", ROLES.path),
}
ROW_ID = re.compile(r"jumpcloud:(\w+):([\w-]+)(?:>(\w+):([\w-]+))?")


@dataclass(frozen=True)
class Traced:
    """One answer. `sha256` is over its body as kept, which `line` (from 1) of `file` holds."""

    collection: str
    file: str
    line: int
    request: str  # path and query of a GET; path and body of the POST that reads events
    answered_at: str
    sha256: str


def trace(row_id: str, read: Callable[[str], bytes]) -> Traced | None:
    """The answer that has a row of accounts, entitlements, grants or contents, by the row's id; of
    a use or an addition, the newest answer with it.

    `read`: a file of the snapshot by its name. None where no answer has it: only a role that
    somebody holds and no list names.
    """
    account_id, at, what = row_id.partition("@")
    if row_id.endswith(MARK):
        return _find("events", EVENTS, read, lambda event: adds(event) == account_id, newest=True)
    if at:
        return _use(account_id, what, read)
    matched = ROW_ID.fullmatch(row_id)
    if not matched:
        return None
    kind, key, holder_kind, holder = matched.groups()
    if holder is None:
        return _find(*LISTS[kind], read, lambda row: key in _ids(row))
    if kind == "role":
        return trace(f"jumpcloud:{holder_kind}:{holder}", read)

    def leads_there(row: Any) -> bool:
        end = row.get("to") or {}
        return end.get("id") == holder and ENDS.get(str(end.get("type"))) == holder_kind

    if kind == "group":
        return _find("group members", f"{GROUPS.path}/{key}/members", read, leads_there)
    if (kind, holder_kind) == ("system_group", "system"):
        path = f"/api/v2/systemgroups/{key}/members"
        return _find(DEVICES_OF_GROUPS, path, read, lambda row: row["to"]["id"] == holder)
    if kind == "password_folder":
        if holder_kind == "password_manager_item":  # the item itself says where it lies
            return trace(f"jumpcloud:{holder_kind}:{holder}", read)
        path = f"{FOLDERS}/{key}/{holder_kind}s"
        sharer = lambda row: holder in (row.get("externalId"), row.get("id"))  # noqa: E731
        return _find(f"{holder_kind}s of {BOUND[kind]}", path, read, sharer)
    if kind in BOUND:
        if (kind, holder_kind) == ("system", "group"):  # asked for at the group's end
            path = f"{GROUPS.path}/{holder}/associations"
            return _find("groups of devices", path, read, lambda row: row["to"]["id"] == key)
        path = f"/api/v2/{PLACES[kind]}/{key}/associations"
        return _find(f"{holder_kind}s of {BOUND[kind]}", path, read, leads_there)
    collection = {"user": "application users", "group": "application groups"}[holder_kind]
    return _find(collection, f"/api/v2/applications/{key}/associations", read, leads_there)


def _use(account_id: str, what: str, read: Callable[[str], bytes]) -> Traced | None:
    """`what`: an entitlement_id, or the kind of use where the event does not name one."""
    names = {account_id.removeprefix("jumpcloud:"), f"login:{_login(account_id, read)}"}

    def is_it(event: Any) -> bool:
        key = key_of(event)
        if key is None or key.who not in names:
            return False
        return f"jumpcloud:{key.what}" == what or key.kind == what or key.what.startswith("label:")

    return _find("events", EVENTS, read, is_it, newest=True)


def _login(account_id: str, read: Callable[[str], bytes]) -> str:
    """What events without an id call a user."""
    kind, key = account_id.split(":")[1:]
    for line in _lines("users", read) if kind == "user" else ():
        for row in _rows(json.loads(line["body"])):
            if key in _ids(row):
                return str(row.get("username", "")).casefold()
    return ""


def _lines(collection: str, read: Callable[[str], bytes]) -> list[Any]:
    raw = gzip.decompress(read(page_file(collection))).splitlines()
    return [json.loads(line) for line in raw]


def _find(
    collection: str,
    path: str,
    read: Callable[[str], bytes],
    wanted: Callable[[Any], bool],
    newest: bool = False,
) -> Traced | None:
    lines = list(enumerate(_lines(collection, read), 1))
    for number, line in reversed(lines) if newest else lines:
        if line["path"] == path and any(map(wanted, _rows(json.loads(line["body"])))):
            request = f"{path}{' ' if 'method' in line else '?'}{line['query']}"
            file = page_file(collection)
            return Traced(collection, file, number, request, line["answered_at"], line["sha256"])
    return None


def _rows(body: Any) -> list[Any]:
    return body if isinstance(body, list) else list(body["results"])


def _ids(row: Any) -> set[Any]:
    return {row.get("_id"), row.get("id"), row.get("objectId"), row.get("uuid")}
