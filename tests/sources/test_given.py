"""Who gave what and when: only an addition that the log has, and nothing in it takes back."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pandas as pd
import pytest

from tests.sandbox import small as names
from tests.sandbox.small import event
from uar.snapshot import Snapshot, from_files, to_files
from uar.sources._given import change_of
from uar.sources.jumpcloud import trace
from uar.tables import records

from .conftest import large, read_of

STAFF, ANA = ("user_group", names.STAFF), ("user", names.ANA)
PAYROLL, LAPTOPS = ("application", names.PAYROLL), ("system_group", names.LAPTOPS)
SALES = ("user_group", names.SALES)
MEMBER = f"jumpcloud:group:{names.STAFF}>user:{names.ANA}"
ROOT = {"id": names.OWNER, "type": "admin", "email": "root@example.com"}

End = tuple[str, str]


def change(n: int, op: str, one: End = STAFF, other: End = ANA, **fields: Any) -> dict[str, Any]:
    ends = [{"type": kind, "object_id": key, "name": "x"} for kind, key in (one, other)]
    told = {"op": op, "connection": dict(zip(("from", "to"), ends, strict=True))}
    kind = "association_change"
    return event(n, kind, "directory", "", initiated_by=ROOT, association=told) | fields


def told(*events: dict[str, Any]) -> Snapshot:
    state = large()
    state["events"] = list(events)
    return read_of(state)


def given(snapshot: Snapshot) -> dict[str, tuple[str, str | None]]:
    return {
        row["grant_id"]: (row["given_at"].strftime("%m-%d %H:%M"), row["given_by"])
        for row in records(snapshot.given)
    }


def test_every_kind_of_grant_whichever_end_comes_first() -> None:
    snapshot = told(
        change(1, "add"),
        change(2, "add", ANA, PAYROLL),
        change(3, "ADD", ("USER_GROUP", names.STAFF), PAYROLL),
        change(4, "add", LAPTOPS, SALES),
        change(5, "add", ("system", names.MAC), ("systemuser", names.ANA)),
    )
    by = "root@example.com"
    assert given(snapshot) == {
        MEMBER: ("11-01 01:00", by),
        f"jumpcloud:app:{names.PAYROLL}>user:{names.ANA}": ("11-01 02:00", by),
        f"jumpcloud:app:{names.PAYROLL}>group:{names.STAFF}": ("11-01 03:00", by),
        f"jumpcloud:system_group:{names.LAPTOPS}>group:{names.SALES}": ("11-01 04:00", by),
        f"jumpcloud:system:{names.MAC}>user:{names.ANA}": ("11-01 05:00", by),
    }
    assert set(snapshot.given["grant_id"]) <= set(snapshot.grants["grant_id"])
    again = from_files(to_files(snapshot)).given
    pd.testing.assert_frame_equal(again, snapshot.given)


@pytest.mark.parametrize(
    ("ops", "at"),
    [
        (("add", "remove"), None),  # and yet it is held: the log does not tell how
        (("add", "remove", "add"), "11-01 03:00"),
        (("add", "add"), "11-01 01:00"),
        (("remove",), None),
        (("update",), None),
        (("add", "update"), "11-01 01:00"),
    ],
)
def test_what_the_log_does_not_tell_is_unknown(ops: tuple[str, ...], at: str | None) -> None:
    found = given(told(*(change(n, op) for n, op in enumerate(ops, 1))))
    assert found == ({MEMBER: (at, "root@example.com")} if at else {})


@pytest.mark.parametrize(
    "other",
    [
        change(1, "add", ("policy", "x y!"), ("system", names.MAC)),
        change(1, "add", STAFF, SALES),
        change(1, "add", ("policy", "aa"), ("system", names.MAC)),
        change(1, "add", STAFF, ("user", names.NOBODY)),  # nobody holds it today
        change(1, "add", association=None),
        change(1, "add", association={"op": "add", "connection": {"from": None, "to": "x"}}),
        change(1, "add", event_type="user_update"),
    ],
)  # fmt: skip
def test_other_changes_are_left_alone_and_spoil_nothing(other: dict[str, Any]) -> None:
    assert given(told(other)) == {}


@pytest.mark.parametrize(
    ("actor", "by"),
    [
        ({"type": "admin", "id": "a", "email": "root@example.com"}, "root@example.com"),
        ({"type": "user", "id": "a", "username": "ana"}, "ana"),
        ({"type": "system"}, None),
        (None, None),
    ],
)
def test_by_whom_as_far_as_it_is_told(actor: dict[str, str] | None, by: str | None) -> None:
    assert given(told(change(1, "add", initiated_by=actor))) == {MEMBER: ("11-01 01:00", by)}


def test_it_leads_back_to_the_answer_that_has_it() -> None:
    files = to_files(told(change(1, "add"), change(2, "add", ANA, PAYROLL)))
    found = trace(f"{MEMBER}@given", files.__getitem__)
    assert found is not None and found.collection == "events"
    line = gzip.decompress(files[found.file]).splitlines()[found.line - 1]
    rows = json.loads(json.loads(line)["body"])
    assert MEMBER in [done.grant_id for done in map(change_of, rows) if done]
    other = f"jumpcloud:app:{names.WIKI}>group:{names.SALES}@given"
    assert trace(other, files.__getitem__) is None
