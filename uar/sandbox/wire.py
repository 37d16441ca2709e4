"""What travels: one request, one reply, and every refusal JumpCloud is known to word (API.md 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""One JSON object, exactly as stored and sent."""

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever the credential belongs to: an admin or a service account."""

    id: str
    kind: str
    name: str
    roles: list[Row]
    multi_tenant: bool = False


NOBODY = Actor(id="", kind="", name="", roles=[])


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ids: tuple[str, ...] = ()
    by: Actor = NOBODY
    mischief: frozenset[str] = frozenset()
    """Faults that change what a handler does (faults.py)."""

    def one(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None

    def object(self) -> Row:
        """The JSON body; an empty body is an empty object."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            raise bad_request("the body is not valid JSON") from None
        if not isinstance(value, dict):
            raise bad_request("the body must be a JSON object")
        return value


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def answer(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, encode(value), headers)


def array(rows: list[bytes], headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A bare array: the envelope of v2 and of Insights."""
    return Reply(200, b"[" + b",".join(rows) + b"]", headers)


def envelope(rows: list[bytes], total: int) -> Reply:
    """`totalCount` and `results`: the envelope of v1, roles and service accounts."""
    return Reply(200, b'{"totalCount":%d,"results":[%s]}' % (total, b",".join(rows)))


def nothing() -> Reply:
    """204, as every graph write answers."""
    return Reply(204)


class Refusal(Exception):
    """An answer that is not a success; the status and the body are what goes out."""

    def __init__(self, status: int, body: Row) -> None:
        super().__init__(status, body)
        self.reply = answer(body, status)


def bad_request(reason: str) -> Refusal:
    return Refusal(400, {"message": f"Bad Request: {reason}"})


def invalid_argument(reason: str) -> Refusal:
    return Refusal(400, {"error": "INVALID_ARGUMENT", "message": reason})


def insights_refusal(status: int, reason: str) -> Refusal:
    return Refusal(status, {"message": reason})


def unknown_key() -> Refusal:
    text = "Unauthorized: api key user not found"
    return Refusal(401, {"error": "Unauthorized", "message": text})


def unknown_token() -> Refusal:
    return Refusal(401, {"error": "Unauthorized", "message": "Unauthorized: invalid token"})


def no_organization() -> Refusal:
    return Refusal(401, {"message": "Unauthorized: no organization selected"})


def organization_not_allowed() -> Refusal:
    text = "Forbidden: organization selection not allowed via header"
    return Refusal(403, {"message": text, "error": text})


def missing_scope() -> Refusal:
    return Refusal(403, {"code": 7, "message": "Forbidden: insufficient permissions", "status": ""})


def not_found() -> Refusal:
    return Refusal(404, {"message": "Not Found"})


def already_exists() -> Refusal:
    return Refusal(409, {"message": "Already Exists"})


def conflict(reason: str) -> Refusal:
    return Refusal(409, {"message": f"Conflict: {reason}"})


def wrong_method() -> Refusal:
    return Refusal(405, {"message": "Method Not Allowed"})
