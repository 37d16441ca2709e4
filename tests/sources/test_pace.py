"""How many requests are in flight: up to the ceiling, half on trouble, the rest never stopped."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar.sandbox.server import Sandbox
from uar.sources._http import Answer, Client, Patience
from uar.sources._pace import Pace
from uar.sources.jumpcloud import read

from .conftest import Connect, same


class Counting(Client):
    """Counts the requests that are in flight at once."""

    now = most = 0
    lock = threading.Lock()

    def request(self, *args: Any, **options: Any) -> Answer:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            return super().request(*args, **options)
        finally:
            with self.lock:
                self.now -= 1


@pytest.mark.parametrize("in_flight", [1, 2, 5])
def test_it_grows_to_the_ceiling_and_no_further(
    connected: Connect, box: Sandbox, in_flight: int
) -> None:
    box.latency = 0.02
    client = connected(kind=Counting)
    header = read(client, in_flight=in_flight).header
    assert isinstance(client, Counting)
    assert client.most == header.most_in_flight == in_flight
    assert (header.halvings, header.retries) == (0, 0)
    assert header.requests == len(box.requests)


@pytest.mark.parametrize("fault", ["429:every=5", "429:every=5,retry_after=date", "500:every=5"])
def test_trouble_is_told_and_changes_nothing(connected: Connect, box: Sandbox, fault: str) -> None:
    expected = read(connected())
    box.add_fault(fault)
    came = read(connected(patience=Patience(tries=9)))
    assert same(came, expected)
    assert came.header.retries == box.faults[0].struck > 0
    assert 0 < came.header.halvings <= came.header.retries


def test_retry_after_is_waited_for_in_both_forms(connected: Connect, box: Sandbox) -> None:
    for form in ("7", "date"):
        box.faults.clear()
        box.add_fault(f"429:times=1,retry_after={form}")
        pauses: list[float] = []
        read(connected(pauses=pauses))
        assert len(pauses) == 1
        assert pauses[0] == 7 if form == "7" else 0 < pauses[0] <= 2


def test_one_slow_request_does_not_stop_the_rest(connected: Connect, box: Sandbox) -> None:
    class Slow(Client):
        rest = threading.Event()

        def request(self, method: str, path: str, **options: Any) -> Answer:
            if path == "/api/organizations":
                assert self.rest.wait(20), "the rest of the first round was not read meanwhile"
            answer = super().request(method, path, **options)
            asked = {each.path.partition("?")[0] for each in box.requests}
            if {"/api/systemusers", "/api/applications", "/api/v2/usergroups"} <= asked:
                self.rest.set()
            return answer

    read(connected(kind=Slow), in_flight=2)


def test_half_on_trouble_once_for_what_was_sent_together() -> None:
    pace = Pace(16)
    for _ in range(20):
        pace.answered()
    assert pace.allowed == 16
    sent = time.monotonic()
    for _ in range(5):
        pace.troubled(sent)
    assert (pace.allowed, pace.halvings, pace.retries) == (8, 1, 5)
    for _ in range(8):
        pace.answered()
    assert pace.allowed == 9
    pace.troubled(time.monotonic() + 1)
    assert pace.allowed == 4


@given(ceiling=st.integers(1, 64), steps=st.lists(st.booleans(), max_size=200))
def test_the_ceiling_and_the_least_hold_whatever_comes(ceiling: int, steps: list[bool]) -> None:
    pace = Pace(ceiling)
    for number, happy in enumerate(steps):
        if happy:
            pace.answered()
        else:
            pace.troubled(time.monotonic() + number)
        assert min(2, ceiling) <= pace.allowed <= ceiling
