"""GRP-02, GRP-03, GRP-05, GRP-06 and AUT-09 at their borders, and what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.examples.ent import EVERY_LIST
from tests.detections.world import Row, detect, facts, grant, thing, user

THINGS = [thing("group", "bare"), thing("group", "door"), thing("app", "pay"), thing("app", "ops")]
DOOR = [grant("group:door", "app:pay"), grant("group:door", "app:ops")]


def test_a_group_without_members_that_opens_nothing_is_for_grp_01() -> None:
    world = facts([user("ana")], THINGS, DOOR, collected=EVERY_LIST)
    assert list(detect("GRP-01", world)[0]) == ["group:bare"]
    assert not detect("GRP-02", world)[0]
    found, _ = detect("GRP-03", world)
    assert list(found) == ["group:door"]
    assert found["group:door"]["says"].endswith("would open 2 things to its first member.")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"rule_errors": "odd", "pending": 0}, "its rule is wrong (it reports odd)."),
        ({"rule_errors": None, "pending": 1}, "ones: its rule proposes 1 change that waits."),
        ({"rule_errors": None, "pending": 2}, "ones: its rule proposes 2 changes that wait."),
        (
            {"rule_errors": "odd", "pending": 1},
            "its rule is wrong (it reports odd); its rule proposes 1 change that waits.",
        ),
    ],
)
@pytest.mark.parametrize("membership", ["dynamic", None])
def test_grp_05_says_what_is_in_doubt(rule: Row, says: str, membership: str | None) -> None:
    found, _ = detect("GRP-05", facts([], [thing("group", "x", **rule, membership=membership)]))
    assert found["group:x"]["says"].endswith(says)


@pytest.mark.parametrize(
    ("both", "only_a", "only_b", "alike"),
    [(9, 1, 0, True), (17, 1, 1, False), (8, 1, 0, False)],
    ids=["9 of 10", "17 of 19", "8 of 9"],
)
def test_grp_06_is_about_nine_of_ten(both: int, only_a: int, only_b: int, alike: bool) -> None:
    """Of the members of both together."""
    people = [f"u{at}" for at in range(both + only_a + only_b)]
    inside = [grant(f"user:{name}", "group:a") for name in people[: both + only_a]]
    inside += [
        grant(f"user:{name}", "group:b") for name in [*people[:both], *people[both + only_a :]]
    ]
    opens = [grant(f"group:{name}", "app:pay") for name in ("a", "b")]
    things = [thing("group", "a"), thing("group", "b"), thing("app", "pay")]
    world = facts([*map(user, people)], things, [*inside, *opens], collected=EVERY_LIST)
    assert list(detect("GRP-06", world)[0]) == (["group:b"] if alike else [])


# A dozen people are in every group but for the few that one leaves out, and has more.
CHANGED = st.frozensets(st.integers(0, 15), max_size=3)
OPENED = st.sampled_from([("pay",), ("ops",), ("ops", "pay")])


@given(st.lists(st.tuples(CHANGED, OPENED), min_size=2, max_size=6))
@settings(max_examples=60)
def test_grp_06_says_of_each_group_what_comparing_each_with_each_says(
    drawn: list[tuple[frozenset[int], tuple[str, ...]]],
) -> None:
    groups = {f"g{at}": (changed ^ set(range(12)), of) for at, (changed, of) in enumerate(drawn)}
    edges = [
        grant(f"user:u{one}", f"group:{name}") for name, (of, _) in groups.items() for one in of
    ]
    edges += [
        grant(f"group:{name}", f"app:{app}") for name, (_, of) in groups.items() for app in of
    ]
    things = [*(thing("group", name) for name in groups), thing("app", "pay"), thing("app", "ops")]
    world = facts([user(f"u{one}") for one in range(16)], things, edges, collected=EVERY_LIST)
    expected: dict[str, str] = {}
    for name, (mine, opened) in groups.items():
        for other, (theirs, also) in groups.items():
            if other < name and opened == also and len(mine & theirs) / len(mine | theirs) >= 0.9:
                expected.setdefault(f"group:{name}", f"nearly the same people as {other}.")
    found, _ = detect("GRP-06", world)
    assert set(found) == set(expected)
    assert all(row["says"].endswith(expected[name]) for name, row in found.items())


def test_grp_06_names_what_is_privileged_for_one_person() -> None:
    things = [thing("group", name, privileged=name != "c") for name in "abc"]
    inside = [("ana", "a"), ("ana", "b"), ("bea", "b"), ("ana", "c")]
    edges = [grant(f"user:{name}", f"group:{group}") for name, group in inside]
    edges += [grant(f"group:{name}", f"app:{name}") for name in "abc"]
    things += [thing("app", name) for name in "abc"]
    things += [thing("group", "empty"), thing("group", "idle")]  # these two are not looked at
    edges += [grant("group:empty", "app:a"), grant("user:ana", "group:idle")]
    world = facts([user("ana"), user("bea")], things, edges, collected=EVERY_LIST)
    found, coverage = detect("GRP-06", world)
    assert coverage["looked_at"] == 3
    assert list(found) == ["group:a"]
    assert found["group:a"]["says"].endswith("is privileged and has one member.")


def test_grp_06_leaves_members_aside_that_are_in_no_list() -> None:
    edges = [grant(f"user:{name}", f"group:{name}") for name in "ab"]
    edges += [grant(f"group:{name}", "app:pay") for name in "ab"]
    things = [thing("group", "a"), thing("group", "b"), thing("app", "pay")]
    found, _ = detect("GRP-06", facts([user("a")], things, edges, collected=EVERY_LIST))
    assert not found


def test_grp_06_cannot_tell_where_a_list_was_not_read() -> None:
    """Also of groups whose members and applications are seen."""
    edges = [grant("user:ana", "group:a"), grant("group:a", "app:pay")]
    world = facts([user("ana")], [thing("group", "a"), thing("app", "pay")], edges)
    found, coverage = detect("GRP-06", world)
    assert not found
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (1, 1)


def test_aut_09_looks_at_devices_and_at_rights_on_what_is_in_no_list() -> None:
    held = [grant("user:ana", "group:lost"), grant("user:ana", "device:lost", sudo="with password")]
    _, coverage = detect("AUT-09", facts([user("ana")], [], held))
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (1, 1)
