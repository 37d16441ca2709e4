"""What is held: separation of duties, outliers, employees only, domains, time, use, rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.detections.examples.ent import EVERY_LIST, WATCHED, not_used, outliers
from tests.detections.world import (
    NOW,
    Row,
    admin,
    detect,
    facts,
    grant,
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.settings import Domains, Employment, Persons, Privileged, Settings, SodRule, Temporary

THINGS = [
    thing("app", "pay"), thing("app", "ledger"), thing("group", "payers"), thing("role", "Manager"),
]  # fmt: skip
BOTH = Settings(sod=(SodRule("pays", ("pay", "ledger")),))
WITHOUT = Settings(sod=(SodRule("trained", ("pay",), ("ledger",), "critical"),))


def apart(
    settings: Settings, *held: str, status: str = "active", read: tuple[str, ...] = EVERY_LIST
) -> tuple[dict[str, Any], Any]:
    """What ENT-04 says of ana, who holds this."""
    grants = [grant(*one.split(">")[::-1]) for one in held]
    people = [user("ana", status=status), admin("ana")]
    return detect("ENT-04", facts(people, THINGS, grants, settings, collected=read))


def test_all_accounts_and_all_ways_count() -> None:
    rows, coverage = apart(
        BOTH, "group:payers>user:ana", "app:pay>group:payers", "app:ledger>user:ana"
    )
    (row,) = rows.values()
    assert row["says"] == "Ana Quine holds pay and ledger, against the rule “pays”."
    assert row["id"].endswith(":user:ana:pays") or row["id"].endswith("admin:ana:pays")
    assert row["grants"] == "jumpcloud:app:ledger>user:ana jumpcloud:group:payers>user:ana"
    assert (row["severity"], coverage["looked_at"]) == ("high", 1)
    roles = Settings(sod=(SodRule("both", ("pay", "manager")),))
    rows, _ = apart(roles, "app:pay>user:ana", "role:Manager>admin:ana")
    (row,) = rows.values()
    assert row["accounts"] == "jumpcloud:admin:ana jumpcloud:user:ana"


def test_one_of_two_is_fine_and_is_looked_at() -> None:
    rows, coverage = apart(BOTH, "app:pay>user:ana")
    assert (rows, coverage["looked_at"], coverage["cannot_tell"]) == ({}, 1, 0)
    assert apart(BOTH)[1]["looked_at"] == 0


def test_one_without_the_other() -> None:
    rows, _ = apart(WITHOUT, "app:pay>user:ana")
    (row,) = rows.values()
    assert (row["severity"], row["says"]) == (
        "critical",
        "Ana Quine holds pay without ledger, against the rule “trained”.",
    )
    rows, coverage = apart(WITHOUT, "app:pay>user:ana", "app:ledger>user:ana")
    assert (rows, coverage["cannot_tell"]) == ({}, 0)


def test_who_is_not_active_is_no_danger_and_unknown_is_unknown() -> None:
    held = ("app:pay>user:ana", "app:ledger>user:ana")
    assert apart(BOTH, *held, status="suspended")[1]["looked_at"] == 0
    rows, coverage = apart(BOTH, *held, status="unknown")
    assert (rows, coverage["cannot_tell"]) == ({}, 1)


def test_a_list_that_was_not_read_may_hold_the_rest() -> None:
    for settings in (BOTH, WITHOUT):
        rows, coverage = apart(settings, "app:pay>user:ana", read=("group members",))
        assert (rows, coverage["cannot_tell"]) == ({}, 1)
    rows, _ = apart(BOTH, "app:pay>user:ana", "app:ledger>user:ana", read=("group members",))
    assert len(rows) == 1


def test_one_name_for_what_was_read_and_what_was_not_leaves_it_open() -> None:
    things = [*THINGS, thing("group", "ledger")]
    held = [grant("user:ana", "app:pay")]
    rules = replace(BOTH, temporary=(Temporary("ana", "ledger", dt.date(2026, 1, 1)),))
    read = ("group members", "application users", "application groups")
    for lists, untold in ((read, 0), (read[1:], 1), (read[:1], 1)):
        world = facts([user("ana")], things, held, rules, collected=lists)
        for detection in ("ENT-04", "ENT-10"):
            rows, coverage = detect(detection, world)
            assert (rows, coverage["cannot_tell"]) == ({}, untold)


def test_an_outlier_says_how_many_of_how_many() -> None:
    rows, _ = detect("ENT-05", outliers())
    assert rows["group:rare>user:u0"]["says"] == (
        "The user u0 holds rare, which 0 of 11 others of the same department and title hold."
    )


def test_a_place_with_nothing_in_common_says_nothing() -> None:
    crew = [user(f"u{at}", name=f"U{at} Quine") for at in range(12)]
    held = [grant(f"user:u{at}", f"group:g{at}") for at in range(12)]
    world = facts(crew, [thing("group", f"g{at}") for at in range(12)], held)
    rows, coverage = detect("ENT-05", world)
    assert (rows, coverage["cannot_tell"]) == ({}, 12)


@pytest.mark.parametrize(("others", "rare"), [(20, False), (21, True)])
def test_two_others_are_rare_among_more_than_twenty(others: int, rare: bool) -> None:
    names = [f"u{at}" for at in range(others + 1)]
    held = [grant(f"user:{name}", f"group:{group}") for name in names for group in "abc"]
    held += [grant(f"user:{name}", "group:few") for name in names[:3]]
    things = [thing("group", name) for name in ("a", "b", "c", "few")]
    rows, _ = detect("ENT-05", facts([user(name) for name in names], things, held))
    assert (len(rows), "group:few>user:u0" in rows) == ((3, True) if rare else (0, False))


@pytest.mark.parametrize(("rare", "told"), [(21, 21), (22, 0)])
def test_a_fifth_may_be_rare_and_no_more(rare: int, told: int) -> None:
    """Twelve people hold seven groups each, 84 grants in all, and some that nobody else has."""
    names = [f"u{at}" for at in range(12)]
    held = [grant(f"user:{name}", f"group:{group}") for name in names for group in "abcdefg"]
    held += [grant(f"user:{names[at % 12]}", f"group:own{at}") for at in range(rare)]
    things = [thing("group", name) for name in [*"abcdefg", *(f"own{at}" for at in range(rare))]]
    rows, coverage = detect("ENT-05", facts([user(name) for name in names], things, held))
    assert len(rows) == told
    assert coverage["cannot_tell"] == (0 if told else 84 + rare)


def test_a_device_is_one_persons_and_says_nothing() -> None:
    names = [f"u{at}" for at in range(9)]
    held = [grant(f"user:{name}", end) for name in names for end in ("group:a", f"device:{name}")]
    things = [thing("group", "a"), *(thing("device", name) for name in names)]
    for rare, untold in ((1, 0), (3, 12)):  # 1 of 10 groups held, and 3 of 12
        own = [f"own{at}" for at in range(rare)]
        more = [grant("user:u0", f"group:{name}") for name in own]
        groups = [thing("group", name) for name in own]
        world = facts([user(name) for name in names], [*things, *groups], [*held, *more])
        rows, coverage = detect("ENT-05", world)
        assert len(rows) == (0 if untold else 1)
        assert (coverage["looked_at"], coverage["cannot_tell"]) == (9 + rare, untold)


@pytest.mark.parametrize("different", [{}, {"revocable": False}])
def test_what_a_rule_gives_is_not_compared_but_what_is_exempted_from_it(different: Row) -> None:
    names = [f"u{at}" for at in range(12)]
    held = [grant(f"user:{name}", f"group:{group}") for name in names for group in "abc"]
    held.append(grant("user:u0", "group:ruled", **different))
    things = [thing("group", name) for name in "abc"]
    things.append(thing("group", "ruled", membership="dynamic"))
    rows, coverage = detect("ENT-05", facts(map(user, names), things, held))
    assert (len(rows), coverage["looked_at"]) == ((0, 36) if different else (1, 37))


@pytest.mark.parametrize("membership", ["static", None])
def test_a_membership_that_cannot_be_revoked_is_compared_where_no_rule_gives_it(
    membership: str | None,
) -> None:
    names = [f"u{at}" for at in range(12)]
    held = [grant(f"user:{name}", f"group:{group}") for name in names for group in "abc"]
    held.append(grant("user:u0", "group:kept", revocable=False))
    things = [thing("group", name, membership=membership) for name in (*"abc", "kept")]
    assert len(detect("ENT-05", facts(map(user, names), things, held))[0]) == 1


def test_who_may_be_a_person_is_compared() -> None:
    crew = [user(f"u{at}") for at in range(9)]
    world = facts([*crew, user("x", service_like=None)], [], [grant("user:x", "group:gone")])
    assert detect("ENT-05", world)[1]["looked_at"] == 1


@pytest.mark.parametrize("different", [{"status": "suspended"}, {"service_like": True}])
def test_an_outlier_is_a_person_at_work(different: Row) -> None:
    crew = [user(f"u{at}", name=f"U{at} Quine") for at in range(9)]
    held = [grant("user:x", "group:a")]
    world = facts([*crew, user("x", **different)], [thing("group", "a")], held)
    assert detect("ENT-05", world)[1]["looked_at"] == 0


def only_employees(grants: list[Row], **ana: Any) -> tuple[dict[str, Any], Any]:
    settings = Settings(employment=Employment(employees_only=("ledger",)))
    return detect("ENT-06", facts([user("ana", **ana)], THINGS, grants, settings))


def test_only_employees_hold_what_is_for_employees() -> None:
    direct = [grant("user:ana", "app:ledger"), grant("user:ana", "app:pay")]
    rows, coverage = only_employees(direct, employee_type=" CONTRACTOR")
    assert list(rows) == ["app:ledger>user:ana"]
    assert rows["app:ledger>user:ana"]["says"].endswith(" and holds ledger: only employees may.")
    assert coverage["looked_at"] == 1
    door = [grant("user:ana", "group:payers"), grant("group:payers", "app:ledger")]
    by_group = only_employees(door, employee_type="Vendor")[0]
    assert list(by_group) == ["group:payers>user:ana"]
    assert by_group["group:payers>user:ana"]["says"] == (
        'The user ana has the employee type "Vendor" and holds ledger by the group payers: '
        "only employees may."
    )
    assert only_employees(direct, employee_type="Vendor", status="suspended")[1]["looked_at"] == 0
    assert only_employees(direct, employee_type="Vendor", status="unknown")[1]["cannot_tell"] == 1
    assert only_employees(direct, employee_type="Employee", status="unknown")[1]["cannot_tell"] == 0
    assert only_employees(direct, employee_type="n/a")[1]["cannot_tell"] == 1


def elsewhere(email: str | None, status: str = "active") -> tuple[dict[str, Any], Any]:
    settings = Settings(
        domains=Domains(own=("Corp.example",)),
        persons=Persons(alias_domains={"corp.test": "corp.example", "else.test": "else.example"}),
    )
    return detect("ENT-07", facts([user("ana", email=email, status=status)], settings=settings))


def test_an_address_of_another_organisation() -> None:
    rows, _ = elsewhere("ana@Else.example")
    assert rows["user:ana"]["says"] == (
        "The user ana has an e-mail of else.example, which is not the organisation's own."
    )
    assert elsewhere("ana@else.test")[0]
    assert elsewhere("ana@notcorp.example")[0]
    for email in ("ANA@CORP.EXAMPLE", "ana@corp.test", "ana@eu.corp.example"):
        rows, coverage = elsewhere(email)
        assert (rows, coverage["cannot_tell"]) == ({}, 0)
    assert elsewhere("ana@corp.example", "unknown")[1]["cannot_tell"] == 0
    assert elsewhere("ana@else.example", "unknown")[1]["cannot_tell"] == 1
    assert elsewhere("ana(at)else")[1]["cannot_tell"] == 1
    assert elsewhere("ana@else.example", "suspended")[1]["looked_at"] == 0


@pytest.mark.parametrize(
    ("until", "found"), [(dt.date(2026, 11, 19), 1), (dt.date(2026, 11, 20), 0)]
)
def test_the_last_day_is_still_allowed(until: dt.date, found: int) -> None:
    settings = Settings(temporary=(Temporary("ANA@corp.example ", "ledger", until),))
    door = [grant("user:ana", "group:payers"), grant("group:payers", "app:ledger")]
    rows, coverage = detect("ENT-10", facts([user("ana")], THINGS, door, settings))
    assert coverage["found"] == found
    if found:
        row = rows["user:ana:ledger"]
        assert row["says"] == "The user ana was to hold ledger until 2026-11-19 and still does."
        assert row["grants"] == "jumpcloud:group:payers>user:ana"


def test_a_day_is_over_when_the_next_begins() -> None:
    settings = Settings(temporary=(Temporary("ana", "ledger", dt.date(2026, 11, 19)),))
    world = facts([user("ana")], THINGS, [grant("user:ana", "app:ledger")], settings)
    for now, found in (("2026-11-20T00:00:00Z", 1), ("2026-11-19T23:59:59Z", 0)):
        assert detect("ENT-10", replace(world, now=pd.Timestamp(now)))[1]["found"] == found


@pytest.mark.parametrize("called", ["jumpcloud:user:ana", "u-ana", "Ana", "ana@corp.example"])
def test_temporary_access_is_of_one_account(called: str) -> None:
    settings = Settings(temporary=(Temporary(called, "ledger", dt.date(2026, 1, 1)),))
    ana = user("ana") | {"source_id": "u-ana"}
    people = [ana, user("bea"), user("cid", login=None, email=None)]
    held = [grant(f"user:{name}", "app:ledger") for name in ("ana", "bea", "cid")]
    rows, coverage = detect("ENT-10", facts(people, THINGS, held, settings))
    assert (list(rows), coverage["looked_at"]) == (["user:ana:ledger"], 1)


@pytest.mark.parametrize(("service", "asked"), [(True, 0), (None, 1), (False, 1)])
def test_an_application_that_a_service_does_not_use_is_not_asked_about(
    service: bool | None, asked: int
) -> None:
    world = facts(
        [user("ana", service_like=service), user("bea")],
        [thing("app", "pay")],
        [grant("user:ana", "app:pay")],
        uses=[use("user:ana", "directory", NOW), use("user:bea", "application", NOW, "app:pay")],
        header=WATCHED,
    )
    row = detect("ENT-11", world)[1]
    assert (row["found"], row["looked_at"]) == (asked, asked)


def test_a_holder_the_snapshot_does_not_have_is_nobody_elses_contractor() -> None:
    lost = [grant("user:zoe", "app:ledger")]
    assert only_employees(lost, employee_type="Contractor")[1]["looked_at"] == 0


def test_what_is_over_and_gone_is_fine_where_it_could_be_seen() -> None:
    settings = Settings(temporary=(Temporary("ana", "ledger", dt.date(2026, 1, 1)),))
    for read, unsure in ((EVERY_LIST, 0), ((), 1)):
        rows, coverage = detect(
            "ENT-10", facts([user("ana")], THINGS, [], settings, collected=read)
        )
        assert (rows, coverage["looked_at"], coverage["cannot_tell"]) == ({}, 1, unsure)


THINGS_OF = {
    "device": "devices", "device group": "device groups", "directory": "directories",
    "radius": "RADIUS servers", "password item": "password items",
    "password folder": "password folders",
}  # fmt: skip


@pytest.mark.parametrize("kind", THINGS_OF)
@pytest.mark.parametrize("refused", ["users", "groups"])
def test_who_holds_a_thing_is_not_read_from_the_list_of_things(kind: str, refused: str) -> None:
    """The list of devices says nothing of who may use them."""
    name = THINGS_OF[kind]
    lists = [name, *(f"{end} of {name}" for end in ("users", "groups") if end != refused)]
    over = Settings(
        temporary=(Temporary("ana", "box", dt.date(2026, 1, 1)),),
        sod=(SodRule("both", ("pay", "box")),),
    )
    things, held = [thing("app", "pay"), thing(kind, "box")], [grant("user:ana", "app:pay")]
    for read, unsure in ((lists, 1), ([*lists, f"{refused} of {name}"], 0)):
        collected = ["application users", "application groups", *read]
        world = facts([user("ana")], things, held, over, collected=collected)
        for detection in ("ENT-04", "ENT-10"):
            rows, coverage = detect(detection, world)
            assert (rows, coverage["cannot_tell"]) == ({}, unsure), detection


def test_of_what_the_tenant_has_none_nobody_holds_any() -> None:
    """Then there is nothing to ask, and the list of who holds one is not there."""
    group, app = thing("group", "a"), thing("app", "pay")
    held = [grant("user:ana", "group:a"), grant("group:a", "app:pay")]
    some = [name for name in EVERY_LIST if name != "groups of RADIUS servers"]
    for read, unsure in ((some, 1), ([*some, "RADIUS servers"], 0)):
        world = facts([user("ana")], [group, app, thing("group", "b")], held, collected=read)
        assert detect("GRP-01", world)[1]["cannot_tell"] == unsure


def test_a_list_that_was_not_read_to_its_end_may_have_the_rest() -> None:
    over = Settings(temporary=(Temporary("ana", "ledger", dt.date(2026, 1, 1)),))
    gap = {"gap_id": "1", "collection": "application users", "subject": "jumpcloud:app:ledger"}
    world = facts(
        [user("ana")], THINGS, [], over, collected=EVERY_LIST, gaps=[{**gap, "says": "x"}]
    )
    assert detect("ENT-10", world)[1]["cannot_tell"] == 1


def use_of(world: Facts, **header: str) -> Any:
    changed = replace(world.snapshot, header=replace(WATCHED, **header))
    return detect("ENT-11", replace(world, snapshot=changed))[1]


def test_without_a_long_window_nobody_is_said_to_use_nothing() -> None:
    assert use_of(not_used())["found"] == 1
    assert use_of(not_used(), usage="not licensed")["found"] == 0
    assert use_of(not_used(), usage="not licensed")["cannot_tell"] == 2  # bea is known to use it
    assert use_of(not_used(), usage_from="2026-09-01T00:00:00Z")["found"] == 0
    # JumpCloud keeps 90 days, so that a little of the ninetieth is always gone.
    assert use_of(not_used(), usage_from="2026-08-22T17:00:00Z")["found"] == 1
    assert use_of(not_used(), usage_from="2026-08-23T09:00:00Z")["found"] == 0


def through_a_group(*used: str, **ana: Any) -> tuple[dict[str, Any], Any]:
    people = [user("ana", **ana), user("bea")]
    held = [grant("user:ana", "group:payers"), grant("group:payers", "app:pay")]
    held.append(grant("group:payers", "app:ledger"))
    uses = [use(*one.split()[:1], "application", NOW, one.split()[1]) for one in used]
    uses.append(use("user:ana", "sign-in", NOW))
    return detect("ENT-11", facts(people, THINGS, held, uses=uses, header=WATCHED))


def test_a_membership_is_unused_if_nothing_that_it_opens_is_used() -> None:
    others = ("user:bea app:pay", "user:bea app:ledger")
    rows, _ = through_a_group(*others)
    assert rows["group:payers>user:ana"]["says"] == (
        "The user ana is in the group payers and was not seen to use what it opens "
        "since 2026-08-01, while others were."
    )
    rows, coverage = through_a_group(*others, "user:ana app:pay")
    assert (rows, coverage["cannot_tell"]) == ({}, 0)
    assert through_a_group("user:bea app:pay")[1]["cannot_tell"] == 1  # nobody uses the ledger
    assert through_a_group(*others, created_at="2026-11-10T00:00:00Z")[1]["cannot_tell"] == 1
    assert through_a_group(*others, status="suspended")[1]["looked_at"] == 0


def test_privileged_is_also_what_opens_it() -> None:
    settings = Settings(privileged=Privileged(entitlements=("Ledger",)))
    edges = [grant("user:ana", "group:payers"), grant("group:payers", "app:ledger")]
    rows, _ = detect(
        "ENT-01", facts([user("ana")], THINGS, [*edges, grant("user:ana", "app:pay")], settings)
    )
    assert list(rows) == ["group:payers>user:ana"]
    assert rows["group:payers>user:ana"]["severity"] == "info"
