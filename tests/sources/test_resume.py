"""An interrupted sync goes on from its answers, whatever stopped it, or says why it cannot."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sandbox import small as names
from tests.sandbox.small import user
from uar.commands._shared import load_snapshot
from uar.errors import FolderError, SourceError
from uar.folder import READING, Folder
from uar.sandbox.server import Sandbox
from uar.settings import Sync
from uar.sources import _resume
from uar.sources._http import Client, Credential
from uar.sources._spool import Spool
from uar.sources.jumpcloud import read

from .conftest import CROWD, KEY, Connect, large, same

FIRST_PAGES = 9 + 4 + 4  # that are asked for again: of the lists that all else hangs on


class Stop(Exception):
    pass


def interrupted(client: Client, after: int) -> io.BytesIO:
    """The spool of a read that ended after so many answers."""
    file = io.BytesIO()

    def stop(answered: int, known: int) -> None:
        if answered >= after:
            raise Stop

    with pytest.raises(Stop):
        read(client, spool=Spool(file), in_flight=1, progress=stop)
    return io.BytesIO(file.getvalue())


# Killed for real


@contextmanager
def sync(folder: Path, box: Sandbox, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """uar sync in its own process, waited for at the end."""
    environment = {**os.environ, "JUMPCLOUD_BASE_URL": box.url, "JUMPCLOUD_API_KEY": KEY}
    command = [sys.executable, "-m", "uar", "sync", str(folder), *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        yield process
        process.wait()


def killed(box: Sandbox, folder: Path, after: int) -> int:
    """Kill a sync after so many answers; returns how many of them the folder has."""
    box.latency, others = 0.05, box.connections
    with sync(folder, box) as process:
        while len(box.requests) < after:
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    while box.connections > others:  # what was on its way is answered, to nobody
        time.sleep(0.002)
    box.latency = 0
    assert not Folder(folder).has("snapshot/snapshot.json")
    with (folder / READING).open("r+b") as file:
        return Spool(file).held


@pytest.mark.parametrize("after", [3, 14, 25, 44])
def test_killed_and_gone_on_with(
    box: Sandbox, connected: Connect, tmp_path: Path, after: int
) -> None:
    expected = read(connected(), cross_check=Sync().cross_check)
    everything = len(box.requests)
    box.requests.clear()
    kept = killed(box, tmp_path / "q4", after)
    assert kept >= after - 12  # what was in flight is lost
    box.requests.clear()
    with sync(tmp_path / "q4", box, *(["--resume"] if kept else [])) as again:
        pass
    assert again.returncode == 0
    assert len(box.requests) <= everything - kept + FIRST_PAGES
    folder = Folder(tmp_path / "q4")
    assert same(load_snapshot(folder), expected)
    assert folder.verify()[1] is None
    assert not (tmp_path / "q4" / READING).exists()


def test_killed_twice(box: Sandbox, connected: Connect, tmp_path: Path) -> None:
    expected = read(connected())
    killed(box, tmp_path / "q4", len(box.requests) + 30)
    box.latency = 0.05
    asked = len(box.requests)
    with sync(tmp_path / "q4", box, "--resume") as process:
        while len(box.requests) < asked + FIRST_PAGES + 8:
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    box.latency = 0
    with sync(tmp_path / "q4", box, "--resume") as process:
        pass
    assert process.returncode == 0
    assert same(load_snapshot(Folder(tmp_path / "q4")), expected)


def test_killed_while_the_snapshot_is_written(
    box: Sandbox, connected: Connect, tmp_path: Path
) -> None:
    folder = tmp_path / "q4"
    with sync(folder, box) as process:
        while not (folder / ".pending").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    if Folder(folder).has("snapshot/snapshot.json"):
        pytest.skip("it was written before it could be killed")
    asked = len(box.requests)
    with sync(folder, box, "--resume") as process:
        pass
    assert process.returncode == 0
    assert len(box.requests) - asked <= FIRST_PAGES
    assert same(load_snapshot(Folder(folder)), read(connected()))


def test_ctrl_c_keeps_the_answers(box: Sandbox, tmp_path: Path) -> None:
    box.latency = 0.05
    with sync(tmp_path / "q4", box) as process:
        while len(box.requests) < 20:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        assert process.stderr and b"--resume goes on from here" in process.stderr.read()
    box.latency = 0
    with sync(tmp_path / "q4", box, "--resume") as process:
        pass
    assert process.returncode == 0


# What is asked again


def test_what_was_answered_is_not_asked_again(connected: Connect, box: Sandbox) -> None:
    expected = read(connected(), in_flight=1)
    everything = len(box.requests)
    file = interrupted(connected(), everything - 3)
    box.requests.clear()
    came = read(connected(), spool=Spool(file))
    assert len(box.requests) <= 3 + FIRST_PAGES
    assert same(came, expected)
    assert came.header.requests >= everything


def test_a_list_that_changed_meanwhile_is_read_anew(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 40)
    box.tenant.systemusers.put(user("a0" + "0" * 22, "newcomer"))
    box.tenant.systemusers.drop(names.EVA)
    for key in (names.EVA, CROWD[3]):
        box.tenant.graph.drop(("user", key))
    box.tenant.systemusers.drop(CROWD[3])
    came = read(connected(), spool=Spool(file))
    accounts = set(came.accounts["account_id"])
    assert f"jumpcloud:user:a0{0:022}" in accounts
    assert f"jumpcloud:user:{CROWD[3]}" not in accounts


def test_a_group_that_came_meanwhile_is_read(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 44)
    state = large()
    fresh = dict(next(each for each in state["usergroups"] if each["id"] == names.STAFF))
    box.tenant.usergroups.put({**fresh, "id": "b0" + "0" * 22, "name": "Fresh"})
    box.tenant.graph.connect(("user_group", "b0" + "0" * 22), ("user", names.ANA))
    came = read(connected(), spool=Spool(file))
    assert f"jumpcloud:group:b0{0:022}>user:{names.ANA}" in set(came.grants["grant_id"])
    assert same(came, read(connected()))


def test_a_long_list_cut_in_the_middle_that_moved(connected: Connect, box: Sandbox) -> None:
    """Members 100 to 198 come after the interruption, when one before them is gone."""
    whole = read(connected(), in_flight=1)
    members = f"/api/v2/usergroups/{names.STAFF}/members"
    at = [each.path.partition("?")[0] for each in box.requests].index(members) + 1
    box.requests.clear()
    file = interrupted(connected(), at)
    box.tenant.graph.cut(("user_group", names.STAFF), ("user", CROWD[3]))
    came = read(connected(), spool=Spool(file))
    lost = set(whole.grants["grant_id"]) - set(came.grants["grant_id"])
    assert lost == {f"jumpcloud:group:{names.STAFF}>user:{CROWD[3]}"}


# What cannot be mended


def test_another_address_or_organisation(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 30)
    with Sandbox(large()) as other:
        with pytest.raises(FolderError, match="not what the environment names now"):
            read(connected(url=other.url), spool=Spool(file))
        assert not other.requests
    with pytest.raises(FolderError, match="not what the environment names now"):
        read(connected(Credential(api_key=KEY, org_id=names.ORG)), spool=Spool(file))


def test_a_key_of_another_tenant_at_the_same_address(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 30)
    box.tenant.organizations.put({**box.tenant.organization, "_id": names.NOBODY})
    box.tenant.organizations.drop(names.ORG)
    with pytest.raises(FolderError, match="it is another tenant"):
        read(connected(), spool=Spool(file))


def test_other_people_altogether(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 30)
    for key in list(box.tenant.systemusers.rows):
        box.tenant.systemusers.drop(key)
    box.tenant.systemusers.put(user(names.NOBODY, "nobody"))
    with pytest.raises(FolderError, match="GET /api/systemusers is what it was"):
        read(connected(), spool=Spool(file))


@pytest.mark.parametrize("hours", [-1, 7])
def test_too_long_ago(connected: Connect, box: Sandbox, hours: int) -> None:
    spool = Spool(interrupted(connected(), 30))
    then = dt.datetime.fromisoformat(spool.noted["started_at"])
    asked = len(box.requests)
    with pytest.raises(FolderError, match="6 hours ago"):
        _resume.go_on(spool, connected(), [], then + dt.timedelta(hours=hours))
    assert len(box.requests) == asked


def test_a_tenant_that_never_holds_still(connected: Connect, box: Sandbox) -> None:
    file = interrupted(connected(), 30)
    box.add_fault("missing-row:path=/api/systemusers?")
    with pytest.raises(SourceError, match="did not come whole"):
        read(connected(), spool=Spool(file))


def test_a_damaged_end_is_written_over(connected: Connect, box: Sandbox) -> None:
    raw = interrupted(connected(), 30).getvalue()
    for end in (b"\x1f\x8b\x08" + bytes(60), bytes(500), raw[:40]):
        came = read(connected(), spool=Spool(io.BytesIO(raw + end)))
        assert same(came, read(connected()))


def test_a_member_who_went_meanwhile_is_a_gap(connected: Connect, box: Sandbox) -> None:
    """A membership that was read before, of somebody who is gone since: never silence."""
    box.tenant.graph.connect(("user_group", names.SALES), ("user", names.EVA))
    read(connected(), in_flight=1)
    sales = f"/api/v2/usergroups/{names.SALES}/members"
    at = [each.path.partition("?")[0] for each in box.requests].index(sales) + 1
    file = interrupted(connected(), at)
    box.tenant.graph.drop(("user", names.EVA))
    box.tenant.systemusers.drop(names.EVA)
    came = read(connected(), spool=Spool(file))
    assert f"Sales is held by the user {names.EVA}" in "\n".join(came.gaps["says"])
