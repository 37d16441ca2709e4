"""Accounts to persons: which rules join, what never joins, and what administrators borrow."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detections.world import Row, admin, service, user
from uar.persons import persons
from uar.settings import Attributes, Persons
from uar.snapshot import to_lines
from uar.tables import ACCOUNTS

SETTINGS = Persons(alias_domains={"Alias.example": "corp.example"}, dots_ignored=("dots.example",))


def together(rows: list[Row], settings: Persons = SETTINGS) -> list[set[str]]:
    """The persons with more than one account, as sets of short ids."""
    who, _ = persons(ACCOUNTS.frame(rows), settings)
    groups: dict[str, set[str]] = defaultdict(set)
    for row in who.to_dict("records"):
        groups[row["person_id"]].add(row["account_id"].removeprefix("jumpcloud:"))
    return [group for group in groups.values() if len(group) > 1]


def links(rows: list[Row], settings: Persons = SETTINGS) -> list[dict[str, Any]]:
    return list(persons(ACCOUNTS.frame(rows), settings)[1].to_dict("records"))


def bare(name: str, /, **known: Any) -> Row:
    """A user of whom only this is known."""
    return {
        "account_id": f"jumpcloud:user:{name}",
        "kind": "user",
        "source_id": name,
        "login": name,
        "status": "active",
        **known,
    }


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("linked", [bare("a", linked_admin_id="jumpcloud:admin:z"), admin("z")]),
        ("email", [bare("a", email=" Ana@Corp.example "), admin("ana")]),
        ("email", [bare("a", email="ａｎａ@corp.example"), admin("ana")]),  # noqa: RUF001
        ("alias", [bare("a", email="ana+console@corp.example"), admin("ana")]),
        ("alias", [bare("a", email="ana@alias.EXAMPLE"), admin("ana")]),
        ("alias", [bare("a", email="a.na@dots.example"), admin("b", email="ana@dots.example")]),
        ("employee-id", [bare("a", employee_id="E-7"), bare("b", employee_id="e-7 ")]),
        ("alternate-email", [bare("a", alternate_email="Ana@corp.example"), admin("ana")]),
        ("alternate-email", [bare("a", recovery_email="ana@corp.example"), admin("ana")]),
    ],
)
def test_each_rule_joins_and_says_so(rule: str, rows: list[Row]) -> None:
    assert len(together(rows)) == 1
    (link,) = links(rows)
    assert (link["rule"], link["merged"], link["strength"]) == (rule, True, "strong")
    assert link["link_id"] == f"{link['account_a']}~{link['account_b']}:{rule}"
    assert pd.isna(link["against"])
    assert link["says"].endswith(".")


@pytest.mark.parametrize(
    "rows",
    [
        [bare("a", email="a.na@corp.example"), admin("ana")],  # dots count unless listed
        [bare("a", email="ana(at)corp"), bare("b", email="ana(at)corp")],  # no e-mail at all
        [bare("a", email="+x@corp.example"), bare("b", email="+y@corp.example")],
        [bare("a", employee_id="n/a"), bare("b", employee_id="N/A")],
        [bare("a", employee_id="0000"), bare("b", employee_id="0000")],
        [bare("a", linked_admin_id="jumpcloud:admin:gone"), admin("z")],
        [bare("a", alternate_email="x@y.example"), bare("b", alternate_email="x@y.example")],
        [service("a", email="ana@corp.example"), admin("ana")],
        [bare("a"), bare("b")],
    ],
)
def test_nothing_in_common_is_no_link(rows: list[Row]) -> None:
    assert together(rows) == []
    assert links(rows) == []


def test_placeholders_come_from_the_settings() -> None:
    rows = ACCOUNTS.frame([bare("a", employee_id="keine"), bare("b", employee_id="KEINE")])
    assert persons(rows, SETTINGS)[0]["person_id"].nunique() == 1
    assert persons(rows, SETTINGS, Attributes(placeholders=("Keine",)).placeholders)[1].empty


def test_a_shared_mailbox_is_nobody() -> None:
    crowd = [bare(f"u{n}", email=f"it+u{n}@corp.example") for n in range(3)]
    owner = bare("desk", email="help.desk@corp.example")
    named = [bare(f"v{n}", alternate_email="help.desk@corp.example") for n in range(2)]
    assert together([*crowd, owner, *named]) == []
    assert all("looks like a shared mailbox" in link["against"] for link in links(crowd))


def test_an_address_that_many_name_is_nobody() -> None:
    owner = bare("owner", email="owner@corp.example")
    claimants = [bare(f"u{n}", alternate_email="owner@corp.example") for n in range(3)]
    assert len(together([owner, *claimants[:2]])[0]) == 3
    assert together([owner, *claimants]) == []
    assert "3 accounts name owner@corp.example" in links([owner, *claimants])[0]["against"]


def test_one_mailbox_with_different_names_joins_nobody() -> None:
    crew = [
        bare("a", email="crew+ana@corp.example", name="Ana Hill"),
        bare("b", email="crew+bob@corp.example", name="Bob Moor"),
        bare("c", email="crew@corp.example"),
    ]
    assert together(crew) == []
    assert {link["against"] for link in links(crew)} == {
        "it would join names that share no word",
        "it would join names that share no word; different names (Ana Hill, Bob Moor)",
    }
    # One word in common is enough, and a word for a purpose says nothing.
    crew[1]["name"] = "Hill, Beatriz"
    assert len(together(crew)[0]) == 3
    crew[1]["name"] = "IT Admin"
    assert len(together(crew)[0]) == 3


def test_two_employee_ids_are_never_one_person_whatever_the_rule() -> None:
    rows = [
        user("ana", linked_admin_id="jumpcloud:admin:x"),
        user("bob", linked_admin_id="jumpcloud:admin:x"),
        admin("x"),
    ]
    assert together(rows) == []
    for link in links(rows):
        assert not link["merged"]
        assert "different employee ids (E-ana, E-bob)" in link["against"]


def test_a_stronger_rule_stands_when_a_weaker_one_contradicts_itself() -> None:
    rows = [
        user("ana", linked_admin_id="jumpcloud:admin:x"),
        user("bob", email="x@corp.example"),
        admin("x"),
    ]
    assert together(rows) == [{"user:ana", "admin:x"}]
    refused = [link for link in links(rows) if not link["merged"]]
    assert [link["rule"] for link in refused] == ["email"]


def test_merged_accounts_show_what_speaks_against_them() -> None:
    rows = [user("ana", name="Ana Hill"), admin("ana", name="Bob Moor")]
    assert len(together(rows)) == 1
    assert links(rows)[0]["against"] == "different names (Bob Moor, Ana Hill)"


def test_a_name_links_but_never_joins() -> None:
    rows = [
        bare("a", name="Sam Whitlock", email="sam@corp.example"),
        bare("b", name="whitlock, SÂM", email="sam2@corp.example", manager_id="m"),
        bare("c", name="Sam Whitlock", email="sam@other.example", manager_id="m"),
        bare("d", name="Sam Whitlock", email="sam@third.example"),
        bare("e", name="Sam", email="e@corp.example"),
        bare("f", name="Sam", email="f@corp.example"),
    ]
    assert together(rows) == []
    pairs = {(link["account_a"][-1], link["account_b"][-1]): link for link in links(rows)}
    assert set(pairs) == {("a", "b"), ("b", "c")}
    assert all(link["strength"] == "possible" for link in pairs.values())
    assert pairs["a", "b"]["says"] == "Both are called Sam Whitlock; also: the same e-mail domain."


@pytest.mark.parametrize("login", ["adm-sam", "sam-admin", "a.sam", "sam.adm"])
def test_a_login_like_an_administrators_is_a_hint(login: str) -> None:
    rows = [
        bare("a", name="Sam Whitlock", email="sam@corp.example"),
        admin("x", name="Sam Whitlock", email=f"{login}@other.example"),
    ]
    (link,) = links(rows)
    assert (link["rule"], link["merged"]) == ("name", False)


def test_a_login_like_an_administrators_is_a_hint_at_somebody_else() -> None:
    """Not at its own person's user; at the first other of the name."""
    rows = [
        bare(
            "a", name="Sam Whitlock", email="sam@corp.example", linked_admin_id="jumpcloud:admin:x"
        ),
        bare("b", name="Sam Whitlock", email="sam@third.example"),
        bare("c", name="Sam Whitlock", email="sam@fourth.example"),
        admin("x", name="Sam Whitlock", email="adm-sam@other.example"),
    ]
    by_name = [link for link in links(rows) if link["rule"] == "name"]
    (link,) = by_name
    assert (link["account_a"][-1], link["account_b"][-1]) == ("x", "b")


def borrowed(rows: list[Row]) -> pd.Series[Any]:
    who, _ = persons(ACCOUNTS.frame(rows), SETTINGS)
    return who.set_index("account_id").loc["jumpcloud:admin:ana"]


def test_an_administrator_borrows_from_the_user() -> None:
    row = borrowed([user("ana", name="Ana of HR", title=None), admin("ana", name="root")])
    assert row["borrowed_from"] == "jumpcloud:user:ana"
    assert (row["department"], row["manager_id"]) == ("Finance", "jumpcloud:user:boss")
    assert row["employee_type"] == "Employee"
    assert pd.isna(row["title"])
    assert row["person_name"] == "Ana of HR"


def test_the_linked_user_lends_before_an_active_one_and_that_before_others() -> None:
    def second(name: str, **different: Any) -> Row:
        return user(name, email="ana@corp.example", employee_id=None, **different)

    gone = second("a1", status="suspended")
    active = second("a2")
    serving = second("a0", service_like=True)
    assert borrowed([gone, active, serving, admin("ana")])["borrowed_from"][-2:] == "a2"
    linked = gone | {"linked_admin_id": "jumpcloud:admin:ana"}
    assert borrowed([linked, active, serving, admin("ana")])["borrowed_from"][-2:] == "a1"
    assert pd.isna(borrowed([serving, admin("ana")])["borrowed_from"])


def test_nobody_else_borrows_and_everybody_has_a_name() -> None:
    who, _ = persons(
        ACCOUNTS.frame([user("ana"), service("bot"), admin("x", name=None), bare("y", login=None)]),
        SETTINGS,
    )
    assert who["borrowed_from"].isna().all()
    assert who["department"].isna().all()
    assert who["person_name"].tolist() == [
        "x@corp.example",
        "bot",
        "Ana Quine",
        "jumpcloud:user:y",
    ]


def test_no_accounts_no_persons() -> None:
    who, found = persons(ACCOUNTS.empty(), SETTINGS)
    assert who.empty
    assert found.empty


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Søren Bjørn", "SOREN BJORN"),
        ("Łukasz Łada", "Lukasz Lada"),
        ("Jörg Müller", "Joerg Mueller"),
        ("Jörg Müller", "Jorg Muller"),
        ("Sean O'Brien", "Seán OBrien"),
        ("Sean O’Brien", "O'BRIEN, Sean"),  # noqa: RUF001 - another apostrophe
        ("Раula Раynе", "Paula Payne"),  # noqa: RUF001 - letters of another script
    ],
)
def test_one_name_written_in_two_ways(one: str, other: str) -> None:
    rows = [
        bare("a", name=one, email="a@corp.example"),
        bare("b", name=other, email="b@corp.example"),
    ]
    (link,) = links(rows)
    assert (link["rule"], link["merged"]) == ("name", False)
    assert pd.isna(link["against"])
    assert ("letters of another script" in link["says"]) == (one[0] == "Р")  # noqa: RUF001
    # Names that agree do not stand against a stronger link.
    assert len(together([rows[0] | {"employee_id": "7"}, rows[1] | {"employee_id": "7"}])) == 1


def test_a_name_in_another_script_is_left_as_it_is() -> None:
    rows = [
        bare("a", name="Сара Раун", email="a@corp.example"),  # noqa: RUF001
        bare("b", name="Capa Payh", email="b@corp.example"),
    ]
    assert links(rows) == []


def test_an_employee_id_of_many_is_nobodys() -> None:
    crowd = [bare(f"u{n}", employee_id="extern", name=f"U{n} Nguyen") for n in range(4)]
    assert len(together(crowd[:3])[0]) == 3
    assert together(crowd) == []
    assert {link["against"] for link in links(crowd)} == {"4 accounts have the employee id extern"}


def test_the_mailbox_of_a_family_is_nobody() -> None:
    rows = [
        admin("x", email="moors@home.example", name="Bob Moor"),
        bare("ann", recovery_email="moors@home.example", name="Ann Moor"),
        bare("bob", recovery_email="moors@home.example", name="Bob Moor"),
    ]
    assert together(rows) == []
    strong = [link for link in links(rows) if link["strength"] == "strong"]
    assert {link["against"] for link in strong} == {"2 accounts name moors@home.example as theirs"}
    rows[1]["name"] = "Moor, Bob"
    assert len(together(rows)[0]) == 3
    rows[1]["name"] = None
    assert len(together(rows)[0]) == 3


MAILS = [
    None, "ana@corp.example", "ANA@corp.example", "ana+x@corp.example", "ana@alias.example",
    "bob@corp.example", "it+ana@corp.example", "it@corp.example", "cy@third.example",
    "a.na@dots.example", "ana@dots.example", "moors@home.example",
]  # fmt: skip
ONE = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["user", "user", "admin", "service"]),
        "status": st.sampled_from(["active", "suspended", "unknown"]),
        "email": st.sampled_from(MAILS),
        "alternate_email": st.sampled_from([None, None, *MAILS]),
        "recovery_email": st.sampled_from([None, None, "moors@home.example", "bob@corp.example"]),
        "employee_id": st.sampled_from(
            [None, None, None, "E1", "e1", " E1 ", "E2", "017", "17", "0000", "n/a"]
        ),
        "name": st.sampled_from([None, "Ana Hill", "Ana Moor", "Bob Moor", "Moør, Ana", "Admin"]),
        "manager_id": st.sampled_from([None, "m1", "m2"]),
        "linked_admin_id": st.sampled_from([None, *(f"jumpcloud:admin:{n}" for n in range(4))]),
    }
)


def numbered(ones: list[Row]) -> list[Row]:
    return [
        {**one, "account_id": f"jumpcloud:{one['kind']}:{n}", "source_id": str(n), "login": f"l{n}"}
        for n, one in enumerate(ones)
    ]


WORLDS = st.lists(ONE, max_size=9).map(numbered)


@given(WORLDS, st.integers())
@settings(max_examples=40)
def test_whatever_the_accounts(rows: list[Row], seed: int) -> None:
    accounts = ACCOUNTS.frame(rows)
    before = accounts.copy(deep=True)
    who, found = persons(accounts, SETTINGS)
    pd.testing.assert_frame_equal(accounts, before)
    the_order_does_not_matter(rows, seed, who, found)
    never_two_employee_ids(rows, who)
    merged_links_explain_every_person(who, found)


def the_order_does_not_matter(
    rows: list[Row], seed: int, who: pd.DataFrame, found: pd.DataFrame
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    again, found_again = persons(ACCOUNTS.frame(shuffled), SETTINGS)
    assert to_lines(who) == to_lines(again)
    assert to_lines(found) == to_lines(found_again)


def never_two_employee_ids(rows: list[Row], who: pd.DataFrame) -> None:
    numbers = {row["account_id"]: row["employee_id"] for row in rows if row["kind"] != "service"}
    for _, group in who.groupby("person_id"):
        known = {numbers.get(account) for account in group["account_id"]}
        known -= {None, "n/a", "0000"}
        assert len({number.strip().upper() for number in known if number}) <= 1


def merged_links_explain_every_person(who: pd.DataFrame, found: pd.DataFrame) -> None:
    person = dict(zip(who["account_id"], who["person_id"], strict=True))
    root = {account: account for account in person}

    def find(account: str) -> str:
        return account if root[account] == account else find(root[account])

    for link in found.to_dict("records"):
        a, b = link["account_a"], link["account_b"]
        assert a < b
        assert link["merged"] == (person[a] == person[b])
        assert not (link["rule"] == "name" and link["merged"])
        assert link["merged"] or link["strength"] == "possible" or pd.notna(link["against"])
        if link["merged"]:
            small, large = sorted((find(a), find(b)))
            root[large] = small
    for account, person_id in person.items():
        assert person_id == f"person:{find(account)}"


@pytest.mark.parametrize("manager", [None, "m"])
def test_people_of_one_name_are_never_merged(manager: str | None) -> None:
    rows = [
        bare(f"u{n}", name="Maria Silva", email=f"maria{n}@corp.example", manager_id=manager)
        for n in range(8)
    ]
    assert together(rows) == []
    assert len(links(rows)) == 7
