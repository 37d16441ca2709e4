"""Many requests in flight at once, their answers handed to what reads them, in one thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

from ._asked import Asked
from ._http import Answer, Client, Garbled
from ._pace import Pace
from ._paging import READS, Listing, Moved, Reading
from ._sealed import Nobody
from ._spool import Kept, Packed, Spool, packed

Asking = Client | Nobody  # nobody: where all that is read is there already


class Reader(Protocol):
    """Something that takes several answers to read: a list, or the events of a window.

    `take` is given an answer and the place it was asked for by, and returns the places to ask for
    next. Where it raises Moved or Garbled it must `begin` again.
    """

    whole: bool
    attempt: int
    spoilt: int

    @property
    def paths(self) -> tuple[str, ...]: ...
    def begin(self) -> list[Any]: ...
    def asked(self, place: Any) -> Asked: ...
    def take(self, place: Any, answer: Answer, kept: Kept) -> list[Any]: ...


class Fetcher:
    """The order of the answers changes nothing: a reader puts them in order by their places.

    What the spool already holds is not asked for again, until its list turns out to have moved.
    """

    def __init__(
        self, client: Asking, pace: Pace, spool: Spool, progress: Callable[[int, int], None]
    ) -> None:
        self.client = client
        self.pace = pace
        self.spool = spool
        self.requests = spool.added  # also those of an interrupted read that this one goes on with
        self._progress = progress

    def read(self, listings: Iterable[Listing[Any]]) -> list[Reading[Any]]:
        """Every list, whole. Raises SourceError for the first one that cannot be had so."""
        readings = [Reading(listing) for listing in listings]
        self.fill(readings)
        return readings

    def fill(self, readers: Iterable[Reader]) -> None:
        """Ask until every reader is whole."""
        queue = deque(_Ask(reader, place) for reader in readers for place in reader.begin())
        running: dict[Future[_Came], _Ask] = {}
        with ThreadPoolExecutor(self.pace.ceiling, "uar-sync") as pool:
            try:
                while queue or running:
                    while queue and len(running) < self.pace.allowed:
                        ask = queue.popleft()
                        asked = ask.asked
                        kept = self.spool.find(asked.path, asked.query)
                        if kept:
                            queue.extendleft(self._again(ask, kept))
                        elif not ask.outdated:
                            running[pool.submit(self._request, asked)] = ask
                    self.pace.running(len(running))
                    if not running:
                        continue
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        # What a reader asks next goes first: long lists end early.
                        queue.extendleft(self._arrived(running.pop(future), future.result()))
                    self.requests += len(done)
                    self._progress(self.requests, self.requests + len(queue) + len(running))
            except BaseException:
                self.client.stop()  # nobody waits for a request that sleeps
                raise

    def _request(self, asked: Asked) -> _Came:
        query = asked.query
        answer = self.client.request(
            asked.method,
            asked.path,
            params=asked.params or None,
            body=asked.body,
            repeat_safe=True,
            troubled=self.pace.troubled,
        )
        return answer, query, packed(answer, query)

    def _arrived(self, ask: _Ask, came: _Came) -> list[_Ask]:
        answer, query, ready = came
        if answer.tries == 1:
            self.pace.answered()
        if ask.outdated:
            return []
        ok = answer.status == 200
        kept = self.spool.add(answer.path, query, ready) if ok else self.spool.add_aside(ready)
        return self._take(ask, answer, kept)

    def _again(self, ask: _Ask, kept: Kept) -> list[_Ask]:
        return [] if ask.outdated else self._take(ask, self.spool.answer(kept), kept)

    def _take(self, ask: _Ask, answer: Answer, kept: Kept) -> list[_Ask]:
        """What to ask for next, last one first."""
        reader = ask.reader
        try:
            places = reader.take(ask.place, answer, kept)
        except (Moved, Garbled):
            for path in reader.paths:
                self.spool.forget(path)
            reader.spoilt += 1
            if reader.spoilt >= READS:
                raise
            places = reader.begin()
        return [_Ask(reader, place) for place in reversed(places)]


_Came = tuple[Answer, str, Packed]  # with the query it answers


class _Ask:
    """One place to ask for, in one of the attempts of a reader. There are many: they are small."""

    __slots__ = ("attempt", "place", "reader")

    def __init__(self, reader: Reader, place: Any) -> None:
        self.reader = reader
        self.place = place
        self.attempt = reader.attempt

    @property
    def asked(self) -> Asked:
        return self.reader.asked(self.place)

    @property
    def outdated(self) -> bool:
        """Is the reader whole, or has it begun again since?"""
        return self.reader.whole or self.attempt != self.reader.attempt
