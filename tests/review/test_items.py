"""Each grant is one item that says what it opens, what else gives it, and what is odd about it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.review.world import Row, access_of, entitlement, finding, person, world
from uar.review.campaign import campaign, file_names
from uar.review.candidates import Candidate
from uar.review.items import Known, in_order, items
from uar.settings import Campaign, Privileged, Reviewers, Settings
from uar.sheet import NEEDS_REASON, SHOWN, cells, seal
from uar.snapshot import from_lines, to_lines
from uar.tables import ITEMS, records

SETTINGS = Settings(Campaign(period="2026-Q4"), Reviewers("boss@example.com"))
ANN, BOSS = person("ann"), person("boss")
FINANCE, PAYROLL, LEDGER = (
    entitlement("group:finance"),
    entitlement("app:payroll"),
    entitlement("app:ledger"),
)
MEMBER = access_of("jumpcloud:group:finance", "jumpcloud:user:ann")
DIRECT = access_of("jumpcloud:app:payroll", "jumpcloud:user:ann")
BINDINGS = [
    access_of(f"jumpcloud:app:{app}", "jumpcloud:group:finance") for app in ("payroll", "ledger")
]


def office(*findings: Row, **changes: Any) -> Known:
    member = MEMBER | changes
    things = [FINANCE, PAYROLL, LEDGER]
    return world([ANN, BOSS], things, [member, DIRECT, *BINDINGS], findings)


def by_kind(known: Known, settings: Settings = SETTINGS) -> dict[str, Row]:
    found = records(items(known, settings, str))
    return {row["kind"]: row for row in found if row["entitlement"] != "Ledger"}


def test_a_membership_says_what_it_opens_and_what_else_gives_it() -> None:
    found = by_kind(office())
    assert found["group membership"]["opens"] == "Ledger; Payroll"
    assert found["group membership"]["also_held"] == "Payroll: directly"
    assert found["application assignment"]["also_held"] == "Payroll: through Finance"
    assert found["group application"]["opens"] == "for 1 member"
    assert found["group application"]["holder_name"] == "Finance"


def test_whom_nobody_can_be_compared_with_is_said_to_be_so() -> None:
    found = by_kind(office())
    assert found["group membership"]["peers"] == "not told"
    assert found["group application"]["peers"] is None  # a group has no peers


def test_a_mild_finding_flags_its_subject_only() -> None:
    mild = finding("jumpcloud:user:boss", "Odd.", accounts="jumpcloud:user:boss jumpcloud:user:ann")
    assert by_kind(office(mild))["group membership"]["flags"] is None


def test_a_severe_finding_flags_all_it_is_about() -> None:
    about = "jumpcloud:user:boss jumpcloud:user:ann"
    severe = finding("jumpcloud:user:boss", "Bad.", "critical", about)
    mild = finding("jumpcloud:user:ann", "Odd\nthing.", "low")
    row = by_kind(office(mild, severe))["group membership"]
    assert row["flags"] == "Critical: Bad. (T-01)\nLow: Odd thing. (T-01)"
    assert (row["band"], row["flag_severity"]) == ("flagged", "critical")
    assert row["reason_on_keep"]
    assert f"Flagged critical: {NEEDS_REASON}." in cells(row)[-1]


def test_findings_about_a_grant_or_an_access_stay_there() -> None:
    found = by_kind(
        office(
            finding(DIRECT["grant_id"], "Twice.", "critical", "jumpcloud:user:ann"),
            finding("jumpcloud:group:finance", "Empty.", "critical", "jumpcloud:user:ann"),
        )
    )
    assert found["application assignment"]["flags"] == "Critical: Twice. (T-01)"
    assert found["group membership"]["flags"] == "Critical: Empty. (T-01)"
    assert found["group application"]["flags"] == "Critical: Empty. (T-01)"


def test_what_is_said_for_information_is_no_flag() -> None:
    row = by_kind(office(finding("jumpcloud:user:ann", "Fine.", "info")))["group membership"]
    assert (row["flags"], row["band"], row["reason_on_keep"]) == (None, "other", False)


def test_what_opens_something_privileged_is_privileged() -> None:
    settings = Settings(reviewers=SETTINGS.reviewers, privileged=Privileged((" payroll",)))
    found = by_kind(office(), settings)
    assert {row["band"] for row in found.values()} == {"privileged"}
    assert "Privileged access: a Keep needs a reason." in cells(found["group membership"])[-1]


def test_what_cannot_be_taken_away_is_asked_all_the_same() -> None:
    row = by_kind(office(revocable=False, why_not="A rule fills it."))["group membership"]
    assert not row["revocable"]
    assert "A Revoke is carried out by hand: A rule fills it." in cells(row)[-1]


def test_somebody_the_snapshot_does_not_list_is_asked_about_too() -> None:
    ghost = access_of("jumpcloud:app:payroll", "jumpcloud:user:gone")
    found = items(world([BOSS], [PAYROLL], [ghost]), SETTINGS, str)
    assert found["holder_name"].tolist() == ["jumpcloud:user:gone"]


def test_the_seal_is_over_what_is_shown_and_survives_the_file() -> None:
    known = office(finding("jumpcloud:user:ann", "\u202eOdd \x07_x0041_", "high"))
    found = items(known, SETTINGS, str)
    key = known.snapshot.header.seal_key
    for row in records(from_lines(ITEMS, to_lines(found))):
        assert row["seal"] == seal(key, row["item_id"], cells(row))


def test_the_campaign_counts_what_is_there() -> None:
    known = office()
    found = items(known, SETTINGS, str)
    facts = campaign(found, "00ff", known.snapshot, SETTINGS.campaign, "2026-11-20T10:00:00Z")
    assert facts["items"] == sum(facts["kinds"].values()) == sum(facts["bands"].values()) == 4
    assert sum(book["items"] for book in facts["workbooks"]) == 4
    assert {row["what"]: row["count"] for row in facts["excluded"]} == {
        "accounts": 1,
        "entitlements": 0,
    }


def test_privileged_and_severe_come_first() -> None:
    found = items(office(finding(DIRECT["grant_id"], "Twice.", "high")), SETTINGS, str)
    assert in_order(found)["band"].tolist() == ["flagged", "other", "other", "other"]


NAMES = st.one_of(st.text(max_size=30), st.sampled_from(["Ana Ng", "ANA  NG", "../ana", "con"]))


@given(st.lists(NAMES, min_size=1, max_size=8), NAMES)
def test_file_names_are_plain_and_never_meet(names: list[str], period: str) -> None:
    people = [Candidate(f"u{n}", name, "", "", "") for n, name in enumerate(names)]
    found = file_names(Campaign(period=period), [(one, "", "") for one in people])
    assert found == file_names(Campaign(period=period), [(one, "", "") for one in reversed(people)])
    assert len({name.casefold() for name in found.values()}) == len(names)
    for name in found.values():
        assert name.endswith(".xlsx")
        assert len(name) < 140
        assert set(name.removesuffix(".xlsx")) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- "
        )


def test_a_file_name_reads_like_the_reviewer() -> None:
    people = [
        Candidate("u1", "Søren Ødegård-Łuk", "", "", ""),
        Candidate("u2", "李", "li@x.de", "", ""),
    ]
    books = [(people[0], "", ""), (people[1], "app:p", "Paywell Payroll"), (people[1], "", "")]
    assert file_names(Campaign(period="2026-Q4"), books) == {
        ("u1", ""): "2026-Q4 soren-odegard-luk.xlsx",
        ("u2", ""): "2026-Q4 li.xlsx",
        ("u2", "app:p"): "2026-Q4 li paywell-payroll.xlsx",
    }


def test_what_a_revoke_takes_away_is_what_no_other_way_keeps() -> None:
    found = by_kind(office())
    member, direct = found["group membership"], found["application assignment"]
    assert member["takes_away"] == "Ledger"  # Payroll is held directly too
    assert direct["takes_away"] is None
    shown = [shown.heading for shown in SHOWN].index("After a Revoke")
    assert cells(member)[shown] == "Also gone: Ledger.\nStays: Payroll: directly."
    assert cells(direct)[shown] == "Stays: Payroll: through Finance."


def test_what_a_group_holds_is_taken_from_those_who_have_no_other_way() -> None:
    more = access_of("jumpcloud:group:finance", "jumpcloud:user:boss")
    known = world([ANN, BOSS, person("mia")], [FINANCE, PAYROLL, LEDGER],
                  [MEMBER, more, DIRECT, *BINDINGS])  # fmt: skip
    owners = Reviewers("mia@example.com")
    rows = {row["grant_id"]: row for row in records(items(known, Settings(reviewers=owners), str))}
    assert rows[BINDINGS[0]["grant_id"]]["takes_away"] == "1 of 2 members"
    assert rows[BINDINGS[1]["grant_id"]]["takes_away"] == "all 2 members"


def test_another_account_of_the_person_does_not_keep_it_for_this_one() -> None:
    admin = person("ann", kind="admin")
    second = access_of("jumpcloud:app:ledger", "jumpcloud:admin:ann")
    known = world([ANN, admin, BOSS], [FINANCE, PAYROLL, LEDGER], [MEMBER, second, *BINDINGS])
    rows = {row["grant_id"]: row for row in records(items(known, SETTINGS, str))}
    member = rows[MEMBER["grant_id"]]
    assert member["takes_away"] == "Ledger; Payroll"
    assert member["also_held"] == "Ledger: directly (ann)"
