"""ENT-11 and GRP-09: an application that somebody does not use, or most of a group do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.detections.examples.ent import WATCHED
from tests.detections.world import NOW, Row, detect, facts, grant, thing, use, user
from uar.detections import Facts

AT_WORK = "2026-11-15T08:00:00Z"


def team(members: int, unused: int, *more: Row, by: str = "group:team", **header: str) -> Facts:
    """Everybody is at work; the last `unused` members do not use pay. `more`: further grants."""
    names = [f"u{at}" for at in range(members)]
    things = [thing("group", "team"), thing("app", "pay"), thing("app", "wiki")]
    things += [thing("device", "box"), thing("group", "outer")]
    held = [*(grant(f"user:{name}", by) for name in names), grant("group:team", "app:pay"), *more]
    uses = [use(f"user:{name}", "sign-in", AT_WORK) for name in names]
    uses += [use(f"user:{name}", "application", NOW, "app:pay") for name in names[unused:]]
    return facts(map(user, names), things, held, uses=uses, header=replace(WATCHED, **header))


def answer(detection: str, world: Facts) -> tuple[int, int, int]:
    """found, looked at, cannot tell"""
    row = detect(detection, world)[1]
    return row["found"], row["looked_at"], row["cannot_tell"]


@pytest.mark.parametrize(
    ("members", "unused", "people", "groups"),
    [
        (5, 3, (0, 5, 0), (1, 1, 0)),
        (6, 3, (3, 6, 0), (0, 1, 0)),  # a half is not most
        (7, 4, (0, 7, 0), (1, 1, 0)),
        (4, 3, (3, 4, 0), (0, 0, 0)),  # too few to speak of most
        (101, 51, (0, 101, 0), (1, 1, 0)),
        (5, 0, (0, 5, 0), (0, 1, 0)),
    ],
)
def test_where_most_do_not_use_it_the_group_is_told_of(
    members: int, unused: int, people: Any, groups: Any
) -> None:
    world = team(members, unused)
    assert answer("ENT-11", world) == people
    assert answer("GRP-09", world) == groups


def test_the_group_is_told_of_in_words_at_what_binds_the_application_to_it() -> None:
    rows, _ = detect("GRP-09", team(7, 4))
    assert rows["app:pay>group:team"]["says"] == (
        "Of 7 people in the group team, 4 were not seen to use pay, which it opens, "
        "since 2026-08-01."
    )
    assert rows["app:pay>group:team"]["subject_name"] == "team"


def test_who_is_assigned_directly_is_always_asked() -> None:
    world = team(5, 4, by="app:pay")
    assert answer("ENT-11", world) == (4, 5, 0)
    assert answer("GRP-09", world) == (0, 0, 0)


@pytest.mark.parametrize("absent", ["unseen", "unseen and new"])
def test_who_was_not_seen_at_all_is_told_of_once(absent: str) -> None:
    """LIF-06, or LIF-07 for an account made in the window; not for each application again."""
    made = {"created_at": "2026-09-15T00:00:00Z"} if absent == "unseen and new" else {}
    world = team(5, 0)
    accounts = [*(user(f"u{at}") for at in range(5)), user("away", **made)]
    held = [
        *(grant(f"user:u{at}", "group:team") for at in range(5)),
        grant("group:team", "app:pay"),
    ]
    held.append(grant("user:away", "group:team"))
    things = [thing("group", "team"), thing("app", "pay")]
    uses = world.snapshot.uses.to_dict("records")
    seen = facts(accounts, things, held, uses=uses, header=WATCHED)
    assert answer("LIF-07" if made else "LIF-06", seen)[0] == 1
    assert answer("ENT-11", seen) == (0, 5, 0)
    assert answer("GRP-09", seen) == (0, 1, 0)
    # Without the window nobody can say that they were not there.
    blind = facts(accounts, things, held, uses=uses, header=replace(WATCHED, usage="not licensed"))
    assert answer("ENT-11", blind) == (0, 6, 1)


def test_of_several_applications_each_is_told_by_itself() -> None:
    wiki = grant("group:team", "app:wiki")
    world = team(5, 0, wiki)
    uses = [*world.snapshot.uses.to_dict("records"), use("user:u0", "application", NOW, "app:wiki")]
    held = [*(grant(f"user:u{at}", "group:team") for at in range(5)), wiki]
    held.append(grant("group:team", "app:pay"))
    things = [thing("group", "team"), thing("app", "pay"), thing("app", "wiki")]
    both = facts([user(f"u{at}") for at in range(5)], things, held, uses=uses, header=WATCHED)
    assert answer("ENT-11", both) == (0, 5, 0)
    assert list(detect("GRP-09", both)[0]) == ["app:wiki>group:team"]
    assert answer("GRP-09", both) == (1, 2, 0)


def test_what_else_a_group_opens_hides_a_member_and_not_the_application() -> None:
    world = team(5, 3, grant("group:team", "device:box"))
    assert answer("ENT-11", world) == (0, 5, 3)
    assert answer("GRP-09", world) == (1, 1, 0)


def test_a_member_of_whom_it_cannot_be_told_counts_for_neither() -> None:
    """Four are left to tell of, which are too few."""
    world = team(5, 3)
    young = world.snapshot.accounts["account_id"].eq("jumpcloud:user:u0")
    made = world.snapshot.accounts["created_at"].mask(young, world.now)
    accounts = world.snapshot.accounts.assign(created_at=made)
    new = replace(world, snapshot=replace(world.snapshot, accounts=accounts))
    assert answer("GRP-09", new) == (0, 1, 1)
    assert answer("ENT-11", new) == (2, 5, 1)


@pytest.mark.parametrize(
    "header", [{"usage": "not licensed"}, {"usage_from": "2026-10-01T00:00:00Z"}]
)
def test_without_a_long_window_no_group_is_blamed(header: dict[str, str]) -> None:
    assert answer("GRP-09", team(9, 6, **header)) == (0, 1, 1)


def test_what_comes_by_a_group_in_the_group_is_told_of_both() -> None:
    world = team(5, 3, grant("group:outer", "group:team"), by="group:outer")
    rows, _ = detect("GRP-09", world)
    assert list(rows) == ["group:outer:app:pay"]
    assert answer("ENT-11", world) == (0, 5, 3)  # it opens a group too, which is no application


@pytest.mark.parametrize(("made", "found"), [("09:00:00", 1), ("09:00:01", 0)])
def test_after_the_grace_days_a_new_account_is_asked_about(made: str, found: int) -> None:
    """Thirty days before the snapshot, to the second."""
    people = [user("ana", created_at=f"2026-10-21T{made}Z"), user("bea")]
    held = [grant(f"user:{name}", "app:pay") for name in ("ana", "bea")]
    uses = [use("user:ana", "sign-in", NOW), use("user:bea", "application", NOW, "app:pay")]
    world = facts(people, [thing("app", "pay")], held, uses=uses, header=WATCHED)
    assert answer("ENT-11", world) == (found, 2, 1 - found)


def test_the_use_of_what_is_in_no_list_is_not_the_use_of_something_else() -> None:
    people = [user("ana"), user("bea")]
    held = [grant(f"user:{name}", "app:pay") for name in ("ana", "bea")]
    uses = [use("user:ana", "sign-in", NOW), use("user:bea", "application", NOW, "app:pay")]
    uses += [use("user:bea", "application", NOW, "app:gone")]
    uses += [use("user:gone", "application", NOW, "app:pay")]
    world = facts(people, [thing("app", "wiki"), thing("app", "pay")], held, uses=uses)
    assert list(detect("ENT-11", world)[0]) == ["app:pay>user:ana"]


def test_a_group_in_no_list_is_not_asked_about() -> None:
    held = [grant("user:ana", "group:gone"), grant("group:gone", "app:pay")]
    uses = [use("user:ana", "sign-in", NOW), use("user:bea", "application", NOW, "app:pay")]
    world = facts([user("ana"), user("bea")], [thing("app", "pay")], held, uses=uses)
    assert answer("ENT-11", world) == (0, 0, 0)
    assert answer("GRP-09", world) == (0, 0, 0)


def test_bindings_to_what_is_in_no_list_are_not_those_of_the_group() -> None:
    """Two of each kind: a binding that is told of may be there once."""
    lost = [grant(f"group:gone{at}", "app:pay") for at in (1, 2)]
    lost += [grant("group:team", f"app:gone{at}") for at in (1, 2)]
    for first in ("group:team", "app:pay"):
        world = team(5, 3, *lost)
        things = world.snapshot.entitlements
        at = things["entitlement_id"].ne(f"jumpcloud:{first}").sort_values(kind="stable").index
        sorted_ = replace(world.snapshot, entitlements=things.loc[at].reset_index(drop=True))
        rows, _ = detect("GRP-09", replace(world, snapshot=sorted_))
        assert list(rows) == ["app:pay>group:team"]


def test_who_may_be_new_and_was_not_seen_cannot_be_told() -> None:
    people = [user("ana", created_at=None), user("bea")]
    held = [grant(f"user:{name}", "app:pay") for name in ("ana", "bea")]
    uses = [use("user:bea", "application", NOW, "app:pay")]
    world = facts(people, [thing("app", "pay")], held, uses=uses, header=WATCHED)
    assert answer("ENT-11", world) == (0, 2, 1)
