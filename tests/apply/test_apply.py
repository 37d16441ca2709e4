"""The commands plan, apply and undo against a tenant over real HTTP."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.apply import house as h
from tests.apply.house import Invoke
from tests.apply.test_plan import (
    ANA_PAYROLL,
    ANA_STAFF,
    BEN_SALES,
    NIA_HELP,
    NIA_NOBODY,
    OLE_OWNER,
    PIA_OWNER,
    ROBOT,
    STAFF_PAYROLL,
)
from tests.sandbox import small as s
from uar import journal
from uar.cli import main
from uar.commands._journal import opened
from uar.commands.apply import next_time
from uar.folder import JOURNAL, Folder
from uar.removals import Run, carry_out
from uar.sandbox.server import Sandbox
from uar.sources.jumpcloud_removals import Removals

SALES_WIKI = h.grant(f"app:{s.WIKI}", f"group:{s.SALES}")
EVERY_KIND = dict.fromkeys((BEN_SALES, ANA_PAYROLL, STAFF_PAYROLL, NIA_HELP), "Revoke")


def words(result: Result) -> list[str]:
    return [row["outcome"] for row in json.loads(result.stdout)]


def holds(folder: Folder) -> None:
    assert folder.verify()[1] is None
    journal.lines((folder.path / JOURNAL).read_bytes())


def test_every_kind_is_removed_and_put_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    before = h.state(box)
    folder = h.review(tmp_path / "q4", box, EVERY_KIND)
    run("plan", folder.path)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"] * 4
    now = h.state(box)
    assert before["edges"] - now["edges"] == {
        h.edge(s.SALES, s.BEN),
        h.edge(s.PAYROLL, s.ANA),
        h.edge(s.PAYROLL, s.STAFF),
    }
    assert now["admins"] == {**before["admins"], h.NIA: (s.CUSTOM_ROLE,)}
    assert words(run("undo", folder.path, "--yes", "--json")) == ["restored"] * 4
    assert h.state(box) == before
    holds(folder)


def test_a_second_apply_does_nothing(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, EVERY_KIND)
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    root, asked = folder.root(), len(box.requests)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"] * 4
    assert (folder.root(), len(box.requests)) == (root, asked)


def test_without_a_terminal_nothing_is_changed(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    before, root, asked = h.state(box), folder.root(), len(box.requests)
    for options in ((), ("--dry-run",), ("--dry-run", "--yes")):
        shown = run("apply", folder.path, *options, expect=1)
        assert "Takes ben out of the group Sales." in shown.stderr
    assert (h.state(box), folder.root(), len(box.requests)) == (before, root, asked)


def test_the_same_plan_is_not_written_twice(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    first, second = (run("plan", folder.path, "--json") for _ in range(2))
    assert first.stdout == second.stdout
    assert folder.names("plans/") == ["plans/0001.json"]
    assert "still stands" in second.stderr


def test_new_decisions_need_a_new_plan(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    h.answer(folder, {BEN_SALES: "Keep"})
    assert "run uar plan" in run("apply", folder.path, "--yes", expect=5).stderr
    assert not h.writes(box)
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    assert not h.writes(box)


def test_a_changed_plan_is_refused(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    path = folder.path / "plans/0001.json"
    path.write_text(path.read_text().replace(s.BEN, s.ANA))
    run("apply", folder.path, "--yes", expect=5)
    assert not h.writes(box)


def test_too_many_removals_need_a_number(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {**EVERY_KIND, ANA_STAFF: "Revoke"})
    share = tmp_path / "uar.toml"
    share.write_text("[apply]\nmax_removals_share = 0.16\n")
    assert "--max-removals 5" in run("plan", folder.path, "--settings", share).stdout
    refused = run("apply", folder.path, "--yes", expect=2)
    items = len(h.items(h.snapshot(box)))
    assert f"5 removals, and 4 of {items} items" in refused.stderr
    assert not h.writes(box)
    run("apply", folder.path, "--yes", "--max-removals", 5)


def test_two_folders_of_one_tenant_take_nothing_twice(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    answers = {BEN_SALES: "Revoke", NIA_HELP: "Revoke"}
    one, other = (h.review(tmp_path / name, box, answers) for name in ("q3", "q4"))
    for folder in (one, other):
        run("plan", folder.path)
    assert words(run("apply", one.path, "--yes", "--json")) == ["removed"] * 2
    assert words(run("apply", other.path, "--yes", "--json")) == ["already gone"] * 2
    assert len(h.writes(box)) == 2
    assert "nothing to undo" in run("undo", other.path, BEN_SALES, "--yes", expect=2).stderr


def test_two_runs_on_one_folder_are_refused(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    with folder.locked():
        refused = run("apply", folder.path, "--yes", expect=5)
    assert "another uar command is working in this folder" in refused.stderr
    assert not h.writes(box)


def test_what_a_person_has_to_do_is_a_file_for_a_spreadsheet(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    h.change(box.tenant.usergroups, s.SALES, name="=cmd|' /C calc'!A0")
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Modify", ANA_STAFF: "Not sure"})
    shown = run("plan", folder.path, expect=1)
    assert f"For a spreadsheet: {folder.path}/todo/0001.csv" in shown.stdout
    lines = (folder.path / "todo/0001.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"list","item","kind","account","entitlement","why"')
    assert {line.split(",")[1].strip('"') for line in lines[1:]} == {BEN_SALES, ANA_STAFF}
    assert ",\"'=cmd|" in lines[2] + lines[1]
    run("apply", folder.path, "--yes")
    assert not h.writes(box)
    assert folder.verify()[1] is None


def test_another_tenant_is_refused(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    other = {**box.tenant.organization, "_id": "5e00000000000000000000ee"}
    box.tenant.organizations.drop(box.org_id)
    box.tenant.organizations.put(other)
    refused = run("apply", folder.path, "--yes", expect=2)
    assert "belongs to another organisation" in refused.stderr
    assert not h.writes(box)


def test_only_the_apply_key_writes(
    box: Sandbox, run: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    monkeypatch.delenv("UAR_APPLY_API_KEY")
    assert "UAR_APPLY_API_KEY is not set" in run("apply", folder.path, "--yes", expect=2).stderr
    assert not h.writes(box)


def test_the_owner_of_the_apply_key_stays(
    box: Sandbox, run: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "jca_ole_0000"
    box.tenant.keys.append({"key": key, "admin": h.OLE})
    h.change(box.tenant.admins, h.OLE, apiKeyHash={"prefix": "jca_ole"})
    folder = h.review(tmp_path / "q4", box, {OLE_OWNER: "Revoke", BEN_SALES: "Revoke"})
    run("plan", folder.path)
    monkeypatch.setenv("UAR_APPLY_API_KEY", key)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["removed", "blocked"]
    assert h.OLE in h.state(box)["admins"]
    holds(folder)


def test_a_key_whose_owner_cannot_be_told_touches_no_admin(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = h.review(tmp_path / "q4", box, {NIA_HELP: "Revoke"})
    run("plan", folder.path)
    h.change(box.tenant.admins, s.OWNER, apiKeyHash=None)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["blocked"]
    assert "apply.credential_admin" in done.stdout
    assert not h.writes(box)


def drift_renamed(box: Sandbox) -> None:
    h.change(box.tenant.usergroups, s.SALES, name="Board")


def drift_ruled(box: Sandbox) -> None:
    h.change(box.tenant.usergroups, s.SALES, membershipMethod="DYNAMIC_AUTOMATED")


def drift_opens_more(box: Sandbox) -> None:
    box.tenant.graph.connect(("application", s.PAYROLL), ("user_group", s.SALES), None)


@pytest.mark.parametrize("drift", [drift_renamed, drift_ruled, drift_opens_more])
def test_a_group_that_changed_stops_the_item(
    box: Sandbox, run: Invoke, tmp_path: Path, drift: Callable[[Sandbox], None]
) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke", ANA_PAYROLL: "Revoke"})
    run("plan", folder.path)
    drift(box)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["drift", "removed"]
    assert len(h.writes(box)) == 1


def test_an_exempt_member_of_a_dynamic_group_is_removed(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    exempt = [{"id": s.ANA, "type": "USER"}]
    h.change(box.tenant.usergroups, s.DYNAMIC, memberQueryExemptions=exempt)
    item = h.grant(f"group:{s.DYNAMIC}", f"user:{s.ANA}")
    folder = h.review(tmp_path / "q4", box, {item: "Revoke"})
    run("plan", folder.path)
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"]


def test_other_roles_than_planned_stop_the_item(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {NIA_HELP: "Revoke", NIA_NOBODY: "Revoke"})
    run("plan", folder.path)
    roles = [s.HELP_ROLE, s.CUSTOM_ROLE, s.READ_ROLE]
    names = ["Help Desk", "Nobody", "Read Only"]
    h.change(box.tenant.admins, h.NIA, roles=roles, roleNames=names)
    assert words(run("apply", folder.path, "--yes", "--json", expect=1)) == ["drift"] * 2
    assert not h.writes(box)


def test_the_second_step_waits_for_the_first(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    """Help Desk does not go: then Nobody is not the last role, and nobody is deleted for it."""
    folder = h.review(tmp_path / "q4", box, {NIA_HELP: "Revoke", NIA_NOBODY: "Revoke"})
    run("plan", folder.path)
    fault = box.add_fault("sticky:method=PUT,times=1")
    assert words(run("apply", folder.path, "--yes", "--json", expect=1)) == ["still held", "drift"]
    assert fault.struck == 1
    assert words(run("apply", folder.path, "--yes", "--json")) == ["removed"] * 2
    assert h.NIA not in h.state(box)["admins"]


def test_owners_who_left_meanwhile_stop_the_item(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {OLE_OWNER: "Revoke"})
    run("plan", folder.path)
    h.change(box.tenant.admins, h.PIA, suspended=True)
    done = run("apply", folder.path, "--yes", "--json", expect=1)
    assert words(done) == ["drift"]
    assert "Other active admins with this role: 1; at least 2 must stay." in done.stdout


def test_the_last_role_becomes_read_only_and_comes_back(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    before = h.state(box)
    settings = tmp_path / "uar.toml"
    settings.write_text('[apply]\nlast_admin_role = "read-only"\n')
    folder = h.review(tmp_path / "q4", box, {PIA_OWNER: "Revoke"})
    run("plan", folder.path, "--settings", settings)
    run("apply", folder.path, "--yes")
    assert h.state(box)["admins"][h.PIA] == (s.READ_ROLE,)
    run("undo", folder.path, "--yes")
    assert h.state(box) == before


def test_a_deleted_admin_is_made_again_with_every_role(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = h.review(tmp_path / "q4", box, {NIA_HELP: "Revoke", NIA_NOBODY: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    assert h.NIA not in h.state(box)["admins"]
    assert words(run("undo", folder.path, "--yes", "--json")) == ["restored"] * 2
    again = [each for each in box.tenant.admins if each["email"] == "nia@example.com"]
    assert [set(each["roles"]) for each in again] == [{s.HELP_ROLE, s.CUSTOM_ROLE}]


def test_a_plan_says_which_write_on_what_and_as_whom(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    """For whoever signs it, on paper and in a spreadsheet; and rights that go with a device."""
    device = h.grant(f"system:{s.MAC}", f"user:{s.ANA}")
    chosen = (BEN_SALES, NIA_HELP, device)
    folder = h.review(tmp_path / "q4", box, dict.fromkeys(chosen, "Revoke"))
    out = tuple(run("plan", folder.path, *more).stdout for more in ((), ("--csv",)))
    paper, sheet = (" ".join(text.split()) for text in out)
    member = f"POST /api/v2/usergroups/{s.SALES}/members (remove), with the key of a Manager"
    role = f"PUT /api/users/{h.NIA}, with the key of an Administrator With Billing"
    for said in (paper, sheet):
        assert member in said
        assert role in said
        assert "the administrator rights that go with it" in said


def test_undo_says_what_is_not_put_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    """Before and after, in the journal and in the ledger; and nobody is told the new secret."""
    chosen = (ROBOT, NIA_HELP, NIA_NOBODY, BEN_SALES)
    folder = h.review(tmp_path / "q4", box, dict.fromkeys(chosen, "Revoke"))
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    undone = run("undo", folder.path, "--yes")
    for text in (undone.stdout, undone.stderr):
        said = " ".join(text.split())
        assert said.count("Not put back: its secrets and keys") == 1
        assert said.count("Settings > Service Accounts") == 1
        assert said.count("Not put back: password, second factor and API key") == 1
    lines = journal.lines((folder.path / JOURNAL).read_bytes())
    told = [line for line in lines if not line.get("whole", True)]
    assert {line["item"] for line in told} == {ROBOT, NIA_NOBODY}
    assert all("Not put back" in line["detail"] for line in told)
    assert folder.ledger()[-1]["counts"] == {"restored": 2, "restored, in part": 2}
    holds(folder)
    kept = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert b"told only once" not in kept  # the secret, as the emulated tenant answers it
    assert "told only once" not in undone.output + undone.stderr


def test_already_gone_is_recorded_not_repeated(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    answers = dict.fromkeys((BEN_SALES, ANA_PAYROLL, SALES_WIKI, NIA_HELP), "Revoke")
    folder = h.review(tmp_path / "q4", box, answers)
    run("plan", folder.path)
    with box.tenant.lock:
        box.tenant.delete(("user", s.ANA))
        box.tenant.delete(("user_group", s.SALES))
        box.tenant.admins.drop(h.NIA)
    done = run("apply", folder.path, "--yes", "--json")
    assert words(done) == ["already gone"] * 4
    for sentence in ("group", "account", "admin"):
        assert f"The {sentence} no longer exists." in done.stdout
    assert not h.writes(box)
    assert "nothing to undo" in run("undo", folder.path, BEN_SALES, "--yes", expect=2).stderr


def test_verify_finds_what_came_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, EVERY_KIND)
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    run("apply", folder.path, "--verify")
    box.tenant.graph.connect(("user_group", s.SALES), ("user", s.BEN), None)
    shown = run("apply", folder.path, "--verify", expect=1)
    assert "BACK AGAIN" in shown.stdout
    assert "Directory Insights has no event of it" in shown.stdout
    asked = len(h.writes(box))
    run("apply", folder.path, "--yes", expect=1)  # said, and not removed again without a decision
    assert len(h.writes(box)) == asked
    holds(folder)


def add_again(box: Sandbox, licensed: bool) -> None:
    body = {"op": "add", "type": "user", "id": s.BEN}
    with h.client(box) as somebody:
        path = f"/api/v2/usergroups/{s.SALES}/members"
        somebody.request("POST", path, body=body, repeat_safe=False)
    box.options.insights = licensed


@pytest.mark.parametrize(
    ("licensed", "says"),
    [(True, "By admin owner@example.com at "), (False, "Directory Insights is not licensed")],
)
def test_verify_says_who_put_it_back(
    box: Sandbox, run: Invoke, tmp_path: Path, licensed: bool, says: str
) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke", ANA_PAYROLL: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    add_again(box, licensed)
    shown = run("apply", folder.path, "--verify", "--json", expect=1)
    by_item = {row["item"]: row for row in json.loads(shown.stdout)}
    assert by_item[BEN_SALES]["verified"] == "back again"
    assert says in by_item[BEN_SALES]["detail"]
    assert by_item[ANA_PAYROLL]["verified"] == "still gone"
    after = h.review(tmp_path / "q5", box, {})
    compared = run("compare", folder.path, after.path, "--json", expect=1)
    again = json.loads(compared.stdout)["reappeared"]
    assert [(row["account"], row["entitlement"]) for row in again] == [("ben", "Sales")]


def test_one_item_is_put_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    before = h.state(box)
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke", ANA_PAYROLL: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    run("undo", folder.path, BEN_SALES, expect=1)  # no terminal, no --yes: only shown
    run("undo", folder.path, BEN_SALES, "--yes")
    assert before["edges"] - h.state(box)["edges"] == {h.edge(s.PAYROLL, s.ANA)}
    run("apply", folder.path, "--yes", expect=5)
    shown = json.loads(run("plan", folder.path, "--json", expect=1).stdout)
    assert [row["item"] for row in shown["blocked"]] == [BEN_SALES]
    run("apply", folder.path, "--yes")
    assert before["edges"] - h.state(box)["edges"] == {h.edge(s.PAYROLL, s.ANA)}
    assert "nothing to undo" in run("undo", folder.path, BEN_SALES, "--yes", expect=2).stderr


def test_a_dry_run_of_undo_puts_nothing_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    before, root = h.state(box), folder.root()
    shown = run("undo", folder.path, "--dry-run", "--yes", expect=1)
    assert f"{BEN_SALES}  Puts back: group membership, ben, Sales." in shown.stderr
    assert "1  not attempted" in shown.stdout
    assert (h.state(box), folder.root()) == (before, root)


def test_what_somebody_put_back_before_us_is_already_there(
    box: Sandbox, run: Invoke, tmp_path: Path
) -> None:
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes")
    box.tenant.graph.connect(("user_group", s.SALES), ("user", s.BEN), None)
    assert words(run("undo", folder.path, "--yes", "--json")) == ["already there"]


def test_no_secret_is_written_or_said(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {**EVERY_KIND})
    said = run("plan", folder.path).output
    box.add_fault("500:method=POST,times=1")
    for line in (("apply", "--yes"), ("apply", "--yes"), ("apply", "--verify"), ("undo", "--yes")):
        result = CliRunner().invoke(main, [line[0], str(folder.path), *line[1:]])
        said += result.output
    kept = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    for secret in (box.api_key, box.apply_api_key, "idpPrivateKey", "not a key"):
        assert secret not in said
        assert secret.encode() not in kept


def test_csv_for_a_spreadsheet(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    h.change(box.tenant.usergroups, s.SALES, name="=cmd|' /C calc'!A0")
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    lines = run("plan", folder.path, "--csv").stdout.splitlines()
    assert lines[0].startswith('"list","item","kind","account","entitlement","why"')
    assert ",\"'=cmd|" in lines[1]


@pytest.mark.parametrize(
    ("words", "removed"),
    [
        ((BEN_SALES.lower(),), {BEN_SALES}),
        (("ANA@example.com",), {ANA_PAYROLL, ANA_STAFF}),
        (("Payroll",), {ANA_PAYROLL, STAFF_PAYROLL}),
        (("ben", "Help Desk"), {BEN_SALES, NIA_HELP}),
    ],
)
def test_only_what_is_named(
    box: Sandbox, run: Invoke, tmp_path: Path, words: tuple[str, ...], removed: set[str]
) -> None:
    folder = h.review(tmp_path / "q4", box, {**EVERY_KIND, ANA_STAFF: "Revoke"})
    run("plan", folder.path)
    only = [part for word in words for part in ("--only", word)]
    done = run("apply", folder.path, "--yes", "--json", "--max-removals", 2, *only)
    assert {row["item"]: row["outcome"] for row in json.loads(done.stdout)} == dict.fromkeys(
        removed, "removed"
    )
    assert len(h.writes(box)) == len(removed)
    waiting = len(json.loads(run("apply", folder.path, "--dry-run", "--json", expect=1).stdout))
    again = run("apply", folder.path, "--yes", *only).stdout
    others = waiting - len(removed)
    assert f"{others} other removals of the plan wait." in again
    refused = run("apply", folder.path, "--yes", "--max-removals", 4, expect=2)
    assert "comes to 5 removals, and 4" in refused.stderr  # also those done before


def test_a_word_that_names_nothing_is_refused(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    reader = h.grant(f"role:{s.READ_ROLE}", f"admin:{s.READER}")
    folder = h.review(tmp_path / "q4", box, {**EVERY_KIND, ANA_STAFF: "Modify", reader: "Revoke"})
    run("plan", folder.path, expect=1)
    for word, says in (("benn", "no removal of that name"), (ANA_STAFF, "for a person to do"),
                       (reader, "is blocked")):  # fmt: skip
        refused = run("apply", folder.path, "--yes", "--only", "ben", "--only", word, expect=2)
        assert says in refused.stderr
    assert not h.writes(box)


def test_nothing_begins_after_the_hour(box: Sandbox, tmp_path: Path) -> None:
    folder = h.review(tmp_path / "q4", box, {**EVERY_KIND, ANA_STAFF: "Revoke"})
    removals = h.planned(folder)["removals"]
    with h.client(box) as client:
        outcomes = h.carry_out(folder, client, until=dt.datetime.now(dt.UTC))
        assert set(outcomes.values()) == {"not attempted"}
        assert not h.writes(box)
        with opened(folder, "apply") as book:
            run = Run(Removals(client), book.append, "remove", "plans/0001.json",
                      in_flight=2, goes_on=lambda: not h.writes(box))  # fmt: skip
            begun = list(carry_out(removals, run))
    assert 1 <= len(begun) <= 2  # what was in flight when it was over is brought to its end
    assert {line["outcome"] for line in begun} == {"removed"}
    assert len(h.writes(box)) == len(begun)
    holds(folder)


def test_an_hour_is_the_next_such_hour(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC).astimezone()
    evening = now.replace(hour=22, minute=30, second=0, microsecond=0)
    morrow = (evening + dt.timedelta(days=1)).day
    assert next_time(dt.time(23, 0), evening).day == evening.day
    assert (
        next_time(dt.time(6, 0), evening).day == next_time(dt.time(22, 30), evening).day == morrow
    )
    folder = h.review(tmp_path / "q4", box, {BEN_SALES: "Revoke"})
    run("plan", folder.path)
    run("apply", folder.path, "--yes", "--until", "25:00", expect=2)
    assert not h.writes(box)
    soon = now + dt.timedelta(hours=2)
    done = run("apply", folder.path, "--yes", "--until", f"{soon:%H:%M}")
    assert f"No removal begins after {soon:%Y-%m-%d %H:%M}." in done.stderr
    assert len(h.writes(box)) == 1


def test_too_many_in_flight_are_refused(run: Invoke, tmp_path: Path) -> None:
    settings = tmp_path / "uar.toml"
    for number in (0, 6):
        settings.write_text(f"[apply]\nin_flight = {number}\n")
        refused = run("plan", tmp_path / "q4", "--settings", settings, expect=2)
        assert "between 1 and 5" in refused.stderr
