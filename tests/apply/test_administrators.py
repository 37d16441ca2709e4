"""Administrator rights taken while the access stays: of one binding, and what still gives them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.apply import house as h
from tests.apply.house import Invoke
from tests.apply.test_apply import words
from tests.apply.test_emergency import BECAUSE, found
from tests.sandbox import small as s
from uar.sandbox.server import Sandbox
from uar.sandbox.wire import Actor

ANA_MAC = f"jumpcloud:system:{s.MAC}>user:{s.ANA}"
CEM_LAPTOPS = f"jumpcloud:system_group:{s.LAPTOPS}>user:{s.CEM}"
STAFF = f"jumpcloud:group:{s.STAFF}"
ON, BARE = ({"sudo": {"enabled": True, "withoutPassword": bare}} for bare in (False, True))
OFF = {"sudo": {"enabled": False, "withoutPassword": False}}
# (the finding, both ends at the tenant, what goes with the binding before)
BOUND = [
    (h.about("AUT-09", ANA_MAC), ("user", s.ANA), ("system", s.MAC), ON),
    (h.about("AUT-09", CEM_LAPTOPS), ("user", s.CEM), ("system_group", s.LAPTOPS), BARE),
    (h.about("GRP-07", STAFF), ("user_group", s.STAFF), ("system", s.PC), BARE),
]
Ends = tuple[dict[str, Any], tuple[str, str], tuple[str, str], dict[str, Any]]


def planned(run: Invoke, path: Path, *more: object, expect: int = 0) -> Any:
    shown = run("plan", path, "--finding", "AUT-09", *BECAUSE, "--json", *more, expect=expect)
    return json.loads(shown.stdout)


@pytest.mark.parametrize("bound", BOUND, ids=["device", "device group", "group"])
def test_the_rights_go_the_binding_stays_and_undo_gives_them_back(
    box: Sandbox, run: Invoke, tmp_path: Path, bound: Ends
) -> None:
    finding, holder, target, rights = bound
    before = h.state(box)
    folder = found(tmp_path / "q", box, finding)
    run("plan", folder.path, "--finding", finding["id"], *BECAUSE)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"]
    assert box.tenant.graph.near(holder, target[0])[target[1]] == OFF
    gone = {h.edge(holder[1], target[1])}
    assert h.state(box) == {**before, "rights": before["rights"] - gone}
    assert words(run("apply", folder.path, "--verify", "--json")) == ["removed"]
    assert words(run("undo", folder.path, "--yes", "--json")) == ["restored"]
    assert box.tenant.graph.near(holder, target[0])[target[1]] == rights
    assert h.state(box) == before
    assert folder.verify()[1] is None


def test_rights_other_than_those_found_stop_it(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = found(tmp_path / "q", box, BOUND[0][0])
    planned(run, folder.path)
    box.tenant.graph.connect(("user", s.ANA), ("system", s.MAC), BARE)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["drift"]
    assert not h.writes(box)


@pytest.mark.parametrize("taken", ["the rights", "the binding"])
def test_what_is_gone_already_is_said(
    box: Sandbox, run: Invoke, tmp_path: Path, taken: str
) -> None:
    folder = found(tmp_path / "q", box, BOUND[0][0])
    planned(run, folder.path)
    box.tenant.graph.connect(("user", s.ANA), ("system", s.MAC), None)
    if taken == "the binding":
        box.tenant.graph.cut(("user", s.ANA), ("system", s.MAC))
    (row,) = json.loads(run("apply", folder.path, "--yes", "--json").stdout)
    assert row["outcome"] == "already gone"
    assert ("The binding itself is gone" in row["detail"]) == (taken == "the binding")
    assert not h.writes(box)


def test_undo_gives_nobody_a_binding_that_has_gone(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = found(tmp_path / "q", box, BOUND[0][0])
    planned(run, folder.path)
    run("apply", folder.path, "--yes")
    box.tenant.graph.cut(("user", s.ANA), ("system", s.MAC))
    assert words(run("undo", folder.path, "--yes", "--json", expect=1)) == ["failed"]
    assert h.edge(s.ANA, s.MAC) not in h.state(box)["edges"]


def test_a_write_that_does_not_stick_is_seen(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = found(tmp_path / "q", box, BOUND[0][0])
    planned(run, folder.path)
    box.add_fault("sticky")
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["still held"]


def test_who_gave_them_back_is_told(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    """Not ourselves, although the same kind of event tells of both."""
    folder = found(tmp_path / "q", box, BOUND[0][0])
    planned(run, folder.path)
    run("apply", folder.path, "--yes")
    box.tenant.graph.connect(("user", s.ANA), ("system", s.MAC), ON)
    says = run("apply", folder.path, "--verify", "--json", expect=1).stdout
    assert "no event of it" in says
    helper = Actor(s.MANAGER, "admin", "helper@example.com", [])
    box.tenant.change_edge(helper, "update", ("user", s.ANA), ("system", s.MAC), ON)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    list(box.tenant.events)[-1]["timestamp"] = f"{later:%Y-%m-%dT%H:%M:%S.000Z}"
    says = run("apply", folder.path, "--verify", "--json", expect=1).stdout
    assert "By admin helper@example.com at" in says


def effects(box: Sandbox, run: Invoke, path: Path, *findings: dict[str, Any]) -> dict[str, Any]:
    """By kind of removal and who holds it."""
    folder = found(path, box, *findings)
    names = sorted({each["detection"] for each in findings})
    asked = [word for name in names for word in ("--finding", name)]
    document = json.loads(run("plan", folder.path, *asked, *BECAUSE, "--json").stdout)
    return {f"{row['kind']} {row['account']}": row for row in document["removals"]}


def test_what_else_gives_the_rights_is_told(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    """All three places (API.md 6.4), and those that go with the same plan do not count."""
    h.change(box.tenant.systemusers, s.ANA, sudo=True)
    box.tenant.graph.connect(("user_group", s.STAFF), ("system", s.MAC), ON)
    own, device = h.finding("AUT-05", f"user:{s.ANA}"), BOUND[0][0]
    row = effects(box, run, tmp_path / "1", device)["binding sudo ana"]
    assert row["loses"] == []
    assert row["keeps"] == [
        "The access to mac stays",
        "The rights stay, through the right on every device and the group Staff",
    ]
    both = effects(box, run, tmp_path / "2", own, device, h.about("GRP-07", STAFF))
    assert both["binding sudo ana"]["loses"] == ["administrator of mac"]
    assert both["binding sudo ana"]["keeps"] == ["The access to mac stays"]
    alone = effects(box, run, tmp_path / "3", own)["device sudo ana"]
    assert alone["keeps"] == [
        "The devices stay",
        "Administrator of mac stays, through the direct binding and the group Staff",
        "Administrator of pc stays, through the group Staff",
    ]


def test_a_device_group_keeps_them_alive(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    box.tenant.graph.connect(("user", s.ANA), ("system_group", s.LAPTOPS), ON)
    row = effects(box, run, tmp_path / "q", BOUND[0][0])["binding sudo ana"]
    assert row["loses"] == []
    assert "The rights stay, through the device group Laptops" in row["keeps"]


def test_where_its_devices_could_not_be_read_that_is_a_doubt(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    """Said, not guessed."""
    box.tenant.graph.connect(("user", s.ANA), ("system_group", s.LAPTOPS), ON)
    box.add_fault(f"403:path=/systemgroups/{s.LAPTOPS}/members")
    row = effects(box, run, tmp_path / "q", BOUND[0][0])["binding sudo ana"]
    assert row["loses"] == ["administrator of mac"]
    (warning,) = row["warnings"]
    assert warning == (
        "ana is administrator of the device group Laptops too; if mac is in it, the right stays."
    )


def test_what_a_group_gives_by_itself_is_blocked_and_named(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    """Sales says so of itself: its binding gives them whatever is written to it."""
    sales = f"jumpcloud:group:{s.SALES}"
    box.tenant.graph.connect(("user_group", s.SALES), ("system_group", s.LAPTOPS), ON)
    folder = found(tmp_path / "q", box, h.about("GRP-07", sales))
    shown = run("plan", folder.path, "--finding", "GRP-07", *BECAUSE, "--json", expect=1)
    document = json.loads(shown.stdout)
    (row,), (blocked,) = document["removals"], document["blocked"]
    assert row["loses"] == []
    assert "The rights stay, through the group itself" in row["keeps"]
    assert blocked["why"].startswith("The group itself gives its members these rights")
    assert blocked["do"]


def test_a_modify_says_how(box: Sandbox, tmp_path: Path) -> None:
    """Modify is never carried out; whoever has to act is told what to type."""
    mac = h.grant(f"system:{s.MAC}", f"user:{s.ANA}")
    pc = h.grant(f"system:{s.PC}", f"group:{s.STAFF}")
    sales = h.grant(f"group:{s.SALES}", f"user:{s.BEN}")
    folder = h.review(tmp_path / "q", box, dict.fromkeys((mac, pc, sales), "Modify"))
    does = {row["item"]: row["do"] for row in h.planned(folder)["todo"]}
    assert f"uar plan FOLDER --finding 'AUT-09:{ANA_MAC}'" in does[mac]
    assert f"uar plan FOLDER --finding 'GRP-07:{STAFF}'" in does[pc]
    assert "--finding" not in does[sales]
