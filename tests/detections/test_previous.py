"""Told against an earlier review: ages of findings, returns, moves, new and revoked access."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.detections.world import (
    NOW,
    admin,
    detect,
    earlier,
    facts,
    grant,
    outcome,
    thing,
    user,
)
from uar.detections import Facts, detections, modules, run
from uar.previous import Previous
from uar.tables import GIVEN

EVERYTHING = ("group members", "application users", "admins")


def test_without_an_earlier_review_it_does_not_run() -> None:
    for id_ in ("LIF-08", "LIF-09", "ENT-08", "ENT-09"):
        _, coverage = detect(id_, facts([user("ana")]))
        assert coverage["not_run"] == "no previous review given"


ASKED = ("MGR-03", "AUT-01")


def ages(world: Facts) -> dict[str, int]:
    findings, _ = run(world, [modules()[id_].DETECTION for id_ in ASKED])
    rows = findings.dropna(subset=["reviews"])
    return dict(zip(rows["id"], rows["reviews"], strict=True))


def test_a_finding_grows_older_with_each_review() -> None:
    own = user("cid", manager_id="jumpcloud:user:cid")
    bare = user("bea", mfa=False)
    first = facts([own])
    assert ages(first) == {}
    second = facts([own, bare], previous=earlier(first, asked=ASKED))
    assert ages(second) == {"MGR-03:jumpcloud:user:cid": 2, "AUT-01:jumpcloud:user:bea": 1}
    third = facts([own, bare], previous=earlier(second, asked=ASKED))
    assert ages(third) == {"MGR-03:jumpcloud:user:cid": 3, "AUT-01:jumpcloud:user:bea": 2}
    assert ages(facts([own], previous=earlier(facts([user("cid")]), asked=ASKED))) == {
        "MGR-03:jumpcloud:user:cid": 1
    }


def test_what_the_earlier_review_did_not_look_for_has_no_age() -> None:
    own = user("cid", manager_id="jumpcloud:user:cid")
    before = earlier(facts([own]), asked=ASKED)
    found = before.findings["detection"] != "MGR-03"
    asked = before.coverage["detection"] != "MGR-03"
    unasked = replace(before, findings=before.findings[found], coverage=before.coverage[asked])
    assert ages(facts([own], previous=unasked)) == {}
    refused = before.coverage.assign(not_run=before.coverage["not_run"].fillna("no reason"))
    unrun = replace(before, findings=before.findings[found], coverage=refused)
    assert ages(facts([own], previous=unrun)) == {}


def returned(was: str, now: str, **different: Any) -> tuple[dict[str, Any], Any]:
    before = earlier(facts([user("ana", status=was)]))
    return detect(
        "LIF-08", facts([user("ana", status=now, **different), user("new")], previous=before)
    )


def test_a_suspended_account_that_is_active_again() -> None:
    rows, coverage = returned("suspended", "active")
    assert rows["user:ana"]["severity"] == "info"
    assert rows["user:ana"]["says"] == "The user ana was suspended in 2026-Q3 and is active again."
    assert coverage["looked_at"] == 1
    for was, now in (("active", "active"), ("suspended", "suspended"), ("staged", "active")):
        assert returned(was, now)[0] == {}
    for was, now in (("unknown", "active"), ("suspended", "unknown")):
        rows, coverage = returned(was, now)
        assert (rows, coverage["cannot_tell"]) == ({}, 1)


def test_a_return_to_privileged_access_is_worse() -> None:
    strong = [thing("group", "it", privileged=True)]
    before = earlier(facts([user("ana", status="suspended")]))
    world = facts([user("ana")], strong, [grant("user:ana", "group:it")], previous=before)
    assert detect("LIF-08", world)[0]["user:ana"]["severity"] == "medium"
    named = replace(before, period="")
    world = facts([user("ana")], previous=named)
    assert (
        "was suspended in the earlier review and" in detect("LIF-08", world)[0]["user:ana"]["says"]
    )


THINGS = [thing("group", name) for name in "abcde"] + [thing("group", "it", privileged=True)]
PEOPLE = [user("boss", manager_id=None), user("eve", name="Eve Moor")]


def moved(
    was: dict[str, Any], now: dict[str, Any], held: str = "a", *, before: str = "abcde"
) -> tuple[dict[str, Any], Any]:
    then = facts(
        [*PEOPLE, user("ana", **was)],
        THINGS,
        [grant("user:ana", f"group:{name}") for name in before.split()],
    )
    grants = [grant("user:ana", f"group:{name}") for name in held.split()]
    people = [*PEOPLE, user("ana", **now)]
    rows, coverage = detect("LIF-09", facts(people, THINGS, grants, previous=earlier(then)))
    return {name: row for name, row in rows.items() if name == "user:ana"}, coverage


def test_a_mover_who_kept_access() -> None:
    rows, _ = moved({}, {"department": "Sales"}, "a b c d", before="a b c d e")
    assert rows["user:ana"]["severity"] == "medium"
    assert rows["user:ana"]["says"] == (
        "The user ana has changed since the earlier review: the department from Finance to Sales; "
        "kept: a, b, c and 1 more."
    )
    rows, _ = moved({}, {"title": "Lead", "manager_id": "jumpcloud:user:eve"}, "a", before="a")
    assert (
        "the title from Analyst to Lead, the manager from Boss Quine to Eve Moor; kept: a."
        in rows["user:ana"]["says"]
    )


def test_what_is_new_was_not_kept_and_three_are_all_named() -> None:
    sales = {"department": "Sales"}
    assert moved({}, sales, "a e", before="a")[0]["user:ana"]["says"].endswith("kept: a.")
    said = moved({}, sales, "a b c", before="a b c")[0]["user:ana"]["says"]
    assert said.endswith("kept: a, b, c.")


def test_a_placeholder_is_no_place_that_somebody_left() -> None:
    now = {"department": "Sales", "title": "Lead"}
    said = moved({"department": "n/a"}, now, "a", before="a")[0]["user:ana"]["says"]
    assert "review: the title from Analyst to Lead; kept" in said
    nowhere = {"department": None, "title": None}
    eve = {**nowhere, "manager_id": "jumpcloud:user:eve"}
    assert moved(nowhere, eve, "a", before="a")[0]["user:ana"]["severity"] == "low"


def test_the_first_account_is_one_like_the_others() -> None:
    held = [grant("user:ana", "group:it")]
    then = earlier(facts([user("ana"), *PEOPLE], THINGS, held))
    now = facts([user("ana", department="Sales"), *PEOPLE], THINGS, held, previous=then)
    assert now.accounts["account_id"].iloc[0] == "jumpcloud:user:ana"
    assert detect("LIF-09", now)[0]["user:ana"]["severity"] == "high"


def test_a_move_is_worse_with_privileged_access_and_mild_with_a_new_manager_only() -> None:
    rows, _ = moved({}, {"department": "Sales"}, "a it", before="a it")
    assert rows["user:ana"]["severity"] == "high"
    rows, _ = moved({}, {"manager_id": "jumpcloud:user:eve"}, "a it", before="a it")
    assert rows["user:ana"]["severity"] == "low"


@pytest.mark.parametrize(
    ("was", "now", "held", "before"),
    [
        ({}, {}, "a", "a"),
        ({}, {"department": " FINANCE"}, "a", "a"),
        ({}, {"department": "Sales"}, "a", "b"),  # the old access is gone
        ({}, {"department": "Sales", "status": "suspended"}, "a", "a"),
        ({}, {"department": "Sales", "service_like": True}, "a", "a"),
        ({"title": None}, {"title": None}, "a", "a"),  # the department tells enough
    ],
)
def test_no_mover(was: dict[str, Any], now: dict[str, Any], held: str, before: str) -> None:
    rows, coverage = moved(was, now, held, before=before)
    assert (rows, coverage["cannot_tell"]) == ({}, 0)


def test_what_only_one_review_knows_is_no_move() -> None:
    blank: dict[str, Any] = {"department": None, "title": None, "manager_id": None}
    rows, coverage = moved(blank, {}, "a", before="a")
    assert (rows, coverage["cannot_tell"]) == ({}, 1)
    rows, coverage = moved({"title": "n/a"}, {}, "a", before="a")
    assert (rows, coverage["cannot_tell"]) == ({}, 0)
    rows, coverage = moved({}, {"department": "Sales", "status": "unknown"}, "a", before="a")
    assert (rows, coverage["cannot_tell"]) == ({}, 1)


def test_who_joined_is_no_mover() -> None:
    _, coverage = detect("LIF-09", facts([user("ana")], previous=earlier(facts([user("bea")]))))
    assert coverage["looked_at"] == 0


def test_new_access() -> None:
    people = [user("ana"), admin("ana")]
    things = [thing("group", "it", privileged=True), thing("group", "a"), thing("app", "pay")]
    old = [grant("user:ana", "group:a"), grant("group:it", "app:pay")]
    then = facts(people, things, old, collected=EVERYTHING)
    new = [
        *old,
        grant("user:ana", "group:it"),
        grant("user:ana", "app:pay"),
        grant("group:a", "app:pay"),
    ]
    rows, coverage = detect("ENT-08", facts(people, things, new, previous=earlier(then)))
    assert sorted(rows) == ["app:pay>user:ana", "group:it>user:ana"]
    assert rows["app:pay>user:ana"]["severity"] == "info"
    assert rows["group:it>user:ana"]["severity"] == "medium"
    assert rows["group:it>user:ana"]["subject_name"] == "Ana Quine"
    assert rows["group:it>user:ana"]["says"] == "The user ana holds it, and did not in 2026-Q3."
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (3, 0)


@pytest.mark.parametrize(
    ("by", "severity", "says"),
    [
        ("Ana@corp.example", "high", "2026-Q3; it was given by the person's own account."),
        ("bo@corp.example", "medium", "2026-Q3; bo@corp.example gave it."),
        ("gone@corp.example", "medium", "2026-Q3; gone@corp.example gave it."),
        (None, "medium", "2026-Q3."),
    ],
)
def test_privileged_access_that_somebody_gave_themselves_is_high(
    by: str | None, severity: str, says: str
) -> None:
    people = [user("ana"), admin("ana"), user("bo")]
    things = [thing("group", "it", privileged=True), thing("group", "a")]
    then = facts(people, things, collected=EVERYTHING)
    held = [grant("user:ana", "group:it"), grant("user:ana", "group:a")]
    world = facts(people, things, held, previous=earlier(then))
    given = [
        {"given_id": f"{row['grant_id']}@given", "grant_id": row["grant_id"], "given_at": NOW}
        for row in held
    ]
    log = GIVEN.frame([row | {"given_by": by} for row in given])
    rows, _ = detect("ENT-08", replace(world, snapshot=replace(world.snapshot, given=log)))
    assert rows["group:it>user:ana"]["severity"] == severity
    assert rows["group:it>user:ana"]["says"].endswith(says)
    assert rows["group:a>user:ana"]["severity"] == "info"


def test_a_group_that_opens_something_privileged_is_a_door_to_it() -> None:
    things = [thing("group", "a"), thing("app", "pay", privileged=True)]
    door = grant("group:a", "app:pay")
    then = facts([user("ana")], things, [door])
    world = facts(
        [user("ana")], things, [door, grant("user:ana", "group:a")], previous=earlier(then)
    )
    assert detect("ENT-08", world)[0]["group:a>user:ana"]["severity"] == "medium"


def test_what_the_earlier_review_did_not_read_is_not_called_new() -> None:
    things = [thing("device", "laptop")]
    then = earlier(facts([user("ana")], things))
    world = facts([user("ana")], things, [grant("user:ana", "device:laptop")], previous=then)
    rows, coverage = detect("ENT-08", world)
    assert (rows, coverage["cannot_tell"]) == ({}, 1)


@pytest.mark.parametrize("kind", ["device", "device group", "directory", "radius"])
def test_who_held_a_thing_is_not_told_by_the_list_of_things(kind: str) -> None:
    names = {"device": "devices", "device group": "device groups", "directory": "directories"}
    name = names.get(kind, "RADIUS servers")
    things, held = [thing(kind, "box")], grant("user:ana", f"{kind}:box")
    for read, found in (([name], 0), ([name, f"users of {name}"], 1)):
        then = facts([user("ana")], things, collected=read)
        rows, coverage = detect(
            "ENT-08", facts([user("ana")], things, [held], previous=earlier(then))
        )
        assert (len(rows), coverage["cannot_tell"]) == (found, 1 - found)
        was = earlier(facts([user("ana")], things, [held]), [held])
        now = facts([user("ana")], things, collected=read, previous=was)
        rows, coverage = detect("ENT-09", now)
        assert (rows, coverage["cannot_tell"]) == ({}, 1 - found)


HELD = grant("user:ana", "group:a")
SOME = [thing("group", "a"), thing("app", "pay")]


def back(previous: Previous, here: bool = True, **read: Any) -> tuple[dict[str, Any], Any]:
    return detect(
        "ENT-09", facts([user("ana")], SOME, [HELD] if here else [], previous=previous, **read)
    )


@pytest.mark.parametrize(
    ("outcomes", "says", "severity"),
    [
        (
            [outcome(HELD, "removed", True)],
            "Ana has a, which was removed in 2026-Q3 and is back.",
            "high",
        ),
        ([], "Ana has a, which was to be revoked in 2026-Q3 and is still there.", "high"),
        (
            [outcome(HELD, "failed", False)],
            "Ana has a, which was to be revoked in 2026-Q3 and is still there.",
            "high",
        ),
        (
            [outcome(HELD, "unknown", None)],
            "Ana has a, which was to be revoked in 2026-Q3 and is still there.",
            "high",
        ),
        (
            [outcome(HELD, "restored", False)],
            "Ana has a, which was put back after 2026-Q3 had revoked it.",
            "medium",
        ),
    ],
)
def test_revoked_and_there(outcomes: list[dict[str, Any]], says: str, severity: str) -> None:
    then = facts([user("ana")], SOME, [HELD])
    rows, _ = back(earlier(then, [HELD], outcomes))
    row = rows["group:a>user:ana"]
    says = says[:1].upper() + says[1:]
    assert (row["says"], row["severity"], row["accounts"]) == (says, severity, "jumpcloud:user:ana")


def test_revoked_and_gone() -> None:
    then = earlier(facts([user("ana")], SOME, [HELD]), [HELD])
    rows, coverage = back(then, here=False)
    assert (rows, coverage["looked_at"], coverage["cannot_tell"]) == ({}, 1, 0)
    kept = replace(then, decisions=then.decisions.assign(decision="Keep"))
    assert back(kept)[1]["looked_at"] == 0


def test_what_this_snapshot_did_not_read_may_be_back() -> None:
    then = earlier(facts([user("ana")], SOME, [HELD]), [HELD])
    for read in (
        {"collected": ()},
        {
            "gaps": [
                {
                    "gap_id": "1",
                    "collection": "group members",
                    "subject": HELD["grant_id"],
                    "says": "x",
                }
            ]
        },
        {
            "gaps": [
                {"gap_id": "1", "collection": "groups", "subject": "jumpcloud:group:a", "says": "x"}
            ]
        },
    ):
        rows, coverage = back(then, here=False, **read)
        assert (rows, coverage["cannot_tell"]) == ({}, 1)
        assert len(back(then, **read)[0]) == 1


def test_what_a_group_held_and_an_account_that_is_gone() -> None:
    bound = grant("group:a", "app:pay")
    then = earlier(facts([], SOME, [bound]), [bound])
    rows, _ = detect("ENT-09", facts([], SOME, [bound], previous=then))
    assert pd.isna(rows["app:pay>group:a"]["accounts"])
    for read, unsure in ((["application users"], 1), (["application groups"], 0)):
        rows, coverage = detect("ENT-09", facts([], SOME, collected=read, previous=then))
        assert (rows, coverage["cannot_tell"]) == ({}, unsure)
    lost = grant("user:zoe", "group:a")
    rows, _ = detect("ENT-09", facts([], SOME, [lost], previous=earlier(facts([], SOME), [lost])))
    assert pd.isna(rows["group:a>user:zoe"]["accounts"])


def test_every_detection_runs_with_an_earlier_review() -> None:
    world = facts([user("ana")], SOME, [HELD])
    _, coverage = run(replace(world, previous=earlier(world)), detections())
    reasons = coverage["not_run"].dropna()
    assert not reasons.str.contains("previous").any()
