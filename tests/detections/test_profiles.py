"""ATR-09, MGR-05 and MGR-06: slips in profiles, and managers who should not be or have too much."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from tests.detections.world import Row, admin, detect, facts, grant, thing, user
from uar.detections import Facts
from uar.settings import Attributes, Domains, ServiceAccounts, Settings, Thresholds

NO_MANAGER = {"manager_id": None}


def said(*accounts: Row, settings: Settings | None = None) -> dict[str, str]:
    found, _ = detect("ATR-09", facts(accounts, settings=settings))
    return {subject.removeprefix("user:"): row["says"] for subject, row in found.items()}


def titles(*names: str | None) -> list[Row]:
    return [user(f"u{n}", title=name, **NO_MANAGER) for n, name in enumerate(names)]


def test_atr_09_a_department_of_one() -> None:
    people = [
        user("ana", department="Finance"),
        user("bea", department="finance "),
        user("cid", department="Sales"),
        user("dan", department="Sales"),
        user("eve", department="Salse"),
        user("fay", department="Legal"),
        user("boss", department="Board", manager_id=None),
    ]
    assert said(*people) == {
        "eve": 'The user eve has the department "Salse", which nobody else has, '
        'but others have "Sales".',
        "fay": 'The user fay has the department "Legal", which nobody else has.',
    }


def test_atr_09_who_leads_others_may_be_alone_but_not_with_a_slip() -> None:
    people = [user("ana"), user("bea"), user("boss", department="Finnance")]
    assert list(said(*people)) == ["boss"]


@pytest.mark.parametrize(
    "slip",
    ["Acountant", "Accounntant", "Accoumtant", "Accountnat", "Accountants", "Account-ant"],
)
def test_atr_09_a_title_with_a_slip(slip: str) -> None:
    (sentence,) = said(*titles("Accountant", "Accountant", slip)).values()
    assert sentence.endswith(
        f'the job title "{slip}", which nobody else has, but others have "Accountant".'
    )


@pytest.mark.parametrize(
    ("one", "common"),
    [
        ("Treasurer", "Accountant"),
        ("Engineer I", "Engineer II"),
        ("Engineer 1", "Engineer 2"),
        ("Level3 Engineer", "Level2 Engineer"),
        ("Team Head", "Team Lead"),
        ("Head", "Lead"),
        ("ACCOUNTANT ", "Accountant"),  # the case does not count
        ("Senior Accountant", "Accountant"),
        ("n/a", "n/b"),
        (None, "Accountant"),
    ],
)
def test_atr_09_what_is_no_slip(one: str | None, common: str) -> None:
    assert said(*titles(common, common, one)) == {}


def test_atr_09_which_of_two_is_right_is_not_guessed() -> None:
    assert said(*titles("Accountant", "Acountant")) == {}
    assert said(*titles("Accountant", "Accountant", "Acountant", "Acountant")) == {}


def test_atr_09_two_accounts_are_one_person() -> None:
    two = [
        user("ana", department="Legal"),
        user("ana2", department="Legal", alternate_email="ana@corp.example", employee_id=None),
    ]
    assert len(said(*two, user("bea"), user("cid"))) == 2


def test_atr_09_a_list_of_what_there_is() -> None:
    lists = Settings(attributes=Attributes(departments=("finance", "Legal"), titles=("Analyst ",)))
    people = [
        user("ana"),
        user("bea", department="Legal"),
        user("cid", department="Sales"),
        user("dan", department="Sales", title="Clerk"),
    ]
    assert said(*people, settings=lists) == {
        "cid": 'The user cid has the department "Sales", which is not in the list.',
        "dan": 'The user dan has the department "Sales", which is not in the list; '
        'and the job title "Clerk", which is not in the list.',
    }


def test_atr_09_whom_it_looks_at() -> None:
    people = [
        user("ana", department="Legal"),
        user("bea", department="Lega", status="unknown"),
        user("cid", department=None, title=None),
        user("dan", department="n/a", title=None),
        user("eve", department="Ops", status="suspended"),
        user("fay", department="Bots", service_like=True),
        user("gus", department="n/a"),
        user("hal"),
        user("hob"),
        admin("ivy"),
    ]
    found, coverage = detect("ATR-09", facts(people))
    assert list(found) == ["user:ana"]
    assert found["user:ana"]["severity"] == "low"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 3)


OURS = Settings(domains=Domains(own=("corp.example",)))
BOT = ServiceAccounts(owners=MappingProxyType({"boss": "ana@corp.example"}))


@pytest.mark.parametrize(
    ("boss", "settings", "why"),
    [
        ({}, OURS, ""),
        ({"service_like": True}, OURS, "serves programs by LDAP or Samba"),
        ({}, Settings(service_accounts=BOT), "is named in service_accounts.owners"),
        (
            {"login": None, "employee_type": None, "service_like": None, "email": None},
            Settings(service_accounts=ServiceAccounts(owners={"jumpcloud:user:boss": "ana@x.eu"})),
            "is named in service_accounts.owners",
        ),
        ({"login": "helpdesk"}, OURS, "is named as a function and not as a person"),
        ({"email": "boss@home.example"}, OURS, "has an address outside the organisation's domains"),
        ({"email": "boss@home.example"}, Settings(), ""),
        ({"employee_type": "Contractor"}, OURS, "is no employee"),
        ({"employee_type": None, "service_like": None, "email": None}, OURS, ""),
        ({"login": None, "employee_type": None, "service_like": None, "email": None}, OURS, None),
        (
            {"service_like": True, "employee_type": "vendor"},
            OURS,
            "serves programs by LDAP or Samba and is no employee",
        ),
    ],
)
def test_mgr_05_an_unfit_manager(boss: Row, settings: Settings, why: str | None) -> None:
    accounts = [user("boss", manager_id=None, **boss), user("ana"), user("bea")]
    found, coverage = detect("MGR-05", facts(accounts, settings=settings))
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (1, why is None)
    if why:
        row = found["user:boss"]
        assert row["says"].endswith(f" {why}, and is the manager of 2 people.")
        assert row["severity"] == "medium"
        assert row["accounts"] == "jumpcloud:user:boss"
    else:
        assert not found


def test_mgr_05_only_managers_of_active_people() -> None:
    boss = user("boss", manager_id=None, service_like=True)
    assert detect("MGR-05", facts([boss]))[1]["looked_at"] == 0
    assert detect("MGR-05", facts([boss, user("ana", status="suspended")]))[1]["looked_at"] == 0
    maybe = facts([boss, user("ana", status="unknown")])
    assert detect("MGR-05", maybe)[1]["cannot_tell"] == 1
    one = detect("MGR-05", facts([boss, user("ana"), user("bea", status="unknown")]))[0]
    assert one["user:boss"]["says"].endswith("the manager of 1 person.")


def team(size: int, *, held: int = 0, unknown: int = 0, **settings: int) -> Facts:
    people = [user(f"u{n}") for n in range(size)]
    people += [user(f"v{n}", status="unknown") for n in range(unknown)]
    things = [thing("group", f"g{n}") for n in range(held)]
    grants = [grant("user:u0", f"group:g{n}") for n in range(held)]
    chosen = Settings(thresholds=Thresholds(**settings))
    return facts([user("boss", manager_id=None), *people], things, grants, chosen)


@pytest.mark.parametrize(
    ("world", "found", "untold"),
    [
        (team(3, span=3), False, 0),
        (team(4, span=3), True, 0),
        (team(3, unknown=1, span=3), False, 1),
        (team(4, unknown=1, span=3), True, 0),
        (team(1, held=5, items=5), False, 0),
        (team(1, held=6, items=5), True, 0),
        (team(0, unknown=1), False, 1),
    ],
)
def test_mgr_06_more_than_can_be_reviewed(world: Facts, found: bool, untold: int) -> None:
    rows, coverage = detect("MGR-06", world)
    assert bool(rows) is found
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (1, untold)


def test_mgr_06_what_it_says() -> None:
    found, _ = detect("MGR-06", team(51, held=1))
    assert found["user:boss"]["severity"] == "info"
    assert found["user:boss"]["says"] == (
        "The user boss is the manager of 51 people with 1 item to review; "
        "more than 50 people or 300 items are hard to review with care."
    )
    assert not detect("MGR-06", team(50, held=300))[0]
    assert detect("MGR-06", team(50, held=301))[0]


def test_mgr_06_counts_what_a_person_holds_once_and_with_every_account() -> None:
    accounts: list[Any] = [
        user("boss", manager_id=None),
        user("ana"),
        user("ana2", alternate_email="ana@corp.example", employee_id=None),
        admin("ana"),
    ]
    things = [thing("group", "a"), thing("group", "b"), thing("role", "Help Desk")]
    grants = [
        grant("user:ana", "group:a"),
        grant("user:ana2", "group:b"),
        grant("admin:ana", "role:Help Desk"),
    ]
    tight = Settings(thresholds=Thresholds(items=2))
    found, _ = detect("MGR-06", facts(accounts, things, grants, tight))
    assert "2 people with 3 items" in found["user:boss"]["says"]
