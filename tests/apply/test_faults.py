"""Whatever goes wrong: the tenant ends as planned, minus what was reported as not done."""

from __future__ import annotations

import contextlib
import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply import house as h
from tests.apply.test_plan import ANA_PAYROLL, BEN_SALES, NIA_HELP, NIA_NOBODY, STAFF_PAYROLL
from tests.sandbox import small as s
from uar import journal
from uar.cli import main
from uar.demo.story import environment
from uar.errors import SourceError
from uar.folder import JOURNAL, Folder
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot
from uar.tables import DECISION_WORDS

DONE = ("removed", "already gone")
ALL = dict.fromkeys((BEN_SALES, ANA_PAYROLL, STAFF_PAYROLL, NIA_HELP, NIA_NOBODY), "Revoke")


@pytest.fixture(params=(b"[apply]\nin_flight = 1\n", b"[apply]\nin_flight = 4\n"))
def toml(request: pytest.FixtureRequest) -> bytes:
    """One removal at a time, or several."""
    return bytes(request.param)


def carried_out(folder: Folder, box: Sandbox, key: str | None = None) -> h.Outcomes:
    with h.client(box, key) as client:
        return h.carry_out(folder, client)


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
    assert h.state(box) == h.after(before, document, done)
    holds(folder)
    box.faults.clear()
    assert set(carried_out(folder, box).values()) <= set(DONE)
    assert h.state(box) == h.after(before, document, set(outcomes))
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
    assert len(h.writes(box)) == 1


def test_a_write_that_cannot_be_checked_is_unknown_until_read(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    h.planned(folder)

    with h.client(box) as client:
        tenant = Blind(client, box)
        assert h.carry_out(folder, tenant) == {BEN_SALES: "unknown"}
    box.faults.clear()
    assert carried_out(folder, box) == {BEN_SALES: "removed"}
    assert len(h.writes(box)) == 1


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
    assert h.state(box)["edges"] == h.after(before, document, done)["edges"]
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


WRITING = ("POST", "PUT", "DELETE")
KINDS = ("403", "404", "409", "429", "500", "502", "reset", "sticky", "truncated", "empty")
TROUBLES = st.builds(
    "{}:method={},every={},times={},after={}".format,
    st.sampled_from(KINDS),
    st.sampled_from(WRITING),
    st.integers(1, 3),
    st.integers(1, 6),
    st.sampled_from(("true", "false")),
)
# A read that says 404 says that something is gone; only the tenant itself may say so.
READING = st.builds(
    "{}:method=GET,every={},times={}".format,
    st.sampled_from(("429", "500", "reset", "truncated", "wrong-type", "empty")),
    st.integers(2, 9),
    st.integers(1, 8),
)
GONE = (("user", s.ANA), ("user", s.BEN), ("user_group", s.SALES), ("user_group", s.DYNAMIC),
        ("application", s.PAYROLL), ("system", s.MAC), ("g_suite", s.GOOGLE))  # fmt: skip
MEANWHILE = st.one_of(
    st.none(),
    st.tuples(st.just("deleted"), st.integers(0, 6), st.sampled_from(GONE)),
    st.tuples(st.just("withdrawn"), st.integers(0, 6), st.none()),
)
SETTINGS = st.builds(
    '[apply]\nin_flight = {}\nexempt_dynamic = {}\nlast_admin_role = "{}"\n'.format,
    st.sampled_from((1, 4)),
    st.sampled_from(("true", "false")),
    st.sampled_from(("delete", "read-only")),
)
REMEDIES = {"LIF-01": ("user", "admin"), "AUT-05": ("user",), "ADM-04": ("admin",)}
# Administrator of a device, and a group whose members are.
RIGHTS = (
    ("AUT-09", f"jumpcloud:system:{s.MAC}>user:{s.ANA}"),
    ("AUT-09", f"jumpcloud:system_group:{s.LAPTOPS}>user:{s.CEM}"),
    ("GRP-07", f"jumpcloud:group:{s.STAFF}"),
)


class Meanwhile:
    """A client during whose work, before its n-th write, somebody else changes the tenant."""

    def __init__(self, client: Any, box: Sandbox, happens: Any) -> None:
        self.client, self.box, self.happens = client, box, happens
        self.credential, self.lock, self.writes = client.credential, threading.Lock(), 0

    def request(self, method: str, path: str, **more: Any) -> Any:
        if method != "GET":
            with self.lock:
                self.writes += 1
                if self.happens and self.writes == self.happens[1] + 1:
                    self.change(*self.happens)
        return self.client.request(method, path, **more)

    def change(self, what: str, at: int, node: Any) -> None:
        with self.box.tenant.lock:
            if what == "deleted":
                self.box.tenant.delete(node)
            else:
                h.change(self.box.tenant.admins, s.OWNER, role=s.READ_ROLE, roles=[s.READ_ROLE])

    def stop(self) -> None:
        self.client.stop()


def without(state: dict[str, Any], happens: Any, document: Any, outcomes: h.Outcomes) -> Any:
    """A state less what somebody else changed, and what was reported as unknown.

    An exemption alone takes nothing away: one may stand where the removal was reported as not done.
    """
    left = {name: part.copy() for name, part in state.items()}
    ids = {happens[2][1]} if happens and happens[0] == "deleted" else set()
    ids |= {s.OWNER} if happens else set()
    for row in document["removals"]:
        held = h.edge(row["holder_source_id"], row["entitlement_source_id"] or "-")
        if outcomes.get(row["item"]) not in DONE:
            left["exempt"].discard((row["entitlement_source_id"], row["holder_source_id"]))
        if outcomes.get(row["item"]) == "unknown":
            if row["kind"] != "binding sudo":
                left["edges"].discard(held)
                left["rights"].discard(held)
            left["services"].pop(row["login"], None)
            ids |= {row["holder_source_id"]} if row["kind"] in ACCOUNTS else set()
        if outcomes.get(row["item"]) == "unknown" and row["kind"] == "binding sudo":
            left["rights"].discard(held)
    for part in ("edges", "rights"):
        left[part] = {edge for edge in left[part] if not edge & ids}
    left["exempt"] = {pair for pair in left["exempt"] if not set(pair) & ids}
    for name in ("admins", "access", "users", "sudo"):
        left[name] = {key: value for key, value in left[name].items() if key not in ids}
    return left


ACCOUNTS = ("admin role", "admin API access", "user account", "device sudo")


@settings(max_examples=25)
@given(data=st.data())
def test_planned_minus_reported(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    planned_minus_reported(tmp_path_factory.mktemp("r") / "q4", data)


def planned_minus_reported(path: Path, data: Any) -> h.Outcomes:
    """Random decisions or findings, faults and changes; gives the first run's outcomes.

    Then again without faults: all is done that nobody has to look at.
    """
    with Sandbox(tenant()) as box:
        document = drawn(path, box, data)
        folder, before = Folder(path), h.state(box)
        for written in data.draw(st.lists(TROUBLES, max_size=3)):
            box.add_fault(written)
        for written in data.draw(st.lists(READING, max_size=1)):
            box.add_fault(written)
        happens = data.draw(MEANWHILE)
        outcomes = _with_patience(folder, box, happens)
        same(box, before, document, outcomes, happens)
        box.faults.clear()
        if happens and happens[0] == "withdrawn":
            h.change(box.tenant.admins, s.OWNER, role=s.OWNER_ROLE, roles=[s.OWNER_ROLE])
        again = carried_out(folder, box)
        same(box, before, document, again, happens)
        expected = {*DONE, "blocked"} if happens is None else {*DONE, "blocked", "drift"}
        assert set(again.values()) <= expected, again
        if again:
            holds(folder)
    return outcomes


def tenant() -> dict[str, Any]:
    state = h.organisation()
    next(user for user in state["systemusers"] if user["_id"] == s.ANA)["sudo"] = True
    return state


@cache
def snapshot() -> Snapshot:
    """Of every run's tenant before it begins; read once, because they are all alike."""
    with Sandbox(tenant()) as box:
        return h.snapshot(box)


@settings(max_examples=10)
@given(data=st.data())
def test_undo_puts_back_all_that_it_says(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    path = tmp_path_factory.mktemp("r") / "q4"
    with Sandbox(tenant()) as box:
        document = drawn(path, box, data)
        before, admins = h.state(box), by_email(box)
        carried_out(Folder(path), box)
        for written in data.draw(st.lists(TROUBLES, max_size=2)):
            box.add_fault(written)
        _undo(path, box)
        box.faults.clear()
        words = _undo(path, box)
        assert set(words.values()) <= {"restored", "already there"}
        after = h.state(box)
        for part in ("edges", "rights", "exempt", "users", "sudo", "services"):
            assert after[part] == before[part], (part, document)
        assert by_email(box) == admins


def by_email(box: Sandbox) -> dict[str, set[str]]:
    """An admin who was deleted comes back with another id."""
    return {each["email"]: set(each["roles"]) for each in box.tenant.admins}


def _undo(path: Path, box: Sandbox) -> dict[str, str]:
    keys = {"JUMPCLOUD_BASE_URL": box.url, "UAR_APPLY_API_KEY": box.apply_api_key}
    with environment(keys):
        result = CliRunner().invoke(main, ["undo", str(path), "--yes", "--json"])
    assert result.exit_code in (0, 1), result.output
    return {row["item"]: row["outcome"] for row in json.loads(result.stdout)}


def drawn(path: Path, box: Sandbox, data: Any) -> dict[str, Any]:
    """A review with random decisions, or an emergency of random findings, planned."""
    toml = data.draw(SETTINGS).encode()
    items = sorted(h.items(snapshot())["item_id"])
    words = st.sampled_from(("Revoke", *DECISION_WORDS, None))
    chosen = {item: data.draw(words) for item in items}
    answers = {item: word for item, word in chosen.items() if word}
    folder = h.review(path, box, answers, snapshot())
    if data.draw(st.booleans()):
        document = h.planned(folder, toml)
        revoked = {item for item, word in chosen.items() if word == "Revoke"}
        assert {row["item"] for row in document["removals"]} <= revoked
        return document
    accounts = {"user": [s.ANA, s.BEN, s.EVA], "admin": [h.NIA, h.OLE, s.MANAGER]}
    found = [
        h.finding(name, f"{kind}:{key}")
        for name, kinds in REMEDIES.items()
        for kind in kinds
        for key in data.draw(st.lists(st.sampled_from(accounts[kind]), unique=True))
    ]
    rights = data.draw(st.lists(st.sampled_from(RIGHTS), unique=True))
    found += [h.about(*each) for each in rights]
    with folder.locked():
        h.found(folder, found)
    names = sorted({each["detection"] for each in found})
    return h.planned_from_findings(folder, names, toml)


def same(box: Sandbox, before: Any, document: Any, outcomes: h.Outcomes, happens: Any) -> None:
    """Is the tenant the planned state less exactly what was reported as not done?"""
    done = {item for item, word in outcomes.items() if word in DONE}
    expected = h.after(before, document, done)
    about = (happens, document, outcomes)
    assert without(h.state(box), *about) == without(expected, *about)


def _with_patience(folder: Folder, box: Sandbox, happens: Any) -> h.Outcomes:
    """As often as a person would, while even the first reads fail."""
    with h.client(box) as client:
        meanwhile = Meanwhile(client, box, happens)
        for _ in range(4):
            with contextlib.suppress(SourceError):
                return h.carry_out(folder, meanwhile)
        box.faults.clear()
        return h.carry_out(folder, meanwhile)
