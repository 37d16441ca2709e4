"""ADM-03 to 06, 08 and 09, NHI-01 to 04 and 06: keys, roles, and who answers for them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tests.detections.world import (
    HEADER,
    Row,
    admin,
    detect,
    employee,
    facts,
    grant,
    service,
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.settings import (
    Domains,
    Employment,
    Persons,
    Reviewers,
    ServiceAccounts,
    Settings,
    Thresholds,
)

AGO = {  # days before the 20th of November 2026, 9 o'clock
    14: "2026-11-06T09:00:00Z", 15: "2026-11-05T09:00:00Z", 90: "2026-08-22T09:00:00Z",
    91: "2026-08-21T09:00:00Z", 400: "2025-10-16T09:00:00Z",
}  # fmt: skip
SOON = {1: "2026-11-21T09:00:00Z", 14: "2026-12-04T09:00:00Z", 15: "2026-12-04T09:00:01Z"}
OLD, OVER = "was made on 2026-08-21, 91 days ago.", "has expired."
OUR_DOMAIN = Settings(domains=Domains(own=("corp.example",)))


def owned_by(email: str, of: str = "bot") -> Settings:
    owners = MappingProxyType({of: email})
    return Settings(service_accounts=ServiceAccounts(owners=owners))


def holding(*accounts: Row, roles: dict[str, str], **more: Any) -> Facts:
    """`roles`: `admin:ana` -> the name of the role it holds."""
    things = [thing("role", name) for name in sorted(set(roles.values()))]
    grants = [grant(holder, f"role:{name}") for holder, name in roles.items()]
    return facts(accounts, things, grants, **more)


def test_adm_03_a_suspended_administrator_with_a_role() -> None:
    accounts = [
        admin("ana", status="suspended"),
        admin("bea"),
        admin("cid", status="unknown"),
        admin("dan", status="suspended"),
        admin("eve"),
        user("fay", status="suspended"),
        admin("gus", status="suspended", api_key_set=True),
        admin("hal", status="suspended", api_key_set=None),
    ]
    roles = {f"admin:{name}": "Help Desk" for name in ("ana", "bea", "cid", "gus", "hal")}
    found, coverage = detect("ADM-03", holding(*accounts, roles=roles))
    assert list(found) == ["admin:ana", "admin:gus", "admin:hal"]
    assert {row["severity"] for row in found.values()} == {"low"}
    for name in ("ana", "hal"):
        says = found[f"admin:{name}"]["says"]
        assert says.endswith("is suspended and still has the role Help Desk.")
    assert found["admin:gus"]["says"].endswith("still has the role Help Desk, and an API key.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 2)


@pytest.mark.parametrize("detection", ["ADM-03", "ADM-04", "ADM-05", "ADM-06", "ADM-08", "ADM-09"])
def test_only_administrators_are_looked_at(detection: str) -> None:
    accounts = [admin("ana", api_key_set=True), user("bea"), service("bot")]
    assert detect(detection, facts(accounts, settings=OUR_DOMAIN))[1]["looked_at"] == 1


@pytest.mark.parametrize("detection", ["NHI-02", "NHI-03", "NHI-04"])
def test_only_service_accounts_are_looked_at(detection: str) -> None:
    assert (
        detect(detection, facts([admin("ana"), user("bea"), service("bot")]))[1]["looked_at"] == 1
    )


KEY = {"api_key_set": True, "key_made_at": AGO[14], "key_endless": False, "key_ends_at": SOON[15]}


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ({"key_made_at": AGO[90]}, ""),
        ({"key_made_at": AGO[91]}, "was made on 2026-08-21, 91 days ago."),
        ({"key_endless": True, "key_ends_at": None}, "never ends."),
        (
            {"key_made_at": AGO[400], "key_endless": True, "key_ends_at": None},
            "was made on 2025-10-16, 400 days ago, and never ends.",
        ),
        ({"key_made_at": None}, None),
        ({"key_made_at": None, "key_endless": True}, "never ends."),
        ({"key_endless": None}, None),
        ({"key_endless": None, "key_made_at": AGO[91]}, "was made on 2026-08-21, 91 days ago."),
        ({"api_key_set": None, "key_endless": True}, None),
        ({"api_key_set": False, "key_endless": True}, "not looked at"),
        ({"key_made_at": AGO[400], "key_ends_at": AGO[14]}, "not looked at"),
        ({"key_made_at": AGO[400], "status": "suspended"}, "not looked at"),
        ({"key_made_at": AGO[400], "status": "unknown"}, None),
    ],
)
def test_adm_04_an_old_or_endless_key(key: Row, says: str | None) -> None:
    found, coverage = detect("ADM-04", facts([admin("ana", **(KEY | key))]))
    if says and says != "not looked at":
        assert (
            found["admin:ana"]["says"]
            == f"The API key of the administrator ana@corp.example {says}"
        )
        assert found["admin:ana"]["severity"] == "high"
    else:
        assert not found
    assert coverage["cannot_tell"] == (says is None)
    assert coverage["looked_at"] == (says != "not looked at")


def test_adm_04_the_age_is_a_setting() -> None:
    settings = Settings(thresholds=Thresholds(key_age_days=13))
    assert detect("ADM-04", facts([admin("ana", **KEY)], settings=settings))[0]
    assert not detect("ADM-04", facts([admin("ana", **KEY)]))[0]


def test_adm_05_api_access_for_a_role_without_programs() -> None:
    accounts = [
        admin("ana", api_key_allowed=True, api_key_set=None),
        admin("bea", api_key_allowed=True, api_key_set=True),
        admin("cid", api_key_allowed=True),
        admin("dan", api_key_allowed=False),
        admin("eve", api_key_allowed=None),
        admin("fay", api_key_allowed=True),
        admin("gus", api_key_allowed=True, status="suspended"),
        admin("me", api_key_allowed=True),
        admin("ivy", api_key_allowed=True, status="unknown"),
    ]
    roles = {
        "admin:ana": "Help Desk", "admin:bea": "read only ", "admin:cid": "Manager",
        "admin:dan": "Help Desk", "admin:eve": "Help Desk", "admin:gus": "Help Desk",
        "admin:me": "Read Only", "admin:ivy": "Help Desk",
    }  # fmt: skip
    header = replace(HEADER, credential_id="jumpcloud:admin:me")
    found, coverage = detect("ADM-05", holding(*accounts, roles=roles, header=header))
    assert sorted(found) == ["admin:ana", "admin:bea"]
    assert found["admin:ana"]["severity"] == "medium"
    assert found["admin:ana"]["says"].endswith("may have an API key; as Help Desk it needs none.")
    assert "API key, and has one; as" in found["admin:bea"]["says"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 3)  # eve, ivy, fay without role


def test_adm_05_any_other_role_may_need_it() -> None:
    things = [thing("role", "Help Desk"), thing("role", "Manager")]
    both = [grant("admin:ana", "role:Help Desk"), grant("admin:ana", "role:Manager")]
    assert not detect("ADM-05", facts([admin("ana", api_key_allowed=True)], things, both))[0]


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("ana@corp.example", False),
        ("Ana@CORP.example ", False),
        ("ana@mail.corp.example", False),
        ("ana@short.example", False),  # an alias of ours
        ("ana@other.example", True),
        ("ana@notcorp.example", True),
        ("ana@corp.example.net", True),
        ("ana@alias.example", True),  # an alias of somebody else's
        ("ana(at)corp.example", None),
        (None, None),
    ],
)
def test_adm_08_an_address_of_another_domain(email: str | None, found: bool | None) -> None:
    aliases = {"short.example": "Corp.example", "alias.example": "else.example"}
    settings = replace(OUR_DOMAIN, persons=Persons(alias_domains=MappingProxyType(aliases)))
    rows, coverage = detect("ADM-08", facts([admin("ana", email=email)], settings=settings))
    assert (list(rows) == ["admin:ana"]) is bool(found)
    assert coverage["cannot_tell"] == (found is None)


def test_adm_08_says_what_the_administrator_may_do() -> None:
    accounts = [
        admin("ana", email="ana@home.example"),
        admin("bea", email="bea@home.example"),
        admin("cid", email="cid@home.example", status="suspended"),
        admin("dan", email="dan@home.example", status="unknown"),
    ]
    world = holding(*accounts, roles={"admin:ana": "Manager"}, settings=OUR_DOMAIN)
    found, coverage = detect("ADM-08", world)
    assert sorted(found) == ["admin:ana", "admin:bea"]
    assert found["admin:ana"]["severity"] == "high"
    assert found["admin:ana"]["says"].endswith("domains and has the role Manager.")
    assert found["admin:bea"]["says"].endswith("outside the organisation's domains.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (3, 1)


def test_adm_08_is_not_run_without_domains() -> None:
    _, coverage = detect("ADM-08", facts([admin("ana")]))
    assert coverage["not_run"] == "domains.own names no domain"


def test_adm_09_an_administrator_who_is_no_employee() -> None:
    accounts = [
        user("ana", employee_type=" Contractor"),
        admin("ana"),
        user("bea"),
        admin("bea"),
        user("cid", employee_type=None),
        admin("cid"),
        admin("nobody"),
        user("dan", employee_type="Contractor"),
        admin("dan", status="suspended"),
        user("eve", employee_type="Contractor"),
        admin("eve", status="unknown"),
    ]
    found, coverage = detect("ADM-09", holding(*accounts, roles={"admin:ana": "Manager"}))
    assert list(found) == ["admin:ana"]
    assert found["admin:ana"]["severity"] == "medium"
    assert found["admin:ana"]["says"].endswith(
        'belongs to Ana Quine, whose employee type is "Contractor", and has the role Manager.'
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 3)
    own = Settings(employment=Employment(external=("Guest worker",)))
    accounts[2] |= {"employee_type": "guest worker"}
    assert list(detect("ADM-09", facts(accounts, settings=own))[0]) == ["admin:bea"]


@pytest.mark.parametrize("of", ["Bot", "bot ", "jumpcloud:service:bot"])
def test_an_owner_is_named_with_the_service_accounts(of: str) -> None:
    world = facts([service("bot"), user("ana")], settings=owned_by("ana@corp.example", of))
    assert not detect("NHI-01", world)[0]


def left_behind(*accounts: Row, settings: Settings | None = None, **more: Any) -> Any:
    """What NHI-02 says of the service account `bot`: its sentence, or whether it can tell."""
    things = [thing("role", "Manager", writes=True), thing("role", "Read Only", writes=False)]
    options = {"collected": ("admins",), "settings": settings, **more}
    roles = more.pop("roles", [grant("service:bot", "role:Read Only")])
    options.pop("roles", None)
    found, coverage = detect("NHI-02", facts(accounts, things, roles, **options))
    if found:
        return found["service:bot"]
    return None if coverage["cannot_tell"] else ""


BOT = service("bot", key_made_by="jumpcloud:admin:ana")


def test_nhi_02_the_maker_has_left() -> None:
    row = left_behind(BOT, admin("ana", status="suspended"))
    assert row["severity"] == "high"
    assert row["says"] == (
        "For the service account bot, the credential was made by the administrator "
        "ana@corp.example, who has left."
    )
    assert left_behind(BOT, admin("ana")) == ""
    assert left_behind(BOT, admin("ana", status="unknown")) is None
    assert left_behind(BOT, admin("ana"), user("ana", status="suspended"))
    assert left_behind(BOT, admin("ana"), user("ana", status="staged")) == ""


def test_nhi_02_the_role_makes_it_worse() -> None:
    roles = [grant("service:bot", "role:Manager")]
    row = left_behind(BOT, admin("ana", status="suspended"), roles=roles)
    assert row["severity"] == "critical"
    assert row["says"].endswith("who has left; it can make changes in JumpCloud.")


def test_nhi_02_a_maker_in_no_list_has_been_deleted_if_the_list_was_read() -> None:
    assert left_behind(BOT)["says"].endswith("by an administrator who was deleted.")
    assert left_behind(BOT, collected=()) is None
    robot = BOT | {"key_made_by": "jumpcloud:service:gone"}
    assert left_behind(robot) is None


def test_nhi_02_one_of_two_makers_is_enough() -> None:
    two = BOT | {"key_made_by": "jumpcloud:admin:ana jumpcloud:admin:bea"}
    row = left_behind(two, admin("ana"), admin("bea", status="suspended"))
    assert "bea@corp.example, who has left" in row["says"]
    assert left_behind(two, admin("ana"), admin("bea")) == ""
    assert left_behind(two, admin("ana"), admin("bea", status="unknown")) is None
    row = left_behind(two, admin("ana", status="suspended"), admin("bea", status="unknown"))
    assert row["says"].endswith("by the administrator ana@corp.example, who has left.")


def test_nhi_02_hr_knows_who_has_left() -> None:
    gone = [employee("ana", status="left")]
    assert left_behind(BOT, admin("ana"), user("ana"), roster=gone)
    over = [employee("ana", end_date="2026-11-18T00:00:00Z")]
    assert left_behind(BOT, admin("ana"), user("ana"), roster=over)
    back = [employee("ana", 1, status="left"), employee("ana", 2)]
    assert left_behind(BOT, admin("ana"), user("ana"), roster=back) == ""
    assert left_behind(BOT, admin("ana"), user("ana"), roster=[employee("bea")]) == ""


def test_nhi_02_the_owner_has_left() -> None:
    settings = owned_by("Bea@corp.example")
    known = (BOT, admin("ana"))
    row = left_behind(*known, user("bea", status="suspended"), settings=settings)
    assert row["says"].endswith("the owner, Bea@corp.example, has left.")
    assert left_behind(*known, user("bea"), settings=settings) == ""
    assert left_behind(*known, settings=settings)["severity"] == "high"  # is no user any more
    assert left_behind(*known, user("bea", status="unknown"), settings=settings) is None
    both = left_behind(BOT, settings=settings)
    assert "the owner, Bea@corp.example, has left and the credential was made by" in both["says"]


def test_nhi_02_whom_it_looks_at() -> None:
    robots = [
        service("bot", key_made_by=None),  # and no owner: NHI-01
        service("over", status="suspended", key_made_by="jumpcloud:admin:gone"),
        service("vague", status="unknown", key_made_by="jumpcloud:admin:gone"),
        user("ldap", service_like=True),
        user("samba", service_like=True),
        user("perhaps", service_like=None),
        user("person"),  # by JumpCloud; uar.toml says that it is none
        user("owner-of-access", service_like=None),
        user("ana"),
    ]
    owned = dict.fromkeys(("samba", "perhaps", "person"), "gone@corp.example")
    things = dict.fromkeys(("owner-of-access", "ana"), "gone@corp.example")
    settings = Settings(
        service_accounts=ServiceAccounts(owners=MappingProxyType(owned)),
        reviewers=Reviewers(owners=MappingProxyType(things)),
    )
    found, coverage = detect("NHI-02", facts(robots, settings=settings, collected=("admins",)))
    assert sorted(found) == ["user:perhaps", "user:person", "user:samba"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (6, 3)


@pytest.mark.parametrize(
    ("key", "severity", "says"),
    [
        ({}, "", ""),
        ({"key_ends_at": SOON[14]}, "medium", "ends on 2026-12-04."),
        ({"key_ends_at": None, "key_state": "expiring"}, "medium", "ends soon."),
        ({"key_ends_at": None, "key_endless": True}, "high", "never ends."),
        ({"key_made_at": AGO[91]}, "medium", OLD),
        ({"key_made_at": AGO[90]}, "", ""),
        (
            {"key_ends_at": SOON[1], "key_made_at": AGO[400]},
            "medium",
            "ends on 2026-11-21, and was made on 2025-10-16, 400 days ago.",
        ),
        (
            {"key_ends_at": None, "key_endless": True, "key_made_at": AGO[400]},
            "high",
            "never ends, and was made on 2025-10-16, 400 days ago.",
        ),
        ({"key_ends_at": "2026-11-20T09:00:00Z"}, "medium", "expired on 2026-11-20."),
        ({"key_ends_at": "2026-11-20T09:00:01Z"}, "medium", "ends on 2026-11-20."),
        ({"key_ends_at": None, "key_state": "expired"}, "medium", OVER),
        ({"key_state": "expired", "key_endless": True, "key_ends_at": None}, "medium", OVER),
        ({"key_ends_at": None}, "", None),
        ({"key_made_at": None}, "", None),
        ({"key_endless": None}, "", None),
        ({"key_state": None}, "", None),
        ({"key_state": None, "key_made_at": AGO[91]}, "medium", OLD),
        ({"key_ends_at": None, "key_endless": None, "key_made_at": AGO[91]}, "medium", OLD),
    ],
)  # fmt: skip
def test_nhi_03_the_credential(key: Row, severity: str, says: str | None) -> None:
    found, coverage = detect("NHI-03", facts([service("bot", **key)]))
    if says:
        row = found["service:bot"]
        assert row["says"] == f"The credential of the service account bot {says}"
        assert row["severity"] == severity
    else:
        assert not found
    assert coverage["cannot_tell"] == (says is None)


def test_nhi_03_the_days_are_settings() -> None:
    early = Settings(thresholds=Thresholds(key_ends_days=15))
    robot = service("bot", key_ends_at=SOON[15])
    assert not detect("NHI-03", facts([robot]))[0]
    assert detect("NHI-03", facts([robot], settings=early))[0]


@pytest.mark.parametrize(
    ("name", "status", "writes", "found"),
    [
        ("Payroll export", "active", True, True),
        ("siem_reader", "active", True, True),
        ("LOG shipping", "active", True, True),
        ("Payroll export", "active", False, False),
        ("Payroll export", "active", None, None),
        ("Payroll export", "unknown", True, None),
        ("Device enrolment", "active", True, False),
        ("Ready", "active", True, False),  # a word, and not a part of one
        ("Catalogue", "active", True, False),
        (None, "active", True, None),
        ("Device enrolment", "active", None, False),
    ],
)
def test_nhi_04_a_name_that_reads(
    name: str | None, status: str, writes: bool | None, found: bool | None
) -> None:
    things = [thing("role", "Bees", writes=writes)]
    held = [grant("service:bot", "role:Bees")]
    rows, coverage = detect(
        "NHI-04", facts([service("bot", name=name, status=status)], things, held)
    )
    assert bool(rows) is bool(found)
    assert coverage["cannot_tell"] == (found is None)
    if rows:
        assert rows["service:bot"]["severity"] == "high"
        assert "its role Bees can make changes in JumpCloud" in rows["service:bot"]["says"]


def test_nhi_04_the_description_counts_and_an_expired_one_does_not() -> None:
    things = [thing("role", "Bees", writes=True), thing("role", "Hive", writes=False)]
    told = service("bot", description="Reports to the auditors")
    held = [grant("service:bot", "role:Hive"), grant("service:bot", "role:Bees")]
    assert detect("NHI-04", facts([told], things, held))[0]
    assert not detect("NHI-04", facts([told | {"status": "suspended"}], things, held))[0]
    assert not detect("NHI-04", facts([told], things, held[:1]))[0]
    _, coverage = detect("NHI-04", facts([told], things, []))
    assert coverage["cannot_tell"] == 1


def test_nhi_06_a_service_with_a_manager() -> None:
    accounts = [
        user("ldap", service_like=True),
        user("boss"),
        user("samba", service_like=True, manager_id=None),
        user("dangling", service_like=True, manager_id="jumpcloud:user:gone"),
        user("vague", service_like=None),
        user("blank", service_like=None, manager_id=None),
        user("backup", service_like=True),
        user("named", service_like=None),
        admin("root", manager_id="jumpcloud:user:boss"),
    ]
    owned = dict.fromkeys(("Backup", "named"), "boss@corp.example")
    settings = Settings(service_accounts=ServiceAccounts(owners=MappingProxyType(owned)))
    found, coverage = detect("NHI-06", facts(accounts, settings=settings))
    # Whom service_accounts.owners names is put to its owner.
    assert sorted(found) == ["user:dangling", "user:ldap"]
    assert found["user:ldap"]["severity"] == "medium"
    assert found["user:ldap"]["says"] == (
        "The user ldap serves programs by LDAP or Samba, and has the user boss for a manager."
    )
    assert "an unknown user for a manager" in found["user:dangling"]["says"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 2)


@pytest.mark.parametrize(
    ("usage", "different", "seen", "found"),
    [
        ("observed", {}, False, True),
        ("observed", {}, True, False),
        ("observed", {"sessions": None}, False, True),
        ("observed", {"created_at": AGO[15]}, False, True),
        ("observed", {"created_at": AGO[14]}, False, False),
        ("observed", {"created_at": AGO[14], "sessions": 0}, False, False),
        ("observed", {"sessions": 0}, True, False),
        ("observed", {"created_at": None}, False, None),
        ("observed", {"created_at": None}, True, False),
        ("observed", {"status": "unknown"}, False, None),
        ("not licensed", {"sessions": 0}, False, True),
        ("not licensed", {"sessions": 0, "created_at": AGO[15]}, False, True),
        ("not licensed", {"sessions": 0, "created_at": AGO[14]}, False, False),
        ("not licensed", {"sessions": 0, "created_at": None}, False, None),
        ("not licensed", {"sessions": 1}, False, None),
        ("not licensed", {"sessions": None}, False, None),
        ("not licensed", {"sessions": None, "created_at": AGO[14]}, False, False),
    ],
)
def test_adm_06_nobody_signs_in(usage: str, different: Row, seen: bool, found: bool | None) -> None:
    uses = [use("admin:ana", "sign-in", AGO[14])] if seen else []
    header = replace(HEADER, usage=usage)
    world = facts([admin("ana", **different)], uses=uses, header=header)
    rows, coverage = detect("ADM-06", world)
    assert bool(rows) is bool(found)
    assert coverage["cannot_tell"] == (found is None)
    if found:
        assert rows["admin:ana"]["severity"] == "medium"


def test_adm_06_what_it_says() -> None:
    found, _ = detect("ADM-06", facts([admin("ana")]))
    assert found["admin:ana"]["says"] == (
        "No sign-in to the console of the administrator ana@corp.example was observed "
        "from 2026-08-22 to 2026-11-20."
    )
    blind = facts([admin("ana", sessions=0)], header=replace(HEADER, usage="not collected"))
    assert detect("ADM-06", blind)[0]["admin:ana"]["says"] == (
        "JumpCloud counts no session of the administrator ana@corp.example, made on 2020-01-01."
    )
    assert not detect("ADM-06", facts([admin("ana", status="suspended")]))[1]["looked_at"]


def test_adm_06_a_short_window_proves_nothing() -> None:
    header = replace(HEADER, usage_from="2026-09-20T09:00:00Z")
    _, coverage = detect("ADM-06", facts([admin("ana")], header=header))
    assert (coverage["found"], coverage["cannot_tell"]) == (0, 1)
    short = Settings(thresholds=Thresholds(inactive_days=60))
    assert detect("ADM-06", facts([admin("ana")], header=header, settings=short))[0]


def test_adm_06_a_user_signs_in_as_somebody_else() -> None:
    accounts = [user("ana", linked_admin_id="jumpcloud:admin:ana"), admin("ana")]
    assert detect("ADM-06", facts(accounts, uses=[use("user:ana", "sign-in", AGO[14])]))[0]
