"""Every item has one reviewer, who may decide and is another person; or nothing is opened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.detections import world as detected
from tests.review.world import Row, access_of, entitlement, person, world
from uar.errors import SetupError
from uar.review.candidates import candidates
from uar.review.items import Known, items
from uar.settings import Reviewers, Settings, Where, parse

PAYROLL = entitlement("app:payroll")
BOSS = person("boss")


def asked(
    known: Known, fallback: str = "boss@example.com", owners: dict[str, str] | None = None
) -> list[Row]:
    reviewers = Reviewers(fallback, owners or {})
    rows: list[Row] = items(known, Settings(reviewers=reviewers), str).to_dict("records")  # type: ignore[assignment]
    return rows


def one(accounts: list[Row], holder: str = "jumpcloud:user:ann", **more: Any) -> Row:
    """The item of the one grant of Payroll."""
    grant = access_of("jumpcloud:app:payroll", holder)
    (row,) = asked(world([*accounts, BOSS], [PAYROLL], [grant]), **more)
    return row


def test_the_manager_decides() -> None:
    row = one([person("ann", manager="mia"), person("mia")])
    assert row["reviewer"] == "Mia Doe"
    assert row["routed_by"] == "manager"
    assert row["routed_because"] == "Manager Mia Doe decides."


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"status": "suspended"}, "Manager Mia Doe is suspended"),
        ({"status": "staged"}, "Manager Mia Doe is staged"),
        ({"status": "unknown"}, "Manager Mia Doe has an unknown status"),
        ({"email": None}, "Manager Mia Doe has no valid e-mail address"),
        ({"email": "mia(at)example.com"}, "Manager Mia Doe has no valid e-mail address"),
        ({"service_like": True}, "Manager Mia Doe is an account of a service"),
    ],
)
def test_who_cannot_decide_is_passed_over(changes: Row, because: str) -> None:
    accounts = [person("ann", manager="mia"), person("mia", **changes), person("odd")]
    row = one(accounts, owners={"Payroll": "odd@example.com"})
    assert row["routed_by"] == "owner"
    assert row["reviewer_email"] == "odd@example.com"
    assert row["routed_because"] == f"{because}; Odd Doe, the owner of Payroll, decides."


def test_nobody_above_and_no_owner_leaves_the_fallback() -> None:
    row = one([person("ann")])
    assert row["routed_because"] == (
        "No manager is recorded; no owner is named for Payroll; "
        "Boss Doe, the fallback reviewer, decides."
    )


def test_an_administrator_borrows_the_manager() -> None:
    accounts = [
        person("ann", manager="mia"),
        person("ann", kind="admin"),
        person("mia"),
    ]
    row = one(accounts, holder="jumpcloud:admin:ann")
    assert row["reviewer"] == "Mia Doe"
    assert row["routed_because"] == "Manager Mia Doe (from the user account) decides."
    assert row["borrowed"]


def test_a_second_account_has_the_manager_of_the_person() -> None:
    accounts = [
        person("ann", manager="mia", employee_id="7"),
        person("ann2", name="Ann Doe", employee_id="7"),
        person("mia"),
    ]
    assert one(accounts, holder="jumpcloud:user:ann2")["reviewer"] == "Mia Doe"


def test_another_account_of_the_same_person_does_not_decide() -> None:
    accounts = [
        person("ann", manager="ann2", employee_id="7"),
        person("ann2", name="Ann Doe", employee_id="7"),
    ]
    row = one(accounts, owners={"Payroll": "ann2@example.com"})
    assert row["reviewer"] == "Boss Doe"
    assert row["routed_because"].startswith(
        "Manager Ann Doe is the same person; Ann Doe, the owner of Payroll, is the same person;"
    )


def test_a_service_account_is_the_owners() -> None:
    accounts = [person("bot", kind="service", email=None), person("odd")]
    row = one(accounts, "jumpcloud:service:bot", owners={"Payroll": "odd@example.com"})
    assert row["reviewer"] == "Odd Doe"


def test_the_owner_of_an_application_decides_which_groups_open_it() -> None:
    grant = access_of("jumpcloud:app:payroll", "jumpcloud:group:finance")
    known = world([BOSS, person("odd")], [PAYROLL, entitlement("group:finance")], [grant])
    (row,) = asked(known, owners={"payroll ": "ODD@example.com"})
    assert row["kind"] == "group application"
    assert row["routed_because"] == "Odd Doe, the owner of Payroll, decides."


def test_an_id_names_one_where_a_name_names_two() -> None:
    things = [PAYROLL, entitlement("group:p2", name="Payroll")]
    grants = [access_of(thing["entitlement_id"], "jumpcloud:user:ann") for thing in things]
    accounts = [person("ann"), BOSS, person("odd"), person("eve")]
    owners = {"jumpcloud:group:p2": "eve@example.com", "Payroll": "odd@example.com"}
    rows = asked(world(accounts, things, grants), owners=owners)
    assert {row["kind"]: row["reviewer"] for row in rows} == {
        "application assignment": "Odd Doe",
        "group membership": "Eve Doe",
    }


def test_items_without_a_reviewer_stop_everything() -> None:
    grants = [access_of(f"jumpcloud:group:g{n}", "jumpcloud:user:boss") for n in range(25)]
    things = [entitlement(f"group:g{n}") for n in range(25)]
    with pytest.raises(SetupError) as raised:
        asked(world([BOSS], things, grants))
    lines = str(raised.value).splitlines()
    assert lines[0].startswith("25 items have no reviewer")
    assert "reviewers.fallback" in lines[0]
    assert len(lines) == 22
    assert lines[1] == (
        "  Boss Doe, group membership, G0: No manager is recorded; no owner is named for G0; "
        "Boss Doe, the fallback reviewer, is the same person."
    )
    assert lines[-1] == "  and 5 more"


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('[reviewers]\nfallback = "no@x.de"', "uar.toml, line 2: reviewers.fallback"),
        ('[reviewers.owners]\n\n"Payroll" = "no@x.de"', "uar.toml, line 3: the owner of 'Payroll'"),
        ('[reviewers.owners]\nPayrol = "boss@example.com"', "uar.toml, line 2: reviewers.owners"),
        ('[reviewers.owners]\n"Payroll" = ""', "uar.toml, line 2: the owner of 'Payroll'"),
    ],
)
def test_settings_that_name_nobody_are_told_with_their_line(toml: str, says: str) -> None:
    known = world([BOSS], [PAYROLL], [])
    settings = parse(toml.encode(), "uar.toml")
    with pytest.raises(SetupError, match=says):
        items(known, settings, Where("uar.toml", toml).line)


# An organisation takes a quarter second, whatever its size: few and large ones are asked.
ACCOUNTS = st.lists(
    st.tuples(
        st.integers(-1, 15),  # manager
        st.sampled_from(["active", "active", "suspended", "staged", "unknown"]),
        st.integers(0, 7),  # employee id: the same one is the same person
        st.booleans(),  # also an administrator
    ),
    min_size=8,
    max_size=32,
)
HELD = st.sets(
    st.tuples(st.integers(0, 15), st.booleans(), st.integers(0, 3)), min_size=12, max_size=80
)


def organisation(
    facts: list[tuple[int, str, int, bool]], held: set[tuple[int, bool, int]]
) -> Known:
    accounts, grants = [BOSS, person("vice")], []
    for number, (manager, status, employee, admin) in enumerate(facts):
        name = f"u{number}"
        more = {"status": status, "employee_id": f"E{employee}", "name": "Kim Doe"}
        accounts.append(person(name, manager=f"u{manager}" if manager >= 0 else "", **more))
        if admin:
            accounts.append(person(name, kind="admin", name="Kim Doe"))
    known = {account["account_id"] for account in accounts}
    for number, admin, thing in sorted(held):
        holder = f"jumpcloud:{'admin' if admin else 'user'}:u{number}"
        if holder in known:
            grants.append(access_of(f"jumpcloud:app:a{thing}", holder))
    return world(accounts, [entitlement(f"app:a{n}") for n in range(4)], grants)


@hypothesis_settings(max_examples=30)
@given(ACCOUNTS, HELD, st.randoms(use_true_random=False))
def test_whoever_decides_is_active_and_somebody_else(
    facts: list[tuple[int, str, int, bool]], held: set[tuple[int, bool, int]], random: Any
) -> None:
    known = organisation(facts, held)
    settings = Settings(reviewers=Reviewers("boss@example.com", {"A1": "u0@example.com"}))
    found = items(known, settings, str)
    assert sorted(found["grant_id"]) == sorted(known.snapshot.grants["grant_id"])
    person_of = known.persons.set_index("account_id")["person_id"]
    reviewer_person = found["reviewer_id"].map(person_of)
    assert not (reviewer_person == found["holder_id"].map(person_of)).any()
    status = known.snapshot.accounts.set_index("account_id")["status"]
    assert (found["reviewer_id"].map(status) == "active").all()

    shuffled = [
        frame.sample(frac=1, random_state=random.randrange(1000)).reset_index(drop=True)
        for frame in (known.snapshot.accounts, known.snapshot.entitlements, known.snapshot.grants)
    ]
    other = world(*(frame.to_dict("records") for frame in shuffled))  # type: ignore[arg-type]
    assert items(other, settings, str).equals(found)


def test_a_tenant_may_have_no_user_or_none_with_an_e_mail() -> None:
    nobody = detected.facts([detected.user("ana", email=None)])
    (ana,) = candidates(nobody.snapshot.accounts, nobody.persons, Settings()).values()
    assert ana.unfit == "has no valid e-mail address"
    admins = detected.facts([detected.admin("ana")])
    assert candidates(admins.snapshot.accounts, admins.persons, Settings()) == {}
