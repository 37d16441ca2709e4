"""Directory Insights: what is asked for, page by page, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uar.sandbox.events import Events, milliseconds, moment
from uar.sandbox.server import Sandbox

from .small import ANA, BEN, PAYROLL, STAFF, WIKI
from .test_writes import operation

EVENTS = "/insights/directory/v1/events"
SINCE = "2026-11-01T00:00:00Z"


def ask(client: httpx.Client, path: str = EVENTS, **body: Any) -> httpx.Response:
    return client.post(path, json={"service": ["all"], "start_time": SINCE, **body})


def numbers(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [int(row["id"][2:]) for row in answer.json()]


def test_a_page_and_its_headers(reader: httpx.Client) -> None:
    answer = ask(reader, limit=2)
    assert numbers(answer) == [0, 1]
    assert answer.headers["x-result-count"] == "2"
    assert answer.headers["x-limit"] == "2"
    assert answer.headers["x-sort"] == "ASC"
    assert answer.headers["x-request-id"]
    mark = json.loads(answer.headers["x-search_after"])
    assert mark == [milliseconds(moment("2026-11-01T01:00:00Z")), answer.json()[1]["id"]]


@pytest.mark.parametrize(
    ("sort", "limit", "pages"),
    [
        ("ASC", 2, [[0, 1], [2, 3], [4]]),
        ("DESC", 2, [[4, 3], [2, 1], [0]]),
        ("DESC", 5, [[4, 3, 2, 1, 0], []]),
        ("sideways", 4, [[0, 1, 2, 3], [4]]),
    ],
)
def test_search_after_walks_all_pages(
    reader: httpx.Client, sort: str, limit: int, pages: list[list[int]]
) -> None:
    seen = []
    after: dict[str, Any] = {}
    while True:
        answer = ask(reader, limit=limit, sort=sort, **after)
        seen.append(numbers(answer))
        after = {"search_after": json.loads(answer.headers["x-search_after"])}
        assert after["search_after"]
        if int(answer.headers["x-result-count"]) < int(answer.headers["x-limit"]):
            break
    assert seen == pages


def test_events_of_one_moment_are_not_lost_between_pages() -> None:
    rows = [{"id": f"{n}", "timestamp": SINCE} for n in range(5)]
    events = Events(reversed(rows))
    at = milliseconds(moment(SINCE))
    seen: list[str] = []
    after = None
    while page := list(events.between(at, at, after))[:2]:
        seen += [event["id"] for _, event in page]
        after = page[-1][0]
    assert seen == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("limit", [0, -3, "many", True, None])
def test_a_nonsense_limit_is_1000(reader: httpx.Client, limit: object) -> None:
    assert ask(reader, limit=limit).headers["x-limit"] == "1000"
    assert ask(reader, limit=99999).headers["x-limit"] == "10000"


def test_services_and_times(reader: httpx.Client) -> None:
    assert numbers(ask(reader, service=["sso"])) == [1, 2, 3]
    assert numbers(ask(reader, service=["sso", "radius"])) == [1, 2, 3, 4]
    assert numbers(ask(reader, start_time="2026-11-01T03:00:00Z")) == [3, 4]
    assert numbers(ask(reader, end_time="2026-11-01T01:00:00.000000000Z")) == [0, 1]
    assert numbers(ask(reader, start_time="2026-11-01T04:00:00+01:00")) == [3, 4]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ({"and": [{"event_type": "sso_auth"}]}, [1, 2, 3]),
        ({"and": [{"event_type": ["sso_auth", "radius_auth"]}]}, [1, 2, 3, 4]),
        ({"and": [{"event_type": "sso_auth"}, {"application.id": WIKI}]}, [2, 3]),
        ({"or": [{"application.id": PAYROLL}, {"event_type": "radius_auth"}]}, [1, 4]),
        ({"not": [{"event_type": "sso_auth"}]}, [0, 4]),
        ({"and": [{"event_type": "sso_auth"}], "not": [{"initiated_by.id": BEN}]}, [1, 3]),
        ({"and": [{"application.name": "saml"}]}, [1]),
        ({"and": [{"application.name": "SAML"}]}, []),
        ({"and": [{"field": "success", "operator": "eq", "value": False}]}, [4]),
        ({"and": [{"field": "event_type", "operator": "contains", "value": "auth"}]}, [1, 2, 3, 4]),
        ({"and": [{"field": "event_type", "operator": "startsWith", "value": "user"}]}, [0]),
        ({"and": [{"field": "event_type", "operator": "not_in", "value": ["sso_auth"]}]}, [0, 4]),
        (
            {"and": [{"field": "timestamp", "operator": "after", "value": "2026-11-01T02:30:00Z"}]},
            [3, 4],
        ),
    ],
)
def test_search_terms(reader: httpx.Client, term: dict[str, Any], found: list[int]) -> None:
    assert numbers(ask(reader, search_term=term)) == found


def test_fields(reader: httpx.Client) -> None:
    answer = ask(reader, limit=1, fields=["id", "initiated_by.id", "made_up"])
    assert answer.json() == [{"id": f"ef{0:022x}", "initiated_by": {"id": ANA}}]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": []},
        {"fields": ["made_up"]},
        {"service": []},
        {"service": ["weather"]},
        {"start_time": "2026-08-21T00:00:00Z"},
        {"start_time": "yesterday"},
        {"start_time": None},
        {"search_after": ["x"]},
        {"search_term": {"perhaps": []}},
        {"search_term": {"and": [{"changes": "x"}]}},
    ],
)
def test_refusals(reader: httpx.Client, body: dict[str, Any]) -> None:
    answer = ask(reader, **body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"message"}


def test_an_unknown_service_is_told_the_known_ones(reader: httpx.Client) -> None:
    assert "directory" in ask(reader, service=["weather"]).json()["message"]


def test_ninety_days_are_kept(reader: httpx.Client) -> None:
    assert ask(reader, start_time="2026-08-22T09:01:00Z").status_code == 200
    assert ask(reader, start_time="2026-08-22T08:59:00Z").status_code == 400


def test_count_and_distinct(reader: httpx.Client) -> None:
    assert ask(reader, f"{EVENTS}/count", service=["sso"]).json() == {"count": 3}
    answer = ask(reader, f"{EVENTS}/distinct", service=["sso"], field="application.id").json()
    assert answer["buckets"] == [{"key": WIKI, "doc_count": 2}, {"key": PAYROLL, "doc_count": 1}]
    assert ask(reader, f"{EVENTS}/distinct").status_code == 400


def test_what_we_change_is_found_there(writer: httpx.Client) -> None:
    writer.post(f"/api/v2/usergroups/{STAFF}/members", json=operation("remove", "user", ANA))
    term = {"and": [{"event_type": "association_change"}]}
    rows = ask(writer, search_term=term).json()
    assert [row["association"]["op"] for row in rows] == ["remove"]
    assert rows[0]["timestamp"] >= "2026-11-20T09:00:00"


def test_an_organisation_without_insights(box: Sandbox, reader: httpx.Client) -> None:
    box.options.insights = False
    assert ask(reader).status_code == 402
    assert set(ask(reader, f"{EVENTS}/count").json()) == {"message"}


def test_insights_need_a_key(client: Callable[..., httpx.Client]) -> None:
    assert ask(client()).status_code == 401
    assert client().get(EVENTS).status_code == 401


def test_days_can_be_let_pass(reader: httpx.Client) -> None:
    before = ask(reader)
    assert numbers(before)
    assert reader.put("/sandbox/clock", json={"now": "2027-06-01T08:00:00Z"}).status_code == 204
    after = reader.get("/api/systemusers")
    assert after.headers["date"].startswith("Tue, 01 Jun 2027 08:00:0")
    assert ask(reader, start_time="2027-05-01T00:00:00Z").json() == []
    for wrong in ("tomorrow", None, 7):
        assert reader.put("/sandbox/clock", json={"now": wrong}).status_code == 400
    assert reader.get("/sandbox/clock").status_code == 405
