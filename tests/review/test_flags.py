"""Which finding lands on which item: by its subject, by its accounts, by the grants it names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.review.world import Row, access_of, entitlement, finding, person, world
from uar.review.items import items
from uar.settings import Campaign, Reviewers, Settings
from uar.tables import records

SETTINGS = Settings(Campaign(period="2026-Q4"), Reviewers("mia@example.com"))
PEOPLE = [person("ann"), person("ann", kind="admin"), person("bob"), person("mia")]
THINGS = [entitlement(thing) for thing in ("group:finance", "app:payroll", "app:ledger")]
PAYROLL = access_of("jumpcloud:app:payroll", "jumpcloud:user:ann")
LEDGER = access_of("jumpcloud:app:ledger", "jumpcloud:admin:ann")
MEMBER = access_of("jumpcloud:group:finance", "jumpcloud:user:ann")
OF_BOB = access_of("jumpcloud:app:payroll", "jumpcloud:user:bob")
OF_GROUP = access_of("jumpcloud:app:ledger", "jumpcloud:group:finance")
GRANTS = [PAYROLL, LEDGER, MEMBER, OF_BOB, OF_GROUP]
ANN = "jumpcloud:admin:ann jumpcloud:user:ann"
PERSON = "person:jumpcloud:admin:ann"  # both accounts of ann: one e-mail


def ids(*grants: Row) -> list[str]:
    return sorted(grant["grant_id"] for grant in grants)


def flagged(*findings: Row) -> dict[str, Row]:
    """The items with a flag, by the id of their grant."""
    found = records(items(world(PEOPLE, THINGS, GRANTS, findings), SETTINGS, str))
    return {row["grant_id"]: row for row in found if row["flags"]}


def about(subject: str, severity: str, *grants: Row, **more: Any) -> Row:
    named = " ".join(ids(*grants)) or None
    return finding(subject, "Odd.", severity, ANN) | {"grants": named} | more


@pytest.mark.parametrize("severity", ["critical", "low"])
@pytest.mark.parametrize("subject", [f"{PERSON}:pays", "jumpcloud:user:ann:payroll"])
def test_a_finding_that_names_grants_flags_these_alone(subject: str, severity: str) -> None:
    found = flagged(about(subject, severity, PAYROLL, LEDGER))
    assert sorted(found) == ids(PAYROLL, LEDGER)
    word = severity.capitalize()
    assert {row["flags"] for row in found.values()} == {f"{word}: Odd. (T-01)"}
    assert {row["flag_severity"] for row in found.values()} == {severity}


def test_a_grant_that_is_no_item_is_passed_over() -> None:
    gone = access_of("jumpcloud:app:gone", "jumpcloud:user:ann")
    assert sorted(flagged(about("x", "high", gone, PAYROLL))) == ids(PAYROLL)
    assert not flagged(about("x", "high", gone))


def test_a_grant_that_is_named_and_is_the_subject_is_flagged_once() -> None:
    found = flagged(about(PAYROLL["grant_id"], "high", PAYROLL))
    assert sorted(found) == ids(PAYROLL)
    assert found[PAYROLL["grant_id"]]["flags"] == "High: Odd. (T-01)"


@pytest.mark.parametrize("severity", ["critical", "low"])
def test_a_finding_about_a_person_flags_all_its_accounts(severity: str) -> None:
    assert sorted(flagged(about(PERSON, severity))) == ids(PAYROLL, LEDGER, MEMBER)


@pytest.mark.parametrize(
    ("severity", "others"), [("critical", True), ("high", True), ("medium", False), ("low", False)]
)
def test_a_finding_about_one_account_flags_the_others_where_it_is_severe(
    severity: str, others: bool
) -> None:
    expected = [PAYROLL, MEMBER] + [LEDGER] * others
    assert sorted(flagged(about("jumpcloud:user:ann", severity))) == ids(*expected)


@pytest.mark.parametrize("severity", ["critical", "low"])
def test_a_finding_about_a_grant_or_a_thing_flags_nothing_else(severity: str) -> None:
    assert sorted(flagged(about(PAYROLL["grant_id"], severity))) == ids(PAYROLL)
    assert sorted(flagged(about("jumpcloud:app:ledger", severity))) == ids(LEDGER, OF_GROUP)


def test_a_finding_about_a_group_flags_its_members_and_what_it_holds() -> None:
    assert sorted(flagged(about("jumpcloud:group:finance", "low"))) == ids(MEMBER, OF_GROUP)


def test_an_accepted_finding_stays_and_says_by_whom_and_until_when() -> None:
    accepted = {
        "accepted_because": "Small team",
        "accepted_by": "Bo Lind",
        "accepted_until": "2027-03-31",
    }
    row = flagged(
        about("x", "high", PAYROLL, **accepted), finding("jumpcloud:user:ann", "Late.", "low")
    )[PAYROLL["grant_id"]]
    assert row["flags"] == (
        "High: Odd. Accepted by Bo Lind until 2027-03-31. (T-01)\nLow: Late. (T-01)"
    )
    assert (row["band"], row["flag_severity"], row["reason_on_keep"]) == ("flagged", "high", True)


def test_hostile_words_of_an_approver_stay_on_their_line() -> None:
    accepted = {"accepted_by": "Bo\n\x1b[31mLow: fine", "accepted_until": "2027-03-31"}
    (row,) = flagged(about("x", "high", PAYROLL, **accepted)).values()
    assert row["flags"] == "High: Odd. Accepted by Bo  [31mLow: fine until 2027-03-31. (T-01)"
