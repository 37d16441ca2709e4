"""Routing rules, delegations and scope of uar.toml: what they do, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd
import pytest

from tests.review.world import Row, access_of, earlier, entitlement, person, world
from uar.errors import SetupError
from uar.review.campaign import campaign
from uar.review.items import Known, Population, items, population
from uar.settings import Where, parse
from uar.tables import records

BASE = '[reviewers]\nfallback = "boss@example.com"\n'
PEOPLE = [
    person("ann", manager="mia", department="Sales", title="Clerk", employee_type="employee"),
    person("bob", manager="mia", department="Finance", company="Tide"),
    person("mia", department="Finance"), person("max"), person("boss"), person("odd"),
    person("ext", employee_type="Contractor"), person("root", kind="admin"),
    person("bot", kind="service", email=None),
]  # fmt: skip
THINGS = [
    entitlement("app:payroll"), entitlement("group:finance"), entitlement("group:all"),
    entitlement("role:admin", name="Administrator"),
]  # fmt: skip
GRANTS = {
    "ann pay": access_of("jumpcloud:app:payroll", "jumpcloud:user:ann"),
    "ann all": access_of("jumpcloud:group:all", "jumpcloud:user:ann"),
    "bob fin": access_of("jumpcloud:group:finance", "jumpcloud:user:bob"),
    "root": access_of("jumpcloud:role:admin", "jumpcloud:admin:root"),
    "bot": access_of("jumpcloud:role:admin", "jumpcloud:service:bot"),
    "door": access_of("jumpcloud:app:payroll", "jumpcloud:group:finance"),
}
DAY = dt.date(2026, 11, 20)


@cache
def usual() -> Known:
    return world(PEOPLE, THINGS, GRANTS.values())


def told(toml: str, known: Known | None = None, day: dt.date | None = DAY) -> Population:
    text = BASE + toml
    where = Where("uar.toml", text)
    return population(known or usual(), parse(text.encode(), "uar.toml"), where.line, day)


def by_name(found: pd.DataFrame) -> dict[str, Row]:
    rows = {row["grant_id"]: row for row in records(found)}
    return {
        name: rows[grant["grant_id"]] for name, grant in GRANTS.items() if grant["grant_id"] in rows
    }


def deciders(toml: str, **more: Any) -> dict[str, str]:
    rows = by_name(told(toml, **more).items)
    return {name: row["reviewer"].split()[0].lower() for name, row in rows.items()}


def rule(reviewer: str, conditions: str = "") -> str:
    return f'[[reviewers.rules]]\n{conditions}\nreviewer = "{reviewer}"\n'


USUAL = {"ann pay": "mia", "ann all": "mia", "bob fin": "mia", "root": "boss", "bot": "boss",
         "door": "boss"}  # fmt: skip


@pytest.mark.parametrize(
    ("conditions", "moved"),
    [
        ('kind = ["application"]', {"ann pay", "door"}),
        ('kind = ["Admin Role"]', {"root", "bot"}),
        ('access = ["Payroll"]', {"ann pay", "door"}),
        ('access = ["jumpcloud:group:all"]', {"ann all"}),
        ('gives = ["payroll"]', {"ann pay", "door", "bob fin"}),
        ('account = ["group", "service"]', {"door", "bot"}),
        ('person = ["ann@example.com"]', {"ann pay", "ann all"}),
        ('department = [" sales"]', {"ann pay", "ann all"}),
        ('title = ["Clerk"]', {"ann pay", "ann all"}),
        ('manager = ["mia@example.com"]', {"ann pay", "ann all", "bob fin"}),
        ('company = ["Tide"]', {"bob fin"}),
        ('department = ["Sales"]\nkind = ["group"]', {"ann all"}),
        ("privileged = true", {"root", "bot"}),
        ("", set(USUAL)),
    ],
)
def test_a_rule_is_for_what_fits_all_it_says(conditions: str, moved: set[str]) -> None:
    found = deciders(rule("odd@example.com", conditions))
    assert found == USUAL | dict.fromkeys(moved, "odd")


def test_rules_are_tried_in_their_order_and_the_usual_ones_after() -> None:
    toml = rule("max@example.com", 'person = ["ann"]') + rule("odd@example.com")
    assert deciders(toml) == dict.fromkeys(USUAL, "odd") | {"ann pay": "max", "ann all": "max"}
    owner = '[reviewers.owners]\n"Payroll" = "max@example.com"\n' + rule("owner")
    assert deciders(owner) == USUAL | {"ann pay": "max", "door": "max"}
    assert deciders(rule("fallback", 'access = ["All"]')) == USUAL | {"ann all": "boss"}
    row = by_name(told(rule("odd@example.com", 'access = ["All"]')).items)["ann all"]
    assert (row["routed_by"], row["routed_because"]) == (
        "named", "Odd Doe, whom a rule names, decides.",
    )  # fmt: skip


def test_whom_a_rule_names_never_decides_about_himself_nor_unfit() -> None:
    row = by_name(told(rule("ann@example.com", 'kind = ["group"]')).items)["ann all"]
    assert row["routed_because"] == (
        "Ann Doe, whom a rule names, is the same person; manager Mia Doe decides."
    )
    row = by_name(told(rule("ext@example.com", 'kind = ["group"]')).items)["ann all"]
    assert row["routed_because"].startswith("Ext Doe, whom a rule names, is external;")
    assert row["reviewer"] == "Mia Doe"


def test_a_domain_of_others_is_external_once_the_own_are_named() -> None:
    people = [*PEOPLE, person("guest", email="guest@partner.example")]
    known = world(people, THINGS, GRANTS.values())
    toml = rule("guest@partner.example")
    assert set(deciders(toml, known=known).values()) == {"guest"}
    toml += '[domains]\nown = ["example.com"]\n'
    assert deciders(toml, known=known) == USUAL
    toml += '[persons.alias_domains]\n"partner.example" = "example.com"\n'
    assert set(deciders(toml, known=known).values()) == {"guest"}


def test_the_owner_of_a_service_account_decides_about_it() -> None:
    toml = '[service_accounts.owners]\n"Bot Doe" = "odd@example.com"\n'
    row = by_name(told(toml).items)["bot"]
    assert row["routed_because"].endswith("Odd Doe, the owner of the account, decides.")


def test_a_user_that_is_named_as_a_service_is_its_owners_and_decides_nothing() -> None:
    toml = '[service_accounts.owners]\n"ANN@example.com" = "odd@example.com"\n'
    assert deciders(toml) == USUAL | {"ann pay": "odd", "ann all": "odd"}
    row = by_name(told(toml).items)["ann pay"]
    assert row["routed_because"] == (
        "A service account has no manager; Odd Doe, the owner of the account, decides."
    )
    toml = '[service_accounts.owners]\n"mia" = "odd@example.com"\n'
    row = by_name(told(toml).items)["ann pay"]
    assert row["routed_because"] == (
        "Manager Mia Doe is an account of a service; no owner is named for Payroll; "
        "Boss Doe, the fallback reviewer, decides."
    )


AWAY = """
[[reviewers.delegations]]
absent = "mia@example.com"
deputy = "max@example.com"
first_day = 2026-11-20
last_day = 2026-12-01
reason = "On leave"
"""


@pytest.mark.parametrize(
    ("day", "who"),
    [("2026-11-19", "mia"), ("2026-11-20", "max"), ("2026-12-01", "max"), ("2026-12-02", "mia")],
)
def test_a_deputy_decides_on_the_days_of_the_delegation(day: str, who: str) -> None:
    assert deciders(AWAY, day=dt.date.fromisoformat(day))["ann pay"] == who


def test_a_delegation_is_told_and_recorded() -> None:
    row = by_name(told(AWAY).items)["ann pay"]
    assert row["routed_by"] == "delegate"
    assert row["routed_because"] == (
        "Manager Mia Doe is away until 1 Dec 2026 (On leave); the deputy Max Doe decides."
    )


def test_a_deputy_never_decides_about_himself_and_rings_end() -> None:
    about = AWAY.replace("max@", "ann@")
    row = by_name(told(about).items)["ann pay"]
    assert row["reviewer"] == "Boss Doe"
    assert "the deputy Ann Doe is the same person; no owner" in row["routed_because"]
    back = AWAY.replace("mia@", "x@").replace("max@", "mia@").replace("x@", "max@")
    row = by_name(told(AWAY + back).items)["ann pay"]
    assert row["reviewer"] == "Boss Doe"
    assert "is away as well" in row["routed_because"]
    onward = AWAY.replace("max@", "odd@").replace("mia@", "max@")
    assert deciders(AWAY + onward)["ann pay"] == "odd"


def test_who_may_not_decide_cannot_have_it_done_by_a_deputy() -> None:
    """Otherwise somebody's own access would be decided by whom they chose."""
    toml = AWAY.replace("mia@", "ann@") + rule("ann@example.com", 'access = ["All"]')
    assert deciders(toml)["ann all"] == "mia"


def scope(which: str, conditions: str, reason: str = "Everybody has it.") -> str:
    return f'[[scope.{which}]]\n{conditions}\nreason = "{reason}"\n'


@pytest.mark.parametrize(
    ("toml", "left"),
    [
        (scope("leave_out", 'access = ["All"]'), set(USUAL) - {"ann all"}),
        (scope("leave_out", 'kind = ["group"]'), set(USUAL) - {"ann all", "bob fin"}),
        (scope("only", 'gives = ["Payroll"]'), {"ann pay", "bob fin", "door"}),
        (scope("only", 'department = ["Sales"]'), {"ann pay", "ann all"}),
        (scope("only", "privileged = true"), {"root", "bot"}),
        (scope("only", "privileged = true") + scope("only", 'person = ["ann"]'),
         {"root", "bot", "ann pay", "ann all"}),
        (scope("only", 'person = ["ann"]') + scope("leave_out", 'access = ["All"]'), {"ann pay"}),
    ],
)  # fmt: skip
def test_every_grant_is_an_item_or_excluded_with_its_reason(toml: str, left: set[str]) -> None:
    found = told(toml)
    assert set(by_name(found.items)) == left
    every = [*found.items["grant_id"], *found.excluded["grant_id"]]
    assert sorted(every) == sorted(grant["grant_id"] for grant in GRANTS.values())
    assert found.excluded["reason"].str.contains("Everybody has it.").all()


def test_exclusions_are_counted_by_reason() -> None:
    toml = scope("leave_out", 'access = ["All"]', "All hands.") + scope(
        "leave_out", 'person = ["ann"]', "On a world tour."
    )
    known = usual()
    found = told(toml, known)
    settings = parse((BASE + toml).encode(), "uar.toml").campaign
    facts = campaign(found.items, "00", known.snapshot, settings, "x", None, found.excluded)
    counts = [(each["what"], each["count"], each["reason"]) for each in facts["excluded"]]
    assert ("grants", 1, "All hands.") in counts and ("grants", 1, "On a world tour.") in counts
    assert ("accounts", 1, "All of it is out of scope.") in counts  # ann
    assert ("entitlements", 1, "All of it is out of scope.") in counts  # All


def test_only_what_is_new_needs_the_review_before() -> None:
    toml = scope("only", "new = true", "A short one.")
    with pytest.raises(SetupError, match=r"uar.toml, line 4: scope.only.new needs .* --previous"):
        told(toml)
    before = world(PEOPLE, THINGS, [GRANTS["ann pay"]])
    settings = parse(BASE.encode(), "uar.toml")
    previous = earlier(before, items(before, settings, str))
    known = world(PEOPLE, THINGS, GRANTS.values(), previous=previous)
    assert set(by_name(told(toml, known).items)) == set(USUAL) - {"ann pay"}


def test_nothing_left_to_review_is_an_error() -> None:
    toml = scope("leave_out", "")
    with pytest.raises(SetupError, match="Nothing is left to review"):
        told(toml)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (rule("nobody@example.com"), "line 5: reviewers.rules.reviewer names 'nobody@"),
        (rule("manger"), "line 5: reviewers.rules.reviewer names 'manger'"),
        (rule("manager", 'access = ["All", "Payrol"]'), "line 4: reviewers.rules.access: .*Payrol"),
        (rule("manager", 'department = ["Slaes"]'), "line 4: reviewers.rules.department"),
        (rule("manager", 'kind = ["grup"]'), "line 4: .*known: admin role, application, device"),
        (rule("manager", 'person = ["zoe"]'), "line 4: reviewers.rules.person"),
        (rule("manager") + rule("manager", 'title = ["Clark"]'), "line 7: reviewers.rules.title"),
        (rule("manager", 'manager = ["max@example.com"]'), "line 4: reviewers.rules.manager"),
        (rule("manager", "privileged = 1"), "line 4: .*must be true or false"),
        (rule("manager", 'colour = ["red"]'), "line 4: there is no setting reviewers.rules.colour"),
        (rule("manager", 'where = "x"'), "line 4: there is no setting reviewers.rules.where"),
        ("[[reviewers.rules]]\n", "line 3: reviewers.rules.reviewer is missing"),
        ("[[scope.only]]\nprivileged = true\n", "line 3: scope.only.reason is missing"),
        (scope("leave_out", 'gives = ["X"]'), "line 4: scope.leave_out.gives: .*'X'"),
        (AWAY.replace("max@", "no@"), "line 6: reviewers.delegations.deputy names 'no@"),
        (AWAY.replace("mia@", "no@"), "line 5: reviewers.delegations.absent names 'no@"),
        (AWAY.replace("2026-12-01", "2026-01-01"), "line 8: .*last_day lies before"),
        (AWAY.replace("2026-12-01", '"soon"'), "line 8: .*must be a date"),
        ('workbook_per = "group"\n', "line 3: reviewers.workbook_per: there is no group"),
    ],
)
def test_a_rule_that_means_nothing_is_told_with_its_line(toml: str, says: str) -> None:
    with pytest.raises(SetupError, match=f"uar.toml, {says}"):
        told(toml)


def test_an_owner_may_have_a_file_for_each_application() -> None:
    toml = 'workbook_per = "application"\n[reviewers.owners]\n'
    toml += '"Payroll" = "odd@example.com"\n"All" = "odd@example.com"\n' + rule("owner")
    found = told(toml).items
    names = {name: row["workbook"] for name, row in by_name(found).items()}
    assert (
        names["ann pay"]
        == names["door"]
        == "2026-Q4 odd-doe payroll.xlsx".replace("2026-Q4", "User-access-review")
    )
    assert names["ann all"] == "User-access-review odd-doe all.xlsx"
    assert names["bob fin"] == "User-access-review mia-doe.xlsx"
    known = usual()
    settings = parse(BASE.encode(), "uar.toml").campaign
    books = campaign(found, "00", known.snapshot, settings, "x")["workbooks"]
    assert len({book["file_id"] for book in books}) == len(books) == 4


def test_a_rule_that_fits_no_item_is_named_with_its_line() -> None:
    some = rule("max@example.com", 'department = ["Sales"]')
    never = rule("owner", 'department = ["Sales"]\naccess = ["Finance"]')
    (sentence,) = told(some + never).idle
    lines = (BASE + some + never).splitlines()
    last = max(at for at, text in enumerate(lines, 1) if text.startswith("[["))
    assert sentence == f"uar.toml, line {last}: reviewers.rules: this rule fits no item."


def test_a_scope_that_fits_nothing_is_named_with_its_line() -> None:
    some = '[[scope.leave_out]]\nperson = ["ann@example.com"]\nreason = "Away."\n'
    never = '[[scope.leave_out]]\nperson = ["ann@example.com"]\nkind = ["device"]\nreason = "No."\n'
    only = '[[scope.only]]\naccount = ["user", "group"]\nreason = "Persons."\n'
    nobody = '[[scope.only]]\nkind = ["directory"]\nreason = "Directories."\n'
    toml = some + never + only + nobody
    lines = (BASE + toml).splitlines()
    heads = [at for at, text in enumerate(lines, 1) if text.startswith("[[")]
    assert told(toml).idle == [
        f"uar.toml, line {heads[1]}: scope.leave_out: this rule fits no item.",
        f"uar.toml, line {heads[3]}: scope.only: this rule fits no item.",
    ]
    assert not told(some + only).idle


def test_a_routing_rule_that_fits_only_what_is_left_out_fits_nothing() -> None:
    left = '[[scope.leave_out]]\naccess = ["Finance"]\nreason = "Reviewed elsewhere."\n'
    assert len(told(left + rule("owner", 'access = ["Finance"]')).idle) == 1
