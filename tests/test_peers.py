"""Peers: who counts as one, how the circle widens, and the same numbers as counting by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.world import Row, grant, user
from uar.access import reach
from uar.peers import BASES, FEWEST, peers
from uar.tables import ACCOUNTS, GRANTS

ANA = grant("user:ana", "group:it")


def told(others: list[Row], grants: list[Row], **ana: Any) -> tuple[Any, Any, Any]:
    """holding, peers and basis of ana's membership."""
    rows = peers(ACCOUNTS.frame([user("ana", **ana), *others]), GRANTS.frame([ANA, *grants]))
    row = rows.set_index("grant_id").loc[ANA["grant_id"]]
    return tuple(
        None if pd.isna(row[name]) else row[name] for name in ("holding", "peers", "basis")
    )  # type: ignore[return-value]


def crowd(number: int, **different: Any) -> list[Row]:
    return [user(f"u{at}", **different) for at in range(number)]


def test_others_of_the_same_place_are_counted() -> None:
    holders = [grant(f"user:u{at}", "group:it") for at in range(2)]
    assert told(crowd(5), holders) == (2, 5, BASES[0])
    assert told(crowd(5), []) == (0, 5, BASES[0])
    elsewhere = [user(f"x{at}", department="Sales", manager_id=None) for at in range(9)]
    assert told(crowd(5) + elsewhere, [grant("user:x1", "group:it")]) == (0, 5, BASES[0])


def test_the_circle_widens_until_there_are_five() -> None:
    assert told([*crowd(4), user("x", title="Lead")], [grant("user:x", "group:it")]) == (
        1,
        5,
        BASES[1],
    )
    mixed = [*crowd(4), user("x", department="Sales", title="Lead")]
    assert told(mixed, []) == (0, 5, BASES[2])
    assert told(crowd(4), []) == (None, None, None)
    assert FEWEST == 5


def test_what_is_unknown_is_no_place() -> None:
    nowhere: dict[str, Any] = {"department": "n/a", "title": None, "manager_id": None}
    assert told(crowd(9, **nowhere), [], **nowhere) == (None, None, None)
    assert told(crowd(9), [], department=None, title="-") == (0, 9, BASES[2])
    assert told(crowd(9, department=" FINANCE"), []) == (0, 9, BASES[0])


@pytest.mark.parametrize(
    "different", [{"status": "suspended"}, {"status": "unknown"}, {"service_like": True}]
)
def test_only_active_people_are_peers(different: Row) -> None:
    assert told([*crowd(5), user("x", **different)], [grant("user:x", "group:it")]) == (
        0,
        5,
        BASES[0],
    )
    assert told(crowd(5), [], **different) == (None, None, None)


def test_an_application_is_the_same_by_any_way() -> None:
    grants = [
        grant("user:ana", "app:pay"),
        grant("user:u0", "app:pay"),
        grant("user:u0", "group:staff"),
        grant("user:u1", "group:staff"),
        grant("group:staff", "app:pay"),
    ]
    rows = peers(ACCOUNTS.frame([user("ana"), *crowd(5)]), GRANTS.frame(grants))
    held = rows.set_index("grant_id")["holding"]
    assert held["jumpcloud:app:pay>user:ana"] == 2
    assert held["jumpcloud:group:staff>user:u0"] == 1
    assert pd.isna(held["jumpcloud:app:pay>group:staff"])


def test_nobody_and_nothing() -> None:
    assert peers(ACCOUNTS.empty(), GRANTS.empty()).empty
    lost = peers(ACCOUNTS.frame(crowd(6)), GRANTS.frame([ANA]))
    assert lost[["holding", "peers", "basis"]].isna().all(axis=None)


PLACE = st.sampled_from(("Finance", "Sales", None))
THING = st.sampled_from(("group:a", "group:b", "app:pay", "app:wiki"))
PERSON = st.tuples(PLACE, PLACE, st.sampled_from(("boss", None)), st.booleans())


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(PERSON, min_size=1, max_size=14),
    held=st.sets(st.tuples(st.integers(0, 13), THING), max_size=25),
    opened=st.sets(st.sampled_from((("a", "pay"), ("a", "wiki"), ("b", "pay")))),
    turned=st.booleans(),
)
def test_the_numbers_are_those_of_counting_by_hand(
    people: list[tuple[str | None, str | None, str | None, bool]],
    held: set[tuple[int, str]],
    opened: set[tuple[str, str]],
    turned: bool,
) -> None:
    rows = [
        user(
            f"u{at}",
            department=department,
            title=title,
            manager_id=manager,
            status="active" if active else "staged",
        )
        for at, (department, title, manager, active) in enumerate(people)
    ]
    edges = [grant(f"user:u{at}", thing) for at, thing in sorted(held) if at < len(people)]
    edges += [grant(f"group:{group}", f"app:{app}") for group, app in sorted(opened)]
    step = -1 if turned else 1
    grants = GRANTS.frame(edges[::step])
    found = peers(ACCOUNTS.frame(rows[::step]), grants)
    pairs = set(reach(grants)[["holder_id", "entitlement_id"]].itertuples(index=False, name=None))
    of = {row["account_id"]: row for row in rows}
    assert found["grant_id"].tolist() == grants["grant_id"].tolist()
    for edge, row in zip(grants.itertuples(), found.itertuples(), strict=True):
        expected = _by_hand(of, edge.holder_id, edge.entitlement_id, pairs)
        assert (expected is None) == pd.isna(row.peers)
        if expected is not None:
            assert (row.holding, row.peers, row.basis) == expected


def _by_hand(
    of: dict[str, Row], holder: str, thing: str, pairs: set[tuple[str, str]]
) -> tuple[int, int, str] | None:
    own = of.get(holder)
    if own is None or own["status"] != "active":
        return None
    active = [row for row in of.values() if row["status"] == "active" and row is not own]
    for keys, basis in zip(
        (("department", "title"), ("department",), ("manager_id",)), BASES, strict=True
    ):
        if any(own[key] is None for key in keys):
            continue
        same = [row for row in active if all(row[key] == own[key] for key in keys)]
        if len(same) >= FEWEST:
            return sum((row["account_id"], thing) in pairs for row in same), len(same), basis
    return None
