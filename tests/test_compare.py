"""Two reviews side by side: joiners, leavers, gained, lost, back again."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from uar.compare import Comparison, Side, compare
from uar.snapshot import Header, Snapshot
from uar.tables import ACCOUNTS, COLLECTIONS, ENTITLEMENTS, GAPS, GRANTS, PERSONS

HEADER = Header(
    "jumpcloud", "t1", "Juniper Tide", "host", "2026-11-23T10:00:00Z", "2026-11-23T10:01:00Z",
    "0.1.0", "", "", "00",
)  # fmt: skip


def account(number: int, kind: str = "user", status: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "account_id": f"jumpcloud:{kind}:{number}",
        "kind": kind,
        "source_id": str(number),
        "login": f"{kind}{number}",
        "name": f"Name {number}",
        "status": status,
        **more,
    }


def grant(account_id: str, group: str = "g1") -> dict[str, Any]:
    kind = account_id.split(":")[1]
    return {
        "grant_id": f"jumpcloud:group:{group}>{account_id.removeprefix('jumpcloud:')}",
        "holder_id": account_id,
        "holder_kind": kind,
        "entitlement_id": f"jumpcloud:group:{group}",
        "revocable": True,
    }


def side(
    accounts: list[dict[str, Any]],
    grants: list[dict[str, Any]],
    persons: list[tuple[str, str]] | None = None,
    removed: frozenset[str] = frozenset(),
) -> Side:
    names = ("g1", "g2")
    snapshot = Snapshot(
        HEADER,
        ACCOUNTS.frame(accounts),
        ENTITLEMENTS.frame(
            {"entitlement_id": f"jumpcloud:group:{n}", "kind": "group", "source_id": n, "name": n}
            for n in names
        ),
        GRANTS.frame(grants),
        COLLECTIONS.empty(),
        GAPS.empty(),
    )
    people = (
        None
        if persons is None
        else PERSONS.frame(
            {"account_id": a, "person_id": p, "person_name": f"Person {p[-1]}"} for a, p in persons
        )
    )
    return Side(snapshot, people, removed)


def ids(frame: pd.DataFrame) -> list[str]:
    return frame["change_id"].tolist()


def test_nothing_changed() -> None:
    one = side([account(1)], [grant("jumpcloud:user:1")])
    same = compare(one, one)
    for name in Comparison.__dataclass_fields__:
        assert getattr(same, name).empty


def test_joiners_leavers_gained_lost() -> None:
    old = side(
        [account(1), account(2), account(4)],
        [grant("jumpcloud:user:1"), grant("jumpcloud:user:2"), grant("jumpcloud:user:4")],
    )
    new = side(
        [account(1), account(2, status="suspended"), account(3)],
        [grant("jumpcloud:user:1", "g2"), grant("jumpcloud:user:2"), grant("jumpcloud:user:3")],
    )
    found = compare(old, new)
    assert ids(found.joiners) == ["jumpcloud:user:3"]
    assert ids(found.leavers) == ["jumpcloud:user:2", "jumpcloud:user:4"]
    assert found.gained[["person", "entitlement", "person_change"]].fillna("").values.tolist() == [
        ["Name 1", "g2", ""],
        ["Name 3", "g1", "joined"],
    ]
    assert found.lost[["person", "entitlement", "person_change"]].fillna("").values.tolist() == [
        ["Name 1", "g1", ""],
        ["Name 4", "g1", "left"],
    ]


def test_a_second_account_is_no_joiner() -> None:
    old = side([account(1)], [], [("jumpcloud:user:1", "person:jumpcloud:user:1")])
    new = side(
        [account(1), account(2, kind="admin")],
        [],
        [
            ("jumpcloud:admin:2", "person:jumpcloud:admin:2"),
            ("jumpcloud:user:1", "person:jumpcloud:admin:2"),
        ],
    )
    assert compare(old, new).joiners.empty
    assert compare(new, old).leavers.empty


def test_a_suspended_user_with_an_active_console_has_not_left() -> None:
    people = [
        ("jumpcloud:user:1", "person:jumpcloud:admin:2"),
        ("jumpcloud:admin:2", "person:jumpcloud:admin:2"),
    ]
    old = side([account(1), account(2, kind="admin")], [], people)
    new = side([account(1, status="suspended"), account(2, kind="admin")], [], people)
    assert compare(old, new).leavers.empty


@pytest.mark.parametrize("back", [True, False])
def test_removed_and_present_again_is_named(back: bool) -> None:
    gone = grant("jumpcloud:user:1")
    old = side([account(1)], [gone], removed=frozenset({gone["grant_id"]}))
    new = side([account(1)], [gone] if back else [])
    assert ids(compare(old, new).reappeared) == ([gone["grant_id"]] if back else [])


def test_a_group_that_holds_an_application_is_named() -> None:
    edge = grant("jumpcloud:user:1") | {
        "grant_id": "jumpcloud:app:a>group:g1",
        "holder_id": "jumpcloud:group:g1",
        "holder_kind": "group",
        "entitlement_id": "jumpcloud:app:a",
    }
    gained = compare(side([], []), side([], [edge])).gained
    assert gained[["person", "account", "entitlement"]].values.tolist() == [
        ["group g1", "g1", "jumpcloud:app:a"]
    ]
