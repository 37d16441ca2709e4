"""What removals share, and for how long: a group's record, never who is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply import house as h
from tests.apply.test_plan import ANA_STAFF
from tests.sandbox import small as s
from uar import journal
from uar.folder import JOURNAL
from uar.sandbox.server import Sandbox
from uar.sources._look import FRESH, Look, Shared

MEMBERS = {h.grant(f"group:{s.STAFF}", f"user:{user}") for user in (s.ANA, s.BEN, s.CEM)}


def test_members_of_one_group_cost_three_requests_each(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q", box, dict.fromkeys(MEMBERS, "Revoke"))
    h.planned(folder)
    box.requests.clear()
    with h.client(box) as client:
        assert set(h.carry_out(folder, client).values()) == {"removed"}
    paths = [each.path.partition("?")[0] for each in box.requests]
    assert paths.count(f"/api/v2/usergroups/{s.STAFF}") == 1
    assert paths.count(f"/api/v2/usergroups/{s.STAFF}/associations") == 1
    assert sum("memberof" in path for path in paths) == 2 * len(MEMBERS)
    assert len(h.writes(box)) == len(MEMBERS)
    lines = journal.lines((folder.path / JOURNAL).read_bytes())
    for line in lines:  # the evidence of each names the shared reads too
        if line["phase"] == "intent":
            assert len(line["before"]["reads"]) == 3


def test_what_is_shared_grows_old(box: Sandbox) -> None:
    now = [100.0]
    shared = Shared(lambda: now[0])
    path = f"/api/v2/usergroups/{s.STAFF}"

    def name() -> object:
        with h.client(box) as client:
            look = Look(client, shared)
            group = look.shared(path, lambda each: each.object(path))
            assert [read["path"] for read in look.seen] == [path]
            return group["name"]

    assert name() == "Staff"
    h.change(box.tenant.usergroups, s.STAFF, name="Everybody")
    now[0] += FRESH - 0.1
    assert name() == "Staff"
    now[0] += 0.1
    assert name() == "Everybody"


def test_a_read_that_failed_is_not_shared(box: Sandbox) -> None:
    shared, path = Shared(), f"/api/v2/usergroups/{s.STAFF}"
    with h.client(box) as client:
        box.add_fault("403:method=GET,times=1")
        with pytest.raises(Exception, match="status 403"):
            Look(client, shared).shared(path, lambda each: each.object(path))
        assert Look(client, shared).shared(path, lambda each: each.object(path))["name"] == "Staff"


def test_somebody_with_more_than_a_page_of_groups(box: Sandbox, tmp_path: Path) -> None:
    """The group that is looked for stands on the second page, and later nowhere."""
    for number in range(130):
        key = f"b9{number:022x}"
        box.tenant.usergroups.put(s.group(key, f"G{number}"))
        box.tenant.graph.connect(("user_group", key), ("user", s.ANA), None)
    box.tenant.graph.cut(("user_group", s.STAFF), ("user", s.ANA))
    box.tenant.graph.connect(("user_group", s.STAFF), ("user", s.ANA), None)
    folder = h.review(tmp_path / "q", box, {ANA_STAFF: "Revoke"})
    h.planned(folder)
    box.requests.clear()
    with h.client(box) as client:
        assert h.carry_out(folder, client) == {ANA_STAFF: "removed"}
    assert sum("memberof" in each.path for each in box.requests) == 4
