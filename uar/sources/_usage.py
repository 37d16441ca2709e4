"""When was what last used, and given: the events of Directory Insights, folded while they come.

There may be millions of events and few tens of thousands of answers, so no event is kept but in
the snapshot's pages. Only successful events count (API.md 9).
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ._asked import Asked
from ._given import EDGE, Given, fold
from ._http import Answer, Garbled, expect, http_date
from ._paging import READS, Moved
from ._spool import Kept
from ._values import Json, flag, inner, moment, reference, text

PATH = "/insights/directory/v1/events"
COUNT = f"{PATH}/count"
LIMIT = 2_000  # of up to 10,000 (API.md 9): the largest page would be the most memory of a sync
RETENTION = dt.timedelta(days=90)
# The window begins so much after the oldest event that is kept: longer than a sync can take, and
# than an interrupted one may wait, so that it still asks for the same window and is not refused.
MARGIN = dt.timedelta(hours=8)
SETTLED = dt.timedelta(minutes=5)  # and ends where events have come in

KINDS = {
    "user_login_attempt": "sign-in",
    "admin_login_attempt": "sign-in",
    "sso_auth": "application",
    "login_attempt": "device",
    "ldap_bind": "directory",
    "radius_auth": "radius",
    "radius_auth_attempt": "radius",  # the name that was seen live
}
SERVICES = ("directory", "sso", "systems", "ldap", "radius")
FIELDS = (
    "id", "timestamp", "event_type", "initiated_by", "resource", "username", "application",
    "system", "success", "sso_token_success", "association",
)  # fmt: skip
# By these the tenant says that it has no events, or not for us; that is an answer, not an error.
REFUSALS = {402: "not licensed", 401: "not permitted", 403: "not permitted"}


NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Window:
    """From when until when use is looked for, both ends included."""

    start: dt.datetime
    end: dt.datetime

    @classmethod
    def before(cls, now: dt.datetime) -> Window:
        """The longest one that the tenant still has. `now`: by its own clock."""
        return cls(now - RETENTION + MARGIN, now - SETTLED)


class Key(NamedTuple):
    """Who used what, as an event names them: see `key_of`."""

    kind: str  # one of USE_KINDS
    who: str  # user:<id>, admin:<id>, or login:<user name in lower case>
    what: str  # app:<id>, label:<application's name in lower case>, system:<id>, or ""


class Newest(NamedTuple):
    """The last use, its event's id, and how many uses there were."""

    at: dt.datetime
    event: str | None
    uses: int


class _Mark(NamedTuple):
    at: dt.datetime
    id: object


class Trail:
    """The events of a window while they are read, page by page: each page says how to go on."""

    paths = (PATH, COUNT)

    def __init__(self, window: Window) -> None:
        self.window = window
        self.stated: int | None = None
        self.refused: Answer | None = None
        self.whole = False
        self.pages: tuple[Kept, ...] = ()
        self.aside: tuple[Kept, ...] = ()  # the answer that is no page: how many, or a refusal
        self.started_at = self.finished_at = ""
        self.attempt = self.spoilt = self.fetched = 0
        self.newest: dict[Key, Newest] = {}
        self.given: dict[str, Given] = {}
        self._last = _Mark(NEVER, None)
        self._counted = self._ended = False

    @property
    def usage(self) -> str:
        """One of snapshot.USAGE."""
        return REFUSALS[self.refused.status] if self.refused else "observed"

    def let_go(self) -> None:
        self.newest, self.given = {}, {}

    def begin(self) -> list[str]:
        """Start over; a place is what the page before says of going on."""
        self.attempt += 1
        self.pages, self.newest, self.given, self.fetched = (), {}, {}, 0
        self.aside, self.started_at, self.finished_at = (), "", ""
        self._last = _Mark(NEVER, None)
        self._counted = self._ended = False
        return ["", COUNT]  # which does not matter where the first page is refused

    def asked(self, place: str) -> Asked:
        body: dict[str, Any] = {
            "service": list(SERVICES),
            "start_time": _iso(self.window.start),
            "end_time": _iso(self.window.end),
            "search_term": {"and": [{"event_type": [*KINDS, EDGE]}]},
        }
        if place == COUNT:
            return Asked(COUNT, body=body)
        body |= {"limit": LIMIT, "sort": "ASC", "fields": list(FIELDS)}
        return Asked(PATH, body=body | ({"search_after": json.loads(place)} if place else {}))

    def take(self, place: str, answer: Answer, kept: Kept) -> list[str]:
        """Fold a page in; returns the next place. Moved, Garbled: it must begin again."""
        if place == COUNT:
            self.stated, self._counted, self.aside = _count(answer), True, (kept,)
            following = []
        elif answer.status in REFUSALS:
            if place:
                raise self._moved(f"their middle was answered with status {answer.status}")
            self.refused, self.whole, self.aside = answer, True, (kept,)
            return []
        else:
            following = self._followed(expect(answer, 200), kept)
        if self._counted and self._ended:
            if self.stated not in (None, self.fetched):
                raise self._moved(f"{self.fetched} came where {self.stated} are stated")
            self.whole = True
        return following

    def _followed(self, answer: Answer, kept: Kept) -> list[str]:
        events = answer.json(list)
        given = answer.headers.get("x-result-count", "")
        if given.isdecimal() and int(given) != len(events):
            raise Garbled(f"POST {PATH}: {len(events)} events came where {given} are stated.")
        try:
            self._fold(events)
        except ValueError as error:
            raise Garbled(f"POST {PATH}: {error}.") from None
        self.fetched += len(events)
        self.pages += (kept,)
        self.started_at = self.started_at or answer.requested_at
        self.finished_at = answer.answered_at
        limit = answer.headers.get("x-limit", "")
        if len(events) < (int(limit) if limit.isdecimal() else LIMIT):
            self._ended = True
            return []
        return [_place(answer)]

    def _fold(self, events: Iterable[Json]) -> None:
        for event in events:
            at = moment(event, "timestamp") if isinstance(event, dict) else None
            if at is None:
                raise ValueError("an event has no timestamp")
            # Sorted by the millisecond: a page that comes again, or too early, is seen by it.
            mark = _Mark(at.replace(microsecond=at.microsecond // 1000 * 1000), event.get("id"))
            if mark.at < self._last.at or (mark.id and mark == self._last):
                raise self._moved("they did not come in order")
            self._last = mark
            key = key_of(event)
            if key:
                own = Newest(at, text(event, "id"), 1)
                self.newest[key] = together(self.newest.get(key), own)
            else:
                fold(self.given, event, at)

    def _moved(self, why: str) -> Moved:
        return Moved(
            f"POST {PATH}: the events did not come whole, {READS} times over ({why}); run the "
            'command again, or leave "usage" out in sync.leave_out of the settings file.'
        )


def together(before: Newest | None, own: Newest) -> Newest:
    """Of the same moment, the later one is the last use."""
    if before is None:
        return own
    last = own if own.at >= before.at else before
    return last._replace(uses=before.uses + own.uses)


def key_of(event: Json) -> Key | None:
    """Who used what by an event; None where it was no use, or says of nobody."""
    kind = KINDS.get(text(event, "event_type") or "")
    done = flag(event, "sso_token_success" if kind == "application" else "success")
    if kind is None or not done:
        return None
    who = _who(event)
    # One string for each, however many keys have it.
    return Key(kind, sys.intern(who), sys.intern(_what(event, kind))) if who else None


def _who(event: Json) -> str:
    """RADIUS and LDAP give a user name only; an old sign-in of an administrator, a resource."""
    for name in ("initiated_by", "resource"):
        one = inner(event, name)
        kind = (text(one, "type") or "user").replace("systemuser", "user")
        if kind in ("user", "admin") and reference(one, "id"):
            return f"{kind}:{reference(one, 'id')}"
    login = text(event, "username") or text(inner(event, "initiated_by"), "username")
    return f"login:{login.casefold()}" if login else ""


def _what(event: Json, kind: str) -> str:
    if kind == "device":
        system = reference(inner(event, "system"), "id")
        return f"system:{system}" if system else ""
    if kind != "application":
        return ""
    app = inner(event, "application")
    if reference(app, "id"):
        return f"app:{reference(app, 'id')}"
    label = text(app, "display_label") or text(app, "name")
    return f"label:{label.casefold()}" if label else ""


def tenant_time(server_time: str, ours: str) -> dt.datetime:
    """The tenant's clock decides what is within the 90 days; ours (ISO 8601), as it stood when the
    tenant answered, where it does not tell."""
    return http_date(server_time) or dt.datetime.fromisoformat(ours)


def _count(answer: Answer) -> int | None:
    """Its body is not described in full (API.md 14): None where it does not say."""
    if answer.status != 200:
        return None
    count = answer.json(dict).get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _place(answer: Answer) -> str:
    """How to go on behind this page."""
    given = answer.headers.get("x-search_after", "")
    try:
        mark = json.loads(given)
    except ValueError:
        mark = None
    if not isinstance(mark, list) or not mark:
        raise Garbled(f"POST {PATH}: a full page of events does not say how to go on.")
    return given


def _iso(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
