"""Whatever goes wrong: the tenant ends as planned, minus what was reported as not done."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply import house as h
from tests.apply.test_plan import ANA_PAYROLL, BEN_SALES, NIA_HELP, NIA_NOBODY, STAFF_PAYROLL
from tests.sandbox import small as s
from uar import journal
from uar.folder import JOURNAL, Folder
from uar.sandbox.server import Sandbox
from uar.tables import DECISION_WORDS

DONE = ("removed", "already gone")
ALL = dict.fromkeys((BEN_SALES, ANA_PAYROLL, STAFF_PAYROLL, NIA_HELP, NIA_NOBODY), "Revoke")


@pytest.fixture(params=(b"[apply]\nin_flight = 1\n", b"[apply]\nin_flight = 4\n"))
def toml(request: pytest.FixtureRequest) -> bytes:
    """One removal at a time, or several."""
    return bytes(request.param)


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(h.organisation()) as sandbox:
        yield sandbox


def carried_out(folder: Folder, box: Sandbox, key: str | None = None) -> h.Outcomes:
    with h.client(box, key) as client:
        return h.carry_out(folder, client)


def after(state: dict[str, Any], document: Mapping[str, Any], done: Any) -> dict[str, Any]:
    """What the plan says the tenant holds once these items are done: a model of its own."""
    edges, admins = set(state["edges"]), dict(state["admins"])
    for row in document["removals"]:
        if row["item"] not in done:
            continue
        if row["kind"] != "admin role":
            edges.discard(h.edge(row["holder_source_id"], row["entitlement_source_id"]))
        elif row["last"] == "delete":
            del admins[row["holder_source_id"]]
        else:
            admins[row["holder_source_id"]] = tuple(sorted(row["roles_after"]))
    return {"edges": edges, "admins": admins}


def holds(folder: Folder) -> None:
    assert folder.verify()[1] is None
    journal.lines((folder.path / JOURNAL).read_bytes())


FAULTS = [
    "429:every=2",
    "429:method=POST,times=9",
    "500:method=POST,times=1",
    "500:method=POST,times=1,after=true",
    "502:method=PUT,times=1,after=true",
    "500:method=DELETE",
    "500:method=DELETE,after=true",
    "reset:method=POST,at=2",
    "reset:method=POST,at=2,after=true",
    "reset:method=DELETE,after=true",
    "reset:every=4",
    "reset:method=GET,at=9",
    "truncated:method=GET,at=12",
    "wrong-type:method=GET,every=7",
    "empty:method=GET,every=9",
    "truncated:method=PUT",
    "sticky:method=POST,times=2",
    "sticky:method=DELETE",
    "500:path=memberof",
]


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_costs_only_what_is_reported(
    box: Sandbox, tmp_path: Path, toml: bytes, written: str
) -> None:
    folder = h.review(tmp_path / "q4", box, ALL)
    document, before = h.planned(folder, toml), h.state(box)
    fault = box.add_fault(written)
    reads_too = "GET" in written or ":every" in written
    outcomes = _patient(folder, box) if reads_too else carried_out(folder, box)
    assert fault.struck
    assert "unknown" not in outcomes.values()
    done = {item for item, word in outcomes.items() if word in DONE}
    assert h.state(box) == after(before, document, done)
    holds(folder)
    box.faults.clear()
    assert set(carried_out(folder, box).values()) <= set(DONE)
    assert h.state(box) == after(before, document, set(outcomes))
    holds(folder)


def _patient(folder: Folder, box: Sandbox) -> h.Outcomes:
    """As often as a person would, while even the first reads fail."""
    for _ in range(4):
        try:
            outcomes = carried_out(folder, box)
        except Exception as error:
            assert "GET" in str(error)
        else:
            if "unknown" not in outcomes.values():
                return outcomes
    return carried_out(folder, box)


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("sticky", "still held"),
        ("500", "failed"),
        ("500:after=true", "removed"),
        ("reset", "failed"),
        ("reset:after=true", "removed"),
    ],
)
def test_the_read_after_decides(box: Sandbox, tmp_path: Path, fault: str, word: str) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    h.planned(folder)
    kind, _, more = fault.partition(":")
    box.add_fault(f"{kind}:method=POST{',' + more if more else ''}")
    assert carried_out(folder, box) == {BEN_SALES: word}
    assert sum(each.method == "POST" for each in box.requests) == 1


def test_a_write_that_cannot_be_checked_is_unknown_until_read(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    h.planned(folder)

    with h.client(box) as client:
        tenant = Blind(client, box)
        assert h.carry_out(folder, tenant) == {BEN_SALES: "unknown"}
    box.faults.clear()
    assert carried_out(folder, box) == {BEN_SALES: "removed"}
    assert sum(each.method == "POST" for each in box.requests) == 1


class Blind:
    """A client that can read nothing once it has written."""

    def __init__(self, client: Any, box: Sandbox) -> None:
        self.client, self.box, self.credential = client, box, client.credential

    def request(self, method: str, path: str, **more: Any) -> Any:
        answer = self.client.request(method, path, **more)
        if method != "GET":
            self.box.add_fault("500:method=GET")
        return answer

    def stop(self) -> None:
        self.client.stop()


def test_rights_withdrawn_half_way_stop_the_run(box: Sandbox, tmp_path: Path, toml: bytes) -> None:
    """After exactly five failures, also where several removals are in flight."""
    answers = {
        h.grant(f"group:{group}", f"user:{user}"): "Revoke"
        for group, user in (
            (s.STAFF, s.ANA), (s.STAFF, s.BEN), (s.STAFF, s.CEM), (s.SALES, s.BEN),
            (s.REVIEWED, s.DIA),
        )
    } | dict.fromkeys(
        (ANA_PAYROLL, STAFF_PAYROLL, NIA_HELP,
         h.grant(f"app:{s.WIKI}", f"group:{s.SALES}")), "Revoke"
    )  # fmt: skip
    folder = h.review(tmp_path / "q4", box, answers)
    document, before = h.planned(folder, toml), h.state(box)
    with h.client(box) as client:
        outcomes = h.carry_out(folder, Withdrawn(client, box, after=1))
    lines = journal.lines((folder.path / JOURNAL).read_bytes())
    words = [line["outcome"] for line in lines if line["phase"] == "result"]
    in_a_row = "".join("x" if word == "failed" else " " for word in words).split()
    assert max(map(len, in_a_row)) <= 5
    assert len(in_a_row[-1]) == 5 or len(words) == len(outcomes)
    assert words.count("removed") == 1
    done = [item for item, word in outcomes.items() if word == "removed"]
    assert h.state(box)["edges"] == after(before, document, done)["edges"]
    holds(folder)


class Withdrawn:
    """A client whose admin loses the role after so many writes."""

    def __init__(self, client: Any, box: Sandbox, after: int) -> None:
        self.client, self.box, self.left = client, box, after
        self.credential, self.lock = client.credential, threading.Lock()

    def request(self, method: str, path: str, **more: Any) -> Any:
        if method == "GET":
            return self.client.request(method, path, **more)
        with self.lock:
            if not self.left:
                h.change(self.box.tenant.admins, s.OWNER, role=s.READ_ROLE, roles=[s.READ_ROLE])
            self.left -= 1
            return self.client.request(method, path, **more)

    def stop(self) -> None:
        self.client.stop()


WRITES = st.sampled_from(("POST", "PUT", "DELETE"))
KINDS = st.sampled_from(("429", "500", "502", "reset", "sticky", "truncated", "empty"))
TROUBLES = st.builds(
    "{}:method={},every={},times={},after={}".format,
    KINDS,
    WRITES,
    st.integers(1, 3),
    st.integers(1, 6),
    st.sampled_from(("true", "false")),
)


@settings(max_examples=25)
@given(data=st.data())
def test_planned_minus_reported(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    planned_minus_reported(tmp_path_factory.mktemp("r") / "q4", data)


def planned_minus_reported(path: Path, data: Any) -> h.Outcomes:
    """Random decisions and faults, then again without faults; gives the first run's outcomes."""
    with Sandbox(h.organisation()) as box:
        items = sorted(h.items(h.snapshot(box))["item_id"])
        words = st.sampled_from(("Revoke", *DECISION_WORDS, None))
        chosen = {item: data.draw(words) for item in items}
        answers = {item: word for item, word in chosen.items() if word}
        folder = h.review(path, box, answers)
        toml = data.draw(st.sampled_from((b"", b"[apply]\nin_flight = 1\n")))
        document, before = h.planned(folder, toml), h.state(box)
        for written in data.draw(st.lists(TROUBLES, max_size=3)):
            box.add_fault(written)
        outcomes = carried_out(folder, box)
        done = {item for item, word in outcomes.items() if word in DONE}
        assert h.state(box) == after(before, document, done)
        box.faults.clear()
        again = carried_out(folder, box)
        done = {item for item, word in again.items() if word != "blocked"}  # the key's own admin
        assert {again[item] for item in done} <= set(DONE)
        assert h.state(box) == after(before, document, done)
        assert set(again) <= {item for item, word in answers.items() if word == "Revoke"}
        if again:
            holds(folder)
    return outcomes
