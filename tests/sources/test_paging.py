"""Lists come whole or not at all, whatever moves while they are read."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar.errors import SourceError
from uar.sources._fetching import Fetcher
from uar.sources._http import Answer, Client
from uar.sources._pace import Pace
from uar.sources._paging import Listing, array, envelope
from uar.sources._spool import Spool
from uar.sources._values import identity

Rows = list[str]
World = Callable[[int], Rows]  # what the list holds when the n-th request arrives


class Server:
    """Answers as JumpCloud would: plain offsets into whatever the list holds at that moment."""

    def __init__(self, world: World, *, stated: bool, cap: int = 100) -> None:
        self.world, self.stated, self.cap = world, stated, cap
        self.asked: list[tuple[int, int]] = []
        self.lock = threading.Lock()

    def request(self, method: str, path: str, *, params: Mapping[str, str], **_: Any) -> Answer:
        with self.lock:
            skip, limit = int(params["skip"]), min(int(params["limit"]), self.cap)
            rows = self.world(len(self.asked))
            self.asked.append((skip, limit))
        page = [{"id": row} for row in rows[skip : skip + limit]]
        body: Any = {"totalCount": len(rows), "results": page} if self.stated else page
        return Answer(200, {}, json.dumps(body).encode(), "1", "2", method, path)

    def stop(self) -> None: ...


def listing(stated: bool) -> Listing[str]:
    unpack = envelope if stated else array
    return Listing("/list", unpack, lambda row: identity(row, "id"), key=lambda row: row)


def read(server: Server, in_flight: int = 1) -> Rows:
    client: Client = server  # type: ignore[assignment]
    (reading,) = fetcher(client, in_flight).read([listing(server.stated)])
    assert reading.stated == (len(reading.rows) if server.stated else None)
    return list(reading.rows)


def fetcher(client: Client, in_flight: int) -> Fetcher:
    return Fetcher(client, Pace(in_flight), Spool(), lambda answered, known: None)


def names(count: int) -> Rows:
    return [f"r{n:04}" for n in range(count)]


@pytest.mark.parametrize("stated", [True, False])
@given(count=st.integers(0, 450), in_flight=st.integers(1, 8))
def test_every_row_once_in_order(stated: bool, count: int, in_flight: int) -> None:
    assert read(Server(lambda _: names(count), stated=stated), in_flight) == names(count)


@pytest.mark.parametrize(
    ("count", "stated", "requests"),
    [
        (0, True, 1), (100, True, 1), (101, True, 2), (199, True, 2), (200, True, 3),
        (0, False, 1), (99, False, 1), (100, False, 2), (198, False, 2), (199, False, 3),
    ],
)  # fmt: skip
def test_no_more_requests_than_needed(count: int, stated: bool, requests: int) -> None:
    server = Server(lambda _: names(count), stated=stated)
    read(server)
    assert len(server.asked) == requests


@given(count=st.integers(0, 300), cap=st.integers(2, 99))
def test_a_server_that_gives_fewer_than_asked(count: int, cap: int) -> None:
    assert read(Server(lambda _: names(count), stated=True, cap=cap)) == names(count)


@pytest.mark.parametrize("stated", [True, False])
@given(
    count=st.integers(101, 350),
    changes=st.lists(st.tuples(st.integers(0, 349), st.booleans()), min_size=1, max_size=3),
    at=st.integers(1, 4),
    in_flight=st.integers(1, 3),
)
def test_a_list_that_moves_once_comes_as_it_was_or_as_it_is(
    stated: bool, count: int, changes: list[tuple[int, bool]], at: int, in_flight: int
) -> None:
    before = names(count)
    after = list(before)
    for number, (place, removes) in enumerate(changes):
        if removes and len(after) > place:
            del after[place]
        else:
            after.insert(place, f"new{number}")
    came = read(Server(lambda n: before if n < at else after, stated=stated), in_flight)
    assert set(came) <= {*before, *after}
    # Whoever was there the whole time is never missed, and nobody comes twice.
    assert set(before) & set(after) <= set(came)
    assert len(set(came)) == len(came)


def test_one_goes_and_another_comes_so_that_the_total_stays() -> None:
    before = names(250)
    after = [*before[1:], "last"]
    assert read(Server(lambda n: before if n < 1 else after, stated=True)) == after


def test_a_total_that_changes_is_looked_into() -> None:
    grown = names(200)
    assert read(Server(lambda n: grown[:199] if n < 1 else grown, stated=True)) == grown


@pytest.mark.parametrize("stated", [True, False])
def test_a_list_that_never_holds_still_is_an_error(stated: bool) -> None:
    server = Server(lambda n: names(250)[n % 2 :], stated=stated)
    with pytest.raises(SourceError, match=r"GET /list: .* 3 times over"):
        read(server)


@pytest.mark.parametrize(
    "rows", [["a", "a"], ["a"] * 150, ["a", *names(150), "a"]], ids=["page", "all", "far"]
)
@pytest.mark.parametrize("stated", [True, False])
def test_a_row_that_comes_twice_is_an_error(rows: Rows, stated: bool) -> None:
    with pytest.raises(SourceError, match="did not come whole"):
        read(Server(lambda _: rows, stated=stated))


def test_offsets_that_are_ignored_are_an_error() -> None:
    class Deaf(Server):
        def request(self, method: str, path: str, *, params: Any, **_: Any) -> Answer:
            return super().request(method, path, params={**params, "skip": "0"})

    for stated in (True, False):
        with pytest.raises(SourceError, match="did not come whole"):
            read(Deaf(lambda _: names(150), stated=stated))


@pytest.mark.parametrize("total", ["12", None, True, -1, 99])
def test_a_total_that_does_not_hold(total: object) -> None:
    class Liar(Server):
        def request(self, method: str, path: str, *, params: Any, **_: Any) -> Answer:
            answer = super().request(method, path, params=params)
            body = {**json.loads(answer.body), "totalCount": total}
            return Answer(200, {}, json.dumps(body).encode(), "1", "2", method, path)

    with pytest.raises(SourceError, match="GET /list"):
        read(Liar(lambda _: names(12), stated=True))


@pytest.mark.parametrize("row", ["text", None, 5, [], {"name": "no id"}])
def test_a_row_that_is_none(row: object) -> None:
    class Odd(Server):
        def request(self, method: str, path: str, *, params: Any, **_: Any) -> Answer:
            return Answer(200, {}, json.dumps([row]).encode(), "1", "2", method, path)

    with pytest.raises(SourceError, match="GET /list: a row"):
        read(Odd(lambda _: [], stated=False))


def test_a_sort_that_is_refused_is_left_out() -> None:
    class Unsorted(Server):
        def request(self, method: str, path: str, *, params: Any, **_: Any) -> Answer:
            if "sort" in params:
                return Answer(400, {}, b"{}", "1", "2", method, path)
            return super().request(method, path, params=params)

    client: Client = Unsorted(lambda _: names(120), stated=True)  # type: ignore[assignment]
    sorted_list = Listing(
        "/list", envelope, lambda row: identity(row, "id"), key=lambda row: row, sort="id"
    )
    (reading,) = fetcher(client, 4).read([sorted_list])
    assert list(reading.rows) == names(120)
