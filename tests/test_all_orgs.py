"""uar sync --all-orgs: every organisation of a multi-tenant key, each for itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.sandbox import small as names
from tests.sandbox.small import small
from uar.cli import main
from uar.commands._everyone import folder_name
from uar.commands._shared import load_snapshot
from uar.folder import Folder
from uar.sandbox.server import Sandbox
from uar.sources.jumpcloud import Organization

SECOND, THIRD = (f"5e{n:022x}" for n in (2, 3))


def called(key: str, name: str) -> dict[str, Any]:
    return small() | {"organization": {"_id": key, "id": key, "displayName": name}}


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    others = [called(SECOND, "../../Über & Töchter\x1b[2J"), called(THIRD, "")]
    others[0]["systemusers"] = others[0]["systemusers"][:3]
    with Sandbox(small(), others=others) as sandbox:
        monkeypatch.setenv("JUMPCLOUD_BASE_URL", sandbox.url)
        monkeypatch.setenv("JUMPCLOUD_API_KEY", names.MTP_KEY)
        yield sandbox


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in ("sync", "--all-orgs", *words)])


FOLDERS = [f"small-{names.ORG}", f"uber-tochter-2j-{SECOND}", THIRD]


def test_one_folder_each(box: Sandbox, tmp_path: Path) -> None:
    result = run(tmp_path / "q4")
    assert result.exit_code == 1  # an organisation is short of a member: a gap
    assert {path.name for path in (tmp_path / "q4").iterdir()} == set(FOLDERS)
    found = [load_snapshot(Folder(tmp_path / "q4" / name)) for name in FOLDERS]
    assert [each.header.tenant_id for each in found] == [names.ORG, SECOND, THIRD]
    assert [int((each.accounts["kind"] == "user").sum()) for each in found] == [5, 3, 5]
    assert "3 of 3 organisations frozen" in result.stdout
    assert "2 of 3: " in result.stderr
    assert "\x1b" not in result.output
    assert names.MTP_KEY not in result.output


def test_for_machines(box: Sandbox, tmp_path: Path) -> None:
    said = json.loads(run(tmp_path / "q4", "--json").stdout)
    assert [each["id"] for each in said] == [names.ORG, SECOND, THIRD]
    assert {each["outcome"] for each in said} == {"read"}
    assert [Path(each["folder"]).name for each in said] == FOLDERS


def test_one_that_fails_does_not_stop_the_rest(box: Sandbox, tmp_path: Path) -> None:
    del box.others[0].applications.rows[names.WIKI]
    box.others[0].applications.put({"_id": "not an id", "displayLabel": "x"})
    result = run(tmp_path / "q4")
    assert result.exit_code == 1
    assert "Error: GET /api/applications: " in result.stderr
    assert "2 of 3 organisations frozen" in result.stdout
    assert "--resume" in result.stdout
    box.others[0].applications.drop("not an id")
    before = len(box.requests)
    again = run(tmp_path / "q4", "--resume")
    assert "already there" in again.stdout
    assert "3 of 3 organisations frozen" in again.stdout
    asked = [each.path for each in box.requests[before:] if "systemusers" in each.path]
    assert len(asked) == 1  # only of the one that was missing, to see whether it has moved on
    assert load_snapshot(Folder(tmp_path / "q4" / FOLDERS[1])).header.tenant_id == SECOND


def test_all_that_fail(box: Sandbox, tmp_path: Path) -> None:
    box.add_fault("empty:path=/api/systemusers")
    result = run(tmp_path / "q4")
    assert result.exit_code == 3
    assert "0 of 3 organisations frozen" in result.stdout


def test_a_key_of_one_organisation(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUMPCLOUD_API_KEY", names.READ_KEY)
    assert "1 of 1 organisation frozen" in run(tmp_path / "q4").stdout


def test_what_does_not_go_together(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = tmp_path / "hr.csv"
    roster.write_text("email\n")
    assert run(tmp_path / "q4", "--roster", roster).exit_code == 2
    monkeypatch.setenv("JUMPCLOUD_ORG_ID", names.ORG)
    result = run(tmp_path / "q4")
    assert result.exit_code == 2
    assert "JUMPCLOUD_ORG_ID names one organisation" in result.stderr
    assert not box.requests


@pytest.mark.parametrize("name", ["..", "CON", "a/b\\c", "", "\u202e", "x" * 300])
def test_a_name_is_never_a_path(name: str) -> None:
    made = folder_name(Organization(names.ORG, name))
    assert made.endswith(names.ORG)
    assert len(made) < 80
    assert Path(made).name == made


def test_the_sandbox_as_a_program() -> None:
    words = [sys.executable, "-m", "uar", "sandbox", "--port", "0", "--organisations", "2"]
    with subprocess.Popen([*words, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        environment = {**os.environ, "JUMPCLOUD_BASE_URL": said["url"]}
        environment["JUMPCLOUD_API_KEY"] = said["multi_tenant_api_key"]
        listed = subprocess.run(
            [sys.executable, "-m", "uar", "check", "--json"],
            env=environment, stdout=subprocess.PIPE, check=False,
        )  # fmt: skip
        process.terminate()
    assert json.loads(listed.stdout)["enough"] is False  # it must say which of the two
