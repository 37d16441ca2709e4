"""What the server said in the end, and what to do about it when it is not what was hoped for.

A message carries a method, a path and a status; never a key, a header, a query or a body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from uar.errors import SourceError

ORGANIZATION_REFUSED = "organization selection not allowed"


class Lost(SourceError):
    """A write was sent and no answer says whether it was carried out: look before going on."""


class Garbled(SourceError):
    """An answer that is not what it must be: cut off, not JSON, or of another shape."""


@dataclass(frozen=True)
class Answer:
    """The server's last word on one request. Times are UTC, ISO 8601, of the try it answered."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    requested_at: str
    answered_at: str
    method: str
    path: str
    tries: int = 1

    def json(self, kind: type[Any] = dict) -> Any:
        """The body, a `dict` or a `list`; Garbled where it is not valid or of another type."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Garbled(
                f"{self.method} {self.path}: status {self.status}, but the answer is not whole "
                "and valid JSON; run the command again."
            ) from None
        if not isinstance(value, kind):
            raise Garbled(
                f"{self.method} {self.path}: status {self.status}, but the answer is a "
                f"{type(value).__name__} where a {kind.__name__} belongs; is the address right?"
            )
        return value


def expect(answer: Answer, *statuses: int) -> Answer:
    """The answer itself if its status is one of these; else a SourceError that says what to do."""
    if answer.status in statuses:
        return answer
    hint = _hint(answer.status, _words(answer.body))
    raise SourceError(f"{answer.method} {answer.path}: status {answer.status}: {hint}")


def _words(body: bytes) -> str:
    """The server's message, only ever looked into for sentences known from API.md."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    return f"{found.get('message', '')} {found.get('error', '')}".lower()


def _hint(status: int, words: str) -> str:
    if status == 401 and "no organization selected" in words:
        return "the key belongs to a multi-tenant admin; set JUMPCLOUD_ORG_ID to say which tenant."
    if status == 401:
        return (
            "the key is unknown or has expired, or belongs to another region; "
            "check it and JUMPCLOUD_REGION, or make a new key in the Admin Portal."
        )
    if status == 403 and ORGANIZATION_REFUSED in words:
        return "this route takes no organisation; run the command without JUMPCLOUD_ORG_ID."
    if status == 403:
        return (
            "the role of the key's owner lacks this right, or JumpCloud blocks this IP address; "
            "give the role the right in the Admin Portal."
        )
    if status == 400 and "organization" in words:
        return "JUMPCLOUD_ORG_ID is not the id of an organisation; correct or remove it."
    if 300 <= status < 400:
        return (
            "the server sends us elsewhere, and the key is not carried to another address; "
            "check JUMPCLOUD_BASE_URL."
        )
    return {
        402: "this is not part of the organisation's JumpCloud licence.",
        404: "it is not there; check JUMPCLOUD_ORG_ID and JUMPCLOUD_BASE_URL.",
        409: "JumpCloud says that this stands in conflict with what is there.",
    }.get(status, "JumpCloud did not accept the request; run uar check.")


def refuses_organization(answer: Answer) -> bool:
    """Does the server say that this route takes no x-org-id? (API.md 2.4)"""
    return answer.status == 403 and ORGANIZATION_REFUSED in _words(answer.body)
