"""ADM-01, ADM-02, ADM-07, ADM-11 and NHI-01: a hit, no hit, and what cannot be told."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from tests.detections.world import admin, detect, facts, grant, service, thing, user
from uar.settings import Reviewers, Settings

OWNER = "Administrator With Billing"


def test_adm_01_finds_the_administrator_nobody_is_behind() -> None:
    found, coverage = detect(
        "ADM-01",
        facts(
            [
                user("ana"),
                admin("ana"),
                user("bea", email="bea@home.example", name="Bea Moor"),
                admin("adm-bea", name="Bea Moor"),
                admin("console"),
                admin("spare", name="Console Quine"),
                admin("gone", status="suspended"),
                admin("vague", status="unknown"),
                admin("blank", email=None),
                user("dan", name="Dan Holm", status="suspended"),
                admin("adm-dan", name="Dan Holm"),
            ]
        ),
    )
    assert sorted(found) == ["admin:adm-bea", "admin:adm-dan", "admin:console", "admin:spare"]
    assert found["admin:console"]["severity"] == "high"
    for namesake in ("console", "spare"):  # of whom the other is an administrator too
        assert found[f"admin:{namesake}"]["says"].endswith("belongs to no user.")
    assert found["admin:adm-bea"]["says"].endswith("but perhaps to the user bea.")
    assert found["admin:adm-dan"]["says"].endswith(
        "belongs to no user, but perhaps to the user dan, which is suspended."
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 2)


def test_adm_02_own_sign_in() -> None:
    found, coverage = detect(
        "ADM-02",
        facts(
            [
                admin("none", mfa=False),
                admin("optional", mfa_required=False),
                admin("fine"),
                admin("vague", mfa=None),
                admin("worse", mfa=None, mfa_required=False),
                admin("gone", mfa=False, status="suspended"),
                admin("maybe", mfa=False, status="unknown"),
            ],
            [thing("role", "administrator with billing"), thing("role", "Help Desk")],
            [
                grant("admin:none", "role:administrator with billing"),
                grant("admin:optional", "role:Help Desk"),
            ],
        ),
    )
    assert sorted(found) == ["admin:none", "admin:optional", "admin:worse"]
    assert found["admin:none"]["severity"] == "critical"
    assert found["admin:optional"]["severity"] == "high"
    assert found["admin:none"]["says"].endswith("has no second factor enrolled.")
    for name in ("optional", "worse"):
        says = found[f"admin:{name}"]["says"]
        assert says.endswith("is not required to use its second factor.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (6, 2)


def test_adm_02_a_linked_administrator_has_the_users_factors() -> None:
    def linked(name: str, mfa: bool | None) -> dict[str, object]:
        return user(name, mfa=mfa, linked_admin_id=f"jumpcloud:admin:{name}")

    found, coverage = detect(
        "ADM-02",
        facts(
            [
                linked("ana", False),
                admin("ana"),
                linked("bea", True),
                admin("bea", mfa=False),
                linked("cid", None),
                admin("cid", mfa=False),
            ]
        ),
    )
    assert list(found) == ["admin:ana"]
    assert found["admin:ana"]["says"].endswith("signs in as the user ana, who has none.")
    assert coverage["cannot_tell"] == 1


def owners(*statuses: str, extra: int = 0) -> dict[str, dict[str, object]]:
    accounts = [admin(f"o{n}", status=status) for n, status in enumerate(statuses)]
    accounts += [admin(f"a{n}") for n in range(extra)]
    roles = [thing("role", OWNER), thing("role", "Administrator")]
    grants = [grant(f"admin:o{n}", f"role:{OWNER}") for n in range(len(statuses))]
    grants += [grant(f"admin:a{n}", "role:Administrator") for n in range(extra)]
    found, coverage = detect("ADM-07", facts(accounts, roles, grants))
    return {**{key: dict(row) for key, row in found.items()}, "coverage": dict(coverage)}


def test_adm_07_wants_two_with_billing() -> None:
    assert f"role:{OWNER}" not in owners("active", "active")
    one = owners("active", "suspended")[f"role:{OWNER}"]
    assert str(one["says"]).startswith("1 active administrator holds Administrator With Billing")
    assert "0 active administrators hold" in str(owners()[f"role:{OWNER}"]["says"])
    unclear = owners("active", "unknown")
    assert f"role:{OWNER}" not in unclear
    assert unclear["coverage"]["cannot_tell"] == 1


def test_adm_07_counts_full_power() -> None:
    enough = owners("active", "active", extra=3)
    assert "role:Administrator" not in enough
    assert enough["coverage"]["cannot_tell"] == 0
    many = owners("active", "active", extra=4)["role:Administrator"]
    assert many["says"] == "6 active administrators have full power; more than 5 are too many."
    unclear = owners("active", "unknown", "active", extra=3)
    assert "role:Administrator" not in unclear
    assert unclear["coverage"]["cannot_tell"] == 1


def test_adm_07_a_large_organisation_may_have_more() -> None:
    accounts = [admin(f"a{n}") for n in range(6)]
    roles = [thing("role", "Administrator")]
    grants = [grant(f"admin:a{n}", "role:Administrator") for n in range(6)]
    crowd = [user(f"u{n}") for n in range(300)]
    assert not detect("ADM-07", facts([*accounts, *crowd], roles, grants))[0]
    maybe = [user(f"u{n}", status="unknown") for n in range(300)]
    assert detect("ADM-07", facts([*accounts, *maybe], roles, grants))[0]


def test_adm_07_a_group_of_that_name_is_no_role() -> None:
    world = facts([], [thing("group", "Administrator"), thing("role", "Help Desk")])
    assert detect("ADM-07", world)[1]["looked_at"] == 0


def test_adm_11_finds_roles_that_are_not_jumpclouds() -> None:
    found, coverage = detect(
        "ADM-11",
        facts(
            [admin("ana"), admin("bea"), service("bot")],
            [thing("role", "Wizard"), thing("role", "help desk"), thing("role", "Unused")],
            [
                grant("admin:ana", "role:Wizard"),
                grant("admin:bea", "role:Wizard"),
                grant("admin:bea", "role:help desk"),
            ],
        ),
    )
    assert list(found) == ["role:Wizard"]
    assert found["role:Wizard"]["says"].startswith('2 administrators hold the role "Wizard"')
    assert found["role:Wizard"]["accounts"] == "jumpcloud:admin:ana jumpcloud:admin:bea"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (2, 0)


@pytest.mark.parametrize("name", ["Export", "export ", "jumpcloud:service:Export"])
def test_nhi_01_an_owner_is_named_in_the_settings(name: str) -> None:
    owned = Settings(reviewers=Reviewers(owners=MappingProxyType({name: "ana@corp.example"})))
    accounts = [
        service("Export"),
        service("Other"),
        service("gone", status="suspended"),
        service("vague", status="unknown"),
        user("ana"),
    ]
    found, coverage = detect("NHI-01", facts(accounts, settings=owned))
    assert list(found) == ["service:Other"]
    assert found["service:Other"]["says"] == "The service account Other has no named owner."
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (3, 1)
