"""persons.toml: obeyed in both directions, and never against an employee id."""

from __future__ import annotations

import contextlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.detections.world import Row, admin, facts, service, user
from tests.test_persons import SETTINGS, bare
from uar.detections import modules as detection_modules
from uar.detections import run
from uar.errors import SetupError
from uar.overrides import Override, overrides, refused
from uar.persons import persons
from uar.tables import ACCOUNTS

ROWS = [
    user("ana"),
    admin("ana"),
    bare("bob", name="Bob Moor", email="bob@corp.example"),
    bare("bob2", name="Bob Moor", email="bob@home.example"),
    admin("root", name="Console"),
    service("export"),
]
NAME = "persons.toml"


def said(text: str, rows: list[Row] = ROWS) -> tuple[Override, ...]:
    return overrides(text.encode(), NAME, ACCOUNTS.frame(rows))


def entry(kind: str, *accounts: str, reason: str = "Asked.") -> str:
    return f"[[{kind}]]\naccounts = {list(accounts)}\nreason = '{reason}'\n"


def clusters(text: str, rows: list[Row] = ROWS) -> tuple[list[set[str]], pd.DataFrame]:
    frame = ACCOUNTS.frame(rows)
    given = overrides(text.encode(), NAME, frame)
    who, links = persons(frame, SETTINGS, given=given)
    refused(links, given)
    groups = who.groupby("person_id")["account_id"].agg(set)
    short = [{one.removeprefix("jumpcloud:") for one in group} for group in groups]
    return [group for group in short if len(group) > 1], links


def test_nothing_written_changes_nothing() -> None:
    assert clusters("")[0] == [{"user:ana", "admin:ana"}]


def test_what_it_joins_is_joined_and_explained() -> None:
    groups, links = clusters(entry("same", "user:bob", "root@corp.example", reason="His. "))
    assert {"user:bob", "admin:root"} in groups
    row = links[links["rule"] == "override"].iloc[0]
    assert (row["says"], row["strength"], row["merged"]) == (
        "persons.toml says so: His.",
        "strong",
        True,
    )


def test_three_are_one_person() -> None:
    groups, _ = clusters(entry("same", "user:bob", "bob2", "admin:root@corp.example"))
    assert {"user:bob", "user:bob2", "admin:root"} in groups


def test_what_it_keeps_apart_stays_apart_by_every_rule() -> None:
    groups, links = clusters(entry("not_same", "user:ana", "admin:ana@corp.example"))
    assert groups == []
    row = links[links["rule"] == "email"].iloc[0]
    assert (row["against"], row["kept_apart"]) == (
        "it would join what persons.toml keeps apart",
        True,
    )
    apart = entry("not_same", "user:bob", "jumpcloud:user:bob2")
    chain = [*ROWS[:5], admin("x", email="bob@corp.example", name="Bob Moor")]
    chain[3] = chain[3] | {"alternate_email": "bob@corp.example"}
    groups, _ = clusters(apart, chain)
    assert {"user:bob", "admin:x"} in groups
    assert not any("user:bob2" in group for group in groups)


def test_namesakes_that_are_known_to_be_two_are_no_longer_told() -> None:
    rows = [row | {"email": f"{row['login']}@corp.example"} for row in ROWS[2:4]]
    dup = detection_modules()["DUP-04"].DETECTION
    world = facts(rows)
    assert len(run(world, [dup])[0]) == 1
    given = said(entry("not_same", "bob", "bob2"), rows)
    who, links = persons(world.snapshot.accounts, SETTINGS, given=given)
    assert links.empty
    assert who["person_id"].nunique() == 2


def test_a_strong_link_that_is_denied_is_no_finding() -> None:
    dup = detection_modules()["DUP-01"].DETECTION
    world = facts(ROWS[:2])
    assert len(run(world, [dup])[0]) == 1
    given = said(entry("not_same", "user:ana", "admin:ana@corp.example"))
    who, links = persons(world.snapshot.accounts, SETTINGS, given=given)
    world = type(world)(world.snapshot, who, links, world.settings, world.now)
    assert run(world, [dup])[0].empty


def test_who_could_be_either_of_two_that_are_kept_apart_is_still_told() -> None:
    """Of x nobody has said anything: only what persons.toml denies is answered."""
    rows = [bare(name, email="ana@corp.example") for name in ("ana", "bob", "x")]
    given = said(entry("not_same", "user:ana", "user:bob"), rows)
    who, links = persons(ACCOUNTS.frame(rows), SETTINGS, given=given)
    assert who["person_id"].is_unique
    apart = links.set_index(["account_a", "account_b"])["kept_apart"]
    assert apart.to_dict() == {
        ("jumpcloud:user:ana", "jumpcloud:user:bob"): True,
        ("jumpcloud:user:ana", "jumpcloud:user:x"): False,
    }
    assert set(links["against"]) == {"it would join what persons.toml keeps apart"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            entry("same", "user:ana", "nobody@x.example"),
            "line 2: there is no account nobody",
        ),
        (
            entry("same", "ana@corp.example", "bob"),
            "ana@corp.example names 2 accounts; name",
        ),
        (entry("same", "export", "bob"), "line 2: export is a service account"),
        (entry("same", "bob"), "line 2: name two accounts or more"),
        (entry("same", "bob", "user:bob"), "line 2: name two accounts or more, each once"),
        (entry("same", "bob", "bob2", reason=" "), "line 3: the reason must say something"),
        ("[[same]]\naccounts = ['bob', 'bob2']\n", "line 1: same.reason is missing"),
        ("[[sane]]\n", "line 1: there is no setting sane; known: not_same, same"),
        ("same = 3\n", "line 1: write each same under [[same]]"),
        (
            entry("same", "bob", "bob2") + entry("not_same", "bob2", "bob"),
            "line 4: persons.toml, line 1 says the opposite",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_line(text: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        clusters(text)
    assert says in str(caught.value)


def test_two_employee_ids_are_not_joined_by_hand_either() -> None:
    rows = [user("ana"), user("bob"), bare("c", name="C", email="c@corp.example")]
    with pytest.raises(SetupError, match=r"line 1: .* cannot be one person: it would .*\)\.$"):
        clusters(entry("same", "user:ana", "user:bob"), rows)
    with pytest.raises(SetupError, match="different employee ids"):
        clusters(entry("same", "user:ana", "c") + entry("same", "c", "user:bob"), rows)
    with pytest.raises(SetupError, match=r"what persons\.toml keeps apart"):
        clusters(
            entry("same", "user:ana", "c")
            + entry("same", "c", "x")
            + entry("not_same", "user:ana", "x"),
            [*rows, bare("x")],
        )


NAMES = st.sampled_from([f"user:u{at}" for at in range(6)])
PAIRS = st.lists(st.tuples(st.sampled_from(("same", "not_same")), NAMES, NAMES), max_size=6)


@hypothesis_settings(max_examples=80, deadline=None)
@given(
    ids=st.lists(st.sampled_from((None, "E-1", "E-2")), min_size=6, max_size=6),
    emails=st.lists(st.sampled_from((None, "a@x.example", "b@x.example")), min_size=6, max_size=6),
    pairs=PAIRS,
    order=st.permutations(range(6)),
)
def test_whatever_is_written_no_person_has_two_employee_ids_and_order_is_nothing(
    ids: list[str | None],
    emails: list[str | None],
    pairs: list[tuple[str, str, str]],
    order: list[int],
) -> None:
    rows = [
        bare(f"u{at}", employee_id=number, email=email, name="Ana Moor")
        for at, (number, email) in enumerate(zip(ids, emails, strict=True))
    ]
    text = "".join(entry(kind, one, other) for kind, one, other in pairs)
    with contextlib.suppress(SetupError):
        given = said(text, rows)
        who, links = persons(ACCOUNTS.frame(rows), SETTINGS, given=given)
        of = who.set_index("account_id")["person_id"]
        number_of = {row["account_id"]: row["employee_id"] for row in rows}
        for _, group in of.groupby(of):
            assert len({number_of[one] for one in group.index} - {None}) <= 1
        for each in given:
            if not each.same:
                assert of[each.one] != of[each.other]
        again = persons(ACCOUNTS.frame([rows[at] for at in order]), SETTINGS, given=given[::-1])
        pd.testing.assert_frame_equal(again[0].sort_values("account_id", ignore_index=True), who)
        pd.testing.assert_frame_equal(again[1], links)
        refused(links, given)
        for each in given:
            assert (of[each.one] == of[each.other]) or not each.same
