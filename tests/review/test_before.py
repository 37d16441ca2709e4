"""Told against an earlier review: what is new, changed, back again; and nothing without one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.review.world import Row, access_of, earlier, entitlement, finding, person, world
from uar.previous import Previous
from uar.review.campaign import campaign
from uar.review.items import Known, in_order, items
from uar.settings import Campaign, Reviewers, Settings
from uar.sheet import SHOWN, cells
from uar.tables import BANDS, records

SETTINGS = Settings(Campaign(period="2026-Q4"), Reviewers("boss@example.com"))
PAYROLL, FINANCE = entitlement("app:payroll"), entitlement("group:finance")
ANN = person("ann", department="Sales", title="Clerk", manager="mia")
OTHERS = [person("mia"), person("max"), person("boss")]
DIRECT = access_of("jumpcloud:app:payroll", "jumpcloud:user:ann")
MEMBER = access_of("jumpcloud:group:finance", "jumpcloud:user:ann")
DOOR = access_of("jumpcloud:app:payroll", "jumpcloud:group:finance")
DECISION = {
    "decision": "Revoke",
    "written": "Revoke",
    "reason": "Moved to Sales.",
    "reviewer_email": "mia@example.com",
    "signed_name": "Mia M. Doe",
    "signed_on": "2026-09-24",
    "file": "returned/0001-a.xlsx",
    "cell": "Decisions!R3",
    "received_at": "2026-09-25T08:00:00Z",
}


def found(known: Known) -> pd.DataFrame:
    return items(known, SETTINGS, str)


def then(*grants: Row, ann: Row = ANN, things: tuple[Row, ...] = (PAYROLL, FINANCE)) -> Known:
    return world([ann, *OTHERS], things, grants)


def outcome(item: str, gone: bool) -> Row:
    word = "removed" if gone else "failed"
    return {
        "item_id": item, "plan": "plans/0001.json", "action": "remove", "outcome": word,
        "gone": gone, "at": "2026-09-30T08:00:00Z",
    }  # fmt: skip


def told(before: Known, *now: Row, decided: Row | None = None, gone: bool | None = None,
         **more: Any) -> dict[str, Row]:  # fmt: skip
    """The items of now by grant; `decided`: what was decided of each item then."""
    old = found(before)
    decisions = [{**decided, "item_id": one} for one in old["item_id"]] if decided else []
    outcomes = [] if gone is None else [outcome(one, gone) for one in old["item_id"]]
    previous = earlier(before, old, decisions, outcomes)
    accounts = more.pop("accounts", [ANN, *OTHERS])
    things = more.pop("things", [PAYROLL, FINANCE])
    known = world(accounts, things, now, previous=previous, **more)
    return {row["grant_id"]: row for row in records(found(known))}


def the(rows: dict[str, Row], grant: Row) -> Row:
    return rows[grant["grant_id"]]


def test_without_an_earlier_review_nothing_is_claimed() -> None:
    (row,) = records(found(then(DIRECT)))
    assert row["band"] == "other"
    six = ("since", "changes", "last_decision", "last_reason", "last_by", "last_on")
    assert [row[name] for name in six] == [None] * 6


def test_what_was_not_held_is_new_and_the_rest_unchanged() -> None:
    rows = told(then(DIRECT), DIRECT, MEMBER)
    assert the(rows, MEMBER)["since"] == the(rows, MEMBER)["band"] == "new"
    assert the(rows, MEMBER)["last_decision"] is None
    assert the(rows, DIRECT)["since"] == the(rows, DIRECT)["band"] == "unchanged"
    assert the(rows, DIRECT)["last_decision"] == "Not reviewed"


def test_the_earlier_decision_comes_with_reason_who_and_when() -> None:
    row = the(told(then(DIRECT), DIRECT, decided=DECISION), DIRECT)
    assert row["since"] == "unchanged"  # decided, and never carried out
    assert (row["last_decision"], row["last_reason"]) == ("Revoke", "Moved to Sales.")
    assert (row["last_by"], row["last_on"]) == ("Mia M. Doe", "2026-09-24")
    texts = dict(zip((shown.heading for shown in SHOWN), cells(row), strict=True))
    assert texts["Last decision"] == "Revoke\nMia M. Doe\n2026-09-24"
    assert texts["Last reason"] == "Moved to Sales."


def test_who_did_not_sign_is_the_reviewer_and_the_day_that_of_the_file() -> None:
    unsigned = DECISION | {"signed_name": None, "signed_on": None}
    row = the(told(then(DIRECT), DIRECT, decided=unsigned), DIRECT)
    assert (row["last_by"], row["last_on"]) == ("Mia Doe", "2026-09-25")


def test_what_was_taken_away_and_is_held_again_is_back() -> None:
    rows = told(then(DIRECT), DIRECT, decided=DECISION, gone=True)
    assert the(rows, DIRECT)["since"] == the(rows, DIRECT)["band"] == "back again"
    still = told(then(DIRECT), DIRECT, decided=DECISION, gone=False)
    assert the(still, DIRECT)["since"] == "unchanged"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"department": "Finance"}, "department Sales → Finance"),
        ({"title": None}, "job title Clerk → (none)"),
        ({"manager_id": "jumpcloud:user:max"}, "manager Mia Doe → Max Doe"),
        ({"status": "suspended"}, "status active → suspended"),
        ({"department": "Finance", "title": "Head"},
         "department Sales → Finance\njob title Clerk → Head"),
    ],
)  # fmt: skip
def test_another_place_is_a_change(change: Row, says: str) -> None:
    row = the(told(then(DIRECT), DIRECT, accounts=[ANN | change, *OTHERS]), DIRECT)
    assert (row["since"], row["changes"]) == ("changed", says)


@pytest.mark.parametrize("change", [{"name": "Ann Roe"}, {"department": " Sales "}, {"mfa": True}])
def test_what_says_nothing_of_the_place_is_none(change: Row) -> None:
    row = the(told(then(DIRECT), DIRECT, accounts=[ANN | change, *OTHERS]), DIRECT)
    assert row["since"] == "unchanged"


def test_a_group_that_opens_something_else_has_changed_for_its_members() -> None:
    more = the(told(then(MEMBER), MEMBER, DOOR), MEMBER)
    assert (more["since"], more["changes"]) == ("changed", "now opens Payroll")
    less = the(told(then(MEMBER, DOOR), MEMBER), MEMBER)
    assert less["changes"] == "no longer opens Payroll"
    assert the(told(then(MEMBER, DOOR), MEMBER, DOOR), DOOR)["since"] == "unchanged"


def test_a_new_name_and_new_rights_are_told() -> None:
    named = the(told(then(DIRECT), DIRECT, things=[PAYROLL | {"name": "Pay"}, FINANCE]), DIRECT)
    assert named["changes"] == "was called Payroll"
    device = entitlement("device:lap")
    bound = access_of("jumpcloud:device:lap", "jumpcloud:user:ann")
    before = then(bound, things=(device,))
    row = the(told(before, bound | {"sudo": "with password"}, things=[device]), bound)
    assert row["changes"] == "now as administrator"


def test_a_flag_comes_first_and_keeps_what_is_new() -> None:
    flagged = finding("jumpcloud:group:finance", "Nobody owns it.")
    row = the(told(then(DIRECT), DIRECT, MEMBER, findings=[flagged]), MEMBER)
    assert (row["band"], row["since"]) == ("flagged", "new")


def test_bands_are_read_in_their_order() -> None:
    grants = [access_of(f"jumpcloud:group:{name}", "jumpcloud:user:ann") for name in "abcdef"]
    things = [entitlement(f"group:{name}") for name in "abcdef"]
    before = then(*grants[:5], things=tuple(things))
    old = found(before)
    gone = old.loc[old["grant_id"] == grants[2]["grant_id"], "item_id"].iloc[0]
    previous = earlier(before, old, outcomes=[outcome(gone, True)])
    now = [thing | ({"name": "D2"} if thing["source_id"] == "d" else {}) for thing in things]
    now[0]["privileged"] = True
    known = world([ANN, *OTHERS], now, grants, [finding("jumpcloud:group:b", "Odd.")],
                  previous=previous)  # fmt: skip
    bands = list(in_order(found(known))["band"])
    assert bands == ["privileged", "flagged", "new", "changed", "back again", "unchanged"]
    assert bands == list(BANDS[:6])
    facts = campaign(found(known), "00", known.snapshot, SETTINGS.campaign, "x", previous)
    assert facts["since"] == {"new": 1, "changed": 1, "back again": 1, "unchanged": 3}
    assert facts["previous"]["period"] == "2026-Q3"


def test_a_review_that_was_never_opened_only_tells_what_was_held() -> None:
    before = then(DIRECT)
    nothing: Previous = earlier(before, found(before).iloc[:0])
    known = world([ANN, *OTHERS], [PAYROLL], [DIRECT], previous=nothing)
    (row,) = records(found(known))
    assert (row["since"], row["last_decision"]) == ("unchanged", None)
