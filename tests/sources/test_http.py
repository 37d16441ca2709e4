"""The client against a real server: patience, last words, lost writes, credentials."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any

import pytest

from tests.sandbox import small as names
from uar.errors import SourceError
from uar.sandbox.server import Sandbox
from uar.sources._http import Answer, Client, Credential, Lost, Patience, expect

from .conftest import CLIENT_SECRET, KEY, Connect

USERS = "/api/systemusers"
MEMBERS = f"/api/v2/usergroups/{names.STAFF}/members"
REMOVE = {"op": "remove", "type": "user", "id": names.ANA}
FOREVER = Patience()
WRITER = Credential(api_key=names.WRITE_KEY)


def get(client: Client, path: str = USERS, **params: Any) -> Answer:
    return client.request("GET", path, params=params, repeat_safe=True)


def remove(client: Client, repeat_safe: bool = False) -> Answer:
    return client.request("POST", MEMBERS, body=REMOVE, repeat_safe=repeat_safe)


@contextmanager
def server(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these raw answers in turn, the last one for ever; what it was sent."""
    seen: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline()
            lines = [line]
            while line not in (b"\r\n", b""):
                line = self.rfile.readline()
                lines.append(line)
            seen.append(b"".join(lines))
            self.wfile.write(answers[min(len(seen), len(answers)) - 1])

    listening = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}", seen
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def raw(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


# Last words


@pytest.mark.parametrize(
    ("path", "status"),
    [(USERS, 200), ("/api/systemusers/none", 404), (MEMBERS, 200), (f"{MEMBERS}/none", 404)],
)
def test_an_answer_is_the_last_word(connected: Connect, path: str, status: int) -> None:
    answer = get(connected(), path)
    assert (answer.status, answer.tries, answer.method, answer.path) == (status, 1, "GET", path)
    assert answer.requested_at <= answer.answered_at


@pytest.mark.parametrize("fault", ["429", "500", "502", "reset"])
def test_a_read_is_repeated_until_it_is_answered(
    box: Sandbox, connected: Connect, fault: str
) -> None:
    box.add_fault(f"{fault}:times=2")
    answer = get(connected())
    assert (answer.status, answer.tries) == (200, 3)


@pytest.mark.parametrize("fault", ["429", "500", "502", "reset"])
def test_patience_ends(box: Sandbox, connected: Connect, fault: str) -> None:
    box.add_fault(fault)
    with pytest.raises(SourceError, match=r"GET /api/systemusers: .*tries: 3.*try again later"):
        get(connected())
    assert len(box.requests) == 3


def test_nobody_there(connected: Connect) -> None:
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:1 cannot be reached"):
        get(connected(url="http://127.0.0.1:1"))


def test_a_silent_server_is_not_waited_for(box: Sandbox, connected: Connect) -> None:
    box.add_fault("hang:seconds=30")
    with pytest.raises(SourceError, match="did not answer in time"):
        get(connected(patience=Patience(tries=1, to_answer=0.05)))


# Pauses


def test_pauses_grow_and_are_capped(box: Sandbox, connected: Connect) -> None:
    box.add_fault("500")
    pauses: list[float] = []
    patience = Patience(tries=8, first_pause=1, longest_pause=8)
    with pytest.raises(SourceError):
        get(connected(patience=patience, pauses=pauses))
    for pause, most in zip(pauses, [1, 2, 4, 8, 8, 8, 8], strict=True):
        assert most / 2 <= pause <= most


def test_retry_after_in_seconds(box: Sandbox, connected: Connect) -> None:
    box.add_fault("429:times=1,retry_after=17")
    pauses: list[float] = []
    get(connected(pauses=pauses))
    assert pauses == [17]


def test_retry_after_as_a_date(connected: Connect) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100)
    slow = raw("429 Slow", b"", f"Retry-After: {format_datetime(then, usegmt=True)}")
    pauses: list[float] = []
    with server(slow, raw("200 OK")) as (url, _):
        get(connected(url=url, pauses=pauses))
    assert 0 < pauses[0] <= 100


@pytest.mark.parametrize("value", ["soon", "-5", "", "9" * 400, "Wed, 99 Foo 2026 00:00:00 GMT"])
def test_a_retry_after_without_sense(connected: Connect, value: str) -> None:
    pauses: list[float] = []
    with server(raw("503 No", b"", f"Retry-After: {value}"), raw("200 OK")) as (url, _):
        assert get(connected(url=url, pauses=pauses)).status == 200
    assert 0 <= pauses[0] <= FOREVER.longest_retry_after


# Writes


def test_a_write_that_was_surely_not_done_is_repeated(box: Sandbox, connected: Connect) -> None:
    box.add_fault("429:times=2,method=POST")
    assert remove(connected(WRITER)).status == 204


@pytest.mark.parametrize("fault", ["reset:after=true", "500:after=true", "reset", "502"])
def test_a_write_that_may_have_been_done_is_lost(
    box: Sandbox, connected: Connect, fault: str
) -> None:
    box.add_fault(f"{fault},times=1" if ":" in fault else f"{fault}:times=1")
    with pytest.raises(Lost, match="may or may not have been carried out"):
        remove(connected())
    assert len(box.requests) == 1


def test_a_repeat_safe_write_is_repeated(box: Sandbox, connected: Connect) -> None:
    box.add_fault("reset:after=true,times=1")
    answer = remove(connected(WRITER), repeat_safe=True)
    assert (answer.status, answer.tries) == (404, 2)  # the first try had removed it


def test_a_repeat_safe_write_without_any_answer_is_lost_too(
    box: Sandbox, connected: Connect
) -> None:
    box.add_fault("reset")
    with pytest.raises(Lost):
        remove(connected(), repeat_safe=True)


def test_a_write_that_was_only_ever_turned_away_is_not_lost(
    box: Sandbox, connected: Connect
) -> None:
    box.add_fault("429")
    with pytest.raises(SourceError) as raised:
        remove(connected(), repeat_safe=True)
    assert not isinstance(raised.value, Lost)


def test_insights_are_a_read(box: Sandbox, connected: Connect) -> None:
    box.add_fault("reset")
    with pytest.raises(SourceError) as raised:
        connected().request("POST", "/insights/directory/v1/events", body={}, repeat_safe=True)
    assert not isinstance(raised.value, Lost)


# Bodies


@pytest.mark.parametrize("fault", ["truncated", "empty", "wrong-type"])
def test_a_garbled_answer_is_named(box: Sandbox, connected: Connect, fault: str) -> None:
    box.add_fault(fault)
    with pytest.raises(SourceError, match=r"GET /api/systemusers: status 200"):
        get(connected()).json()


def test_a_body_too_deep_or_too_long_a_number(connected: Connect) -> None:
    for body in (b"[" * 100_000, b"[" + b"9" * 5_000 + b"]", b"\xff\xfe", b"null"):
        with server(raw("200 OK", body)) as (url, _), pytest.raises(SourceError):
            get(connected(url=url)).json(list)


# Hints


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (401, b'{"message":"Unauthorized: api key user not found"}', "unknown or has expired"),
        (401, b'{"message":"Unauthorized: no organization selected"}', "set JUMPCLOUD_ORG_ID"),
        (403, b'{"message":"Forbidden"}', "lacks this right"),
        (402, b"{}", "licence"),
        (400, b'{"message":"Bad Request: invalid organization id"}', "JUMPCLOUD_ORG_ID"),
        (404, b"<html>", "not there"),
        (302, b"", "not carried to another address"),
        (418, b"[]", "uar check"),
    ],
)
def test_what_to_do_about_a_status(status: int, body: bytes, hint: str) -> None:
    answer = Answer(status, {}, body, "", "", "GET", USERS)
    with pytest.raises(SourceError, match=hint) as raised:
        expect(answer, 200)
    assert f"GET {USERS}: status {status}" in str(raised.value)
    assert expect(answer, 200, status) is answer


# Credentials


def test_a_key_is_not_carried_to_another_address(connected: Connect) -> None:
    with (
        server(raw("200 OK")) as (other, taken),
        server(raw("302 Found", b"", f"Location: {other}/api/systemusers")) as (url, _),
    ):
        assert get(connected(url=url)).status == 302
    assert taken == []


def test_the_organisation_is_named_only_where_it_may_be(box: Sandbox, connected: Connect) -> None:
    client = connected(Credential(api_key="jca_mtp", org_id=names.ORG))
    assert get(client, "/api/organizations").status == 200
    assert get(client).status == 200
    assert get(connected(Credential(api_key="jca_mtp"))).status == 401


def test_an_organisation_that_is_not_wanted_after_all_is_left_out(connected: Connect) -> None:
    text = b'{"message":"Forbidden: organization selection not allowed via header"}'
    with server(raw("403 Forbidden", text), raw("200 OK")) as (url, seen):
        assert get(connected(Credential(api_key=KEY, org_id=names.ORG), url=url)).status == 200
    assert [b"x-org-id" in request for request in seen] == [True, False]


def test_a_service_account_asks_for_one_token(box: Sandbox, connected: Connect) -> None:
    client = connected(Credential(client_id="robot", client_secret=CLIENT_SECRET))
    assert [get(client).status for _ in range(3)] == [200, 200, 200]
    assert [each.path for each in box.requests].count("/oauth2/token") == 1


def test_a_token_that_is_refused_is_renewed_once(box: Sandbox, connected: Connect) -> None:
    client = connected(Credential(client_id="robot", client_secret=CLIENT_SECRET))
    get(client)
    box.tokens.__init__()  # type: ignore[misc]  # the server forgets every token
    assert get(client).status == 200
    box.tenant.serviceaccounts.drop(names.ROBOT)
    with pytest.raises(SourceError, match="JUMPCLOUD_CLIENT_SECRET"):
        get(client)


def test_a_token_is_renewed_before_it_ends(box: Sandbox, connected: Connect) -> None:
    box.options.token_seconds = 0
    client = connected(Credential(client_id="robot", client_secret=CLIENT_SECRET))
    assert get(client).status == 401  # the emulated token has ended when it arrives
    assert [each.path for each in box.requests].count("/oauth2/token") == 2


def test_a_wrong_client_secret(connected: Connect) -> None:
    with pytest.raises(SourceError, match="POST /oauth2/token: status 401: the client id"):
        get(connected(Credential(client_id="robot", client_secret="wrong")))


@pytest.mark.parametrize("answer", [b"{}", b'{"access_token": "a\\nb"}', b'{"access_token": 5}'])
def test_an_answer_without_a_token(box: Sandbox, answer: bytes) -> None:
    with server(raw("200 OK", answer)) as (url, _):
        credential = Credential(client_id="robot", client_secret=CLIENT_SECRET)
        with (
            Client(
                box.url,
                credential,
                insights_url=box.url,
                token_url=f"{url}/oauth2/token",
                patience=Patience(),
            ) as client,
            pytest.raises(SourceError, match="holds no token"),
        ):
            get(client)


def test_what_is_shown_of_a_credential_and_an_answer(connected: Connect) -> None:
    credential = Credential("a-key", "an-id", "a-secret", "an-org")
    assert repr(credential) == "Credential(org_id='an-org')"
    assert "example.com" not in repr(get(connected()))


def test_a_stopped_client_ends_its_pauses(box: Sandbox) -> None:
    box.add_fault("429:retry_after=300")
    with Client(
        box.url,
        Credential(api_key=KEY),
        insights_url=box.url,
        token_url=f"{box.url}/oauth2/token",
        patience=Patience(),
    ) as client:
        threading.Timer(0.05, client.stop).start()
        with pytest.raises(SourceError, match="429"):
            get(client)
    assert len(box.requests) == 1
