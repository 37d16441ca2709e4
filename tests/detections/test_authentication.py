"""AUT-02, 03, 06, 07 and 08, and LIF-12: how people sign in, and what is no person."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.detections.world import HEADER, Row, admin, detect, facts, grant, thing, user
from uar.settings import Domains, Employment, Reviewers, ServiceAccounts, Settings

NOW, LATER, EARLIER = "2026-11-20T09:00:00Z", "2026-11-20T09:00:01Z", "2026-11-01T00:00:00Z"
PRIVILEGED = [thing("group", "it", privileged=True)]
SERVES = "serves programs by LDAP or Samba, and has 1 SSH key."
OURS = Settings(domains=Domains(own=("corp.example",)))


@pytest.mark.parametrize(
    ("different", "for_ever", "for_now"),
    [
        ({}, False, False),
        ({"mfa_excused": True}, True, False),
        ({"mfa_excused": True, "mfa_excused_until": LATER}, False, True),
        ({"mfa_excused": True, "mfa_excused_until": NOW}, False, False),  # is over
        ({"mfa_excused": True, "mfa_excused_until": EARLIER}, False, False),
        ({"mfa_excused": False, "mfa_excused_until": LATER}, False, False),
        ({"mfa_excused": None}, None, None),
        ({"mfa_excused": True, "status": "unknown"}, None, False),
        ({"mfa_excused": True, "mfa_excused_until": LATER, "status": "unknown"}, False, None),
    ],
)
def test_excused_from_the_second_factor(
    different: Row, for_ever: bool | None, for_now: bool | None
) -> None:
    for detection, expected in (("AUT-02", for_ever), ("AUT-03", for_now)):
        found, coverage = detect(detection, facts([user("ana", **different)]))
        assert bool(found) is bool(expected), detection
        assert coverage["cannot_tell"] == (expected is None), detection
        assert coverage["looked_at"] == 1


def test_aut_02_and_03_what_they_say_and_whom_they_leave_out() -> None:
    accounts = [
        user("ana", mfa_excused=True),
        user("bea", mfa_excused=True),
        user("cid", mfa_excused=True, mfa_excused_until="2026-12-01T00:00:00Z"),
        user("dan", mfa_excused=True, service_like=True),
        user("eve", mfa_excused=True, status="suspended"),
        admin("fay"),
    ]
    world = facts(accounts, PRIVILEGED, [grant("user:bea", "group:it")])
    found, coverage = detect("AUT-02", world)
    assert sorted(found) == ["user:ana", "user:bea"]
    assert coverage["looked_at"] == 3
    assert {row["severity"] for row in found.values()} == {"high"}
    assert found["user:ana"]["says"].endswith("from the second factor without an end.")
    assert found["user:bea"]["says"].endswith("without an end, and holds privileged access.")
    found, _ = detect("AUT-03", world)
    assert list(found) == ["user:cid"]
    assert found["user:cid"]["severity"] == "medium"
    assert found["user:cid"]["says"].endswith("excused from the second factor until 2026-12-01.")


def test_aut_06_text_messages_only() -> None:
    accounts = [
        user("ana", mfa_sms_only=True),
        user("bea"),
        user("cid", mfa_sms_only=None),
        user("dan", mfa_sms_only=True, status="unknown"),
        user("eve", mfa_sms_only=True, status="staged"),
        user("fay", mfa_sms_only=True, service_like=True),
    ]
    found, coverage = detect("AUT-06", facts(accounts))
    assert list(found) == ["user:ana"]
    assert found["user:ana"]["severity"] == "low"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 2)


@pytest.mark.parametrize(
    ("different", "settings", "says"),
    [
        ({}, OURS, ""),
        ({"status": "suspended"}, OURS, "is suspended, and has 1 SSH key."),
        ({"status": "suspended", "service_like": None}, OURS, "is suspended, and has 1 SSH key."),
        ({"status": "staged"}, OURS, ""),
        ({"email": "ana@home.example"}, OURS, "is not of the organisation, and has 1 SSH key."),
        ({"email": "ana@home.example"}, Settings(), ""),
        ({"employee_type": "contractor"}, OURS, "is not of the organisation, and has 1 SSH key."),
        ({"service_like": True}, OURS, "serves programs by LDAP or Samba, and has 1 SSH key."),
        (
            {"service_like": True, "status": "suspended", "ssh_keys": "k1 k2"},
            OURS,
            "is suspended and serves programs by LDAP or Samba, and has 2 SSH keys.",
        ),
        ({"status": "unknown"}, OURS, None),
        ({"status": "unknown", "service_like": True}, OURS, SERVES),
        ({"email": None, "employee_type": None, "service_like": None}, OURS, ""),
    ],
)  # fmt: skip
def test_aut_07_ssh_keys(different: Row, settings: Settings, says: str | None) -> None:
    ana = user("ana", **{"ssh_keys": "k1", **different})
    found, coverage = detect("AUT-07", facts([ana, user("bea")], settings=settings))
    if says:
        assert found["user:ana"]["says"] == f"The user ana {says}"
        # The keys of a suspended user are among what LIF-04 says: a second flag would be noise.
        alone = says == "is suspended, and has 1 SSH key."
        assert found["user:ana"]["severity"] == ("info" if alone else "medium")
    else:
        assert not found
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (1, says is None)


def test_aut_07_who_is_no_employee_is_a_setting() -> None:
    outside = Settings(employment=Employment(external=("analyst",)))
    world = facts([user("ana", ssh_keys="k1", employee_type="Analyst")], settings=outside)
    assert detect("AUT-07", world)[0]


def test_aut_08_a_user_that_is_a_service() -> None:
    owners = MappingProxyType({"samba": "ana@corp.example"})
    accounts = [
        user("ldap", service_like=True),
        user("samba", service_like=True),
        user("ana"),
        user("vague", service_like=None),
        user("maybe", service_like=True, status="unknown"),
        user("off", service_like=True, status="suspended"),
    ]
    settings = Settings(service_accounts=ServiceAccounts(owners=owners))
    found, coverage = detect("AUT-08", facts(accounts, settings=settings))
    assert sorted(found) == ["user:ldap", "user:samba"]
    assert found["user:ldap"]["severity"] == "medium"
    assert found["user:ldap"]["says"].endswith(
        "serves programs by LDAP or Samba, without a named owner."
    )
    assert found["user:samba"]["severity"] == "info"
    assert found["user:samba"]["says"].endswith("Samba, answered for by ana@corp.example.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 2)


@pytest.mark.parametrize(
    "login",
    [
        "helpdesk", "info", "Test", "test.ana", "testuser2", "svc-backup", "svc_ana", "no-reply",
        "donotreply", "kiosk07", "meeting.room.3", "shared-finance", "finance.shared", "admin",
        "ana.test", "support2", "do-not-reply", "sales", "hr", "it-support", "hello", "qa-test-01",
        "ana_test_2",
    ],
)  # fmt: skip
def test_lif_12_names_of_functions(login: str) -> None:
    anonymous = {"employee_id": None, "email": f"{login}@corp.example"}
    assert detect("LIF-12", facts([user("x", login=login, **anonymous)]))[0]
    assert detect("LIF-12", facts([user("x", login=None, **anonymous)]))[0]
    assert detect("LIF-12", facts([user("x", login=login, employee_id=None)]))[0]


@pytest.mark.parametrize(
    "login",
    [
        "ana", "ana.guest", "robotti", "tess.ting", "contessa", "info.ana", "guestin", "svcarr",
        "ana.support", "adminah", "rootes", "testa", "kiosko.ana", "ana.lab", "7", "...",
        "ito", "hrafn", "solveig.holm", "itsara", "ana.sales", "ana.test.holm",
    ],
)  # fmt: skip
def test_lif_12_names_of_people(login: str) -> None:
    person = user("x", login=login, email=f"{login}@corp.example", employee_id=None)
    found, coverage = detect("LIF-12", facts([person]))
    assert (not found, coverage["cannot_tell"]) == (True, 0)


def test_lif_12_who_answers_for_it() -> None:
    shared = {"employee_id": None}
    accounts = [
        user("helpdesk", **shared),
        user("kiosk", **shared),
        user("test"),  # has an employee id: a person
        user("demo", employee_id="n/a"),
        user("guest", **shared),
        user("robot", **shared),
        user("info", **shared, service_like=True),
        user("office", **shared, status="suspended"),
        user("noreply", **shared, status="unknown"),
        user("blank", **shared, login=None, email=None),
    ]
    settings = Settings(
        service_accounts=ServiceAccounts(owners=MappingProxyType({"Guest": "ana@corp.example"})),
        reviewers=Reviewers(owners=MappingProxyType({"robot@corp.example": "ana@corp.example"})),
    )
    world = facts(accounts, PRIVILEGED, [grant("user:kiosk", "group:it")], settings)
    found, coverage = detect("LIF-12", world)
    assert sorted(found) == ["user:demo", "user:helpdesk", "user:kiosk"]
    assert found["user:helpdesk"]["severity"] == "medium"
    assert found["user:helpdesk"]["says"] == (
        "The user helpdesk is named as a function and not as a person, and has no owner."
    )
    assert found["user:kiosk"]["severity"] == "high"
    assert found["user:kiosk"]["says"].endswith("has no owner, but privileged access.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (8, 2)


@pytest.mark.parametrize("detection", ["AUT-02", "AUT-03", "AUT-06", "AUT-08", "LIF-12"])
def test_only_users_are_looked_at(detection: str) -> None:
    assert detect(detection, facts([admin("ana"), user("bea")]))[1]["looked_at"] == 1


def test_use_is_not_needed() -> None:
    blind = replace(HEADER, usage="not collected")
    shared = user("helpdesk", employee_id=None)
    assert detect("LIF-12", facts([shared], header=blind))[0]
