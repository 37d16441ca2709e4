"""LIF-05 to 07, LIF-10 and NHI-05: what is used, by whom, and what no longer is."""

from __future__ import annotations

from dataclasses import replace
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
    thing,
    use,
    user,
)
from uar.detections import Facts
from uar.settings import ServiceAccounts, Settings, Thresholds

BLIND = replace(HEADER, usage="not permitted")
SHORT = replace(HEADER, usage_from="2026-09-20T09:00:00Z")  # 61 days
EXACT = replace(HEADER, usage_from="2026-09-20T08:55:00Z")  # 61 days to the second
IN_WINDOW, BEFORE = "2026-08-22T17:00:00Z", "2026-08-22T16:59:59Z"
AT = "2026-10-16T00:00:00Z"  # a last day


def days(**numbers: int) -> Settings:
    return Settings(thresholds=Thresholds(**numbers))


def told(detection: str, account: Row, **more: Any) -> bool | None:
    """True: found; False: fine; None: cannot tell. AssertionError where it is not looked at."""
    found, coverage = detect(detection, facts([account], **more))
    assert coverage["looked_at"] == 1
    return None if coverage["cannot_tell"] else bool(found)


@pytest.mark.parametrize("detection", ["LIF-05", "LIF-06", "LIF-07", "NHI-05"])
@pytest.mark.parametrize(
    ("usage", "why"),
    [
        ("not collected", "use of access was not collected"),
        ("not licensed", "the tenant has no Directory Insights, which tells use"),
        ("not permitted", "the key may not read Directory Insights, which tells use"),
    ],
)
def test_without_observed_use_they_are_not_run(detection: str, usage: str, why: str) -> None:
    world = facts([user("ana")], header=replace(HEADER, usage=usage))
    assert detect(detection, world)[1]["not_run"] == why


@pytest.mark.parametrize(
    ("different", "last", "more", "found"),
    [
        ({}, None, {}, True),
        ({}, "2026-10-01T09:00:00Z", {}, False),
        ({"created_at": BEFORE}, None, {}, True),
        ({"created_at": IN_WINDOW}, None, {}, False),
        ({"created_at": None}, None, {}, None),
        ({"created_at": None}, "2026-10-01T09:00:00Z", {}, False),
        ({"status": "unknown"}, None, {}, None),
        ({"service_like": None}, None, {}, None),
        # The window must be as long as the threshold, but for a part of a day.
        ({}, None, {"header": SHORT}, None),
        ({}, None, {"header": SHORT, "settings": days(inactive_days=61)}, True),
        ({}, None, {"header": SHORT, "settings": days(inactive_days=62)}, None),
        ({}, None, {"header": EXACT, "settings": days(inactive_days=62)}, None),
        ({"created_at": AT}, None, {"header": SHORT}, False),
        # A last use can only be too old where the window is longer than the threshold.
        ({}, "2026-10-20T08:59:59Z", {"settings": days(inactive_days=31)}, True),
        ({}, "2026-10-20T09:00:00Z", {"settings": days(inactive_days=31)}, False),
    ],
)
def test_lif_06_not_there_for_long(
    different: Row, last: str | None, more: dict[str, Any], found: bool | None
) -> None:
    uses = [use("user:ana", "device", last)] if last else []
    assert told("LIF-06", user("ana", **different), uses=uses, **more) is found


def test_lif_06_what_it_says_and_whom_it_leaves_out() -> None:
    accounts = [
        user("ana"),
        user("bea"),
        user("cid", status="suspended"),
        user("dan", status="staged"),
        user("eve", service_like=True),
        admin("fay"),
    ]
    world = facts(
        accounts, [thing("group", "it", privileged=True)], [grant("user:bea", "group:it")]
    )
    found, coverage = detect("LIF-06", world)
    assert sorted(found) == ["user:ana", "user:bea"]
    assert found["user:ana"]["severity"] == "medium"
    assert found["user:ana"]["says"] == (
        "The user ana was not seen to be used from 2026-08-22 to 2026-11-20."
    )
    assert found["user:bea"]["severity"] == "high"
    assert found["user:bea"]["says"].endswith("2026-11-20, and holds privileged access.")
    assert coverage["looked_at"] == 2
    used = facts(accounts, uses=[use("user:ana", "sign-in", AT)], settings=days(inactive_days=30))
    assert detect("LIF-06", used)[0]["user:ana"]["says"].endswith("was last used on 2026-10-16.")


def test_lif_06_a_linked_administrator_is_its_user() -> None:
    accounts = [user("ana", linked_admin_id="jumpcloud:admin:ana"), admin("ana"), user("bea")]
    assert list(detect("LIF-06", facts(accounts, uses=[use("admin:ana", "sign-in")]))[0]) == [
        "user:bea"
    ]
    both = [use("admin:ana", "sign-in"), use("user:ana", "sign-in", AT)]
    world = facts(accounts, uses=both, settings=days(inactive_days=30))
    assert "user:ana" not in detect("LIF-06", world)[0]


@pytest.mark.parametrize(
    ("different", "used", "found"),
    [
        ({"created_at": IN_WINDOW}, False, True),
        ({"created_at": IN_WINDOW}, True, False),
        ({"created_at": "2026-10-21T08:59:59Z"}, False, True),
        ({"created_at": "2026-10-21T09:00:00Z"}, False, False),
        ({"created_at": None}, False, None),
        ({"created_at": None}, True, False),
        ({"created_at": IN_WINDOW, "status": "unknown"}, False, None),
    ],
)
def test_lif_07_never_used(different: Row, used: bool, found: bool | None) -> None:
    uses = [use("user:ana", "application", AT, "app:pay")] if used else []
    assert told("LIF-07", user("ana", **different), uses=uses) is found


def test_lif_07_what_it_says_and_whom_it_leaves_out() -> None:
    new = {"created_at": "2026-09-01T00:00:00Z"}
    accounts = [
        user("ana", **new),
        user("bea", **new),
        user("cid", **new, status="staged"),
        user("dan", **new, service_like=True),
        user("eve", created_at=BEFORE),
    ]
    world = facts(
        accounts, [thing("group", "it", privileged=True)], [grant("user:bea", "group:it")]
    )
    found, coverage = detect("LIF-07", world)
    assert sorted(found) == ["user:ana", "user:bea"]
    assert found["user:ana"]["says"] == (
        "The user ana was made on 2026-09-01 and was not seen to be used since."
    )
    assert (found["user:ana"]["severity"], found["user:bea"]["severity"]) == ("medium", "high")
    assert "since, and holds privileged access." in found["user:bea"]["says"]
    assert coverage["looked_at"] == 2
    patient = facts(accounts, settings=days(grace_days=81))
    assert not detect("LIF-07", patient)[0]


def leaver(*uses: Row, end: str | None = AT, **different: Any) -> Facts:
    row = employee("ana", **{"status": "left", "end_date": end, **different})
    accounts = [user("ana"), admin("ana"), user("bea")]
    things = [thing("app", "Payroll"), thing("device", "laptop")]
    return facts(accounts, things, roster=[row, employee("bea")], uses=uses)


@pytest.mark.parametrize(
    ("end", "used", "found"),
    [
        (AT, "2026-10-17T00:00:00Z", True),
        (AT, "2026-10-16T23:59:59Z", False),  # the last day is a day at work
        (AT, None, False),
        (None, "2026-10-17T00:00:00Z", None),
        ("2026-08-22T00:00:00Z", None, False),
        ("2026-08-21T00:00:00Z", None, None),  # of the first hours nothing is known
        ("2026-08-21T00:00:00Z", "2026-10-17T00:00:00Z", True),
    ],
)
def test_lif_05_used_after_the_last_day(
    end: str | None, used: str | None, found: bool | None
) -> None:
    uses = [use("user:ana", "sign-in", used)] if used else []
    rows, coverage = detect("LIF-05", leaver(*uses, end=end))
    assert list(rows) == (["user:ana"] if found else [])
    assert coverage["looked_at"] == 2
    other = end in (None, "2026-08-21T00:00:00Z")  # the administrator, which nobody used
    assert coverage["cannot_tell"] == (found is None) + other


def test_lif_05_the_window_may_begin_with_the_first_day_away() -> None:
    for start, unsure in (("2026-10-17T00:00:00Z", 0), ("2026-10-17T00:00:01Z", 2)):
        world = leaver()
        seen = replace(world.snapshot, header=replace(HEADER, usage_from=start))
        _, coverage = detect("LIF-05", replace(world, snapshot=seen))
        assert (coverage["found"], coverage["cannot_tell"]) == (0, unsure)


def test_lif_05_who_has_left() -> None:
    late = use("user:ana", "sign-in", "2026-10-17T00:00:00Z")
    assert detect("LIF-05", leaver(late, status="employed"))[0]  # a contract that is over
    ahead = leaver(late, status="employed", end="2026-11-20T00:00:00Z")
    assert detect("LIF-05", ahead)[1]["looked_at"] == 0
    row = detect("LIF-05", leaver(late))[0]["user:ana"]
    assert row["severity"] == "critical"
    assert row["says"] == (
        "The user ana was used after Ana Quine left on 2026-10-16: a sign-in on 2026-10-17."
    )
    assert detect("LIF-05", replace(leaver(late), roster=None))[1]["not_run"] == "no roster given"


def test_lif_05_names_what_was_used() -> None:
    uses = [
        use("admin:ana", "application", "2026-10-20T00:00:00Z", "app:Payroll"),
        use("admin:ana", "device", "2026-10-21T00:00:00Z", "device:laptop"),
        use("admin:ana", "directory", "2026-10-22T00:00:00Z"),
        use("admin:ana", "radius", "2026-10-16T00:00:00Z"),
    ]
    said = detect("LIF-05", leaver(*uses))[0]["admin:ana"]["says"]
    assert said.endswith(": LDAP on 2026-10-22, laptop on 2026-10-21, Payroll on 2026-10-20.")
    more = use("admin:ana", "sign-in", "2026-10-23T00:00:00Z")
    said = detect("LIF-05", leaver(*uses, more))[0]["admin:ana"]["says"]
    newest = ": a sign-in on 2026-10-23, LDAP on 2026-10-22, laptop on 2026-10-21 and 1 more."
    assert said.endswith(newest)


LOCKED = {"locked": True, "locked_at": "2026-08-22T08:59:59Z"}
EXPIRED = {"password_expired": True, "password_expires_at": "2026-08-01T00:00:00Z"}
LONG_LOCKED = "has been locked since 2026-08-22"
IDLE = {"activated": False, "created_at": "2026-07-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({}, ""),
        (LOCKED, "has been locked since 2026-08-22."),
        (LOCKED | {"locked_at": "2026-08-22T09:00:00Z"}, ""),
        (LOCKED | {"locked_at": None}, None),
        (LOCKED | {"locked": None}, None),
        (LOCKED | {"locked": False}, ""),
        (EXPIRED, "has a password that expired on 2026-08-01."),
        (EXPIRED | {"password_expired": False}, ""),
        (EXPIRED | {"password_expires_at": AT}, ""),
        (EXPIRED | {"password_expires_at": None}, None),
        (IDLE, "has never set a password since 2026-07-01."),
        (IDLE | {"activated": True}, ""),
        (IDLE | {"created_at": AT}, ""),
        (IDLE | {"created_at": None}, None),
        (LOCKED | EXPIRED, LONG_LOCKED + " and has a password that expired on 2026-08-01."),
        (LOCKED | {"status": "unknown"}, None),
    ],
)  # fmt: skip
def test_lif_10_nobody_could_sign_in_for_long(different: Row, says: str | None) -> None:
    found, coverage = detect("LIF-10", facts([user("ana", **different)], header=BLIND))
    if says:
        assert found["user:ana"]["says"] == f"The user ana {says}"
        assert found["user:ana"]["severity"] == "low"
    else:
        assert not found
    assert coverage["cannot_tell"] == (says is None)


def test_lif_10_names_only_what_is_known() -> None:
    perhaps = user(
        "ana", **LOCKED, password_expired=None, password_expires_at="2020-01-01T00:00:00Z"
    )
    said = detect("LIF-10", facts([perhaps], header=BLIND))[0]["user:ana"]["says"]
    assert "locked" in said and "password" not in said


def test_lif_10_leaves_out_services_the_inactive_and_what_is_said_elsewhere() -> None:
    accounts = [
        user("ana", **LOCKED, status="staged"),
        user("bea", **LOCKED, status="suspended"),
        user("cid", **LOCKED, service_like=True),
    ]
    assert detect("LIF-10", facts(accounts, header=BLIND))[1]["looked_at"] == 0
    dormant = user("ana", **LOCKED)
    assert not detect("LIF-10", facts([dormant]))[0]
    assert detect("LIF-06", facts([dormant]))[0]
    assert detect("LIF-10", facts([dormant], uses=[use("user:ana", "device")]))[0]
    ageless = user("ana", **{**LOCKED, "created_at": None})  # it may be too new to be dormant
    assert detect("LIF-10", facts([ageless]))[0]
    young = user("ana", activated=False, created_at="2026-09-01T00:00:00Z")
    short = days(inactive_days=30)
    assert not detect("LIF-10", facts([young], settings=short))[0]
    assert detect("LIF-07", facts([young], settings=short))[0]
    assert detect("LIF-10", facts([young], settings=short, header=BLIND))[0]


@pytest.mark.parametrize(
    ("kinds", "different", "header", "found"),
    [
        (("directory",), {}, HEADER, True),
        (("radius",), {}, HEADER, True),
        (("radius", "sign-in"), {}, HEADER, False),
        (("directory", "application"), {}, HEADER, False),
        (("directory", "device"), {}, HEADER, False),
        (("directory",), {"status": "unknown"}, HEADER, None),
        (("directory",), {}, SHORT, None),
        (("directory", "device"), {}, SHORT, False),
    ],
)
def test_nhi_05_used_as_a_program_would(
    kinds: tuple[str, ...], different: Row, header: Any, found: bool | None
) -> None:
    uses = [use("user:ana", kind) for kind in kinds]
    assert told("NHI-05", user("ana", **different), uses=uses, header=header) is found


def test_nhi_05_leaves_out_what_is_named_as_a_service() -> None:
    settings = Settings(service_accounts=ServiceAccounts(owners={"ana": "boss@corp.example"}))
    uses = [use(f"user:{name}", "directory") for name in ("ana", "bea")]
    found, coverage = detect(
        "NHI-05", facts([user("ana"), user("bea")], uses=uses, settings=settings)
    )
    assert list(found) == ["user:bea"]
    assert coverage["looked_at"] == 1


def test_nhi_05_what_it_says_and_whom_it_leaves_out() -> None:
    accounts = [user("ana"), user("bea", service_like=True), user("cid", status="suspended")]
    accounts += [user("unused")]
    both = [use("user:ana", "radius"), use("user:ana", "directory")]
    uses = [*both, use("user:bea", "directory"), use("user:cid", "directory")]
    found, coverage = detect("NHI-05", facts(accounts, uses=uses))
    assert coverage["looked_at"] == 1
    assert found["user:ana"]["severity"] == "low"
    assert found["user:ana"]["says"] == (
        "The user ana was only used by LDAP and RADIUS from 2026-08-22 to 2026-11-20: "
        "perhaps it is a program's."
    )
