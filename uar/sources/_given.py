"""Who gave which access and when, as far as the log of the window tells (API.md 9).

Only an addition that nothing in the log takes back counts: what the log says nothing of may be
older than it, or have come by a way that it does not tell of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from uar.tables import GIVEN, within

from ._ends import ENDS
from ._values import Json, identity, inner, text

EDGE = "association_change"
WORDS = {"user_group": "group", "application": "app"}  # as ids of entitlements say a type
MARK = "@given"


class Given(NamedTuple):
    """The addition of a grant: when, by whom, and its event's id."""

    at: dt.datetime
    by: str | None
    event: str | None


class Change(NamedTuple):
    """What an event did to the grant of this id."""

    grant_id: str
    op: str  # add, remove, or another word


def change_of(event: Json) -> Change | None:
    """None where the event is of something else, such as the policies of a device."""
    try:
        association = inner(event, "association")
        connection = inner(association, "connection")
        ends = [inner(connection, name) for name in ("from", "to")]
        kinds = [(text(end, "type") or "").casefold().replace("systemuser", "user") for end in ends]
        ids = [identity(end, "object_id") for end in ends]
        op = (text(association, "op") or "").casefold()
    except ValueError:
        return None
    # A user holds a group, and the one or the other holds the rest; either end may come first.
    holder = next((kinds.index(kind) for kind in ENDS if kind in kinds), None)
    if text(event, "event_type") != EDGE or holder is None or kinds[0] == kinds[1]:
        return None
    held = 1 - holder
    kind = WORDS.get(kinds[held], kinds[held])
    return Change(f"jumpcloud:{kind}:{ids[held]}>{ENDS[kinds[holder]]}:{ids[holder]}", op)


def adds(event: Json) -> str:
    """The id of the grant that it adds; "" where it adds none."""
    change = change_of(event)
    return change.grant_id if change and change.op == "add" else ""


def fold(found: dict[str, Given], event: Json, at: dt.datetime) -> None:
    """Take the next event in order of time in, by grant_id."""
    change = change_of(event)
    if change is None:
        return
    if change.op == "remove":
        found.pop(change.grant_id, None)
    elif change.op == "add":
        actor = inner(event, "initiated_by")
        names = (text(actor, name) for name in ("email", "username", "name"))
        own = Given(at, next(filter(None, names), None), text(event, "id"))
        found.setdefault(change.grant_id, own)


def given(found: Mapping[str, Given], grants: pd.Series[str]) -> pd.DataFrame:
    """GIVEN, of the grants that there are."""
    ids = pd.Series(sorted(found), dtype="string")
    held = ids[within(ids, grants)].tolist()
    return GIVEN.frame(
        pd.DataFrame(
            {
                "given_id": [grant + MARK for grant in held],
                "grant_id": held,
                "given_at": [found[grant].at for grant in held],
                "given_by": [found[grant].by for grant in held],
                "event_id": [found[grant].event for grant in held],
            }
        )
    )
