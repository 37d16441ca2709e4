"""Device groups: which devices they hold, who reaches them so, and as what (API.md 6.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.sandbox import small as names
from tests.sandbox.small import edge
from uar.access import as_administrator, opens, reach, with_contents
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot, from_files, to_files
from uar.sources._edges import stronger
from uar.sources._http import Client
from uar.sources.jumpcloud import read
from uar.tables import DEVICES_OF_GROUPS

from .conftest import Connect, large, read_of

MAC, PC = f"jumpcloud:system:{names.MAC}", f"jumpcloud:system:{names.PC}"
LAPTOPS = f"jumpcloud:system_group:{names.LAPTOPS}"
SALES = f"jumpcloud:group:{names.SALES}"


def effective(snapshot: Snapshot) -> dict[str, Any]:
    rows = snapshot.grants.set_index("grant_id")[["sudo", "effective_sudo"]]
    return {
        key: tuple(None if pd.isna(one) else one for one in (row.sudo, row.effective_sudo))
        for key, row in zip(rows.index, rows.itertuples(), strict=True)
    }


def test_the_devices_of_a_group_are_in_the_snapshot(connected: Connect, box: Sandbox) -> None:
    box.options.totals = "all"
    snapshot = read(connected())
    again = from_files(to_files(snapshot)).contents
    assert set(again.loc[again["whole_id"] == LAPTOPS, "part_id"]) == {MAC, PC}
    row = snapshot.collections.set_index("collection").loc[DEVICES_OF_GROUPS]
    assert (row["stated"], row["fetched"], row["stored"], row["pages"]) == (2, 2, 2, 1)


def test_who_is_bound_to_a_group_reaches_its_devices(connected: Connect) -> None:
    snapshot = read(connected())
    opened = with_contents(opens(snapshot.grants), snapshot.contents)
    assert set(opened.loc[opened["group_id"] == LAPTOPS, "entitlement_id"]) == {MAC, PC}
    assert LAPTOPS in set(opened.loc[opened["group_id"] == SALES, "entitlement_id"])


def test_a_device_by_itself_and_by_its_group_is_two_paths() -> None:
    """Whoever takes one away has taken nothing away, and the reviewer must see that."""
    state = large()
    state["edges"].append(edge(("user", names.BEN), ("system", names.MAC)))
    snapshot = read_of(state)
    ben = f"jumpcloud:user:{names.BEN}"
    found = reach(snapshot.grants, snapshot.contents)
    paths = found[(found["holder_id"] == ben) & (found["entitlement_id"] == MAC)]
    assert set(paths["grant_id"]) == {f"{MAC}>user:{names.BEN}", f"{SALES}>user:{names.BEN}"}
    # The other device comes with the group alone, and is not listed one by one.
    assert not ((found["holder_id"] == ben) & (found["entitlement_id"] == PC)).any()
    assert len(found) == len(found.drop_duplicates())


@pytest.mark.parametrize(
    ("of_edge", "of_user", "expected"),
    [
        (None, {}, None),
        (True, {}, "with password"),
        (None, {"sudo": True}, "with password"),
        (None, {"passwordless_sudo": True}, "without password"),
        (True, {"sudo": True, "passwordless_sudo": True}, "without password"),
        (None, {"sudo": False, "passwordless_sudo": False}, None),
    ],
)
@pytest.mark.parametrize("target", [("system", names.PC), ("system_group", names.LAPTOPS)])
def test_effective_sudo_of_a_user(
    target: tuple[str, str], of_edge: bool | None, of_user: dict[str, bool], expected: str | None
) -> None:
    state = large()
    next(each for each in state["systemusers"] if each["_id"] == names.CEM).update(of_user)
    given = {"sudo": {"enabled": True, "withoutPassword": False}} if of_edge else None
    state["edges"].append(edge(("user", names.CEM), target, given))
    snapshot = read_of(state)
    grant = f"jumpcloud:{target[0]}:{target[1]}>user:{names.CEM}"
    assert effective(snapshot)[grant] == ("with password" if of_edge else None, expected)
    assert (grant in as_administrator(snapshot.grants)) == (expected is not None)


def test_effective_sudo_of_a_group_that_gives_it_by_itself() -> None:
    state = large()
    group = next(each for each in state["usergroups"] if each["id"] == names.SALES)
    group["attributes"] = {"sudo": {"enabled": True, "withoutPassword": True}}
    snapshot = read_of(state)
    found = effective(snapshot)
    assert found[f"{LAPTOPS}>group:{names.SALES}"] == (None, "without password")
    assert found[f"jumpcloud:app:{names.WIKI}>group:{names.SALES}"] == (None, None)
    administrators = as_administrator(snapshot.grants)
    assert f"{SALES}>user:{names.BEN}" in administrators  # by membership


def test_any_one_of_the_sources_is_enough() -> None:
    weak, strong = "with password", "without password"
    assert [stronger(None, None), stronger(weak, None), stronger(None, weak)] == [None, weak, weak]
    assert {stronger(weak, strong), stronger(strong, weak), stronger(strong, None)} == {strong}


def test_a_device_that_is_in_a_group_and_in_no_list_is_a_gap() -> None:
    state = large()
    state["edges"].append(edge(("system_group", names.LAPTOPS), ("system", names.NOBODY)))
    snapshot = read_of(state)
    (says,) = snapshot.gaps["says"]
    assert says.startswith(f"Laptops holds system:{names.NOBODY}, which is not in the list of")
    row = snapshot.collections.set_index("collection").loc[DEVICES_OF_GROUPS]
    assert (row["fetched"], row["stored"]) == (3, 2)


@pytest.mark.parametrize("left_out", ["devices", "device groups"])
def test_without_devices_or_their_groups_nobody_asks_for_members(
    connected: Connect, box: Sandbox, left_out: str
) -> None:
    snapshot = read(connected(), leave_out=[left_out])
    assert LAPTOPS not in set(snapshot.contents["whole_id"])
    assert len(snapshot.gaps) == 1
    assert not [
        each.path
        for each in box.requests
        if "/systemgroups/" in each.path and "/members" in each.path
    ]


def test_members_that_the_role_may_not_read_are_a_gap(connected: Connect) -> None:
    class Refused(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            mine = path == f"/api/v2/systemgroups/{names.LAPTOPS}/members"
            return replace(answer, status=403) if mine else answer

    snapshot = read(connected(kind=Refused))
    assert DEVICES_OF_GROUPS not in set(snapshot.collections["collection"])
    (says,) = snapshot.gaps["says"]
    assert "was answered with status 403: it is not permitted" in says
