"""Every fault does what its name says, to the requests it is meant for, and to no other."""

from __future__ import annotations

import threading
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from uar.errors import SetupError
from uar.sandbox.faults import Fault, fault
from uar.sandbox.server import Sandbox

from .conftest import ids
from .small import ANA, BACKUP, BEN, CEM, OWNER, READ_KEY, ROBOT, STAFF, small
from .test_writes import operation

USERS = "/api/systemusers"
MEMBERS = f"/api/v2/usergroups/{STAFF}/members"


def statuses(client: httpx.Client, times: int, path: str = USERS) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_429_with_and_without_a_word_when_to_come_back(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("429:at=1")
    box.add_fault("429:at=2,retry_after=3")
    box.add_fault("429:at=3,retry_after=date")
    plain, seconds, date = (reader.get(USERS) for _ in range(3))
    assert {plain.status_code, seconds.status_code, date.status_code} == {429}
    assert "retry-after" not in plain.headers
    assert seconds.headers["retry-after"] == "3"
    told = parsedate_to_datetime(date.headers["retry-after"])
    sent = parsedate_to_datetime(date.headers["date"])
    assert 1 <= (told - sent).total_seconds() <= 3
    assert reader.get(USERS).status_code == 200


def test_500_and_a_proxys_502(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("500:at=1")
    box.add_fault("502:at=2")
    assert reader.get(USERS).json() == {"message": "Internal Server Error"}
    gateway = reader.get(USERS)
    assert (gateway.status_code, gateway.headers["content-type"]) == (502, "text/html")
    assert "<html>" in gateway.text


def test_reset_cuts_the_connection(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("reset:at=2")
    assert reader.get(USERS).status_code == 200
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        reader.get(USERS)
    assert reader.get(USERS).status_code == 200
    assert [logged.status for logged in box.requests] == [200, 0, 200]


def test_hang_keeps_a_client_waiting(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("hang:at=1")
    with pytest.raises(httpx.ReadTimeout):
        reader.get(USERS, timeout=0.2)
    assert reader.get(USERS).status_code == 200


def test_a_hanging_request_does_not_keep_the_server_from_stopping() -> None:
    with (
        Sandbox(small(), faults=["hang"]) as box,
        httpx.Client(headers={"x-api-key": READ_KEY}, trust_env=False) as client,
    ):

        def ask() -> None:
            with pytest.raises(httpx.TransportError):
                client.get(box.url + USERS, timeout=30)

        asking = threading.Thread(target=ask)
        asking.start()
        while not box.faults[0].struck:
            time.sleep(0.01)
        started = time.monotonic()
        box.stopping.set()
        asking.join()
        assert time.monotonic() - started < 5


def test_broken_bodies(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("truncated:at=1")
    box.add_fault("wrong-type:at=2")
    box.add_fault("empty:at=3")
    cut, wrong, empty, whole = (reader.get(USERS) for _ in range(4))
    assert {each.status_code for each in (cut, wrong, empty)} == {200}
    assert cut.content == whole.content[: len(whole.content) // 2]
    assert wrong.json() == []
    assert empty.content == b""
    box.add_fault("wrong-type")
    assert reader.get("/api/v2/usergroups").json() == {"results": None}


def walk(client: httpx.Client, path: str, limit: int) -> list[Any]:
    rows: list[Any] = []
    while page := client.get(path, params={"limit": limit, "skip": len(rows)}).json():
        rows += page["results"] if isinstance(page, dict) else page
        if isinstance(page, dict) and not page["results"]:
            break
    return ids(rows)


def test_a_row_twice_a_row_missing_and_shifting_pages(box: Sandbox, reader: httpx.Client) -> None:
    whole = walk(reader, USERS, 2)
    box.faults = [fault("duplicate-row:at=2")]
    assert walk(reader, USERS, 2) == [*whole[:2], whole[1], *whole[2:4][:1], whole[4]]
    box.faults = [fault("missing-row:at=1")]
    assert whole[0] not in walk(reader, USERS, 2)
    box.faults = [fault("shifting-pages")]
    first = reader.get(USERS, params={"limit": 2}).json()
    second = reader.get(USERS, params={"limit": 2, "skip": 2}).json()
    assert first["totalCount"] == second["totalCount"] == 4
    assert [row["_id"] for row in second["results"]] == whole[3:5]


def test_v2_pages_shift_too(box: Sandbox, reader: httpx.Client) -> None:
    box.add_fault("missing-row:path=/members")
    assert walk(reader, MEMBERS, 10) == [BEN, CEM]
    assert len(walk(reader, "/api/v2/usergroups", 10)) == 4


def test_a_removal_that_does_not_stick(box: Sandbox, writer: httpx.Client) -> None:
    before = box.tenant.export()
    box.add_fault("sticky")
    remove = operation("remove", "user", ANA)
    for method, path, body, status in (
        ("POST", MEMBERS, remove, 204),
        ("POST", f"/api/v2/users/{CEM}/associations", google(), 204),
        ("POST", f"/api/systemusers/{ANA}/state/suspend", None, 200),
        ("DELETE", f"/api/systemusers/{CEM}", None, 200),
        ("DELETE", f"/api/users/{BACKUP}", None, 200),
        ("PUT", f"/api/users/{BACKUP}", {"roleName": "Help Desk"}, 200),
        ("DELETE", f"/api/v2/service-accounts/{ROBOT}", None, 200),
        ("PUT", f"/api/systemusers/{ANA}", {"suspended": True, "state": "SUSPENDED"}, 200),
    ):
        assert writer.request(method, path, json=body).status_code == status, path
    assert {**box.tenant.export(), "now": ""} == {**before, "now": ""}
    gone = operation("remove", "user", OWNER)
    assert writer.post(MEMBERS, json=gone).status_code == 404
    box.faults.clear()
    assert writer.post(MEMBERS, json=remove).status_code == 204
    assert ANA not in ids(writer.get(MEMBERS).json())


def google() -> dict[str, Any]:
    edge = next(e for e in small()["edges"] if e["to"]["type"] == "g_suite")
    return operation("remove", "g_suite", edge["to"]["id"])


def test_an_answer_lost_after_the_work_was_done(box: Sandbox, writer: httpx.Client) -> None:
    box.add_fault("reset:method=POST,after=true,at=1")
    remove = operation("remove", "user", ANA)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        writer.post(MEMBERS, json=remove)
    assert writer.post(MEMBERS, json=remove).status_code == 404
    box.add_fault("500:method=POST,after=true,at=1")
    assert writer.post(MEMBERS, json=operation("remove", "user", BEN)).status_code == 500
    assert ids(writer.get(MEMBERS).json()) == [CEM]


def test_which_requests_are_hit(box: Sandbox, reader: httpx.Client) -> None:
    every = box.add_fault("500:every=3,path=systemusers,times=2")
    assert statuses(reader, 9) == [200, 200, 500, 200, 200, 500, 200, 200, 200]
    assert statuses(reader, 3, "/api/users") == [200] * 3
    assert (every.seen, every.struck) == (9, 2)
    box.faults = [fault("500:method=post")]
    assert reader.get(USERS).status_code == 200
    assert reader.post("/api/search/systemusers", json={}).status_code == 500


def test_chance_is_repeatable(box: Sandbox, reader: httpx.Client) -> None:
    def run(written: str) -> list[int]:
        box.faults = [fault(written)]
        return statuses(reader, 40)

    assert run("500:p=0.5,seed=1") == run("500:p=0.5,seed=1")
    assert run("500:p=0.5,seed=1") != run("500:p=0.5,seed=2")
    assert 5 < run("500:p=0.5,seed=1").count(500) < 35


@pytest.mark.parametrize("written", ["418", "500:colour=red", "500:at=one", "500:kind=502"])
def test_a_fault_that_cannot_be_read(written: str) -> None:
    with pytest.raises(SetupError):
        fault(written)


def test_a_fault_from_python() -> None:
    assert fault("429:at=3,retry_after=2") == Fault("429", at=3, retry_after="2")


def test_latency() -> None:
    with (
        Sandbox(small(), latency_ms=80) as slow,
        httpx.Client(headers={"x-api-key": READ_KEY}, trust_env=False) as asking,
    ):
        started = time.monotonic()
        assert asking.get(slow.url + USERS).status_code == 200
        assert time.monotonic() - started >= 0.08
