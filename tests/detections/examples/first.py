"""The detections that were there first."""

from __future__ import annotations

from typing import Any

from tests.detections.examples import Example, World, always_told, of
from tests.detections.world import Row, admin, employee, facts, grant, thing, user
from uar.detections import Facts

BOSS = user("boss", manager_id=None)


def three(*different: dict[str, Any]) -> World:
    """ana is found, bea is fine, of cid it cannot be told."""

    def world() -> Facts:
        names = ("ana", "bea", "cid")
        return facts(
            [BOSS, *(user(name, **own) for name, own in zip(names, different, strict=True))]
        )

    return world


def missing(**unset: Any) -> Example:
    """Of whom the status is unknown, nobody knows whether it is missed."""
    return of(three(unset, {}, {**unset, "status": "unknown"}), "user:ana", "user:bea", "user:cid")


def managed(**ana: Any) -> Example:
    return of(three(ana, {}, {**ana, "status": "unknown"}), "user:ana", "user:bea", "user:cid")


def away() -> Facts:
    bosses = [BOSS, user("gone", status="suspended"), user("dim", status="unknown")]
    people = [
        user(name, manager_id=f"jumpcloud:user:{manager}")
        for name, manager in (("ana", "gone"), ("bea", "boss"), ("cid", "dim"))
    ]
    return facts([*bosses, *people])


def own_manager() -> Facts:
    return facts(
        [
            BOSS,
            user("ana", manager_id="jumpcloud:user:ana"),
            user("bea"),
            user("cid", manager_id="jumpcloud:user:cid", status="unknown"),
        ]
    )


def orphans() -> Facts:
    return facts([user("bea"), admin("ana"), admin("bea"), admin("cid", status="unknown")])


def conflicts() -> Facts:
    people = [user("ana", status="suspended"), user("bea"), user("cid", status="unknown")]
    return facts([*people, admin("ana"), admin("bea"), admin("cid")])


def left() -> Facts:
    listed = [employee("ana", status="left"), employee("bea"), employee("cid", status="left")]
    return facts([user("ana"), user("bea"), user("cid", status="unknown")], roster=listed)


def contract_over() -> Facts:
    past: Row = {"end_date": "2026-10-01T00:00:00Z"}
    listed = [employee("ana", **past), employee("bea"), employee("cid", **past)]
    return facts([user("ana"), user("bea"), user("cid", status="unknown")], roster=listed)


def not_listed() -> Facts:
    people = [user("ana"), user("bea"), user("cid", status="unknown")]
    return facts(people, roster=[employee("bea")])


def no_account() -> Facts:
    return facts([user("bea")], roster=[employee("ana"), employee("bea")])


def kept() -> Facts:
    groups = [thing("group", "it")]
    held = [grant(f"user:{name}", "group:it") for name in ("ana", "cid")]
    people = [
        user("ana", status="suspended"),
        user("bea", status="suspended"),
        user("cid", status="unknown"),
    ]
    return facts(people, groups, held)


def over() -> Facts:
    entry = {"reason": "x", "approver": "Bo"}
    accepted = [
        {**entry, "finding": "ana", "expires": "2026-11-01T00:00:00Z", "line": 1},
        {**entry, "finding": "bea", "expires": "2027-11-01T00:00:00Z", "line": 2},
    ]
    return facts([], exceptions=accepted)


EXAMPLES = {
    "ADM-01": of(orphans, "admin:ana", "admin:bea", "admin:cid"),
    "ATR-01": missing(department=None),
    "ATR-02": missing(title=None),
    "ATR-03": missing(manager_id=None),
    "ATR-04": missing(employee_id=None),
    "ATR-05": missing(employee_type=None),
    "ATR-06": missing(company=None),
    "ATR-07": missing(location="n/a"),
    "ATR-08": missing(email="ana(at)corp"),
    "AUT-01": of(
        three({"mfa": False}, {}, {"mfa": None}), "user:ana", "user:bea", "user:cid"
    ),
    "AUT-04": of(
        three(
            {"password_never_expires": True}, {}, {"password_never_expires": None}
        ),
        "user:ana", "user:bea", "user:cid",
    ),
    "AUT-05": of(
        three({"sudo": True}, {}, {"sudo": None}), "user:ana", "user:bea", "user:cid"
    ),
    "DUP-06": of(conflicts, "admin:ana", "admin:bea", "admin:cid"),
    "LIF-01": of(left, "user:ana", "user:bea", "user:cid"),
    "LIF-02": of(contract_over, "user:ana", "user:bea", "user:cid"),
    "LIF-03": of(not_listed, "user:ana", "user:bea", "user:cid"),
    "LIF-04": of(kept, "user:ana", "user:bea", "user:cid"),
    "MGR-01": managed(manager_id="jumpcloud:user:nobody"),
    "MGR-02": of(away, "user:ana", "user:bea", "user:cid"),
    "MGR-03": of(own_manager, "user:ana", "user:bea", "user:cid"),
    "PRC-15": always_told(over, "ana", "bea", "an exception always has a last day"),
}  # fmt: skip
