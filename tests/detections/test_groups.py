"""GRP-02, GRP-03 and GRP-05 at their borders, and what they say."""

from __future__ import annotations

import pytest

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
    assert found["group:door"]["says"].endswith("would open 2 things to its first.")


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
