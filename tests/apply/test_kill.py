"""kill -9 at every point of an apply or an undo: the next one ends where an undisturbed one would.

One removal at a time, and several: then a kill also finds others half done. The review takes a
membership, two roles and with them an admin, a member of a rule's group (two writes), a device and
a service account; the emergency an account, administrator rights on every device and on one, API
access and a role.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.apply import house as h
from tests.apply.killed import Kill
from tests.apply.test_bindings import DEVICE
from tests.apply.test_plan import ANA_FINANCE, BEN_SALES, NIA_HELP, NIA_NOBODY, ROBOT
from tests.sandbox import small as s
from uar import journal
from uar.folder import JOURNAL, Folder
from uar.sandbox.server import Sandbox

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

ANSWERS = {
    **dict.fromkeys((BEN_SALES, NIA_HELP, NIA_NOBODY, ANA_FINANCE, DEVICE, ROBOT), "Revoke"),
    h.grant(f"group:{s.STAFF}", f"user:{s.BEN}"): "Keep",
    h.grant(f"group:{s.STAFF}", f"user:{s.CEM}"): "Modify",
}
Order = Callable[..., int]
NO_KILL = Kill()


FINDINGS = (
    h.finding("LIF-01", f"user:{s.ANA}"),
    h.finding("LIF-01", f"admin:{s.BACKUP}"),
    h.finding("ADM-04", f"admin:{h.OLE}"),
    h.finding("AUT-05", f"user:{s.EVA}"),
    h.about("AUT-09", f"jumpcloud:system:{s.MAC}>user:{s.ANA}"),
)


@pytest.fixture(scope="module", params=("1", "4", "emergency"))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A planned review, to be copied, with so many removals in flight; or an emergency."""
    path = tmp_path_factory.mktemp("planned") / "q4"
    alone = () if request.param == "1" else (DEVICE, ROBOT)  # their turn is one at a time
    with Sandbox(h.organisation()) as box:
        answers = {item: word for item, word in ANSWERS.items() if item not in alone}
        review = h.review(path, box, answers)
    if request.param == "emergency":
        h.found(review, FINDINGS)
        h.planned_from_findings(review, ["LIF-01", "ADM-04", "AUT-05", "AUT-09"])
    else:
        toml = f"[apply]\nin_flight = {request.param}\nexempt_dynamic = true\n"
        h.planned(review, toml.encode())
    return review


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """Applies in a process that may be killed; gives the exit code, -9 for a kill."""
    command = [sys.executable, "-m", "tests.apply.killed"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin
        assert process.stdout

        def send(path: Path, box: Sandbox, kill: Kill = NO_KILL, do: str = "apply") -> int:
            told = {"do": do, "folder": str(path), "url": box.url, "key": box.apply_api_key}
            print(json.dumps({**told, "kill": asdict(kill)}), file=process.stdin, flush=True)
            assert process.stdout
            code = int(process.stdout.readline())
            all_heard(box)
            return code

        yield send
        process.stdin.close()


def all_heard(box: Sandbox) -> None:
    """What a killed process had sent has arrived, and every connection of it has ended."""
    last = http.client.HTTPConnection("127.0.0.1", box.port)  # they are accepted in their order
    last.request("GET", "/")
    last.getresponse().read()
    last.close()
    while box.connections:
        time.sleep(0.001)


def checked(folder: Folder, box: Sandbox, before: dict[str, Any]) -> None:
    """As if nothing had happened: the tenant, the writes it took, the journal, the ledger."""
    document = json.loads((folder.path / "plans/0001.json").read_bytes())
    removals = document["removals"]
    items = {row["item"] for row in removals}
    assert h.state(box) == h.after(before, document, items)
    writes = h.writes(box)
    assert len(writes) == sum(2 if row.get("exempt") else 1 for row in removals)
    assert all(each.status in (200, 204) for each in writes)
    outcomes = journal.outcomes((folder.path / JOURNAL).read_bytes())
    assert set(outcomes["item_id"]) == items
    assert set(outcomes["outcome"]) == {"removed"}
    exempted = [row["item"] for row in removals if row.get("exempt")]
    assert list(outcomes.loc[outcomes["verified"] == "still gone", "item_id"]) == exempted
    assert folder.verify()[1] is None


def killed_at(folder: Folder, path: Path, order: Order, kill: Kill) -> int:
    """Kill at a point, resume, check; gives the exit code of the first run."""
    with Sandbox(h.organisation()) as box:
        before = h.state(box)
        shutil.copytree(folder.path, path)
        code = order(path, box, kill)
        assert code == 0 or order(path, box) == 0
        checked(Folder(path), box, before)
    return code


@pytest.fixture(scope="module")
def points(folder: Folder, order: Order, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """How many points an undisturbed run has, and how many lines it writes."""
    path = tmp_path_factory.mktemp("undisturbed") / "q4"
    assert killed_at(folder, path, order, NO_KILL) == 0
    return json.loads(path.with_name("q4.points").read_text())


def test_every_point(folder: Folder, order: Order, points: Any, tmp_path: Path) -> None:
    assert points["points"] > 40
    for point in range(1, points["points"] + 1):
        path = tmp_path / str(point)
        assert killed_at(folder, path, order, Kill(point)) == -signal.SIGKILL, point


def test_every_line_torn(folder: Folder, order: Order, points: Any, tmp_path: Path) -> None:
    removals = json.loads((folder.path / "plans/0001.json").read_bytes())["removals"]
    exempted = sum(bool(row.get("exempt")) for row in removals)
    # The run, and an intent and a result for each write; then the run that looks again.
    lines = 1 + 2 * (len(removals) + exempted) + 2 * exempted
    assert points["lines"] == lines
    for line in range(1, lines + 1):
        path = tmp_path / str(line)
        kill = Kill(line=line, torn=1 + line % 3 * 30)
        assert killed_at(folder, path, order, kill) == -signal.SIGKILL
        phases = [line["phase"] for line in journal.lines((path / JOURNAL).read_bytes())]
        assert phases.count("cut") == 1


@pytest.mark.parametrize(("first", "second"), [(12, 3), (19, 8), (19, 20), (33, 4), (40, 6)])
def test_killed_twice(
    folder: Folder, order: Order, tmp_path: Path, first: int, second: int
) -> None:
    """Also the run that resumes may be killed."""
    with Sandbox(h.organisation()) as box:
        before = h.state(box)
        path = tmp_path / "q4"
        shutil.copytree(folder.path, path)
        assert order(path, box, Kill(first)) == -signal.SIGKILL
        assert order(path, box, Kill(second)) in (-signal.SIGKILL, 0)
        assert order(path, box) == 0
        checked(Folder(path), box, before)


@pytest.fixture(scope="module")
def applied(
    folder: Folder, order: Order, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """A review whose plan was carried out, to be copied; the tenant before that and after."""
    path = tmp_path_factory.mktemp("applied") / "q4"
    shutil.copytree(folder.path, path)
    with Sandbox(h.organisation()) as box:
        before = whole(box)
        assert order(path, box) == 0
        return path, before, json.loads(json.dumps(box.tenant.export()))


def whole(box: Sandbox) -> dict[str, Any]:
    """The state, with administrators by e-mail: one who was deleted comes back with another id."""
    state = h.state(box)
    emails = {admin["_id"]: admin["email"] for admin in box.tenant.admins}
    state["admins"] = {emails[key]: roles for key, roles in state["admins"].items()}
    return {name: part for name, part in state.items() if name != "access"}


def undone_at(
    applied: tuple[Path, dict[str, Any], dict[str, Any]], path: Path, order: Order, kill: Kill
) -> tuple[int, list[str]]:
    """Kill an undo, undo again, check; gives the exit code of the first, and all writes."""
    source, before, removed = applied
    shutil.copytree(source, path)
    with Sandbox(json.loads(json.dumps(removed))) as box:
        code = order(path, box, kill, "undo")
        assert code == 0 or order(path, box, do="undo") == 0
        assert whole(box) == before
        writes = h.writes(box)
        assert all(each.status in (200, 201, 204) for each in writes)
    outcomes = journal.outcomes((path / JOURNAL).read_bytes())
    assert set(outcomes["outcome"]) == {"restored"}
    assert Folder(path).verify()[1] is None
    return code, sorted(f"{each.method} {each.path.rpartition('/')[0]}" for each in writes)


def test_an_undo_at_every_point(
    applied: tuple[Path, dict[str, Any], dict[str, Any]], order: Order, tmp_path: Path
) -> None:
    """Nothing is put back twice, nothing is lost: as many writes as an undisturbed one sends."""
    path = tmp_path / "undisturbed"
    code, writes = undone_at(applied, path, order, NO_KILL)
    assert code == 0
    points = json.loads(path.with_name("undisturbed.points").read_text())
    assert points["points"] > 40
    killed = -signal.SIGKILL, writes
    for point in range(1, points["points"] + 1):
        assert undone_at(applied, tmp_path / f"p{point}", order, Kill(point)) == killed, point


@pytest.mark.parametrize("request_number", [4, 9, 14])
def test_the_command_itself(tmp_path: Path, request_number: int) -> None:
    """`uar apply`, killed from outside while a request is on its way, and run again."""
    path = tmp_path / "q4"
    with Sandbox(h.organisation(), latency_ms=20) as box:
        h.planned(h.review(path, box, ANSWERS))
        box.requests.clear()
        before = h.state(box)
        command = [sys.executable, "-m", "uar", "apply", str(path), "--yes"]
        environ = {**os.environ, "JUMPCLOUD_BASE_URL": box.url}
        environ["UAR_APPLY_API_KEY"] = box.apply_api_key
        with subprocess.Popen(command, env=environ, stdout=-3, stderr=-3) as process:
            while len(box.requests) < request_number:
                assert process.poll() is None
                time.sleep(0.001)
            process.kill()
        all_heard(box)
        assert subprocess.run(command, env=environ, capture_output=True).returncode == 0
        checked(Folder(path), box, before)
