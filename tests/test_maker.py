"""What made a file: uar's code and templates, Python and the libraries."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from uar import maker
from uar.folder import Folder

ROOT = Path(__file__).parents[1]


def test_every_library_that_uar_asks_for_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {name.split(">")[0] for name in project["dependencies"]}
    assert {*maker.LIBRARIES} == asked | {"numpy"}
    assert {*maker.LIBRARIES, "code", "templates", "python", "zlib"} <= {*maker.maker()}


def test_every_step_says_what_made_it(tmp_path: Path) -> None:
    with Folder(tmp_path / "q4").locked(create=True) as folder:
        folder.write("sync", {"a": b""}, at="2026-11-23T10:00:00Z")
    (line,) = folder.ledger()
    assert line["made_with"] == maker.maker()


def test_a_template_of_ones_own_counts(tmp_path: Path) -> None:
    (tmp_path / "_footer.html").write_bytes((maker.own_templates() / "_footer.html").read_bytes())
    assert maker.templates(tmp_path) == maker.templates()
    (tmp_path / "_footer.html").write_text("mine")
    assert maker.templates(tmp_path) != maker.templates()


def git(where: Path, *words: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(
        ["git", *who, "-C", str(where), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
def test_the_commit_of_a_checkout_is_read_wherever_git_keeps_it(tmp_path: Path) -> None:
    one = tmp_path / "one"
    assert maker._checked_out(one / ".git") == ""
    one.mkdir()
    git(one, "init", "-q")
    assert maker._checked_out(one / ".git") == ""  # no commit yet
    git(one, "commit", "-q", "--allow-empty", "-m", "first")
    at = git(one, "rev-parse", "HEAD")
    assert maker._checked_out(one / ".git") == at
    git(one, "worktree", "add", "-q", "../two")
    assert maker._checked_out(tmp_path / "two" / ".git") == at
    git(one, "pack-refs", "--all")
    assert maker._checked_out(one / ".git") == at
    git(one, "checkout", "-q", "--detach")
    assert maker._checked_out(one / ".git") == at
