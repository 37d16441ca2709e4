"""LIF-04, AUT-01, AUT-04, AUT-05, ENT-03 and GRP-01: a hit, no hit, and what cannot be told."""

from __future__ import annotations

from types import MappingProxyType

from tests.detections.examples.ent import EVERY_LIST
from tests.detections.world import admin, detect, facts, grant, thing, user
from uar.settings import Privileged, ServiceAccounts, Settings, Thresholds

OWNED = MappingProxyType(dict.fromkeys(("own", "ned", "may"), "ana@corp.example"))
THINGS = [
    thing("group", "staff"),
    thing("group", "root", privileged=True),
    thing("group", "door"),
    thing("app", "pay"),
    thing("app", "vault"),
]


def test_lif_04_finds_what_a_suspended_user_still_holds() -> None:
    found, coverage = detect(
        "LIF-04",
        facts(
            [
                user("ana", status="suspended", ssh_keys="k1"),
                user("bea", status="staged"),
                user("cid", status="suspended"),
                user("dan", status="unknown"),
                user("eve"),
                user("fay", status="suspended"),
                admin("gus", status="suspended"),
            ],
            THINGS,
            [
                grant("user:ana", "group:staff"),
                grant("user:ana", "group:door"),
                grant("user:ana", "app:pay"),
                grant("user:bea", "group:root"),
                grant("user:fay", "group:door"),
                grant("group:door", "app:vault"),
                grant("user:dan", "app:pay"),
                grant("user:eve", "app:pay"),
            ],
            Settings(privileged=Privileged(entitlements=("Vault",))),
        ),
    )
    assert sorted(found) == ["user:ana", "user:bea", "user:fay"]
    assert found["user:ana"]["says"] == (
        "The user ana is suspended and still holds 2 groups, 1 application and 1 SSH key."
    )
    assert (
        found["user:bea"]["says"] == "The user bea has not started yet and already holds 1 group."
    )
    assert [found[f"user:{name}"]["severity"] for name in ("ana", "bea", "fay")] == ["high"] * 3
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 1)


def test_lif_04_is_medium_without_privilege() -> None:
    world = facts([user("ana", status="suspended")], THINGS, [grant("user:ana", "group:staff")])
    assert detect("LIF-04", world)[0]["user:ana"]["severity"] == "medium"


def test_lif_04_access_made_ready_for_a_start_is_fine() -> None:
    days = {"new": "2026-10-21T09:00:00Z", "old": "2026-10-21T08:59:59Z", "undated": None}
    staged = [user(name, status="staged", created_at=day) for name, day in days.items()]
    held = [grant(f"user:{name}", "group:staff") for name in (*days, "left")]
    left = user("left", status="suspended", created_at=days["new"])
    empty = user("empty", status="staged", created_at=None)
    found, coverage = detect("LIF-04", facts([*staged, left, empty], THINGS, held))
    assert sorted(found) == ["user:left", "user:old"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 1)
    patient = Settings(thresholds=Thresholds(grace_days=31))
    assert list(detect("LIF-04", facts(staged, THINGS, held, patient))[0]) == []


def test_lif_04_names_every_kind_of_access() -> None:
    kinds = ("device", "device group", "directory", "radius")
    things = [thing(kind, name) for kind in kinds for name in ("a", "b")]
    held = [grant("user:ana", f"{kind}:a") for kind in kinds]
    held += [grant("user:bea", f"{kind}:{name}") for kind in kinds for name in ("a", "b")]
    gone = [user(name, status="suspended") for name in ("ana", "bea")]
    found, _ = detect("LIF-04", facts(gone, things, held))
    assert found["user:ana"]["says"].endswith(
        "holds 1 device, 1 device group, 1 directory and 1 RADIUS server."
    )
    assert found["user:bea"]["says"].endswith(
        "holds 2 devices, 2 device groups, 2 directories and 2 RADIUS servers."
    )


def test_aut_01_finds_people_without_a_second_factor() -> None:
    found, coverage = detect(
        "AUT-01",
        facts(
            [
                user("ana", mfa=False),
                user("bea", mfa=False),
                user("cid"),
                user("dan", mfa=None),
                user("eve", mfa=False, status="suspended"),
                user("fay", mfa=False, status="unknown"),
                user("svc", mfa=False, service_like=True),
            ],
            THINGS,
            [grant("user:bea", "group:root")],
        ),
    )
    assert sorted(found) == ["user:ana", "user:bea"]
    assert found["user:ana"]["severity"] == "high"
    assert found["user:bea"]["severity"] == "critical"
    assert found["user:bea"]["says"].endswith("enrolled and holds privileged access.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 2)


def test_aut_04_finds_passwords_that_never_expire() -> None:
    found, coverage = detect(
        "AUT-04",
        facts(
            [
                user("ana", password_never_expires=True),
                user("svc", password_never_expires=True, service_like=True),
                user("own", password_never_expires=True, service_like=True),
                user("ned", password_never_expires=True),
                user("may", password_never_expires=True, service_like=None),
                user("bea"),
                user("cid", password_never_expires=None),
                user("dan", password_never_expires=True, status="suspended"),
                user("eve", password_never_expires=True, status="unknown"),
            ],
            settings=Settings(service_accounts=ServiceAccounts(owners=OWNED)),
        ),
    )
    assert {key: row["severity"] for key, row in found.items()} == {
        "user:ana": "medium",
        "user:may": "medium",
        "user:ned": "medium",  # an owner makes no service of a person
        "user:svc": "medium",
        "user:own": "info",
    }
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (8, 2)


def test_aut_05_finds_global_sudo() -> None:
    found, coverage = detect(
        "AUT-05",
        facts(
            [
                user("ana", sudo=True),
                user("bea"),
                user("cid", sudo=None),
                user("dan", sudo=True, status="staged"),
                user("fay", sudo=True, status="unknown"),
                admin("eve"),
            ]
        ),
    )
    assert list(found) == ["user:ana"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 2)


def test_ent_03_finds_paths_that_make_each_other_needless() -> None:
    found, coverage = detect(
        "ENT-03",
        facts(
            [user("ana"), user("bea"), user("cid"), admin("dan")],
            [*THINGS, thing("role", "Help Desk")],
            [
                grant("user:ana", "app:pay"),
                grant("user:ana", "group:staff"),
                grant("user:bea", "group:staff"),
                grant("user:bea", "group:door"),
                grant("user:cid", "group:staff"),
                grant("group:staff", "app:pay"),
                grant("group:door", "app:pay"),
                grant("group:door", "app:vault"),
                grant("group:staff", "app:vault"),
                grant("admin:dan", "role:Help Desk"),
            ],
        ),
    )
    assert sorted(found) == ["app:pay>user:ana", "group:staff>user:bea"]
    assert found["app:pay>user:ana"]["says"] == (
        "The user ana holds pay by the group staff and directly."
    )
    assert found["group:staff>user:bea"]["says"] == (
        "The user bea holds pay by the group door and by the group staff; "
        "vault by the group door and by the group staff."
    )
    assert coverage["looked_at"] == 5


def test_empty_groups() -> None:
    grants = [grant("user:ana", "group:staff"), grant("group:door", "app:pay")]
    things = [*THINGS, thing("group", "nil")]
    gap = {
        "gap_id": "g1",
        "collection": "group members",
        "subject": "jumpcloud:group:root",
        "says": "Refused.",
    }
    world = facts([user("ana")], things, grants, gaps=[gap], collected=EVERY_LIST)
    found, coverage = detect("GRP-01", world)
    assert found["group:nil"]["says"] == "The group nil has no members and opens nothing."
    assert list(found) == ["group:nil"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 1)
    waiting, coverage = detect("GRP-03", world)
    assert waiting["group:door"]["says"] == (
        "The group door has no members, and would open 1 thing to its first member."
    )
    assert (list(waiting), coverage["cannot_tell"]) == (["group:door"], 0)
    _, uncollected = detect("GRP-01", facts([user("ana")], things, grants, collected=()))
    assert (uncollected["found"], uncollected["cannot_tell"]) == (0, 2)


def test_a_direct_assignment_is_spoken_of_once() -> None:
    """ENT-03 where a group of the person gives the same, ENT-02 where none does."""
    things = [thing("app", "pay"), thing("group", "a"), thing("group", "b")]
    held = [grant("group:a", "app:pay"), grant("group:b", "app:pay")]
    held += [grant(f"user:{name}", "app:pay") for name in ("ana", "bea")]
    held += [grant("user:ana", "group:a"), *(grant("user:cid", f"group:{one}") for one in "ab")]
    world = facts(map(user, ("ana", "bea", "cid")), things, held, collected=EVERY_LIST)
    around, several = (detect(one, world)[0] for one in ("ENT-02", "ENT-03"))
    assert sorted(around) == ["app:pay>user:bea"]
    assert sorted(several) == ["app:pay>user:ana", "group:b>user:cid"]
    severities = {subject: row["severity"] for subject, row in several.items()}
    assert severities == {"app:pay>user:ana": "medium", "group:b>user:cid": "info"}


def test_ent_03_lists_ten_ways_to_one_application() -> None:
    def says(number: int) -> str:
        names = [f"g{at:02}" for at in range(number)]
        held = [grant("user:ana", f"group:{name}") for name in names]
        held += [grant(f"group:{name}", "app:pay") for name in names]
        things = [*(thing("group", name) for name in names), thing("app", "pay")]
        (row,) = detect("ENT-03", facts([user("ana")], things, held))[0].values()
        return str(row["says"])

    assert says(10).endswith(", by the group g08 and by the group g09.")
    assert says(11).endswith(", by the group g08, by the group g09 and 1 more.")
