"""Removing and putting back direct bindings to devices, directories and servers."""

from __future__ import annotations

from pathlib import Path

from tests.apply import house as h
from tests.sandbox import small as s
from uar.sandbox.server import Sandbox
from uar.sources.jumpcloud_removals import Removals

DEVICE = h.grant(f"system:{s.MAC}", f"user:{s.ANA}")
DIRECTORY = h.grant(f"g_suite:{s.GOOGLE}", f"user:{s.CEM}")
SERVER = h.grant(f"radius_server:{s.RADIUS}", f"group:{s.STAFF}")
SUDO = {"sudo": {"enabled": True, "withoutPassword": False}}


def rights(box: Sandbox) -> object:
    ((attributes, _),) = box.tenant.graph.neighbours(("system", s.MAC), ("user",))
    return attributes


def test_each_binding_is_removed_and_nothing_else(box: Sandbox, tmp_path: Path) -> None:
    before = h.state(box)
    folder = h.review(tmp_path / "q", box, dict.fromkeys((DEVICE, DIRECTORY, SERVER), "Revoke"))
    h.planned(folder)
    with h.client(box) as client:
        assert set(h.carry_out(folder, client).values()) == {"removed"}
    gone = {h.edge(s.MAC, s.ANA), h.edge(s.GOOGLE, s.CEM), h.edge(s.RADIUS, s.STAFF)}
    assert h.state(box) == {
        **before,
        "edges": before["edges"] - gone,
        "rights": before["rights"] - gone,
    }


def test_undo_gives_the_rights_of_an_administrator_back(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q", box, {DEVICE: "Revoke"})
    (row,) = h.planned(folder)["removals"]
    with h.client(box) as client:
        h.carry_out(folder, client)
        assert not list(box.tenant.graph.neighbours(("system", s.MAC), ("user",)))
        tenant = Removals(client)
        request = tenant.due(row, tenant.read(row, after=False), "restore")
        assert request
        assert tenant.send(request).accepted
    assert rights(box) == SUDO


def test_rights_that_were_not_reviewed_stop_the_removal(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q", box, {DEVICE: "Revoke"})
    h.planned(folder)
    box.tenant.graph.connect(("user", s.ANA), ("system", s.MAC), None)
    with h.client(box) as client:
        assert h.carry_out(folder, client) == {DEVICE: "drift"}
    assert h.edge(s.MAC, s.ANA) in h.state(box)["edges"]
