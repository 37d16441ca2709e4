"""Last use: every successful event of the window once, by whatever name it tells who and what."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import small as names
from tests.sandbox.small import event
from uar.errors import SourceError
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot, from_files, to_files
from uar.sources import _usage
from uar.sources._http import Answer, Client, Credential, Garbled
from uar.sources._paging import Moved
from uar.sources._spool import Kept
from uar.sources._usage import COUNT, PATH, Trail, Window, key_of
from uar.sources.jumpcloud import read, trace

from .conftest import Connect, large, read_of

USER, ADMIN = f"jumpcloud:user:{names.ANA}", f"jumpcloud:admin:{names.OWNER}"
APP = f"jumpcloud:app:{names.PAYROLL}"
SYSTEM = f"jumpcloud:system:{names.MAC}"
NOBODY = {"type": "user", "username": "ana"}  # as RADIUS, LDAP and devices name somebody


def sso(n: int, by: str = names.ANA, **fields: Any) -> dict[str, Any]:
    app = {"id": names.PAYROLL, "name": "saml", "display_label": "Payroll"}
    return event(n, "sso_auth", "sso", by, application=app, sso_token_success=True) | fields


def told(*events: dict[str, Any]) -> Snapshot:
    """The snapshot of a tenant in which just this happened."""
    state = large()
    state["events"] = list(events)
    return read_of(state)


def table(snapshot: Snapshot) -> dict[str, tuple[str, int]]:
    return {
        row.use_id: (row.last_used_at.strftime("%m-%d %H:%M"), row.uses)
        for row in snapshot.uses.itertuples()
    }


def test_the_newest_use_of_each_thing_and_how_many() -> None:
    found = told(
        sso(1),
        sso(5),
        event(6, "user_login_attempt", "directory", names.ANA, success=True),
        event(7, "admin_login_attempt", "directory", names.OWNER, success=True)
        | {"initiated_by": {"type": "admin", "id": names.OWNER}},
    )
    assert table(found) == {
        f"{USER}@{APP}": ("11-01 05:00", 2),
        f"{USER}@sign-in": ("11-01 06:00", 1),
        f"{ADMIN}@sign-in": ("11-01 07:00", 1),
    }
    rows = found.uses.set_index("use_id")
    assert rows["event_id"].to_dict() == {
        f"{USER}@{APP}": sso(5)["id"],
        f"{USER}@sign-in": event(6, "", "", "")["id"],
        f"{ADMIN}@sign-in": event(7, "", "", "")["id"],
    }
    assert rows.loc[f"{USER}@{APP}", "entitlement_id"] == APP
    assert pd.isna(rows.loc[f"{USER}@sign-in", "entitlement_id"])
    assert set(rows["kind"]) == {"application", "sign-in"}


@pytest.mark.parametrize(
    ("what", "use_id"),
    [
        (
            {"event_type": "login_attempt", "service": "systems", "system": {"id": names.MAC}},
            SYSTEM,
        ),
        ({"event_type": "login_attempt", "service": "systems", "system": None}, "device"),
        ({"event_type": "ldap_bind", "service": "ldap"}, "directory"),
        ({"event_type": "radius_auth", "service": "radius"}, "radius"),
        ({"event_type": "radius_auth_attempt", "service": "radius"}, "radius"),
    ],
)
def test_events_that_give_a_user_name_only(what: dict[str, Any], use_id: str) -> None:
    one = sso(1) | {"initiated_by": NOBODY, "success": True} | what
    assert list(table(told(one))) == [f"{USER}@{use_id}"]
    named = {name: value for name, value in one.items() if name != "initiated_by"}
    assert list(table(told(named | {"username": "ANA"}))) == [f"{USER}@{use_id}"]


def test_an_application_by_its_name_where_it_has_no_id() -> None:
    nameless = {"application": {"id": "", "display_label": "Payroll", "name": "saml"}}
    assert list(table(told(sso(1) | nameless, sso(2)))) == [f"{USER}@{APP}"]
    assert list(table(told(sso(1) | nameless)).values()) == [("11-01 01:00", 1)]
    gone = {"application": {"id": names.NOBODY}}
    assert list(table(told(sso(1) | gone))) == [f"{USER}@application"]


def test_what_was_no_use_or_by_nobody_who_is_here() -> None:
    found = told(
        sso(1, sso_token_success=False),
        sso(2, sso_token_success=None),
        event(3, "user_login_attempt", "directory", names.ANA, success=False),
        event(4, "user_login_attempt", "directory", names.NOBODY, success=True),
        event(5, "radius_auth", "radius", "", success=True) | {"initiated_by": {"type": "user"}},
        event(6, "association_change", "directory", names.ANA, success=True),
    )
    assert table(found) == {}
    assert found.header.usage == "observed"
    row = found.collections.set_index("collection").loc["events"]
    assert tuple(row[["stated", "fetched", "stored", "pages"]]) == (6, 6, 6, 1)


def test_a_name_that_two_users_have_is_nobodys() -> None:
    state = large()
    state["systemusers"][1]["username"] = "ANA"
    state["events"] = [sso(1) | {"initiated_by": NOBODY}]
    assert len(read_of(state).uses) == 0


def test_an_old_sign_in_of_an_administrator_names_a_resource() -> None:
    old = event(1, "admin_login_attempt", "directory", "", success=True)
    old |= {"initiated_by": None, "resource": {"id": names.OWNER, "type": "admin"}}
    assert list(table(told(old))) == [f"{ADMIN}@sign-in"]


def test_the_window_is_the_tenants_own() -> None:
    """By its clock, and so that it never refuses: the emulated one is strict about the 90 days."""
    header = told(sso(1)).header
    start, end = map(dt.datetime.fromisoformat, (header.usage_from, header.usage_to))
    now = dt.datetime.fromisoformat(names.NOW)
    assert dt.timedelta(0) <= end - (now - dt.timedelta(minutes=5)) < dt.timedelta(minutes=5)
    assert dt.timedelta(days=89) < end - start < dt.timedelta(days=90)


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_page_by_page(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_usage, "LIMIT", limit)
    events = [sso(n // 2, id=f"ef{n:022x}") for n in range(6)]  # two at a time
    found = told(*events)
    assert table(found) == {f"{USER}@{APP}": ("11-01 02:00", 6)}
    assert found.collections.set_index("collection").loc["events", "pages"] == 6 // limit + 1


def test_no_page_more_than_there_are(connected: Connect, box: Sandbox) -> None:
    read(connected())
    asked = [each.path for each in box.requests if "/insights/" in each.path]
    assert sorted(asked) == [PATH, COUNT]


@pytest.mark.parametrize("kind", ["duplicate-row", "missing-row", "shifting-pages"])
def test_a_page_that_is_not_whole_is_read_again(
    kind: str, connected: Connect, box: Sandbox
) -> None:
    expected = read(connected()).uses
    box.add_fault(f"{kind}:path={PATH},at=1")
    assert read(connected()).uses.equals(expected)
    box.faults.clear()
    box.add_fault(f"missing-row:path={PATH}")
    with pytest.raises(SourceError, match=r"events did not come whole, 3 times.*leave \"usage\""):
        read(connected())


# What is not there


def test_a_tenant_without_directory_insights(connected: Connect, box: Sandbox) -> None:
    box.options.insights = False
    found = read(connected())
    assert (found.header.usage, found.header.usage_from) == ("not licensed", "")
    assert "last used is not licensed: POST /insights/directory/v1/events" in says(found)
    assert "events" not in set(found.collections["collection"])


@pytest.mark.parametrize("status", [401, 403])
def test_a_role_that_may_not_read_events(connected: Connect, status: int) -> None:
    found = read(connected(kind=refusing(status)))
    assert found.header.usage == "not permitted"
    assert len(found.uses) == 0
    assert f"status {status}" in says(found)


def test_use_that_is_left_out(connected: Connect, box: Sandbox) -> None:
    found = read(connected(), leave_out=["usage"])
    assert found.header.usage == "not collected"
    assert "Left out by sync.leave_out: " in says(found)
    assert not [each for each in box.requests if "/insights/" in each.path]


def test_a_count_that_nobody_gives_is_not_stated(connected: Connect) -> None:
    class Uncounted(Client):
        def request(self, method: str, path: str, **options: Any) -> Answer:
            answer = super().request(method, path, **options)
            return Answer(404, {}, b"", "1", "2", method, path) if path == COUNT else answer

    row = read(connected(kind=Uncounted)).collections.set_index("collection").loc["events"]
    assert pd.isna(row["stated"])
    assert row["fetched"] == 5


def refusing(status: int) -> type[Client]:
    class Refused(Client):
        def request(self, method: str, path: str, **options: Any) -> Answer:
            if path.startswith("/insights/"):
                return Answer(status, {}, b"{}", "1", "2", method, path)
            return super().request(method, path, **options)

    return Refused


def says(snapshot: Snapshot) -> str:
    return "\n".join(snapshot.gaps["says"])


# How it is kept


def test_every_use_leads_to_the_newest_answer_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_usage, "LIMIT", 2)
    lines = [sso(n) for n in range(5)]
    lines.append(event(9, "radius_auth_attempt", "radius", "", success=True))
    lines[-1] |= {"initiated_by": NOBODY}
    snapshot = told(*lines)
    files = to_files(snapshot)
    for use_id, line in ((f"{USER}@{APP}", 3), (f"{USER}@radius", 3)):
        found = trace(use_id, files.__getitem__)
        assert found
        assert (found.collection, found.line) == ("events", line)
        assert found.request.startswith(f'{PATH} {{"end_time":')
    assert trace(f"{ADMIN}@sign-in", files.__getitem__) is None
    kept = [json.loads(raw) for raw in gzip.decompress(files[found.file]).splitlines()]
    assert {line["method"] for line in kept} == {"POST"}
    assert sum(len(json.loads(line["body"])) for line in kept) == 6


def test_uses_survive_their_files() -> None:
    snapshot = told(sso(1), sso(2))
    again = from_files(to_files(snapshot))
    assert again.uses.equals(snapshot.uses)
    assert again.header == snapshot.header


def test_a_multi_tenant_key_says_which_organisation(connected: Connect) -> None:
    chosen = Credential(api_key=names.MTP_KEY, org_id=names.ORG)
    assert read(connected(chosen)).header.usage == "observed"


# One page by itself

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
NOWHERE = Kept(0, 0, b"")
HEADERS = {"x-result-count": "1", "x-limit": "1", "x-search_after": '[1,"a"]'}


def page(body: Any, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(200, {**HEADERS, **headers}, raw, "1", "2", "POST", PATH)


def trail() -> Trail:
    begun = Trail(Window.before(NOW))
    begun.begin()
    return begun


def test_a_full_page_says_how_to_go_on() -> None:
    begun = trail()
    assert begun.take("", page([sso(1)]), NOWHERE) == ['[1,"a"]']
    assert begun.asked('[1,"a"]').body["search_after"] == [1, "a"]  # type: ignore[index]
    assert begun.take('[1,"a"]', page([], **{"x-result-count": "0"}), NOWHERE) == []
    assert not begun.whole
    begun.take(COUNT, page({"count": 1}), NOWHERE)
    assert begun.whole


@pytest.mark.parametrize(
    "answer",
    [
        page([sso(1)], **{"x-search_after": ""}),
        page([sso(1)], **{"x-search_after": "{}"}),
        page([sso(1), sso(2)]),  # more than it says
        page([{"timestamp": None}]),
        page([{"timestamp": "yesterday"}]),
        page([["no", "event"]]),
        page([sso(1) | {"initiated_by": {"id": "../../x"}}]),
        page({"results": []}),
        page(b"[{"),
    ],
)
def test_a_page_that_is_not_one(answer: Answer) -> None:
    with pytest.raises(Garbled, match=rf"POST {PATH}"):
        trail().take("", answer, NOWHERE)


def test_events_out_of_order_or_twice() -> None:
    for second in (sso(1), sso(2)):
        begun = trail()
        begun.take("", page([sso(2)]), NOWHERE)
        with pytest.raises(Moved, match="order"):
            begun.take("x", page([second]), NOWHERE)


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(_usage.FIELDS), HOSTILE),
    st.sampled_from(sorted(_usage.KINDS)),
)
def test_an_event_of_any_shape_is_a_use_or_an_error_that_names_the_field(
    fields: dict[str, Any], kind: str
) -> None:
    try:
        found = key_of({**fields, "event_type": kind})
    except ValueError as error:
        assert str(error)
    else:
        assert found is None or found.who
