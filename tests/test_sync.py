"""uar sync and uar check as a person runs them, against a tenant on a real socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.sandbox import small as names
from tests.sources.conftest import KEY, large
from uar.cli import main
from uar.commands._shared import load_snapshot
from uar.folder import LOCK, READING, Folder
from uar.sandbox.server import Sandbox
from uar.sources._probe import WRITES


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(large()) as sandbox:
        monkeypatch.setenv("JUMPCLOUD_BASE_URL", sandbox.url)
        monkeypatch.setenv("JUMPCLOUD_API_KEY", KEY)
        yield sandbox


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def role(box: Sandbox) -> dict[str, Any]:
    found = box.tenant.roles.get(names.READ_ROLE)
    assert found
    return found


def test_sync_freezes_the_tenant(box: Sandbox, tmp_path: Path) -> None:
    result = run("sync", tmp_path / "q4")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"^users +235 +235 +235 +3$", result.stdout, re.MULTILINE)
    assert "not stated" in result.stdout
    assert "Small: 240 accounts, 18 entitlements" in result.stdout
    assert f"{len(box.requests)} requests, at most " in result.stdout
    assert "0 retries, slowed down 0 times." in result.stdout
    folder = Folder(tmp_path / "q4")
    snapshot = load_snapshot(folder)
    assert folder.ledger()[0]["counts"] == {
        "accounts": len(snapshot.accounts),
        "entitlements": len(snapshot.entitlements),
        "grants": len(snapshot.grants),
        "uses": len(snapshot.uses),
        "given": len(snapshot.given),
        "gaps": 0,
    }
    assert folder.verify()[1] is None


def test_sync_for_machines(box: Sandbox, tmp_path: Path) -> None:
    said = json.loads(run("sync", tmp_path / "q4", "--json").stdout)
    assert said["tenant"] == {"id": names.ORG, "name": "Small"}
    assert said["gaps"] == []
    assert said["requests"]["answered"] == len(box.requests)
    assert said["cross_check"]["size"] == 10
    header = load_snapshot(Folder(tmp_path / "q4")).header
    assert said["cross_check"]["seed"] == header.cross_check_seed > "2026"
    assert said["requests"]["halvings"] == said["requests"]["retries"] == 0
    users = next(row for row in said["collections"] if row["collection"] == "users")
    assert users == {
        "collection": "users",
        "stated": 235,
        "fetched": 235,
        "stored": 235,
        "pages": 3,
    }
    members = next(row for row in said["collections"] if row["collection"] == "group members")
    assert members["stated"] is None


def test_a_gap_needs_a_person(box: Sandbox, tmp_path: Path) -> None:
    box.tenant.graph.connect(("user_group", names.SALES), ("user", names.NOBODY))
    result = run("sync", tmp_path / "q4")
    assert result.exit_code == 1
    assert f"Missing: Sales is held by the user {names.NOBODY}" in result.stdout
    assert "1 gap to look at" in result.stdout
    assert run("sync", tmp_path / "again", "--json").exit_code == 1


def test_a_folder_is_filled_once(box: Sandbox, tmp_path: Path) -> None:
    assert run("sync", tmp_path / "q4").exit_code == 0
    asked = len(box.requests)
    result = run("sync", tmp_path / "q4")
    assert (result.exit_code, len(box.requests)) == (5, asked)
    assert "already holds a snapshot" in result.stderr


def test_the_uar_toml_is_kept(box: Sandbox, tmp_path: Path) -> None:
    settings = tmp_path / "uar.toml"
    settings.write_text("[sync]\nin_flight = 2\n")
    assert run("sync", tmp_path / "q4", "--settings", settings).exit_code == 0
    (name,) = Folder(tmp_path / "q4").names("settings/")
    assert (tmp_path / "q4" / name).read_bytes() == settings.read_bytes()


FAILURES = {
    "truncated": "not whole and valid JSON",
    "empty": "not whole and valid JSON",
    "wrong-type": "where a",
    "missing-row": "did not come whole",
}


@pytest.mark.parametrize("kind", FAILURES)
def test_after_a_failure_there_is_no_snapshot(box: Sandbox, tmp_path: Path, kind: str) -> None:
    box.add_fault(f"{kind}:path=/api/systemusers")
    folder = tmp_path / "deep" / "q4"
    result = run("sync", folder)
    assert result.exit_code == 3
    assert "Error: GET /api/systemusers: " in result.stderr
    assert FAILURES[kind] in result.stderr
    assert "--resume goes on from here" in result.stderr
    assert {path.name for path in folder.iterdir()} <= {READING, LOCK}
    assert KEY not in result.output
    assert run("detect", folder).exit_code == 5


def test_a_failure_before_the_first_answer_leaves_nothing(box: Sandbox, tmp_path: Path) -> None:
    box.add_fault("empty")
    assert run("sync", tmp_path / "deep" / "q4").exit_code == 3
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_before_a_failure_stays(box: Sandbox, tmp_path: Path) -> None:
    box.add_fault("empty")
    (tmp_path / "q4").mkdir()
    (tmp_path / "q4" / "notes.txt").write_text("mine")
    assert run("sync", tmp_path / "q4").exit_code == 3
    assert (tmp_path / "q4" / "notes.txt").read_text() == "mine"


def test_going_on_after_a_failure(box: Sandbox, tmp_path: Path) -> None:
    box.add_fault("empty:times=3,path=/api/applications")
    assert run("sync", tmp_path / "q4").exit_code == 3
    before = len(box.requests)
    again = run("sync", tmp_path / "q4")
    assert (again.exit_code, len(box.requests)) == (5, before)
    assert "interrupted, begun at" in again.stderr
    assert f"uar sync {tmp_path / 'q4'} --resume" in again.stderr
    assert run("sync", tmp_path / "q4", "--resume").exit_code == 0
    assert Folder(tmp_path / "q4").verify()[1] is None
    assert not (tmp_path / "q4" / READING).exists()
    assert run("sync", tmp_path / "q4", "--resume").exit_code == 5


def test_beginning_again_after_a_failure(box: Sandbox, tmp_path: Path) -> None:
    box.add_fault("empty:times=3,path=/api/applications")
    assert run("sync", tmp_path / "q4").exit_code == 3
    (tmp_path / "q4" / READING).unlink()
    assert run("sync", tmp_path / "q4").exit_code == 0


def test_there_is_nothing_to_go_on_with(box: Sandbox, tmp_path: Path) -> None:
    result = run("sync", tmp_path / "q4", "--resume")
    assert result.exit_code == 5
    assert "no such folder" in result.stderr
    (tmp_path / "q4").mkdir()
    result = run("sync", tmp_path / "q4", "--resume")
    assert result.exit_code == 5
    assert "holds no interrupted read" in result.stderr
    assert not box.requests
    assert run("sync", tmp_path / "q4").exit_code == 0


def test_a_key_nobody_knows(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUMPCLOUD_API_KEY", "jca_hush_hush")
    result = run("sync", tmp_path / "q4")
    assert result.exit_code == 3
    assert "status 401: the key is unknown or has expired" in result.stderr
    assert "hush" not in result.output
    assert not (tmp_path / "q4").exists()


def test_without_a_key(tmp_path: Path) -> None:
    result = run("sync", tmp_path / "q4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "set JUMPCLOUD_API_KEY" in result.stderr
    assert not (tmp_path / "q4").exists()


def test_hostile_names_do_nothing_to_a_terminal(tmp_path: Path, box: Sandbox) -> None:
    group = box.tenant.usergroups.get(names.SALES)
    assert group
    group["name"] = "\x1b]0;owned\x07\u202eSales"
    box.tenant.usergroups.put(group)
    box.tenant.graph.connect(("user_group", names.SALES), ("user", names.NOBODY))
    result = run("sync", tmp_path / "q4")
    assert result.exit_code == 1
    assert not {"\x1b", "\x07", "\u202e"} & set(result.output)
    snapshot = load_snapshot(Folder(tmp_path / "q4"))
    assert "\x1b]0;owned\x07\u202eSales" in set(snapshot.entitlements["name"])


def test_check_says_that_a_review_can_be_made(box: Sandbox) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "Small" in result.stdout
    assert "UAR_APPLY_API_KEY is not set" in result.stdout
    assert "A review can be made with this key" in result.stdout


def test_check_for_machines(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = box.tenant.admins.get(names.OWNER)
    assert owner
    owner["apiKeyHash"] = {"prefix": names.WRITE_KEY[:8]}
    monkeypatch.setenv("UAR_APPLY_API_KEY", names.WRITE_KEY)
    said = json.loads(run("check", "--json").stdout)
    assert said["enough"] is True
    assert said["apply_key"] == {
        "set": True,
        "answers": True,
        "email": "owner@example.com",
        "roles": ["Administrator With Billing"],
        "writes": dict.fromkeys(WRITES, True),
        "says": "",
    }


def test_check_says_what_the_keys_may_change(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for admin, key in ((names.READER, KEY), (names.OWNER, names.WRITE_KEY)):
        box.tenant.admins.get(admin)["apiKeyHash"] = {"prefix": key[:8]}  # type: ignore[index]
    monkeypatch.setenv("UAR_APPLY_API_KEY", names.WRITE_KEY)
    result = run("check")
    assert "The key can only read: nothing can be changed with it." in result.stdout
    assert "The apply key may change group memberships, application assignments," in result.stdout
    role(box).update(name="Keeper", scopes=["associations.systems", "users.readonly"])
    result = run("check")
    assert "Its roles do not tell about group memberships" in result.stdout
    assert result.exit_code == 1  # groups cannot be read


def test_check_of_an_apply_key_that_does_not_work(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UAR_APPLY_API_KEY", "jca_hush_hush")
    result = run("check")
    assert result.exit_code == 1
    assert "Apply key  does not work: GET /api/users: status 401" in result.stdout
    assert "hush" not in result.output


def test_check_says_what_is_missing(box: Sandbox) -> None:
    role(box).update(name="Little", scopes=["users.readonly", "groups.readonly"])
    result = run("check")
    assert result.exit_code == 1
    refused = (
        "applications, devices, .*RADIUS servers, .*: status 403: the role of the key's owner lacks"
    )
    assert re.search(refused, result.stdout)
    assert "Without admins, the review misses" in result.stdout
    assert "A review cannot be made with this key" in result.stdout


def test_check_changes_nothing(box: Sandbox) -> None:
    run("check")
    reads = ("/insights/directory/v1/events/count",)
    assert {each.method for each in box.requests if each.path not in reads} == {"GET"}
