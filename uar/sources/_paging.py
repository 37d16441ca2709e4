"""Reading lists page by page, many at once, so that a list comes whole or not at all.

Where a list takes more than one page, every page begins with the last row of the page before: one
row in a hundred is asked for twice, and in return a page that follows is known to follow. An offset
alone would silently miss a row when an earlier one goes away (API.md 3.3), all the more in the
lists of the graph, which state no total and cannot be sorted (API.md 3.2).

What it costs: n rows take 1 + ceil((n - 100) / 99) requests, at most one more than they have pages
up to 9,900 rows, and three more at 20,000. Only a list without a total whose last page is full
takes another one, to see that it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, TypeVar

from uar.errors import SourceError

from ._asked import Asked
from ._http import Answer, Garbled, expect
from ._spool import Kept
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class _Page(Generic[T]):
    rows: list[T]
    kept: Kept
    requested_at: str
    answered_at: str


class Reading(Generic[T]):
    """One list while it is read; when `whole`, `rows` has every row once, in the list's order."""

    __slots__ = (
        "_sorted", "_waiting", "aside", "attempt", "finished_at", "listing", "pages", "refused",
        "rows", "server_time", "spoilt", "started_at", "stated", "whole",
    )  # fmt: skip

    def __init__(self, listing: Listing[T]) -> None:
        self.listing = listing
        self.rows: Sequence[T] = ()
        self.stated: int | None = None
        self.refused: Answer | None = None
        self.whole = False
        self.server_time = ""  # as the first page has it, an HTTP date
        self.pages: tuple[Kept, ...] = ()
        self.aside: tuple[Kept, ...] = ()  # answers that are no page: what was refused
        self.started_at = self.finished_at = ""
        self.attempt = 0
        self.spoilt = 0
        self._sorted = bool(listing.sort)
        self._waiting: dict[int, _Page[T] | None] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.listing.path,)

    @property
    def fetched(self) -> int:
        return len(self.rows)

    def let_go(self) -> None:
        self.rows = ()

    def begin(self) -> list[int]:
        """Start over; returns the offsets to ask for."""
        self.attempt += 1
        self._waiting, self.server_time = {0: None}, ""
        return [0]

    def asked(self, skip: int) -> Asked:
        params = dict(self.listing.params)
        if self.listing.unpack is not single:
            params |= {"sort": self.listing.sort} if self._sorted else {}
            params |= {"limit": str(LIMIT), "skip": str(skip)}
        return Asked(self.listing.path, params)

    def take(self, skip: int, answer: Answer, kept: Kept) -> list[int]:
        """Add a page; returns the offsets to ask for next. Moved, Garbled: it must begin again."""
        if answer.status in self.listing.optional:
            if skip:
                raise self._moved(f"its middle was answered with status {answer.status}")
            self.whole, self.refused, self.aside = True, answer, (*self.aside, kept)
            return []
        if answer.status == 400 and self._sorted and not skip:
            self.aside += (kept,)
            self._sorted = False  # sorting is advised (API.md 3.3), but not described everywhere
            return self.begin()
        rows, stated = self.listing.unpack(expect(answer, 200))
        mapped = mapping(self.listing, rows, answer)
        page = _Page(mapped, kept, answer.requested_at, answer.answered_at)
        self._waiting[skip] = page
        self.server_time = self.server_time or answer.headers.get("date", "")
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
        self.rows, self.whole, self._waiting = tuple(rows), True, {}
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
