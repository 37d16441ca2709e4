"""The log behind Directory Insights, kept in the order of time (API.md 9)."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Iterable, Iterator

from .wire import Row

Mark = tuple[int, str]
"""Where an event stands: milliseconds since 1970, then its id. `search_after` carries one."""

_FRACTION = re.compile(r"\.(\d+)")


def moment(written: str) -> dt.datetime:
    """An RFC 3339 time; events carry 0 to 9 fractional digits, Python takes up to 6."""
    cut = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), written)
    parsed = dt.datetime.fromisoformat(cut)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)


def milliseconds(at: dt.datetime) -> int:
    return round(at.timestamp() * 1000)


class Events:
    def __init__(self, events: Iterable[Row] = ()) -> None:
        marked = sorted(((_mark(event), event) for event in events), key=lambda pair: pair[0])
        self._marks = [mark for mark, _ in marked]
        self._events = [event for _, event in marked]
        self.fields = {name for event in self._events for name in event}

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._events)

    def append(self, event: Row) -> None:
        mark = _mark(event)
        at = bisect.bisect(self._marks, mark)
        self._marks.insert(at, mark)
        self._events.insert(at, event)
        self.fields.update(event)

    def between(
        self, start: int, end: int, after: Mark | None = None, newest_first: bool = False
    ) -> Iterator[tuple[Mark, Row]]:
        """Events from `start` up to `end` (both in milliseconds), going on behind `after`."""
        low = bisect.bisect_left(self._marks, (start, ""))
        high = bisect.bisect_left(self._marks, (end + 1, ""))
        if after is not None and newest_first:
            high = min(high, bisect.bisect_left(self._marks, after))
        elif after is not None:
            low = max(low, bisect.bisect_right(self._marks, after))
        span = range(low, high)
        for at in reversed(span) if newest_first else span:
            yield self._marks[at], self._events[at]


def _mark(event: Row) -> Mark:
    return milliseconds(moment(event["timestamp"])), str(event["id"])
