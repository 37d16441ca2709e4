"""Who holds what is read from both ends, and two answers that disagree are never silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import small as names
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot
from uar.sources._cross import MEMBEROF, REACHED, Reached, reached, sample
from uar.sources._http import Client
from uar.sources.jumpcloud import read
from uar.tables import CROSS_CHECK

from .conftest import CROWD, Connect, same

EVERYBODY = 1000


def differences(snapshot: Snapshot) -> dict[str, str]:
    gaps = snapshot.gaps[snapshot.gaps["collection"] == CROSS_CHECK]
    return dict(zip(gaps["subject"], gaps["says"], strict=True))


def test_both_ends_agree(connected: Connect, box: Sandbox) -> None:
    expected = read(connected())
    box.requests.clear()
    came = read(connected(), cross_check=EVERYBODY)
    assert same(came, expected)
    rows = came.collections.set_index("collection")
    assert rows.loc[MEMBEROF, "fetched"] == 6 + len(CROWD)
    assert rows.loc[REACHED, "pages"] == 3 + 2  # Payroll has everybody of Staff
    asked = [each.path for each in box.requests if "/memberof" in each.path]
    assert len(asked) == len(set(asked)) == 5 + len(CROWD)


def test_a_sample_of_the_size_that_was_asked_for(connected: Connect, box: Sandbox) -> None:
    rows = read(connected(), cross_check=2).collections.set_index("collection")
    assert rows.loc[MEMBEROF, "pages"] == 2
    read(connected(), cross_check=0)
    assert len([each for each in box.requests if "/memberof" in each.path]) == 2


@given(st.sets(st.text(max_size=4), max_size=9), st.integers(0, 9), st.text(max_size=3))
def test_the_same_sample_for_the_same_seed(ids: set[str], size: int, seed: str) -> None:
    chosen = sample(sorted(ids), size, seed)
    assert chosen == sample(sorted(ids, reverse=True), size, seed)
    assert len(set(chosen)) == len(chosen) == min(size, len(ids))


def test_the_sample_can_be_taken_again_from_the_header(connected: Connect, box: Sandbox) -> None:
    snapshot = read(connected(), cross_check=3)
    ids = snapshot.accounts.loc[snapshot.accounts["kind"] == "user", "source_id"].tolist()
    again = sample(ids, snapshot.header.cross_check, snapshot.header.cross_check_seed)
    asked = {each.path.split("/")[4] for each in box.requests if "/memberof" in each.path}
    assert set(again) == asked
    assert read(connected()).header.cross_check_seed == ""


def test_another_seed_another_sample() -> None:
    assert sample(CROWD, 5, "1") != sample(CROWD, 5, "2")


def test_a_member_whom_the_list_of_members_leaves_out(connected: Connect, box: Sandbox) -> None:
    """No total is stated there, so nothing but the other end can tell."""
    box.add_fault(f"missing-row:path={names.SALES}/members")
    found = differences(read(connected(), cross_check=EVERYBODY))
    where = f"jumpcloud:group:{names.SALES}>user:{names.BEN}"
    wiki = f"jumpcloud:app:{names.WIKI}>user:{names.BEN} through jumpcloud:group:{names.SALES}"
    assert set(found) == {where, wiki}
    assert "ben is in Sales by the groups of ben, but not by the members of Sales" in found[where]
    assert "ben reaches Wiki through Sales by the list of who reaches Wiki" in found[wiki]


def test_a_group_that_the_other_end_leaves_out(connected: Connect, box: Sandbox) -> None:
    box.add_fault(f"missing-row:path=/users/{names.CEM}/memberof")
    snapshot = read(connected(), cross_check=EVERYBODY)
    (says,) = differences(snapshot).values()
    assert "cem is in Staff by the members of Staff, but not by the groups of cem" in says
    assert f"jumpcloud:group:{names.STAFF}>user:{names.CEM}" in set(snapshot.grants["grant_id"])


def test_a_direct_binding_that_one_end_leaves_out(connected: Connect, box: Sandbox) -> None:
    box.add_fault(f"missing-row:path={names.PAYROLL}/associations?targets=user&")
    found = differences(read(connected(), cross_check=EVERYBODY))
    assert list(found) == [f"jumpcloud:app:{names.PAYROLL}>user:{names.ANA}"]
    assert "ana reaches Payroll directly" in found[next(iter(found))]


def test_what_changed_between_the_two_is_read_again(connected: Connect, box: Sandbox) -> None:
    """Somebody joins after the members were read and before the other end is asked."""

    class Joined(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            if path == f"/api/v2/users/{names.EVA}/memberof":
                box.tenant.graph.connect(("user_group", names.SALES), ("user", names.EVA))
            return super().request(method, path, **options)

    snapshot = read(connected(kind=Joined), cross_check=EVERYBODY)
    assert differences(snapshot) == {}
    assert f"jumpcloud:group:{names.SALES}>user:{names.EVA}" in set(snapshot.grants["grant_id"])
    assert same(snapshot, read(connected(), cross_check=EVERYBODY))


@pytest.mark.parametrize("fault", ["500", "truncated", "duplicate-row"])
def test_trouble_at_the_other_end(connected: Connect, box: Sandbox, fault: str) -> None:
    expected = read(connected())
    for path in ("/memberof", f"/applications/{names.PAYROLL}/users"):
        box.faults.clear()
        box.add_fault(f"{fault}:path={path},at=1")
        assert same(read(connected(), cross_check=3), expected)


# One row

ANA, STAFF = {"id": names.ANA, "type": "user"}, {"id": names.STAFF, "type": "user_group"}


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([[{"to": ANA}]], {""}),
        ([[{"to": STAFF}, {"to": ANA}]], {f"group:{names.STAFF}"}),
        ([[{"to": ANA}], [{"to": STAFF}, {"to": ANA}]], {"", f"group:{names.STAFF}"}),
        ([], {""}),
    ],
)
def test_how_somebody_is_reached(paths: list[Any], found: set[str]) -> None:
    assert reached({**ANA, "paths": paths}) == Reached(f"user:{names.ANA}", frozenset(found))


@pytest.mark.parametrize("row", [{}, {**ANA, "paths": [[]]}, {**ANA, "paths": "x"}, {"id": "a"}])
def test_a_row_that_is_none(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        reached(row)
