"""Decisions -> plan, without any tenant but a snapshot of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply import house as h
from tests.sandbox import small as s
from uar.plan import Ground, Plan, plan
from uar.sandbox.server import Sandbox
from uar.settings import Apply
from uar.snapshot import Snapshot
from uar.tables import DECISION_WORDS, OUTCOMES, PERSONS

SNAPSHOT: Snapshot
ITEMS: pd.DataFrame


@pytest.fixture(scope="module", autouse=True)
def _tenant() -> Iterator[None]:
    global SNAPSHOT, ITEMS
    with Sandbox(h.organisation()) as box:
        SNAPSHOT = h.snapshot(box)
    ITEMS = h.items(SNAPSHOT)
    yield


ANA_STAFF = h.grant(f"group:{s.STAFF}", f"user:{s.ANA}")
ANA_FINANCE = h.grant(f"group:{s.DYNAMIC}", f"user:{s.ANA}")
ANA_PAYROLL = h.grant(f"app:{s.PAYROLL}", f"user:{s.ANA}")
ANA_MAC = h.grant(f"system:{s.MAC}", f"user:{s.ANA}")
CEM_LAPTOPS = h.grant(f"system_group:{s.LAPTOPS}", f"user:{s.CEM}")
BEN_SALES = h.grant(f"group:{s.SALES}", f"user:{s.BEN}")
STAFF_PAYROLL = h.grant(f"app:{s.PAYROLL}", f"group:{s.STAFF}")
NIA_HELP = h.grant(f"role:{s.HELP_ROLE}", f"admin:{h.NIA}")
NIA_NOBODY = h.grant(f"role:{s.CUSTOM_ROLE}", f"admin:{h.NIA}")
OLE_OWNER = h.grant(f"role:{s.OWNER_ROLE}", f"admin:{h.OLE}")
PIA_OWNER = h.grant(f"role:{s.OWNER_ROLE}", f"admin:{h.PIA}")
BEN_READER = h.grant(f"role:{s.READ_ROLE}", f"admin:{s.BACKUP}")
ROBOT = h.grant(f"role:{s.READ_ROLE}", f"service:{s.ROBOT}")


def made(answers: Mapping[str, str], snap: Snapshot | None = None, **rules: Any) -> Plan:
    return plan(ground(snap, **rules), ITEMS, h.decided(answers))


def ground(snap: Snapshot | None = None, **rules: Any) -> Ground:
    return Ground(snap or SNAPSHOT, Apply(**rules), pd.Timestamp(h.AT))


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]


def blocked(answers: Mapping[str, str], **more: Any) -> dict[str, Any]:
    result = made(answers, **more)
    assert not result.removals
    return only(result.blocked)


def test_a_membership_says_what_is_lost_and_what_stays() -> None:
    row = only(made({BEN_SALES: "Revoke"}).removals)
    assert row["does"] == "Takes ben out of the group Sales."
    # Laptops holds pc too; that he has through the group Staff. The vault's password goes with it.
    assert row["loses"] == ["Laptops (with mac)", "Safe (with Shared)", "Wiki"]
    assert row["why"] == "Revoke: No longer needed (Eva Test)"
    assert (row["holder_source_id"], row["entitlement_source_id"]) == (s.BEN, s.SALES)


def test_another_path_keeps_the_access_alive() -> None:
    row = only(made({ANA_PAYROLL: "Revoke"}).removals)
    assert row["loses"] == []
    assert row["keeps"] == ["Payroll stays, through the group Finance and the group Staff"]


def test_a_device_group_keeps_its_devices_alive() -> None:
    row = only(made({ANA_MAC: "Revoke"}).removals)
    assert (row["loses"][:1], row["keeps"]) == (["mac"], [])
    laptops, ana = f"jumpcloud:system_group:{s.LAPTOPS}", f"user:{s.ANA}"
    also = SNAPSHOT.grants.loc[SNAPSHOT.grants["entitlement_id"] == laptops].head(1)
    also = also.assign(
        grant_id=f"{laptops}>{ana}", holder_id=f"jumpcloud:{ana}", holder_kind="user"
    )
    snap = replace(SNAPSHOT, grants=pd.concat([SNAPSHOT.grants, also], ignore_index=True))
    row = only(made({ANA_MAC: "Revoke"}, snap).removals)
    assert row["keeps"] == ["mac stays, through the device group Laptops"]
    assert "mac" not in row["loses"]


def test_what_is_in_a_device_group_goes_with_it() -> None:
    row = only(made({CEM_LAPTOPS: "Revoke"}).removals)
    # pc stays: cem is in the group Staff, which is bound to it.
    assert row["loses"] == ["Laptops (with mac)", "the administrator rights that go with it"]


def test_paths_that_the_same_plan_takes_away_keep_nothing_alive() -> None:
    result = made({ANA_PAYROLL: "Revoke", ANA_STAFF: "Revoke", ANA_FINANCE: "Revoke"})
    by_item = {row["item"]: row for row in result.removals}
    # Finance has a rule: it is blocked, so it is the one path that stays.
    assert by_item[ANA_PAYROLL]["keeps"] == ["Payroll stays, through the group Finance"]
    assert by_item[ANA_STAFF]["keeps"] == ["Payroll stays, through the group Finance"]


def test_a_binding_names_who_loses_and_who_was_kept() -> None:
    answers = {STAFF_PAYROLL: "Revoke", h.grant(f"group:{s.STAFF}", f"user:{s.BEN}"): "Keep"}
    row = only(made(answers).removals)
    assert row["loses"] == ["Payroll, for 2 members: ben, cem"]
    assert row["keeps"] == ["Payroll stays for 1 of its members, through others"]
    assert row["warnings"] == ["Keep was decided for members of Staff: ben."]


def test_a_keep_on_another_path_is_shown_not_solved() -> None:
    row = only(made({ANA_STAFF: "Revoke", ANA_PAYROLL: "Keep"}).removals)
    assert row["warnings"] == ["Keep was decided for Payroll, direct; it stays."]
    row = only(made({ANA_PAYROLL: "Revoke", ANA_STAFF: "Keep"}).removals)
    assert row["warnings"] == [
        "Keep was decided for the group Staff, which opens it as well.",
        "By itself this ends no access: the other paths keep it alive.",
    ]


def test_one_role_of_two_leaves_the_other() -> None:
    row = only(made({NIA_HELP: "Revoke"}).removals)
    assert (row["roles_after"], row["last"]) == ([s.CUSTOM_ROLE], "")
    assert row["does"] == "Takes the role Help Desk from nia@example.com; stays: Nobody."


def test_two_roles_of_one_admin_are_steps() -> None:
    first, second = made({NIA_HELP: "Revoke", NIA_NOBODY: "Revoke"}).removals
    assert set(first["roles_before"]) == {s.HELP_ROLE, s.CUSTOM_ROLE}
    assert first["roles_after"] == list(second["roles_before"]) == [s.CUSTOM_ROLE]
    assert (second["roles_after"], second["last"]) == ([], "delete")
    assert second["loses"] == ["the admin account", "the admin's API key"]


def test_the_last_role_can_become_read_only() -> None:
    row = only(made({PIA_OWNER: "Revoke"}, last_admin_role="read-only").removals)
    assert row["last"] == "read-only"
    assert "in place of" in row["does"]


def test_read_only_itself_cannot_become_read_only() -> None:
    row = blocked({BEN_READER: "Revoke"}, last_admin_role="read-only")
    assert 'Set apply.last_admin_role = "delete"' in row["do"]
    assert only(made({BEN_READER: "Revoke"}).removals)["last"] == "delete"


def test_members_of_a_rule_are_blocked_with_what_to_do() -> None:
    row = blocked({ANA_FINANCE: "Revoke"})
    assert "rule" in row["why"]
    assert row["do"].startswith("Ask the owner of Finance")


def test_a_service_account_goes_with_its_role() -> None:
    row = only(made({ROBOT: "Revoke"}).removals)
    assert row["kind"] == "service account"
    assert row["does"] == "Deletes the service account Robot: it has no other role than Read Only."
    own = replace(SNAPSHOT.header, credential_id=f"jumpcloud:service:{s.ROBOT}")
    assert "uar works as" in blocked({ROBOT: "Revoke"}, snap=replace(SNAPSHOT, header=own))["why"]


@pytest.mark.parametrize("word", ["ana", "ANA@example.com "])
def test_protected_accounts_are_blocked(word: str) -> None:
    assert blocked({ANA_STAFF: "Revoke"}, protected=(word,))["why"] == (
        "ana is a protected account."
    )
    assert blocked({STAFF_PAYROLL: "Revoke"}, protected=(word,))["why"] == (
        "Staff gives it to protected accounts: ana."
    )


def test_two_owners_stay() -> None:
    assert only(made({OLE_OWNER: "Revoke"}).removals)["owners_kept"] == 2
    result = made({OLE_OWNER: "Revoke", PIA_OWNER: "Revoke"})
    assert not result.removals  # three, of which two would go: nobody guesses which one stays
    assert [row["why"] for row in result.blocked] == [
        "Active admins with the role Administrator With Billing: 3; revoked: 2; "
        "at least 2 must stay."
    ] * 2


def test_the_own_admin_is_blocked() -> None:
    reader = h.grant(f"role:{s.READ_ROLE}", f"admin:{s.READER}")
    assert "owns the API key" in blocked({reader: "Revoke"})["why"]
    assert (
        "owns the API key"
        in (blocked({NIA_HELP: "Revoke"}, credential_admin="NIA@example.com")["why"])
    )


def test_an_unknown_owner_of_the_key_blocks_admin_roles_only() -> None:
    untold = replace(SNAPSHOT, header=replace(SNAPSHOT.header, credential_id=""))
    row = blocked({NIA_HELP: "Revoke"}, snap=untold)
    assert row["do"].startswith("Set apply.credential_admin in the settings file")
    assert only(made({ANA_STAFF: "Revoke"}, snap=untold).removals)
    named = made({NIA_HELP: "Revoke"}, snap=untold, credential_admin="ole@example.com")
    assert only(named.removals)


def test_a_revoke_without_a_reason_is_blocked() -> None:
    result = plan(ground(), ITEMS, h.decided({ANA_STAFF: "Revoke"}, reason=""))
    assert only(result.blocked)["why"] == "The Revoke has no reason."


def test_an_old_decision_is_blocked() -> None:
    late = replace(ground(decision_days=30), now=pd.Timestamp(h.AT) + pd.Timedelta(days=31))
    row = only(plan(late, ITEMS, h.decided({ANA_STAFF: "Revoke"})).blocked)
    assert row["why"] == "It was decided 31 days ago, and apply.decision_days is 30."
    in_time = replace(late, now=pd.Timestamp(h.AT) + pd.Timedelta(days=30, hours=23))
    assert only(plan(in_time, ITEMS, h.decided({ANA_STAFF: "Revoke"})).removals)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("ANA@example.com", "decided this about their own access"),
        ("cem@example.com", "is no active user of the tenant"),
        ("nobody@example.com", "is no active user of the tenant"),
    ],
)
def test_a_reviewer_who_may_not_decide_is_blocked(by: str, says: str) -> None:
    result = plan(ground(), ITEMS, h.decided({ANA_STAFF: "Revoke"}, by=by))
    assert says in only(result.blocked)["why"]


def test_the_reviewer_s_other_account_is_the_same_person() -> None:
    """Ben is linked to an administrator: as one person he does not decide about it."""
    ben, admin = f"jumpcloud:user:{s.BEN}", f"jumpcloud:admin:{s.BACKUP}"
    people = PERSONS.frame({"account_id": each, "person_id": "person:1"} for each in (ben, admin))
    known = replace(ground(), persons=people)
    result = plan(known, ITEMS, h.decided({BEN_READER: "Revoke"}, by="ben@example.com"))
    assert "their own access" in only(result.blocked)["why"]


def test_a_member_whom_the_rule_only_suggests_may_be_suggested_again() -> None:
    row = only(made({h.grant(f"group:{s.REVIEWED}", f"user:{s.DIA}"): "Revoke"}).removals)
    assert row["warnings"] == [
        "The rule of Reviewed may suggest to add dia again; refuse it there."
    ]


def outcome(item: str, action: str, word: str, gone: bool) -> pd.DataFrame:
    row = {"item_id": item, "plan": "plans/0001.json", "action": action, "outcome": word}
    return OUTCOMES.frame([{**row, "gone": gone, "at": "2026-11-22T09:00:00Z"}])


def test_what_was_put_back_waits_for_a_new_decision() -> None:
    back = outcome(ANA_STAFF, "restore", "restored", False)
    old, new = (
        plan(replace(ground(), outcomes=back), ITEMS, h.decided({ANA_STAFF: "Revoke"}, at))
        for at in ("2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z")
    )
    assert only(old.blocked)["why"] == "It was put back by uar undo on 2026-11-22."
    assert only(new.removals)


def test_a_keep_after_the_removal_is_something_to_do() -> None:
    gone = outcome(ANA_STAFF, "remove", "removed", True)
    result = plan(replace(ground(), outcomes=gone), ITEMS, h.decided({ANA_STAFF: "Keep"}))
    assert only(result.todo)["do"] == f"Put it back: uar undo FOLDER {ANA_STAFF}"


def test_modify_and_not_sure_are_for_a_person() -> None:
    result = made({ANA_STAFF: "Modify", BEN_SALES: "Not sure"})
    assert not result.removals + result.blocked
    assert [row["why"] for row in result.todo] == [
        "Modify: No longer needed",
        "Not sure: No longer needed",
    ]


def test_nothing_decided_nothing_planned() -> None:
    result = made({})
    assert not result.removals + result.blocked + result.todo
    assert result.counts["Not reviewed"] == len(ITEMS) == result.population


@settings(max_examples=40)
@given(st.data())
def test_only_what_was_decided_ever_appears(data: Any) -> None:
    each = st.sampled_from((*DECISION_WORDS, None))
    chosen = {item: data.draw(each) for item in ITEMS["item_id"]}
    answers = {item: word for item, word in chosen.items() if word}
    policy = data.draw(st.sampled_from(("delete", "read-only")))
    result = made(answers, last_admin_role=policy)
    revoked = {item for item, word in answers.items() if word == "Revoke"}
    acted = [row["item"] for row in result.removals + result.blocked]
    assert sorted(acted) == sorted(revoked)
    assert {row["item"] for row in result.todo} == {
        item for item, word in answers.items() if word in ("Modify", "Not sure")
    }
    assert sum(result.counts.values()) == result.population
    owners = {row["item"] for row in result.removals} & {OLE_OWNER, PIA_OWNER}
    assert len(owners) <= 1
    for row in result.removals + result.blocked + result.todo:
        assert {"item", "kind", "account", "entitlement", "why"} <= row.keys()
    again = made(dict(reversed(answers.items())), last_admin_role=policy)
    assert json.dumps(again.removals) == json.dumps(result.removals)
