"""A snapshot comes out again from its own answers, byte for byte, however it was read."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import itertools
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox import small as names
from tests.sandbox.small import MTP_KEY, READ_KEY, small
from uar.errors import FolderError, SourceError, UarError
from uar.sandbox.options import Options
from uar.sandbox.server import Sandbox
from uar.snapshot import READ_FILE, Snapshot, page_file, to_files
from uar.sources import _paging, _spool, _usage
from uar.sources._http import Answer, Client, Credential, Patience
from uar.sources._spool import Spool
from uar.sources.jumpcloud import Sealed, derive, read
from uar.unlike import unlike

from .conftest import CLIENT_SECRET, Connect, client_of, same
from .test_any_fault import FAULTS
from .test_resume import interrupted

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TIMES = ("requested_at", "answered_at")
REFUSALS = st.builds(
    lambda status, path: f"{status}:path={path}",
    st.sampled_from([403, 404]),
    st.sampled_from([
        "/api/v2/roles", "/api/v2/service-accounts/", "/api/users", "/api/systems?",
        f"/api/v2/systems/{names.MAC}/associations", "/passwordmanager/", "/memberof",
        "/insights/", "events/count", "/api/organizations",
    ]),
)  # fmt: skip


def again(
    snapshot: Snapshot, leave_out: Collection[str] = (), cross_check: int = 0
) -> Mapping[str, bytes]:
    """The files of the snapshot that its answers make."""
    sealed = Sealed(io.BytesIO(), snapshot.pages.values())
    return to_files(derive(sealed, snapshot.header, leave_out=leave_out, cross_check=cross_check))


def same_files(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> bool:
    assert set(one) == set(other)
    differing = [name for name in one if one[name] != other[name]]
    assert not differing, [(name, unlike(name, one[name], other[name])) for name in differing]
    return True


def of(box: Sandbox, key: str = READ_KEY, org_id: str = "") -> Client:
    return client_of(box, Credential(api_key=key, org_id=org_id), patience=Patience(tries=4))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    faults=st.lists(FAULTS | REFUSALS, min_size=1, max_size=4),
    size=st.integers(2, 7),
    in_flight=st.integers(1, 8),
    leave_out=st.sets(st.sampled_from(["devices", "directories", "usage", "password items"])),
    cross_check=st.integers(0, 3),
    totals=st.sampled_from(["seen", "all", "none"]),
)
def test_whatever_went_wrong_on_the_way(
    monkeypatch: pytest.MonkeyPatch,
    faults: list[str],
    size: int,
    in_flight: int,
    leave_out: set[str],
    cross_check: int,
    totals: str,
) -> None:
    monkeypatch.setattr(_paging, "LIMIT", size)
    monkeypatch.setattr(_usage, "LIMIT", size)
    with Sandbox(small(), options=Options(totals=totals)) as box, of(box) as client:
        for fault in faults:
            box.add_fault(fault)
        try:
            came = read(client, in_flight=in_flight, leave_out=leave_out, cross_check=cross_check)
        except SourceError:
            return
    assert same_files(to_files(came), again(came, leave_out, cross_check))


@pytest.mark.parametrize(
    "switch", ["insights=false", "password_manager=false", "application_fields_hide_config=false"]
)
def test_what_a_tenant_does_not_have(connected: Connect, box: Sandbox, switch: str) -> None:
    box.options.set(switch)
    came = read(connected(), cross_check=2)
    assert same_files(to_files(came), again(came, cross_check=2))


class Unsorted(Client):
    """Of a tenant that refuses to sort; the sandbox, as JumpCloud, does sort."""

    def request(self, method: str, path: str, **more: Any) -> Answer:
        if "sort" in (more.get("params") or {}):
            return Answer(400, {}, b"{}", *["2026-11-20T09:00:00.000Z"] * 2, method, path)
        return super().request(method, path, **more)


class Ticking(Client):
    """Of a tenant that goes a minute on with every answer."""

    asked = itertools.count()

    def request(self, method: str, path: str, **more: Any) -> Answer:
        answer = super().request(method, path, **more)
        at = format_datetime(NOON + dt.timedelta(minutes=next(self.asked)), usegmt=True)
        times = {name: f"2026-11-20T12:00:{next(self.asked) % 60:02}Z" for name in TIMES}
        return replace(answer, headers={**answer.headers, "date": at}, **times)


@pytest.mark.parametrize("what", ["/api/systemusers?", "v1/events"])
def test_a_list_that_did_not_hold_still_at_first(
    connected: Connect, box: Sandbox, what: str
) -> None:
    """The time is that of the answers which stand, not of those that were thrown away."""
    box.add_fault(f"truncated:at=2,path={what}")
    came = read(connected(kind=Ticking), in_flight=1)
    assert len([each for each in box.requests if what in each.path]) > 3
    assert same_files(to_files(came), again(came))


def test_a_tenant_that_sorts_nothing(connected: Connect) -> None:
    came = read(connected(kind=Unsorted), cross_check=2)
    assert same_files(to_files(came), again(came, cross_check=2))


def test_a_list_that_was_refused_in_part(connected: Connect, box: Sandbox) -> None:
    """What the rest of it answered is no table, but was read, and stays on record."""
    box.add_fault(f"403:path=/api/v2/systems/{names.PC}/associations")
    came = read(connected())
    assert "users of devices" not in set(came.collections["collection"])
    assert page_file("users of devices") in came.pages
    assert same_files(to_files(came), again(came))


@pytest.mark.parametrize("what", ["/api/users?", "directory/v1/events"])
def test_a_list_that_is_refused_in_its_middle_is_begun_again(
    monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(_paging, "LIMIT", 2)
    monkeypatch.setattr(_usage, "LIMIT", 2)
    with Sandbox(small()) as box, of(box) as client:
        expected = read(client)
        box.add_fault(f"403:path={what},at=3")
        came = read(client, in_flight=1)
        assert same(came, expected) and came.header.usage == "observed"
        assert same_files(to_files(came), again(came))
        box.add_fault("403:path=/api/users?limit=2&skip=1")
        with pytest.raises(SourceError, match=r"/api/users: .*middle was answered with status 403"):
            read(client)


@pytest.mark.parametrize(
    "credential",
    [
        Credential(api_key=MTP_KEY, org_id=names.ORG),
        Credential(client_id="robot", client_secret=CLIENT_SECRET),
    ],
)
def test_by_whatever_credential(connected: Connect, credential: Credential) -> None:
    came = read(connected(credential))
    assert same_files(to_files(came), again(came))


def test_ends_that_disagree(connected: Connect, box: Sandbox) -> None:
    box.add_fault(f"missing-row:path={names.SALES}/members")
    came = read(connected(), cross_check=1000)
    assert len(came.gaps)
    assert same_files(to_files(came), again(came, cross_check=1000))


@pytest.mark.parametrize("after", [3, 30, 44])
def test_a_read_that_was_gone_on_with(connected: Connect, box: Sandbox, after: int) -> None:
    file = interrupted(connected(), after)
    box.tenant.systemusers.drop(names.EVA)
    spool = Spool(file)
    came = read(connected(), spool=spool, cross_check=2)
    assert same_files(to_files(came), again(came, cross_check=2))


def test_the_clock_is_not_asked(connected: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    came = read(connected())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.setenv("JUMPCLOUD_BASE_URL", "http://127.0.0.1:1")
    assert same_files(to_files(came), again(came))


# Answers that do not make this snapshot


ROWS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "_id", "results", "totalCount", "to"]), inner)
    ),
    max_leaves=9,
)


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    with Sandbox(small()) as box, of(box) as client:
        return read(client)


@settings(max_examples=25, deadline=None)
@given(body=ROWS, status=st.sampled_from([0, 0, 400, 403, 404, 500]), data=st.data())
def test_whatever_stands_in_an_answer_is_told_or_makes_other_tables(
    whole: Snapshot, body: Any, status: int, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(set(whole.pages) - {READ_FILE})))
    lines = [json.loads(line) for line in gzip.decompress(whole.pages[name]).splitlines()]
    line = data.draw(st.sampled_from(lines))
    line |= {"body": json.dumps(body)} | ({"status": status} if status else {})
    line["sha256"] = hashlib.sha256(line["body"].encode()).hexdigest()
    page = b"".join(gzip.compress(json.dumps(each).encode() + b"\n") for each in lines)
    try:
        made = again(replace(whole, pages={**whole.pages, name: page}))
    except UarError:
        return
    assert any(made.get(file) != raw for file, raw in to_files(whole).items())


def test_an_answer_without_end(whole: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spool, "LARGEST", 50_000)
    with pytest.raises(FolderError, match="cannot be unpacked to the end"):
        again(replace(whole, pages={**whole.pages, "more": gzip.compress(bytes(100_000))}))


def test_every_answer_is_needed(connected: Connect) -> None:
    """Each file of answers without which the same snapshot came out would be checked by nobody."""
    came = read(connected(), cross_check=2)
    files = to_files(came)
    for name in came.pages:
        fewer = {other: raw for other, raw in came.pages.items() if other != name}
        try:
            sealed = Sealed(io.BytesIO(), fewer.values())
            made = to_files(derive(sealed, came.header, cross_check=2))
        except FolderError as error:
            assert str(error).startswith("The sealed answers do not hold "), name
            continue
        assert any(files[other] != made.get(other) for other in files), name
