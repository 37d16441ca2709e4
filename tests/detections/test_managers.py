"""MGR-01 to MGR-04: a hit, no hit, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.detections.world import Row, admin, detect, employee, facts, user


def of(name: str, manager: str | None, **different: Any) -> Row:
    return user(name, manager_id=manager and f"jumpcloud:user:{manager}", **different)


PEOPLE = [
    of("boss", None),
    of("fine", "boss"),
    of("lost", "gone"),
    of("lost-maybe", "gone", status="unknown"),
    of("left", "boss", status="suspended"),
    of("new", "boss", status="staged"),
    of("vague", "boss", status="unknown"),
    of("stale", "left"),
    of("early", "new"),
    of("unclear", "vague"),
    of("own", "own"),
    of("twin", "twin2"),
    user("twin2", employee_id=None, name="Twin Quine", alternate_email="twin@corp.example"),
    of("left-lost", "gone", status="suspended"),
]


@pytest.mark.parametrize(
    ("detection", "who", "cannot_tell"),
    [
        ("MGR-01", ["lost"], 1),
        ("MGR-02", ["early", "stale"], 1),
        ("MGR-03", ["own", "twin"], 0),
    ],
)
def test_managers(detection: str, who: list[str], cannot_tell: int) -> None:
    found, coverage = detect(detection, facts(PEOPLE))
    assert sorted(found) == [f"user:{name}" for name in who]
    assert {row["severity"] for row in found.values()} == {"high"}
    assert coverage["cannot_tell"] == cannot_tell


def test_mgr_02_says_who_and_what() -> None:
    found, _ = detect("MGR-02", facts(PEOPLE))
    assert found["user:stale"]["says"] == (
        "The manager of the user stale, the user left, is suspended."
    )
    # Ten reports are no ten flags beside everything that the manager holds.
    assert found["user:stale"]["accounts"] == "jumpcloud:user:stale"


def test_a_managers_sentence_says_what_is_wrong_with_it() -> None:
    own = {name: row["says"] for name, row in detect("MGR-03", facts(PEOPLE))[0].items()}
    assert own["user:own"].endswith("own has a manager who is the same person: their own user.")
    assert own["user:twin"].endswith(", another account of theirs.")
    (lost,) = detect("MGR-01", facts(PEOPLE))[0].values()
    assert "The manager of the user lost is no user of JumpCloud any more: " in lost["says"]
    (early, _) = detect("MGR-02", facts(PEOPLE))[0].values()
    assert early["says"].endswith("has not started yet.")


def test_mgr_02_hr_knows_that_the_manager_has_left() -> None:
    people = [user("ana"), user("boss", manager_id=None)]
    gone = [employee("boss", status="left")]
    found, _ = detect("MGR-02", facts(people, roster=gone))
    assert found["user:ana"]["says"] == "The manager of the user ana, the user boss, has left."
    assert not detect("MGR-02", facts(people, roster=[employee("boss")]))[0]
    assert not detect("MGR-02", replace(facts(people), roster=None))[0]
    suspended = [user("ana"), user("boss", manager_id=None, status="suspended")]
    said = detect("MGR-02", facts(suspended, roster=gone))[0]["user:ana"]["says"]
    assert said.endswith("the user boss, is suspended.")


def test_a_manager_without_manager_is_not_looked_at() -> None:
    _, coverage = detect("MGR-01", facts([of("boss", None), admin("x")]))
    assert coverage["looked_at"] == 0


def test_mgr_04_lists_each_ring_once() -> None:
    found, coverage = detect(
        "MGR-04",
        facts(
            [
                of("a", "c"),
                of("b", "a"),
                of("c", "b"),
                of("below", "a"),
                of("x", "y"),
                of("y", "x", status="unknown"),
                of("p", "q"),
                of("q", "p", status="suspended"),
                of("own", "own"),
                of("fine", "boss"),
                of("boss", None),
            ]
        ),
    )
    assert list(found) == ["user:a"]
    assert found["user:a"]["says"] == (
        "Above the user a stands the user c, then the user b, then the user a: "
        "a ring without an end."
    )
    assert found["user:a"]["accounts"] == "jumpcloud:user:a jumpcloud:user:b jumpcloud:user:c"
    assert coverage["cannot_tell"] == 2  # the ring of x and y, and y itself
