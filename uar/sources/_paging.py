"""Reading lists page by page, many at once, so that a list comes whole or not at all.

Where a list takes more than one page, every page begins with the last row of the page before: one
row in a hundred is asked for twice, and in return a page that follows is known to follow. An offset
alone would silently miss a row when an earlier one goes away (API.md 3.3), all the more in the
lists of the graph, which state no total and cannot be sorted (API.md 3.2).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, TypeVar, cast
from urllib.parse import urlencode

from uar.errors import SourceError

from ._http import Answer, Client, Garbled, expect
from ._pace import Pace
from ._spool import Kept, Packed, Spool, packed
from ._values import Json

T = TypeVar("T")

LIMIT = 100  # the largest page that every list allows (API.md 3.1, 3.2)
READS = 3  # of one list, before we give up on it holding still


class Moved(SourceError):
    """The list changed between two of its pages."""


Unpacked = tuple[Sequence[Any], int | None]


def envelope(answer: Answer) -> Unpacked:
    """v1, roles, service accounts: rows and total in the body (API.md 3.1, 3.2)."""
    body = answer.json(dict)
    rows, total = body.get("results"), body.get("totalCount")
    if not isinstance(rows, list) or not isinstance(total, int) or isinstance(total, bool):
        raise Garbled(f"{answer.method} {answer.path}: the answer lacks totalCount or results.")
    return rows, total


def array(answer: Answer) -> Unpacked:
    """v2: bare rows; the total is in a header, on some lists (API.md 3.2)."""
    stated = answer.headers.get("x-total-count", "")
    return answer.json(list), int(stated) if stated.isdecimal() else None


def unstated(answer: Answer) -> Unpacked:
    """v2 where a total could be that of another list, as behind a filter (unknown: API.md 14)."""
    return answer.json(list), None


def single(answer: Answer) -> Unpacked:
    """One object by its id."""
    return [answer.json(dict)], 1


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list of the API. `keep`: what of a row is kept; `key`: what tells two kept rows apart.

    `optional`: statuses by which a tenant may refuse it without our stopping.
    """

    path: str
    unpack: Callable[[Answer], Unpacked]
    keep: Callable[[Json], T]
    key: Callable[[T], object]
    params: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    optional: tuple[int, ...] = ()


def mapping(listing: Listing[T], rows: Sequence[Any], answer: Answer) -> list[T]:
    """What is kept of a page; Garbled where a row is not what it must be."""
    try:
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("a row is not an object")
        return [listing.keep(row) for row in rows]
    except ValueError as error:
        raise Garbled(f"{answer.method} {answer.path}: {error}.") from None


@dataclass(frozen=True)
class _Page(Generic[T]):
    rows: list[T]
    kept: Kept
    requested_at: str
    answered_at: str


class Reading(Generic[T]):
    """One list while it is read; when `whole`, `rows` has every row once, in the list's order."""

    def __init__(self, listing: Listing[T]) -> None:
        self.listing = listing
        self.rows: list[T] = []
        self.stated: int | None = None
        self.refused: Answer | None = None
        self.whole = False
        self.pages: tuple[Kept, ...] = ()
        self.started_at = self.finished_at = ""
        self.attempt = 0
        self.spoilt = 0
        self._sorted = bool(listing.sort)
        self._waiting: dict[int, _Page[T] | None] = {}

    def begin(self) -> list[int]:
        """Start over; returns the offsets to ask for."""
        self.attempt += 1
        self._waiting = {0: None}
        return [0]

    def params(self, skip: int) -> dict[str, str]:
        if self.listing.unpack is single:
            return dict(self.listing.params)
        sort = {"sort": self.listing.sort} if self._sorted else {}
        return {**self.listing.params, **sort, "limit": str(LIMIT), "skip": str(skip)}

    def take(self, skip: int, answer: Answer, kept: Kept | None) -> list[int]:
        """Add a page; returns the offsets to ask for next. Moved, Garbled: it must begin again."""
        if answer.status in self.listing.optional:
            self.whole, self.refused = True, answer
            return []
        if answer.status == 400 and self._sorted:
            self._sorted = False  # sorting is advised (API.md 3.3), but not described everywhere
            return self.begin()
        rows, stated = self.listing.unpack(expect(answer, 200))
        mapped = mapping(self.listing, rows, answer)
        # Every answer with status 200 is kept.
        page = _Page(mapped, cast(Kept, kept), answer.requested_at, answer.answered_at)
        self._waiting[skip] = page
        following = self._begun(page, stated) if skip == 0 else self._followed(skip, page, stated)
        self._waiting.update(dict.fromkeys(following))
        if all(self._waiting.values()):
            self._finish()
        return following

    def _begun(self, page: _Page[T], stated: int | None) -> list[int]:
        self.stated = stated
        got = len(page.rows)
        if stated is None:
            return [LIMIT - 1] if got >= LIMIT else []
        if got > stated or (got < 2 and got < stated):
            raise self._moved(f"{got} rows came where {stated} are stated")
        # A server may give fewer rows than we ask for: go by what came.
        return list(range(got - 1, stated - 1, got - 1)) if got < stated else []

    def _followed(self, skip: int, page: _Page[T], stated: int | None) -> list[int]:
        if stated != self.stated:
            raise self._moved(f"the total went from {self.stated} to {stated}")
        if stated is not None:
            return []
        self._must_follow(self._waiting[skip - LIMIT + 1], page)
        return [skip + LIMIT - 1] if len(page.rows) >= LIMIT else []

    def _finish(self) -> None:
        pages = [page for _, page in sorted(self._waiting.items()) if page]
        rows = list(pages[0].rows)
        for before, page in pairwise(pages):
            self._must_follow(before, page)
            rows += page.rows[1:]
        key = self.listing.key
        if len({key(row) for row in rows}) != len(rows):
            raise self._moved("a row came twice")
        if self.stated is not None and len(rows) != self.stated:
            raise self._moved(f"{len(rows)} rows came where {self.stated} are stated")
        self.rows, self.whole, self._waiting = rows, True, {}
        self.pages = tuple(page.kept for page in pages)
        self.started_at = min(page.requested_at for page in pages)
        self.finished_at = max(page.answered_at for page in pages)

    def _must_follow(self, before: _Page[T] | None, page: _Page[T]) -> None:
        key = self.listing.key
        if not before or not page.rows or key(page.rows[0]) != key(before.rows[-1]):
            raise self._moved("a page does not follow on the page before")

    def _moved(self, why: str) -> Moved:
        return Moved(
            f"GET {self.listing.path}: the list did not come whole, {READS} times over ({why}); "
            "run the command again when less is being changed in the tenant."
        )


class Fetcher:
    """Keeps requests in flight, and hands the answers to the readings in one thread.

    The order of the answers changes nothing: a reading puts its pages in order by their offsets.
    What the spool already holds is not asked for again, until its list turns out to have moved.
    """

    def __init__(
        self, client: Client, pace: Pace, spool: Spool, progress: Callable[[int, int], None]
    ) -> None:
        self.client = client
        self.pace = pace
        self.spool = spool
        self.requests = 0
        self._progress = progress

    def read(self, listings: Iterable[Listing[Any]]) -> list[Reading[Any]]:
        """Every list, whole. Raises SourceError for the first one that cannot be had so."""
        readings = [Reading(listing) for listing in listings]
        queue = deque(_Ask(reading, skip) for reading in readings for skip in reading.begin())
        running: dict[Future[_Came], _Ask] = {}
        with ThreadPoolExecutor(self.pace.ceiling, "uar-sync") as pool:
            try:
                while queue or running:
                    while queue and len(running) < self.pace.allowed:
                        ask = queue.popleft()
                        kept = self.spool.find(ask.path, ask.query)
                        if kept:
                            queue.extendleft(self._again(ask, kept))
                        elif not ask.outdated:
                            running[pool.submit(self._request, ask)] = ask
                    self.pace.running(len(running))
                    if not running:
                        continue
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        # What a reading asks next goes first: long lists end early.
                        queue.extendleft(self._arrived(running.pop(future), future.result()))
                    self.requests += len(done)
                    self._progress(self.requests, self.requests + len(queue) + len(running))
            except BaseException:
                self.client.stop()  # nobody waits for a request that sleeps
                raise
        return readings

    def _request(self, ask: _Ask) -> _Came:
        answer = self.client.request(
            "GET", ask.path, params=ask.params, repeat_safe=True, troubled=self.pace.troubled
        )
        return answer, packed(answer, ask.query) if answer.status == 200 else None

    def _arrived(self, ask: _Ask, came: _Came) -> list[_Ask]:
        answer, ready = came
        if answer.tries == 1:
            self.pace.answered()
        if ask.outdated:
            return []
        return self._take(
            ask, answer, self.spool.add(ask.path, ask.query, ready) if ready else None
        )

    def _again(self, ask: _Ask, kept: Kept) -> list[_Ask]:
        return [] if ask.outdated else self._take(ask, self.spool.answer(kept), kept)

    def _take(self, ask: _Ask, answer: Answer, kept: Kept | None) -> list[_Ask]:
        """What to ask for next, last one first."""
        reading = ask.reading
        try:
            skips = reading.take(ask.skip, answer, kept)
        except (Moved, Garbled):
            self.spool.forget(ask.path)
            reading.spoilt += 1
            if reading.spoilt >= READS:
                raise
            skips = reading.begin()
        return [_Ask(reading, skip) for skip in reversed(skips)]


_Came = tuple[Answer, Packed | None]


class _Ask:
    """One page to ask for, in one of the attempts at a list."""

    __slots__ = ("attempt", "params", "path", "query", "reading", "skip")

    def __init__(self, reading: Reading[Any], skip: int) -> None:
        self.reading = reading
        self.skip = skip
        self.attempt = reading.attempt
        self.path = reading.listing.path
        self.params = reading.params(skip)
        self.query = urlencode(self.params)

    @property
    def outdated(self) -> bool:
        """Is the reading whole, or has it begun again since?"""
        return self.reading.whole or self.attempt != self.reading.attempt
