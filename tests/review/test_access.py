"""What a grant gives, against a walk through the graph one edge at a time."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.review.world import access_of
from uar import access
from uar.tables import GRANTS

GROUPS = [f"jumpcloud:group:g{n}" for n in range(5)]
APPS = [f"jumpcloud:app:a{n}" for n in range(3)]
USERS = [f"jumpcloud:user:u{n}" for n in range(4)]
EDGES = st.sets(
    st.tuples(st.sampled_from(GROUPS + APPS), st.sampled_from(USERS + GROUPS)), max_size=25
)
Edges = set[tuple[str, str]]


def frame(edges: Edges) -> pd.DataFrame:
    return GRANTS.frame([access_of(*edge) for edge in sorted(edges)])


def walk(edges: Edges, start: str) -> set[str]:
    """Everything reached from a group; circles end where they began."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for held, holder in edges:
            if holder == here and held not in reached:
                reached.add(held)
                waiting.append(held)
    return reached - {start}


@given(EDGES)
def test_a_group_opens_what_a_walk_reaches(edges: Edges) -> None:
    found = access.opens(frame(edges))
    expected = {(group, thing) for group in GROUPS for thing in walk(edges, group)}
    assert not found.duplicated().any()
    assert set(found.itertuples(index=False, name=None)) == expected


@given(EDGES)
def test_a_grant_gives_itself_and_what_it_opens(edges: Edges) -> None:
    found = access.reach(frame(edges))
    expected = {
        (access_of(held, holder)["grant_id"], holder, thing)
        for held, holder in edges
        for thing in {held} | walk(edges, held)
    }
    assert len(found) == len(expected)
    assert set(found.itertuples(index=False, name=None)) == expected


@given(EDGES, st.lists(st.sampled_from(["p1", "p2"]), min_size=4, max_size=4))
def test_shared_is_what_a_person_reaches_more_than_once(edges: Edges, names: list[str]) -> None:
    person_of = pd.Series(names, index=USERS)
    reached = access.reach(frame(edges))
    found = access.shared(reached, person_of)
    paths = {
        (person_of.get(holder, holder), thing, grant)
        for grant, holder, thing in reached.itertuples(index=False, name=None)
    }
    several = Counter((owner, thing) for owner, thing, _ in paths)
    expected = {path for path in paths if several[path[:2]] > 1}
    assert set(found.itertuples(index=False, name=None)) == expected


def test_nothing_opens_nothing() -> None:
    nothing = access.reach(GRANTS.empty())
    assert list(nothing) == ["grant_id", "holder_id", "entitlement_id"]
    assert access.shared(nothing, pd.Series(dtype="string")).empty
