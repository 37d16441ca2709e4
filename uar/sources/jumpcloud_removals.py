"""How each kind of removal is read live, carried out and put back at JumpCloud (API.md 6.2, 8).

A new kind is a reading function, a removing and a restoring request, and a line in KINDS. The
functions lie in _of_groups, _of_bindings, _of_admins and _of_accounts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uar.errors import SourceError
from uar.removals import REMOVE, Live, Reply, Request

from . import _of_accounts, _of_admins, _of_bindings, _of_groups
from ._answers import Answer, Garbled, Lost, expect
from ._look import PAGE, Look, Requests, Row, Shared, admins
from ._rows import key_prefix
from ._values import identity
from ._who import who

__all__ = [
    "KINDS",
    "Removals",
    "Requests",
    "by_service",
    "key_owners",
    "needed",
    "organizations",
    "planned",
]

OWNER = "Administrator With Billing"
Step = Callable[[Row, Live], Request | None]


def nothing(row: Row, live: Live) -> Request | None:
    """No other write goes with it."""
    return None


@dataclass(frozen=True)
class Kind:
    """`read(look, row, after)`; the write that removes, as it stands in the plan, and its inverse.

    `first`: what has to be written before the removal; `last`: after it was put back.
    """

    read: Callable[[Look, Row, bool], Live]
    remove: Callable[[Row], Request]
    restore: Callable[[Row, Live], Request]
    first: Step = nothing
    last: Step = nothing
    needs: str = "Manager or Administrator"  # the role of the key that may write it


class Removals:
    """A `uar.removals.Tenant` over a client, for one run."""

    def __init__(self, client: Requests) -> None:
        self._client = client
        self._shared = Shared()

    def read(self, row: Row, *, after: bool) -> Live:
        try:
            return KINDS[row["kind"]].read(Look(self._client, self._shared), row, after)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Garbled(
                f"What JumpCloud answers about {row['entitlement']} is not what it must be."
            ) from None

    def due(self, row: Row, live: Live, action: str) -> Request | None:
        kind = KINDS[row["kind"]]
        if action == REMOVE:
            return (kind.first(row, live) or Request(**row["request"])) if live.held else None
        return kind.last(row, live) if live.held else kind.restore(row, live)

    def send(self, request: Request) -> Reply:
        try:
            answer = self._client.request(
                request.method,
                request.path,
                body=request.body,
                headers=request.headers,
                repeat_safe=False,
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

    def who(self, row: Row) -> str:
        return who(self._client, row, row["removed_at"])

    def stop(self) -> None:
        self._client.stop()


def planned(row: Row) -> dict[str, Any]:
    """The one write that removes this, as it stands in the plan."""
    request = KINDS[row["kind"]].remove(row)
    return {"method": request.method, "path": request.path, "body": request.body}


def needed(row: Row) -> str:
    """The role of the key that this takes."""
    return KINDS[row["kind"]].needs


def _refusal(answer: Answer) -> str:
    try:
        expect(answer, 200, 201, 202, 204)
    except SourceError as error:
        return str(error)
    return ""


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


def by_service(client: Requests) -> bool:
    """Does uar itself work as a service account? JumpCloud does not tell as which one."""
    return not client.credential.api_key or client.credential.api_key.startswith("jcs_")


KINDS: Mapping[str, Kind] = {
    "group membership": Kind(
        _of_groups.read,
        _of_groups.remove,
        _of_groups.restore,
        first=_of_groups.exempt,
        last=_of_groups.ruled_again,
    ),
    "application assignment": Kind(_of_bindings.read, _of_bindings.close, _of_bindings.open_again),
    "direct binding": Kind(_of_bindings.read, _of_bindings.unbind, _of_bindings.bind),
    "group application": Kind(_of_bindings.read, _of_bindings.close, _of_bindings.open_again),
    "group binding": Kind(_of_bindings.read, _of_bindings.unbind, _of_bindings.bind),
    "admin role": Kind(
        _of_admins.read_role, _of_admins.take_role, _of_admins.give_role, needs=OWNER
    ),
    "admin API access": Kind(
        _of_admins.read_access, _of_admins.withdraw_access, _of_admins.allow_access, needs=OWNER
    ),
    "user account": Kind(_of_accounts.read_user, _of_accounts.suspend, _of_accounts.activate),
    "device sudo": Kind(_of_accounts.read_sudo, _of_accounts.take_sudo, _of_accounts.give_sudo),
    "binding sudo": Kind(_of_bindings.read_sudo, _of_bindings.take_sudo, _of_bindings.give_sudo),
    "service account": Kind(
        _of_accounts.read_service,
        _of_accounts.delete_service,
        _of_accounts.make_service,
        needs=OWNER,
    ),
}
