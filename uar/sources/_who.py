"""Who put back what had been removed, as far as Directory Insights tells (API.md 9).

The order of events in the log itself decides, so that clocks may differ: the newest event about the
grant is who brought it back, unless that event is a removal. Only of rights that go with a binding
no event says whether they were given or taken: there it has to be later than the removal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from uar.errors import SourceError

from ._answers import expect
from ._given import EDGE
from ._look import Requests, Row
from ._values import inner, text

PATH = "/insights/directory/v1/events"
BACK = dt.timedelta(days=60)  # before the removal; the log keeps 90 days
SKEW = dt.timedelta(minutes=1)  # by which JumpCloud's clock and ours may differ
REFUSALS = {
    402: "Directory Insights is not licensed",
    401: "the key may not read Directory Insights",
    403: "the key may not read Directory Insights",
}
# What an event is called that brings such a thing back, or takes it away.
OF_ACCOUNTS = {
    "admin role": ("admin_create", "admin_update", "admin_delete"),
    "admin API access": ("admin_update",),
    "user account": ("user_unsuspended", "user_suspended"),
    "device sudo": ("user_admin_granted", "user_admin_revoked", "user_update"),
    "service account": ("service_account_create", "service_account_delete"),
}
TAKEN = ("admin_delete", "user_suspended", "user_admin_revoked", "service_account_delete")


def who(client: Requests, row: Row, removed_at: dt.datetime) -> str:
    """One sentence. It says why nothing is known where that is so; it never fails."""
    try:
        answer = client.request("POST", PATH, body=_question(row, removed_at), repeat_safe=True)
        if answer.status in REFUSALS:
            return f"By whom is not known: {REFUSALS[answer.status]}."
        events = expect(answer, 200).json(list)
        event = next((each for each in events if _is_about(each, row, removed_at)), None)
        if event is None or _is_removal(event):
            return "By whom is not known: Directory Insights has no event of it."
        return f"By {_actor(inner(event, 'initiated_by'))} at {text(event, 'timestamp')}."
    except (SourceError, ValueError, KeyError, TypeError, AttributeError):
        return "By whom is not known: Directory Insights could not be read."


def _question(row: Row, removed_at: dt.datetime) -> dict[str, Any]:
    kinds = list(OF_ACCOUNTS.get(row["kind"], (EDGE,)))
    start = (removed_at - BACK).astimezone(dt.UTC)
    terms: dict[str, Any] = {"and": [{"event_type": kinds}]}
    if kinds == [EDGE]:
        holder = row["holder_source_id"]
        ends = ("from", "to")
        terms["or"] = [{f"association.connection.{end}.object_id": holder} for end in ends]
    return {
        "service": ["directory"],
        "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "sort": "DESC",
        "limit": 1000,
        "search_term": terms,
    }


def _is_about(event: Mapping[str, Any], row: Row, removed_at: dt.datetime) -> bool:
    if row["kind"] == "binding sudo" and not _is_after(event, removed_at):
        return False
    if event.get("event_type") == EDGE:
        connection = inner(inner(event, "association"), "connection")
        ends = {text(inner(connection, end), "object_id") for end in ("from", "to")}
        return ends == {row["holder_source_id"], row["entitlement_source_id"]}
    resource = inner(event, "resource")
    if text(resource, "id") == row["holder_source_id"]:
        return True  # an account that was made again has another id
    names = {text(resource, "email"), text(resource, "name")} - {None}
    return bool({str(name).casefold() for name in names} & {str(row["login"]).casefold()})


def _is_after(event: Mapping[str, Any], moment: dt.datetime) -> bool:
    return pd.Timestamp(text(event, "timestamp") or "NaT") > moment + SKEW


def _is_removal(event: Mapping[str, Any]) -> bool:
    op = (text(inner(event, "association"), "op") or "").casefold()
    return op == "remove" or event.get("event_type") in TAKEN


def _actor(actor: Mapping[str, Any]) -> str:
    names = (text(actor, name) for name in ("email", "username", "name", "id"))
    called = next(filter(None, names), "somebody unnamed")
    return f"{text(actor, 'type') or 'account'} {called}"
