"""Plans straight from findings: marked, approved by name, carried out, put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.apply import house as h
from tests.apply.house import Invoke
from tests.apply.test_apply import words
from tests.sandbox import small as s
from uar import journal
from uar.commands._evidence import load
from uar.folder import JOURNAL, Folder
from uar.sandbox.server import Sandbox
from uar.snapshot import to_files
from uar.tieout import tie_out

BECAUSE = ("--approver", "ciso@example.com", "--reason", "Left this morning")
USER, ADMIN, OWNER = f"user:{s.ANA}", f"admin:{h.NIA}", f"admin:{s.OWNER}"


def found(path: Path, box: Sandbox, *findings: dict[str, Any]) -> Folder:
    """A folder as sync and detect leave it: nobody was asked."""
    folder = Folder(path)
    with folder.locked(create=True):
        folder.write("sync", to_files(h.snapshot(box)), at=h.AT)
        h.found(folder, findings)
    return folder


def test_the_accounts_of_somebody_who_left_are_ended_and_come_back(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    before = h.state(box)
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER), h.finding("LIF-01", ADMIN))
    shown = run("plan", folder.path, "--finding", "lif-01", *BECAUSE)
    assert "EMERGENCY PLAN plans/0001.json" in shown.stdout
    assert "Approved by ciso@example.com" in shown.stdout
    done = run("apply", folder.path, "--yes", "--json")
    assert words(done) == ["removed"] * 3
    assert "EMERGENCY, from lif-01; approved by ciso@example.com: Left this morning" in done.stderr
    now = h.state(box)
    assert now["users"] == {**before["users"], s.ANA: ("SUSPENDED", True)}
    assert before["admins"].keys() - now["admins"].keys() == {h.NIA}
    assert now["edges"] == before["edges"]  # what ana holds is for the review
    lines = journal.lines((folder.path / JOURNAL).read_bytes())
    assert lines[0]["emergency"]["approver"] == "ciso@example.com"
    sent = [line["request"] for line in lines if line["phase"] == "intent"]
    (put,) = (each for each in sent if "/systemusers/" in each["path"])  # several are in flight
    assert put["body"] == {"suspended": True, "state": "SUSPENDED"}
    kept = load(folder)
    assert kept.plan is None
    assert list(kept.emergencies) == ["plans/0001.json"]
    assert words(run("undo", folder.path, "--yes", "--json")) == ["restored"] * 3
    assert h.state(box)["users"] == before["users"]
    assert folder.verify()[1] is None


def test_it_is_named_in_the_report(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER))
    run("plan", folder.path, "--finding", "LIF-01", *BECAUSE)
    run("apply", folder.path, "--yes")
    run("report", folder.path)
    page = (folder.path / "report.html").read_text("utf-8")
    assert "Emergency removals: approved by name, before any review" in page
    assert "Approved by ciso@example.com: Left this morning" in page


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--finding", "LIF-01"), "needs --approver"),
        (("--finding", "LIF-01", "--approver", "me", "--reason", "x"), "needs --approver"),
        (("--finding", "LIF-01", "--approver", "a@example.com", "--reason", " "), "--reason TEXT"),
        (("--approver", "a@example.com"), "belong to --finding"),
        (("--finding", "LIF-99", *BECAUSE), "found nothing of that name"),
        (("--finding", "ATR-01", *BECAUSE), "no emergency plan for it"),
        (("--finding", "LIF-01", "--approver", "ANA@example.com", "--reason", "x"), "that person"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    box: Sandbox, run: Invoke, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER), h.finding("ATR-01", USER))
    assert says in run("plan", folder.path, *options, expect=2).stderr
    assert not folder.names("plans/")


def test_without_findings_it_says_which_command_is_missing(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "q")
    with folder.locked(create=True):
        folder.write("sync", to_files(h.snapshot(box)), at=h.AT)
    refused = run("plan", folder.path, "--finding", "LIF-01", *BECAUSE, expect=5)
    assert "run uar detect" in refused.stderr


def test_guards_hold_in_an_emergency_too(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    """Protected, managed elsewhere, accepted, the key's own admin: blocked, and said."""
    managed = [{"field": "state", "type": "active_directory", "id": "x"}]
    h.change(box.tenant.systemusers, s.EVA, restrictedFields=managed)
    accepted = {
        "accepted_by": "Kim",
        "accepted_because": "On leave",
        "accepted_until": "2099-01-31",
    }
    folder = found(
        tmp_path / "q", box, h.finding("LIF-01", USER), h.finding("LIF-01", OWNER),
        h.finding("LIF-01", f"user:{s.EVA}"),
        {**h.finding("LIF-02", f"user:{s.BEN}"), **accepted},
    )  # fmt: skip
    settings = tmp_path / "uar.toml"
    settings.write_text('[apply]\nprotected = ["ana"]\ncredential_admin = "owner@example.com"\n')
    both = ("--finding", "LIF-01", "--finding", "LIF-02")
    typo = tmp_path / "typo.toml"
    typo.write_text('[apply]\nprotected = ["ana", "Ana Quine"]\n')
    wrong = run("plan", folder.path, *both, *BECAUSE, "--settings", typo, expect=2)
    assert "line 2: apply.protected: no account has the e-mail or login Ana Q" in wrong.stderr
    shown = run("plan", folder.path, *both, *BECAUSE, "--json", "--settings", settings, expect=1)
    document = json.loads(shown.stdout)
    assert not document["removals"]
    why = {row["account"]: row["why"] for row in document["blocked"]}
    assert why["ana"] == "ana is a protected account."
    assert why["eva"] == "The field state of this account is managed by active-directory."
    assert why["ben"] == "Kim has accepted this finding until 2099-01-31: On leave"
    assert "owns the API key" in why["owner@example.com"]


def test_a_plan_of_the_review_comes_after_it_and_takes_its_turn(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    """The newest plan is the one that is carried out, whichever kind it is."""
    folder = h.review(tmp_path / "q", box, {h.grant(f"group:{s.SALES}", f"user:{s.BEN}"): "Revoke"})
    with folder.locked():
        h.found(folder, [h.finding("LIF-01", USER)])
    run("plan", folder.path)
    run("plan", folder.path, "--finding", "LIF-01", *BECAUSE)
    run("apply", folder.path, "--yes")
    assert [each.method for each in h.writes(box)] == ["PUT"]
    run("plan", folder.path)
    assert folder.names("plans/")[-1] == "plans/0003.json"
    run("apply", folder.path, "--yes")
    assert [each.method for each in h.writes(box)] == ["PUT", "POST"]
    answer = next(each for each in tie_out(load(folder)).answers if "revoked" in each.question)
    assert answer.word != "no", answer
    assert load(folder).plan == json.loads((folder.path / "plans/0003.json").read_bytes())


def test_after_an_undo_it_takes_a_new_plan(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER))
    run("plan", folder.path, "--finding", "LIF-01", *BECAUSE)
    run("apply", folder.path, "--yes")
    run("undo", folder.path, "--yes")
    run("apply", folder.path, "--yes", expect=5)
    assert h.state(box)["users"][s.ANA] == ("ACTIVATED", False)


@pytest.mark.parametrize("kind", ["API access", "sudo"])
def test_the_smaller_remedies(box: Sandbox, run: Invoke, tmp_path: Path, kind: str) -> None:
    """An API key without its admin, administrator rights without the devices."""
    h.change(box.tenant.systemusers, s.ANA, sudo=True)
    named, about = {"API access": ("ADM-04", ADMIN), "sudo": ("AUT-05", USER)}[kind]
    before = h.state(box)
    folder = found(tmp_path / "q", box, h.finding(named, about))
    run("plan", folder.path, "--finding", named, *BECAUSE)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"]
    part, key = ("sudo", s.ANA) if kind == "sudo" else ("access", h.NIA)
    assert h.state(box) == {**before, part: {**before[part], key: False}}
    assert words(run("undo", folder.path, "--yes", "--json")) == ["restored"]
    assert h.state(box) == before


def test_a_user_who_changed_since_stops_the_item(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER))
    run("plan", folder.path, "--finding", "LIF-01", *BECAUSE)
    managed = [{"field": "suspended", "type": "scim", "id": "x"}]
    h.change(box.tenant.systemusers, s.ANA, restrictedFields=managed)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["drift"]
    assert "managed by scim" in done.stdout
    assert not h.writes(box)


def test_whoever_is_suspended_already_is_left_alone(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = found(tmp_path / "q", box, h.finding("LIF-01", USER))
    run("plan", folder.path, "--finding", "LIF-01", *BECAUSE)
    h.change(box.tenant.systemusers, s.ANA, state="SUSPENDED", suspended=True)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["already gone"]
    assert not h.writes(box)
