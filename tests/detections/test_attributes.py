"""ATR-01 to ATR-08 and ADM-10: a hit, no hit, and what cannot be told."""

from __future__ import annotations

import pytest

from tests.detections.world import admin, detect, facts, service, user
from uar.detections import detections, run
from uar.settings import Attributes, AttributesRule, Reviewers, ServiceAccounts, Settings

COLUMNS = {
    "ATR-01": "department",
    "ATR-02": "title",
    "ATR-03": "manager_id",
    "ATR-04": "employee_id",
    "ATR-05": "employee_type",
    "ATR-06": "company",
    "ATR-08": "email",
}


@pytest.mark.parametrize(("detection", "column"), COLUMNS.items())
def test_only_active_people_lack_something(detection: str, column: str) -> None:
    lacking = {column: None}
    found, coverage = detect(
        detection,
        facts(
            [
                user("ana", **lacking),
                user("bea"),
                user("cid", **lacking, status="suspended"),
                user("dan", **lacking, status="staged"),
                user("eve", **lacking, status="unknown"),
                user("fay", status="unknown"),
                user("svc", **lacking, service_like=True),
                user("gus", **lacking, service_like=None),
                admin("hal", **lacking),
                service("bot"),
            ]
        ),
    )
    assert list(found) == ["user:ana"]
    assert found["user:ana"]["says"].startswith("The user ana has no ")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 2)


@pytest.mark.parametrize("detection", ["ATR-01", "ATR-02", "ATR-04", "ATR-05"])
def test_a_placeholder_counts_as_missing(detection: str) -> None:
    found, _ = detect(detection, facts([user("ana", **{COLUMNS[detection]: " N/A "})]))
    assert found["user:ana"]["says"].endswith('(only "N/A").')


def test_placeholders_are_the_settings_words() -> None:
    settings = Settings(attributes=Attributes(placeholders=("Keine",)))
    world = facts([user("ana", title="keine"), user("bea", title="n/a")], settings=settings)
    assert list(detect("ATR-02", world)[0]) == ["user:ana"]


def test_atr_03_settings_name_who_has_nobody_above() -> None:
    settings = Settings(attributes=Attributes(no_manager=("ANA@corp.example", "bea")))
    accounts = [
        user("ana", manager_id=None),
        user("bea", manager_id=None),
        user("cid", manager_id=None),
        user("dan", manager_id="jumpcloud:user:cid"),
        user("eve", manager_id="jumpcloud:user:ana"),
        user("fay", manager_id="jumpcloud:user:ana"),
    ]
    found, coverage = detect("ATR-03", facts(accounts, settings=settings))
    assert list(found) == ["user:cid"]
    assert found["user:cid"]["severity"] == "medium"
    assert found["user:cid"]["says"] == (
        "The user cid has no manager, and leads 1 person: "
        "if nobody is above, say so in attributes.no_manager."
    )
    assert coverage["looked_at"] == 6
    unnamed, _ = detect("ATR-03", facts(accounts))
    assert ", and leads 2 people:" in unnamed["user:ana"]["says"]


def test_atr_06_asks_for_what_is_required() -> None:
    wanted = Settings(attributes=Attributes(required=("location", "cost_center")))
    world = [
        user("ana", location=None, cost_center="-", company=None),
        user("bea", location="Oslo", cost_center="17"),
    ]
    found, _ = detect("ATR-06", facts(world, settings=wanted))
    assert list(found) == ["user:ana"]
    says = 'The user ana has no cost center (only "-") and no location.'
    assert found["user:ana"]["says"] == says
    assert detect("ATR-06", facts(world))[0]["user:ana"]["says"] == "The user ana has no company."


NAMED = ("ana", "Bea@corp.example", "cid quine", "jumpcloud:user:dan")
OWNED = ServiceAccounts(owners=dict.fromkeys(NAMED, "boss@corp.example"))


@pytest.mark.parametrize("detection", [*COLUMNS, "ATR-07", "ATR-09"])
def test_a_declared_service_account_has_no_profile(detection: str) -> None:
    """It is no person's, whatever JumpCloud says of it: NHI speaks of it."""
    bare = dict.fromkeys(("title", "manager_id", "employee_id", "employee_type", "company"))
    bare |= {"department": "Printer", "location": "n/a"}
    own = {} if detection in ("ATR-07", "ATR-09") else {COLUMNS[detection]: None}
    people = [user(name, **{**bare, **own}) for name in ("ana", "cid", "dan", "eve")]
    people[1] |= {"name": "Cid Quine"}
    people.append(user("bea", **{**bare, **({} if detection == "ATR-08" else own)}))
    if detection == "ATR-09":
        people[3] |= {"department": "Plotter"}
    found, coverage = detect(detection, facts(people, settings=Settings(service_accounts=OWNED)))
    assert set(found) == {"user:eve"}
    assert coverage["looked_at"] == 1
    shown, _ = detect(detection, facts(people))
    assert "user:eve" in shown


def test_who_owns_what_is_held_stays_a_person() -> None:
    """reviewers.owners names what is held: an account of the same name is none of it."""
    settings = Settings(reviewers=Reviewers(owners={"ana": "boss@corp.example"}))
    assert detect("ATR-01", facts([user("ana", department=None)], settings=settings))[0]


PLACEHOLDERS = {
    "department": "ATR-01", "title": "ATR-02", "employee_id": "ATR-04", "employee_type": "ATR-05",
    "company": "ATR-06", "cost_center": "ATR-06", "location": "ATR-06",
}  # fmt: skip


@pytest.mark.parametrize("column", PLACEHOLDERS)
@pytest.mark.parametrize("required", [True, False])
def test_a_placeholder_is_one_finding(column: str, required: bool) -> None:
    """Missing where it is required of the user, text that says nothing where it is not."""
    rule = AttributesRule(department=("Finance", "n/a"), required=(column,) if required else ())
    crew, rest = ("ana", "bea", "cid"), {"cost_center": "7", "location": "Oslo"}
    world = facts(
        [user(name, **rest | {column: "n/a"} if name == "ana" else rest) for name in crew],
        settings=Settings(attributes=Attributes(required=("manager",), rules=(rule,))),
    )
    findings, _ = run(world, [each for each in detections() if each.id.startswith("ATR")])
    assert findings["detection"].tolist() == [PLACEHOLDERS[column] if required else "ATR-07"]
    assert '"n/a"' in findings["says"].iloc[0]


CONTRACTORS = AttributesRule(employee_type=("contractor", "Vendor"), required=("manager",))


@pytest.mark.parametrize(
    ("detection", "column"),
    [item for item in COLUMNS.items() if item[0] not in ("ATR-03", "ATR-08")],
)
def test_of_some_less_is_asked(detection: str, column: str) -> None:
    """Nobody of whom it is not required is looked at."""
    accounts = [
        user("ana", **{"employee_type": " CONTRACTOR", column: None}),
        user("bea", **{"employee_type": "Employee", column: None}),
        user("cid", **{"employee_type": None, column: None}),
        user("dan"),
    ]
    settings = Settings(attributes=Attributes(rules=(CONTRACTORS,)))
    rows, coverage = detect(detection, facts(accounts, settings=settings))
    told = {"user:bea", "user:cid"} | ({"user:ana"} if column == "employee_type" else set())
    assert set(rows) == told  # whose employee type is unknown is no contractor
    assert coverage["looked_at"] == (4 if column == "employee_type" else 3)


def test_of_some_more_is_asked() -> None:
    rule = AttributesRule(employee_type=("contractor",), required=("manager", "cost_center"))
    settings = Settings(attributes=Attributes(required=("company",), rules=(rule,)))
    contractor = {"employee_type": "Contractor", "manager_id": None, "company": None}
    accounts = [
        user("ana", **contractor),
        user("bea", **contractor | {"employee_type": "Employee"}),
    ]
    world = facts([*accounts, user("cid", **contractor, cost_center="7")], settings=settings)
    assert sorted(detect("ATR-03", world)[0]) == ["user:ana", "user:cid"]
    rows, coverage = detect("ATR-06", world)
    assert {name: row["says"][13:] for name, row in rows.items()} == {
        "user:ana": "has no cost center.", "user:bea": "has no company.",
    }  # fmt: skip
    assert coverage["looked_at"] == 3
    assert detect("ATR-01", world)[1]["not_run"] == "[attributes] does not require department"
    nobody = Settings(attributes=Attributes(required=("company",), rules=(CONTRACTORS,)))
    accounts = [user("ana", employee_type="Vendor"), user("bea")]
    assert detect("ATR-06", facts(accounts, settings=nobody))[1]["looked_at"] == 1


def test_the_first_rule_that_fits_all_counts() -> None:
    rules = (
        AttributesRule(department=("Sales",), location=("oslo", "Bergen"), required=()),
        AttributesRule(department=("sales",), required=("title",)),
        AttributesRule(location=("Oslo",), required=("department",)),
    )
    settings = Settings(attributes=Attributes(required=("title",), rules=rules))
    bare = {"title": None, "department": "Sales"}
    accounts = [
        user("ana", **bare, location="Oslo"),  # nothing is asked of
        user("bea", **bare, location="Rome"),  # a title, by the second
        user("cid", **bare | {"department": "IT"}, location="OSLO"),  # a department, by the third
        user("dan", **bare | {"department": "IT"}),  # a title, as of everybody
        user("eve", **bare),
        user("fay", **bare, location="bergen "),
    ]
    rows, _ = detect("ATR-02", facts(accounts, settings=settings))
    assert sorted(rows) == ["user:bea", "user:dan", "user:eve"]
    assert detect("ATR-01", facts(accounts, settings=settings))[1]["looked_at"] == 1


@pytest.mark.parametrize(
    "place", ["employee_type", "department", "title", "company", "cost_center", "location"]
)
def test_a_rule_can_ask_by_each_of_these(place: str) -> None:
    rule = AttributesRule(**{place: ("\uff31uay",)}, required=())  # a compatibility form of Quay
    settings = Settings(attributes=Attributes(rules=(rule,)))
    accounts = [
        user("ana", **{"manager_id": None, place: "Quay"}),
        user("bea", **{"manager_id": None, place: "Kay"}),
        user("cid", **{"manager_id": None, place: None}),
    ]
    rows, _ = detect("ATR-03", facts(accounts, settings=settings))
    assert sorted(rows) == ["user:bea", "user:cid"]


def test_atr_07_lists_every_placeholder() -> None:
    bare = dict.fromkeys(("department", "title", "employee_id", "employee_type", "company"))
    found, coverage = detect(
        "ATR-07",
        facts(
            [
                user("ana", title="n/a", location="n/a", cost_center="--"),
                user("bea", cost_center="0000"),
                user("cid"),
                user("dan", **bare),
                user("eve", title="tbd", status="suspended"),
                admin("hal", title="n/a"),
            ]
        ),
    )
    assert sorted(found) == ["user:ana", "user:bea"]
    assert found["user:ana"]["says"] == (
        'The user ana has cost center "--" and location "n/a", which counts as missing.'
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 1)


@pytest.mark.parametrize(
    "email", ["ana(at)corp.example", "ana", "ana@corp", "a na@corp.example", "a@b@c.example"]
)
def test_atr_08_finds_malformed_emails(email: str) -> None:
    found, _ = detect("ATR-08", facts([user("ana", email=email), user("bea")]))
    assert list(found) == ["user:ana"]
    assert (
        found["user:ana"]["says"] == f'The user ana has "{email}" as e-mail, which is no address.'
    )


def test_adm_10_is_never_a_defect_and_says_who_lends() -> None:
    found, coverage = detect(
        "ADM-10",
        facts(
            [
                user("ana", employee_type=None),
                admin("ana"),
                admin("orphan"),
                admin("own", department="IT"),
                admin("vague", status="unknown"),
                admin("gone", status="suspended"),
            ]
        ),
    )
    assert sorted(found) == ["admin:ana", "admin:orphan"]
    assert {row["severity"] for row in found.values()} == {"info"}
    assert found["admin:ana"]["says"] == (
        "The administrator ana@corp.example has no profile of its own, by design, "
        "and borrows department, job title and manager from the user ana."
    )
    assert found["admin:ana"]["accounts"] == "jumpcloud:admin:ana jumpcloud:user:ana"
    assert found["admin:orphan"]["says"].endswith("and can borrow none from a user.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 1)
