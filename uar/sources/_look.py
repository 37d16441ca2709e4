"""Reading what a removal is about, live: every read remembered as evidence, some of them shared."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from uar.removals import Live

from ._answers import Answer, expect
from ._http import Credential

Row = Mapping[str, Any]
PAGE = 100
FRESH = 10.0  # seconds in which removals of one group may rest on the same read of it


class Requests(Protocol):
    """The part of `Client` that is needed here."""

    @property
    def credential(self) -> Credential: ...

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object | None = None,
        headers: Mapping[str, str] | None = None,
        repeat_safe: bool,
    ) -> Answer: ...

    def stop(self) -> None: ...


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: float = -FRESH
    value: Any = None
    seen: tuple[Row, ...] = ()


class Shared:
    """What many removals of a run ask alike: a group's own record, and what the group opens.

    Whether somebody holds something is never shared: that is read for each removal.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def get(self, path: str, fetch: Callable[[], tuple[Any, tuple[Row, ...]]]) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(path, _Kept())
        with kept.lock:
            now = self._clock()
            if now - kept.asked >= FRESH:
                kept.value, kept.seen = fetch()
                kept.asked = now
            return _Kept(kept.lock, kept.asked, kept.value, kept.seen)


class Look:
    """Reads for one removal, each remembered: path, status, digest of the body, time."""

    def __init__(self, client: Requests, shared: Shared | None = None) -> None:
        self._client = client
        self._shared = shared or Shared()
        self.seen: list[Row] = []

    def get(self, path: str, **params: Any) -> Answer:
        answer = self._client.request("GET", path, params=params or None, repeat_safe=True)
        self.seen.append(
            {
                "path": path,
                "status": answer.status,
                "sha256": hashlib.sha256(answer.body).hexdigest(),
                "at": answer.answered_at,
            }
        )
        return answer

    def object(self, path: str) -> dict[str, Any] | None:
        """None where there is no such object."""
        answer = self.get(path)
        return None if answer.status == 404 else expect(answer, 200).json(dict)

    def rows(self, path: str, *, to_empty: bool, **params: Any) -> Iterator[dict[str, Any]]:
        """The rows of a v2 list, page by page; none where there is no object.

        A page that is not full is the last one (API.md 3.2). `to_empty`: ask on to an empty page
        all the same, where what is not found must surely not be there.
        """
        skip = 0
        while True:
            answer = self.get(path, limit=PAGE, skip=skip, **params)
            page = [] if answer.status == 404 else expect(answer, 200).json(list)
            yield from page
            skip += len(page)
            if not page or (len(page) < PAGE and not to_empty):
                return

    def results(self, path: str) -> Iterator[dict[str, Any]]:
        """The rows of a list that comes in an envelope, to the empty page."""
        skip = 0
        while True:
            answer = expect(self.get(path, limit=PAGE, skip=skip), 200).json(dict)
            page = answer["results"]
            if not isinstance(page, list):
                raise TypeError(path)
            yield from page
            skip += len(page)
            if not page:
                return

    def shared(self, path: str, read: Callable[[Look], Any]) -> Any:
        """What `read` gives, perhaps as another removal read it moments ago."""

        def fetch() -> tuple[Any, tuple[Row, ...]]:
            look = Look(self._client)
            value = read(look)
            return value, tuple(look.seen)

        kept = self._shared.get(path, fetch)
        self.seen.extend(kept.seen)
        return kept.value

    def live(self, held: bool, says: str = "", drift: str = "", **facts: Any) -> Live:
        return Live(held=held, says=says, drift=drift, reads=tuple(self.seen), facts=facts)


def admins(look: Look) -> Iterator[dict[str, Any]]:
    """Every administrator of the organisation."""
    return look.results("/api/users")
