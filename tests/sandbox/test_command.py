"""`uar sandbox` as a person starts it: what it prints, what it serves, how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from uar.cli import main
from uar.commands.sandbox import command
from uar.sandbox.faults import KINDS, Fault
from uar.sandbox.server import Sandbox

from .small import ORG, READ_KEY, WRITE_KEY, small


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    line = [sys.executable, "-W", "error", "-m", "uar", "sandbox", *arguments]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def organisation(tmp_path: Path) -> str:
    path = tmp_path / "organisation.json"
    path.write_text(json.dumps(small()))
    return str(path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(organisation: str, number: signal.Signals) -> None:
    with running("--port", "0", "--json", "--organisation", organisation) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert facts["pid"] == process.pid
        assert (facts["api_key"], facts["apply_api_key"]) == (READ_KEY, WRITE_KEY)
        assert facts["org_id"] == ORG
        headers = {"x-api-key": facts["api_key"]}
        with httpx.Client(base_url=facts["url"], headers=headers, trust_env=False) as client:
            assert client.get("/api/systemusers").json()["totalCount"] == 5
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_prints_what_a_person_pastes(organisation: str) -> None:
    with running("--port", "0", "--organisation", organisation) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
    assert lines[0].startswith("export JUMPCLOUD_BASE_URL=http://127.0.0.1:")
    assert lines[1:] == [
        f"export JUMPCLOUD_API_KEY={READ_KEY}\n",
        f"export UAR_APPLY_API_KEY={WRITE_KEY}\n",
    ]


def test_faults_latency_and_switches(organisation: str) -> None:
    options = ("--fault", "500:at=1", "--switch", "totals=all", "--latency-ms", "1")
    with running("--port", "0", "--json", "--organisation", organisation, *options) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client(headers={"x-api-key": READ_KEY}, trust_env=False) as client:
            assert client.get(f"{url}/api/v2/directories").status_code == 500
            assert client.get(f"{url}/api/v2/directories").headers["x-total-count"] == "2"


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (("--fault", "flood"), "There is no fault 'flood'", 2),
        (("--switch", "mood=bad"), "There is no switch 'mood'", 2),
        (("--switch", "second_suspend=often"), "needs a number", 2),
        (("--organisation", __file__), "is not JSON", 4),
    ],
)
def test_mistakes_are_told_in_one_line(arguments: tuple[str, ...], said: str, status: int) -> None:
    with running("--port", "0", *arguments) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1


def test_the_help_names_every_fault_and_setting() -> None:
    told = CliRunner().invoke(command, ["--help"]).output
    settings = {each.name for each in fields(Fault) if each.init} - {"kind"}
    assert not [word for word in {*KINDS, *settings} if word not in told]


def test_a_busy_port_is_one_clear_sentence(organisation: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with running("--port", port, "--organisation", organisation) as process:
            _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err.startswith(f"Error: Port {port} cannot be used")


def test_only_this_machine_can_reach_it() -> None:
    with Sandbox(small()) as box:
        assert box._server.server_address[0] == "127.0.0.1"


def test_a_stopped_server_does_not_answer_on_old_connections() -> None:
    with httpx.Client(headers={"x-api-key": READ_KEY}, trust_env=False) as client:
        with Sandbox(small()) as box:
            assert client.get(f"{box.url}/api/systemusers").status_code == 200
        with pytest.raises(httpx.TransportError):
            client.get(f"{box.url}/api/systemusers")


def test_the_state_given_is_left_alone() -> None:
    state = small()
    headers = {"x-api-key": WRITE_KEY}
    with Sandbox(state) as box, httpx.Client(headers=headers, trust_env=False) as client:
        for row in client.get(f"{box.url}/api/systemusers").json()["results"]:
            client.put(f"{box.url}/api/systemusers/{row['_id']}", json={"department": "Moon"})
            client.delete(f"{box.url}/api/systemusers/{row['_id']}?cascade_manager=null")
        assert len(box.tenant.systemusers) == 0
    assert state == small()


def test_every_request_is_logged(box: Sandbox, reader: httpx.Client) -> None:
    reader.get("/api/systemusers?limit=1")
    reader.delete("/api/systemusers")
    assert box.requests == [
        ("GET", "/api/systemusers?limit=1", 200),
        ("DELETE", "/api/systemusers", 405),
    ]


def test_bodies_without_a_length_are_refused(reader: httpx.Client) -> None:
    answer = reader.post("/api/search/systemusers", content=iter([b"{}"]))
    assert answer.status_code == 411


def test_an_organisation_without_a_reading_key_is_told_what_to_add(tmp_path: Path) -> None:
    state = small()
    state["keys"] = [entry for entry in state["keys"] if "admin" not in entry]
    path = tmp_path / "organisation.json"
    path.write_text(json.dumps(state))
    done = CliRunner().invoke(main, ["sandbox", "--port", "0", "--organisation", str(path)])
    assert done.exit_code == 2
    assert "the role 'read only': its `keys` need an entry" in done.stderr
    assert "apiKeyAllowed" in done.stderr
