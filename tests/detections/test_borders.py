"""Conditions that no other test turns: borders, unknown facts, and holders that are in no list."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.detections.examples.ent import EVERY_LIST, WATCHED
from tests.detections.world import (
    NOW,
    Row,
    admin,
    detect,
    earlier,
    employee,
    facts,
    grant,
    service,
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.detections._groups import BOUND
from uar.settings import Attributes, Settings, SodRule, Thresholds

PAY = thing("app", "pay")


def people(number: int, **different: Any) -> list[Row]:
    return [user(f"u{at}", name=f"U{at} Quine", **different) for at in range(number)]


# ENT-12

GROUPS = [thing("group", f"g{at}") for at in range(12)]


def hands(counts: list[int], first: int = 0) -> list[Row]:
    """The first `count` groups for each of the people in turn."""
    return [
        grant(f"user:u{first + at}", f"group:g{n}")
        for at, count in enumerate(counts)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("most", "one", "five", "found"),
    [
        (5, 10, 11, 5),
        (6, 10, 11, 0),  # less than twice the middle
        (5, 9, 10, 5),  # twice the middle is enough
        (2, 5, 6, 0),  # three times the middle, and only four more
        (2, 6, 7, 5),  # five more are enough
        (0, 0, 1, 0),  # one thing, where others have none
    ],
)
def test_ent_12_is_about_the_five_in_a_hundred_with_twice_the_middle(
    most: int, one: int, five: int, found: int
) -> None:
    """Of 101 people 95 in 100 hold no more than the ninety-sixth."""
    held = hands([most] * 95 + [one] + [five] * 5)
    lost = grant("user:gone", "group:g0")
    rows, _ = detect("ENT-12", facts(people(101), GROUPS, [*held, lost]))
    assert sorted(rows) == sorted(f"user:u{at}" for at in range(96, 96 + found))


def test_ent_12_compares_with_the_place_that_counts() -> None:
    leads = [user(f"u{at}", name=f"U{at} Quine", title="Lead") for at in range(101, 131)]
    held = [*hands([5] * 95 + [10] + [11] * 5), *hands([12] * 30, first=101)]
    rows, _ = detect("ENT-12", facts([*people(101), *leads], GROUPS, held))
    assert len(rows) == 5


# Holders that are in no list


def test_what_somebody_in_no_list_holds_is_about_no_account() -> None:
    world = facts([user("ana")], [thing("group", "it", privileged=True)], [
        grant("user:gone", "group:it"),
    ])  # fmt: skip
    rows, _ = detect("ENT-01", world)
    assert pd.isna(rows["group:it>user:gone"]["accounts"])


def test_two_in_no_list_are_not_one() -> None:
    things = [thing("group", "a"), thing("group", "b"), PAY]
    held = [grant("user:x", "group:a"), grant("user:y", "group:b")]
    doors = [grant(f"group:{name}", "app:pay") for name in "ab"]
    world = facts([user("ana")], things, [*held, *doors], collected=EVERY_LIST)
    assert not detect("GRP-06", world)[0]
    assert not detect("ENT-03", world)[0]
    both = facts([user("ana")], things, [*held, grant("user:x", "group:b"), *doors])
    rows, _ = detect("ENT-03", both)
    assert list(rows) == ["group:b>user:x"]
    assert rows["group:b>user:x"]["says"].startswith("Jumpcloud:user:x holds pay by the group a")


def test_what_somebody_in_no_list_holds_together_is_nobody_elses() -> None:
    rule = Settings(sod=(SodRule("both", ("pay", "wiki")),))
    held = [grant("user:gone", "app:pay"), grant("user:gone", "app:wiki")]
    world = facts([user("ana")], [PAY, thing("app", "wiki")], held, rule, collected=EVERY_LIST)
    assert detect("ENT-04", world)[1]["looked_at"] == 0


def test_ent_03_is_about_applications() -> None:
    things = [thing("group", "a"), thing("group", "b"), PAY, thing("device", "box")]
    held = [grant("user:ana", f"group:{name}") for name in "ab"]
    held += [grant(f"group:{name}", "device:box") for name in "ab"]
    world = facts([user("ana")], things, [*held, grant("group:a", "app:pay")])
    assert not detect("ENT-03", world)[0]


# Unknown status


def test_an_unknown_status_is_looked_at_and_untold() -> None:
    crew = people(9)
    held = [grant(f"user:u{at}", "app:pay") for at in range(9)] + [grant("user:x", "app:pay")]
    uses = [use("user:x", "sign-in", NOW), use("user:u0", "application", NOW, "app:pay")]
    world = facts([*crew, user("x", status="unknown")], [PAY], held, uses=uses, header=WATCHED)
    for detection, others in (("ENT-05", 9), ("ENT-11", 1)):
        rows, coverage = detect(detection, world)
        assert (rows, coverage["looked_at"], coverage["cannot_tell"]) == ({}, others + 1, 1)


# Pairs


@pytest.mark.parametrize(
    ("first", "subject"),
    [
        ({"status": "suspended"}, "user:ana"),
        ({"status": "unknown"}, "user:ana"),
        ({"service_like": True}, "user:ana"),
        ({"service_like": None}, "user:bea"),
        ({}, "user:bea"),
    ],
)
def test_of_two_users_the_one_too_many_is_told_of(first: Row, subject: str) -> None:
    world = facts([user("ana", employee_id="E-1", **first), user("bea", employee_id="E-1")])
    assert list(detect("DUP-03", world)[0]) == [subject]


@pytest.mark.parametrize(
    ("number", "more"),
    [
        (1, "no user behind the administrator."),
        (2, " And 1 more account in the same way."),
        (3, " And 2 more accounts in the same way."),
    ],
)
def test_further_pairs_are_counted(number: int, more: str) -> None:
    users = [user(f"u{at}", name="Sam Quine") for at in range(number)]
    rows, _ = detect("DUP-04", facts([*users, admin("zed", name="Sam Quine")]))
    assert rows["admin:zed"]["says"].endswith(more)


def test_dup_05_names_those_who_are_surely_active() -> None:
    accounts = [user(name, employee_id="E-1") for name in ("ana", "bea")]
    rows, _ = detect("DUP-05", facts([*accounts, user("cid", employee_id="E-1", status="unknown")]))
    (row,) = rows.values()
    assert row["says"].endswith("has 2 active users: ana and bea.")


# Groups


def test_exactly_the_lists_that_show_what_groups_open_are_enough() -> None:
    held = [grant("user:ana", "group:a")]
    for read, found in ((sorted(BOUND), 1), (sorted(BOUND)[1:], 0)):
        world = facts([user("ana")], [thing("group", "a")], held, collected=read)
        assert detect("GRP-02", world)[1]["found"] == found


def test_ent_13_is_about_groups() -> None:
    _, coverage = detect("ENT-13", facts([user("ana")], [PAY], [grant("user:ana", "app:pay")]))
    assert coverage["looked_at"] == 0


@pytest.mark.parametrize(
    ("number", "people_said"), [(0, "no members"), (1, "1 member"), (2, "2 members")]
)
def test_grp_07_counts_its_members(number: int, people_said: str) -> None:
    edges = [grant("group:it", "device:box", sudo="with password")]
    edges += [grant(f"user:u{at}", "group:it") for at in range(number)]
    things = [thing("group", "it"), thing("device", "box")]
    rows, _ = detect("GRP-07", facts(people(2), things, edges, collected=EVERY_LIST))
    assert rows["group:it"]["says"].endswith(f"it has {people_said}.")


def test_grp_07_says_when_it_does_not_know_the_members() -> None:
    edges = [grant("group:it", "device:box", sudo="with password")]
    things = [thing("group", "it"), thing("device", "box")]
    rows, _ = detect("GRP-07", facts([], things, edges, collected=()))
    assert rows["group:it"]["says"].endswith("it has an unknown number of members.")


def test_grp_07_looks_at_groups_of_devices() -> None:
    things = [thing("group", "it", privileged=None), thing("group", "pay"), PAY]
    things.append(thing("device", "box"))
    edges = [grant("group:pay", "app:pay"), grant("user:ana", "device:box")]
    assert detect("GRP-07", facts([user("ana")], things, edges))[1]["looked_at"] == 0


def crowd(active: int, inside: int, *more: Row) -> Facts:
    """Of so many active people so many are in a group that opens something privileged."""
    things = [thing("group", "big"), thing("app", "pay", privileged=True)]
    held = [grant(f"user:u{at}", "group:big") for at in range(inside)]
    edges = [*held, grant("group:big", "app:pay")]
    return facts([*people(active), *more], things, edges, collected=EVERY_LIST)


@pytest.mark.parametrize(
    ("active", "inside", "found"),
    [(100, 90, 1), (100, 89, 0), (10, 10, 1), (9, 9, 0)],
)
def test_grp_08_is_about_nine_of_ten_of_at_least_ten(active: int, inside: int, found: int) -> None:
    assert detect("GRP-08", crowd(active, inside))[1]["found"] == found


def test_grp_08_counts_people_at_work() -> None:
    others = [user(f"off{at}", status="suspended") for at in range(5)]
    others += [user(f"bot{at}", service_like=True) for at in range(5)]
    others += [user(f"dim{at}", status="unknown") for at in range(5)]
    assert detect("GRP-08", crowd(10, 9, *others))[1]["found"] == 1
    likely = [user(f"may{at}", service_like=None) for at in range(5)]
    assert detect("GRP-08", crowd(10, 9, *likely))[1]["found"] == 0  # they count, and are outside


def test_mgr_02_what_hr_says_is_told_where_the_status_is_unknown() -> None:
    accounts = [user("ana"), user("boss", status="unknown", manager_id=None)]
    world = facts(accounts, roster=[employee("ana"), employee("boss", status="left")])
    assert detect("MGR-02", world)[0]["user:ana"]["says"].endswith("has left.")


# Services and settings


@pytest.mark.parametrize(
    ("writes", "found", "untold"),
    [((False, None), 0, 1), ((False, False), 0, 0), ((None, True), 1, 0)],
)
def test_one_role_of_unknown_scopes_leaves_it_open(
    writes: tuple[Any, ...], found: int, untold: int
) -> None:
    roles = [thing("role", f"r{at}", writes=value) for at, value in enumerate(writes)]
    held = [grant("service:report", f"role:r{at}") for at in range(len(roles))]
    row = detect("NHI-04", facts([service("report")], roles, held))[1]
    assert (row["found"], row["cannot_tell"]) == (found, untold)


def test_an_attribute_that_is_not_required_is_not_asked_for() -> None:
    settings = Settings(attributes=Attributes(required=("title",)))
    world = facts([user("ana", department=None, title=None)], settings=settings)
    assert detect("ATR-01", world)[1]["not_run"].startswith("[attributes] does not require")
    assert detect("ATR-02", world)[1]["found"] == 1


def test_lif_09_leaves_aside_what_somebody_in_no_list_has_kept() -> None:
    things = [thing("group", "it", privileged=True), thing("group", "a")]
    held = [grant("user:gone", "group:it"), grant("user:ana", "group:a")]
    then = facts([user("ana", department="Sales")], things, held)
    rows, _ = detect("LIF-09", facts([user("ana")], things, held, previous=earlier(then)))
    assert rows["user:ana"]["severity"] == "medium"


def test_mgr_06_counts_what_the_first_account_holds_and_not_what_a_stranger_does() -> None:
    accounts = [user("ana"), user("zed", manager_id=None)]  # the boss comes last
    accounts[0]["manager_id"] = accounts[1]["account_id"]
    held = [grant("user:ana", "app:pay"), grant("user:nobody", "app:pay")]
    world = facts(accounts, [PAY], held, Settings(thresholds=Thresholds(items=0)))
    assert "1 person with 1 item " in detect("MGR-06", world)[0]["user:zed"]["says"]


def test_mgr_05_gives_the_reasons_that_are_known() -> None:
    zed = user("zed", manager_id=None, service_like=True, employee_type=None)
    world = facts([user("ana", manager_id=zed["account_id"]), zed])
    says = detect("MGR-05", world)[0]["user:zed"]["says"]
    assert says == "The user zed serves programs by LDAP or Samba, and is the manager of 1 person."


def test_adm_10_nothing_is_borrowed_from_a_user_without_a_profile() -> None:
    bare = dict.fromkeys(("department", "title", "manager_id", "employee_type"))
    says = detect("ADM-10", facts([user("ana", **bare), admin("ana")]))[0]["admin:ana"]["says"]
    assert says.endswith(" and can borrow none from a user.")
