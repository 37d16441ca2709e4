"""DUP-01 to DUP-07: a hit, no hit, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.detections.world import Row, admin, detect, facts, user
from uar.settings import Persons, Settings

MAIL = "ana@corp.example"
ALIAS = Settings(persons=Persons(alias_domains={"corp-alias.example": "corp.example"}))


def test_dup_01_finds_an_admin_that_is_not_linked() -> None:
    found, coverage = detect(
        "DUP-01",
        facts(
            [
                user("ana", email="Ana@Corp.example"),
                admin("ana"),
                user("bea", linked_admin_id="jumpcloud:admin:bea"),
                admin("bea"),
                admin("nobody"),
                admin("blank", email=None),
            ]
        ),
    )
    assert list(found) == ["admin:ana"]
    assert found["admin:ana"]["severity"] == "medium"
    assert found["admin:ana"]["accounts"] == "jumpcloud:admin:ana jumpcloud:user:ana"
    assert found["admin:ana"]["says"] == (
        "The administrator ana@corp.example and the user ana belong to one person. "
        "Both have the e-mail ana@corp.example. JumpCloud does not link them."
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 1)


def test_dup_01_is_high_when_the_statuses_differ_and_medium_when_one_is_unknown() -> None:
    found, _ = detect(
        "DUP-01",
        facts(
            [
                user("ana", status="suspended"),
                admin("ana"),
                user("bea", status="unknown"),
                admin("bea"),
            ]
        ),
    )
    assert found["admin:ana"]["severity"] == "high"
    assert found["admin:bea"]["severity"] == "medium"


def test_dup_01_user_linked_to_another_admin() -> None:
    found, _ = detect(
        "DUP-01",
        facts([user("ana", linked_admin_id="jumpcloud:admin:other"), admin("ana"), admin("other")]),
    )
    assert list(found) == ["admin:ana"]


def test_dup_02_finds_plus_tags_and_alias_domains() -> None:
    world = facts(
        [
            user("ana"),
            admin("ana+adm", name="Ana Quine"),
            user("bea"),
            admin("bea", email="bea@corp-alias.example"),
            user("cid"),
            admin("cid"),
            user("dan", email=None),
        ],
        settings=ALIAS,
    )
    found, coverage = detect("DUP-02", world)
    assert sorted(found) == ["admin:ana+adm", "admin:bea"]
    assert "reach one mailbox, ana@corp.example" in found["admin:ana+adm"]["says"]
    assert coverage["cannot_tell"] == 1
    assert list(detect("DUP-01", world)[0]) == ["admin:cid"]


def test_dup_02_is_low_for_a_shared_mailbox() -> None:
    found, _ = detect(
        "DUP-02",
        facts(
            [
                user("ana", email="it+ana@corp.example", name="Ana Hill"),
                user("bob", email="it+bob@corp.example", name="Bob Moor"),
            ]
        ),
    )
    assert found["user:bob"]["severity"] == "low"
    assert "may belong to one person" in found["user:bob"]["says"]
    assert "looks like a shared mailbox" in found["user:bob"]["says"]


def test_dup_03_finds_an_employee_id_and_an_alternate_email() -> None:
    found, coverage = detect(
        "DUP-03",
        facts(
            [
                user("ana"),
                user("ana2", employee_id=" e-ANA ", name="Ana Quine", status="suspended"),
                user("bea", alternate_email="BEA@home.example"),
                admin("bea", email="bea@home.example"),
                user("cid", recovery_email="cid@home.example"),
                admin("cid", email="cid@home.example"),
                user("dan", email=None, employee_id=None),
                user("eve", employee_id="N/A"),
                user("fay", employee_id="n/a"),
            ]
        ),
    )
    assert sorted(found) == ["admin:bea", "admin:cid", "user:ana2"]
    assert "Both have the employee id E-ana." in found["user:ana2"]["says"]
    assert "recovery e-mail of the user cid" in found["admin:cid"]["says"]
    assert coverage["cannot_tell"] == 1


def test_dup_03_says_less_when_something_speaks_against_it() -> None:
    found, _ = detect(
        "DUP-03",
        facts([user("ana", alternate_email="bob@corp.example"), user("bob", name="Bob Moor")]),
    )
    assert found["user:bob"]["severity"] == "low"
    assert "Against it: it would join different employee ids" in found["user:bob"]["says"]


def test_dup_03_leaves_stronger_reasons_to_dup_01() -> None:
    world = facts([user("ana", alternate_email="ana@corp.example"), admin("ana")])
    assert list(detect("DUP-01", world)[0]) == ["admin:ana"]
    assert not detect("DUP-03", world)[0]


def test_dup_04_shows_namesakes_and_merges_none() -> None:
    world = facts(
        [
            user("ana", name="Ana Quiñe"),
            user("ana2", name="QUINE, ana", employee_id=None),
            user("bea", email="bea@one.example", name="Bea Moor", manager_id=None),
            user("bea2", email="bea@two.example", name="Bea Moor", manager_id=None),
            user("cid", email="cid@one.example", name="Cid Hill", manager_id=None),
            admin("adm-cid", email="adm-cid@two.example", name="Cid Hill"),
            user("dan", name=None),
        ]
    )
    found, coverage = detect("DUP-04", world)
    assert sorted(found) == ["admin:adm-cid", "user:ana2"]
    assert found["user:ana2"]["severity"] == "low"
    assert "the same e-mail domain, the same manager" in found["user:ana2"]["says"]
    assert "an administrator's by its form" in found["admin:adm-cid"]["says"]
    assert coverage["cannot_tell"] == 1
    assert world.persons["person_id"].is_unique


def test_dup_04_two_that_hr_knows_as_two_are_information() -> None:
    """No flag beside an item, quarter after quarter, about two people of one name."""
    two = [user("sam", name="Sam Moor"), user("sam2", name="Sam Moor")]
    found, coverage = detect("DUP-04", facts(two))
    assert list(found) == ["user:sam2"]
    assert found["user:sam2"]["severity"] == "info"
    assert "Against it: different employee ids (E-sam, E-sam2)" in found["user:sam2"]["says"]
    assert coverage["found"] == 1
    third = user("sam0", name="Sam Moor", employee_id=None)
    found, _ = detect("DUP-04", facts([*two, third]))
    assert [found[f"user:{name}"]["severity"] for name in ("sam0", "sam2")] == ["low", "info"]


@pytest.mark.parametrize(
    ("one", "other", "severity", "against"),
    [
        (
            "00123",
            "123",
            "low",
            "different employee ids (00123, 123), though only by leading zeros",
        ),
        ("00123", "0123", "low", "different employee ids (00123, 0123), though only by leading"),
        ("00123", "124", "info", "different employee ids (00123, 124)."),
        ("E-0012", "E-12", "info", "different employee ids (E-0012, E-12)."),
        ("00E2", "E2", "info", "different employee ids (00E2, E2)."),
    ],
)
def test_dup_04_ids_that_a_spreadsheet_may_have_shortened_are_not_two_people_for_sure(
    one: str, other: str, severity: str, against: str
) -> None:
    """Nor one person: that would be a guess."""
    ids = {"ana": one, "ana2": other}
    world = facts([user(name, name="Sam Moor", employee_id=ids[name]) for name in ids])
    found, _ = detect("DUP-04", world)
    assert found["user:ana2"]["severity"] == severity
    assert f"Against it: {against}" in found["user:ana2"]["says"]
    assert world.persons["person_id"].is_unique


def test_dup_04_reads_the_links_and_not_what_they_say() -> None:
    world = facts([user("sam", name="Sam Moor"), user("sam2", name="Sam Moor")])
    told = world.links.assign(against="HR says that these are two")
    found, _ = detect("DUP-04", replace(world, links=told))
    assert found["user:sam2"]["severity"] == "info"


def test_dup_04_an_administrator_with_a_private_address_and_no_user() -> None:
    ana, bob = user("ana", name="Ana Moor"), user("bob", name="Bob Moor")
    private = admin("x", email="moor77@mail.example", login="moor77@mail.example", name="Ana Moor")
    found, _ = detect("DUP-04", facts([ana, bob, private]))
    assert found["admin:x"]["says"].endswith(
        "Both are called Ana Moor; also: nobody else of that name, and no user behind the "
        "administrator."
    )
    # Two people of that name, one of them the administrator's own user: nobody can say.
    assert not detect("DUP-04", facts([ana, user("ana2", name="Ana Moor"), private]))[0].get(
        "admin:x"
    )
    bobs = detect("DUP-04", facts([ana, bob, private | {"email": "bob@corp.example"}]))[0]
    assert bobs["admin:x"]["says"].endswith("also: the same e-mail domain.")


@pytest.mark.parametrize(
    ("detection", "second"),
    [("DUP-02", {"email": "ana+lab@corp.example"}), ("DUP-03", {"alternate_email": MAIL})],
)
@pytest.mark.parametrize(
    ("of_ana", "of_lab", "severity"),
    [
        ({}, {}, "info"),  # DUP-05 says it, and once
        ({}, {"status": "suspended"}, "medium"),
        ({"status": "suspended"}, {}, "medium"),
        ({}, {"status": "unknown"}, "medium"),
        ({}, {"service_like": True}, "medium"),
        ({}, {"name": "Bob Moor"}, "low"),  # two persons
    ],
)
def test_two_active_users_of_one_person_are_told_by_dup_05(
    detection: str, second: Row, of_ana: Row, of_lab: Row, severity: str
) -> None:
    lab = user("lab", **{"employee_id": None, "name": "Ana Quine", **second, **of_lab})
    world = facts([user("ana", **of_ana), lab])
    (row,) = detect(detection, world)[0].values()
    assert row["severity"] == severity
    assert bool(detect("DUP-05", world)[0]) == (severity == "info")


def test_an_administrator_beside_two_active_users_is_still_told() -> None:
    lab = user("lab", employee_id=None, name="Ana Quine", alternate_email=MAIL)
    console = admin("x", email="lab@corp.example", name="Ana Quine")
    private = user("ana", alternate_email="private@mail.example")
    far = admin("y", email="private@mail.example", name="Ana Quine")
    found, _ = detect("DUP-03", facts([private, lab, console, far]))
    assert {name: row["severity"] for name, row in found.items()} == {
        "user:lab": "info",
        "admin:y": "medium",
    }


def test_dup_03_names_the_address_once() -> None:
    private = admin("x", email="ana@mail.example", login="Ana@mail.example", name="Ana Moor")
    ana = user("ana", alternate_email="ana@mail.example", name="Ana Moor")
    assert detect("DUP-03", facts([ana, private]))[0]["admin:x"]["says"].endswith(
        "The e-mail of the administrator Ana@mail.example is the alternate e-mail of the user ana."
    )
    second = user("lab", recovery_email="ana@corp.example", name="Ana Moor", employee_id=None)
    assert detect("DUP-03", facts([ana, second]))[0]["user:lab"]["says"].endswith(
        "The e-mail of the user ana, ana@corp.example, is the recovery e-mail of the user lab."
    )


def test_dup_05_counts_active_users_of_one_person() -> None:
    def twin(name: str, **different: object) -> dict[str, object]:
        different = {"employee_id": None, "name": f"{name.title()} Quine"} | different
        return user(f"{name}2", alternate_email=f"{name}@corp.example", **different)

    found, coverage = detect(
        "DUP-05",
        facts(
            [
                user("ana"),
                twin("ana"),
                user("bea"),
                twin("bea", status="suspended"),
                user("cid"),
                twin("cid", status="unknown"),
                user("dan"),
                twin("dan", service_like=True),
            ]
        ),
    )
    assert list(found) == ["person:user:ana"]
    assert found["person:user:ana"]["says"] == "Ana Quine has 2 active users: ana and ana2."
    assert found["person:user:ana"]["accounts"] == "jumpcloud:user:ana jumpcloud:user:ana2"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 1)


def test_dup_06_finds_the_leaver_who_keeps_the_console() -> None:
    found, coverage = detect(
        "DUP-06",
        facts(
            [
                user("ana", status="suspended"),
                admin("ana"),
                user("bea", status="suspended"),
                admin("bea", status="suspended"),
                user("cid", status="unknown"),
                admin("cid"),
                user("dan", status="suspended"),
                admin("dan", status="unknown"),
                user("eve"),
                admin("eve", status="unknown"),
                admin("nobody"),
                user("fay", status="suspended"),
                user("fay2", email="Fay@corp.example", employee_id="E-fay"),
                admin("fay"),
            ]
        ),
    )
    assert list(found) == ["admin:ana"]
    assert found["admin:ana"]["severity"] == "critical"
    assert found["admin:ana"]["accounts"] == "jumpcloud:admin:ana jumpcloud:user:ana"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (6, 2)


def test_dup_07_finds_shared_logins_uids_and_keys_once_a_group() -> None:
    found, coverage = detect(
        "DUP-07",
        facts(
            [
                user("ana", ssh_keys="SHA256:a SHA256:b"),
                user("bea", ssh_keys="SHA256:b", unix_uid="7"),
                user("cid", unix_uid="7"),
                user("dan", login="DAN"),
                user("dan2", login="dan"),
                user("eve"),
                user("fay", login=None, unix_uid=None),
            ]
        ),
    )
    assert sorted(found) == ["user:ana", "user:bea", "user:dan"]
    assert found["user:ana"]["says"] == "The user ana and the user bea share the SSH key SHA256:b."
    assert found["user:bea"]["says"] == "The user bea and the user cid share the Unix uid 7."
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 1)


def test_of_very_many_who_share_a_sentence_lists_ten() -> None:
    """A key that a script put on every user; one person's users without end."""
    many = [f"u{at:02}" for at in range(12)]
    shared, _ = detect("DUP-07", facts([user(name, ssh_keys="SHA256:a") for name in many]))
    row = shared["user:u00"]
    assert row["says"].endswith(
        "the user u08 and the user u09 and 2 more share the SSH key SHA256:a."
    )
    assert row["accounts"].split() == [f"jumpcloud:user:{name}" for name in many]
    one = [user(name, email="ana@corp.example", employee_id=None) for name in many]
    row = detect("DUP-05", facts(one))[0]["person:user:u00"]
    assert row["says"].endswith("has 12 active users: " + " and ".join(many[:10]) + " and 2 more.")
    assert len(row["accounts"].split()) == 12
