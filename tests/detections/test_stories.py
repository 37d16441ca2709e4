"""The stories samples/README.md promises, told from the emulated tenant by sync and detect."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from uar.cli import main
from uar.sandbox.organisations import load, sample
from uar.sandbox.server import Sandbox
from uar.tables import FINDINGS

SAMPLES = Path(__file__).parents[2] / "samples"
SETTINGS = SAMPLES / "uar.toml"
ROSTER = SAMPLES / "hr_roster.csv"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The review folder after sync and detect, what detect printed, and the organisation."""
    state = load(sample())
    folder = tmp_path_factory.mktemp("story") / "q4"
    with Sandbox(state) as tenant:
        environment = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}
        # The ages of keys and of last uses are told by the day of the story.
        environment["SOURCE_DATE_EPOCH"] = str(int(pd.Timestamp(state["now"]).timestamp()))
        sync = ("sync", str(folder), "--settings", str(SETTINGS), "--roster", str(ROSTER))
        call(*sync, environment=environment)
    printed = call("detect", str(folder), "--settings", str(SETTINGS), "--json")
    return {"state": state, "folder": folder, "findings": json.loads(printed)}


def call(*arguments: str, environment: dict[str, str] | None = None) -> str:
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 0, result.output
    return result.stdout


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def found(story: dict[str, Any], detection: str) -> set[str]:
    subjects = {f["subject"] for f in story["findings"] if f["detection"] == detection}
    return {subject.replace("jumpcloud:", "") for subject in subjects}


def named(story: dict[str, Any], detection: str) -> set[str]:
    return {f["subject_name"] for f in story["findings"] if f["detection"] == detection}


def test_every_person_is_put_together_as_the_truth_says(story: dict[str, Any]) -> None:
    groups = defaultdict(set)
    for row in lines(story["folder"], "persons.jsonl"):
        if ":service:" not in row["account_id"]:
            groups[row["person_id"]].add(row["account_id"].removeprefix("jumpcloud:"))
    truth = {frozenset(group) for group in story["state"]["truth"]["persons"]}
    assert {frozenset(group) for group in groups.values()} == truth


@pytest.mark.parametrize(
    ("detection", "who"),
    [
        ("DUP-01", {"Hana Sørensen", "Jonas Wikström"}),
        ("DUP-02", {"Milo Achterberg", "Kofi Mensah"}),
        ("DUP-03", {"Wren Castellane", "Yusuf Demirel (lab)"}),
        ("DUP-04", {"Sam Whitlock"}),
        ("DUP-05", {"Yusuf Demirel"}),
        ("DUP-06", {"Jonas Wikström"}),
        ("DUP-07", {"Milo Achterberg"}),
        ("ATR-01", {"Saoirse Kettle", "Sam Whitlock"}),
        ("ATR-02", {"Zoë Lindqvist 🌊", "Rafael Ibarra", "Noor Abdelaziz"}),
        ("ATR-03", {"Chidi Vantongeren"}),
        ("ATR-04", {"=SUM(1)", "Yusuf Demirel (lab)", "Dana Kirsch"}),
        ("ATR-05", {"Milo Achterberg", "Yusuf Demirel", "=SUM(1)"}),
        ("ATR-06", set()),
        ("ATR-07", {"Noor Abdelaziz"}),
        ("ATR-08", {"Rafael Ibarra"}),
        ("ADM-01", {"Console Backup"}),
        ("ADM-02", {"Milo Achterberg", "Console Backup"}),
        ("ADM-03", set()),
        ("ADM-04", {"Jonas Wikström"}),
        ("ADM-05", {"Kofi Mensah"}),  # not the one whose key reads the review
        ("ADM-06", {"Console Backup", "Wren Castellane"}),
        ("ADM-08", {"Wren Castellane"}),
        ("ADM-09", {"Kofi Mensah"}),
        ("ATR-09", set()),
        ("MGR-02", {"Saoirse Kettle"}),
        ("MGR-05", set()),
        ("MGR-06", set()),
        ("LIF-01", {"Luca Brandt", "Petra Gallowhill", "Jonas Wikström"}),
        ("LIF-05", {"Luca Brandt", "Jonas Wikström"}),
        ("LIF-06", {"Yusuf Demirel (lab)"}),
        ("LIF-07", {"Dana Kirsch"}),
        ("LIF-10", set()),
        ("LIF-12", set()),
        ("LIF-04", {"Jonas Wikström"}),  # Imogen Thrale was staged four days ago: fine
        ("AUT-01", {"Yusuf Demirel (lab)", "Ivo Marchetti", "Rafael Ibarra", "Dana Kirsch"}),
        ("AUT-02", {"Dana Kirsch"}),
        ("AUT-03", {"Rafael Ibarra"}),
        ("AUT-06", {"Luca Brandt", "Chidi Vantongeren"}),
        ("AUT-07", {"Jonas Wikström"}),
        ("AUT-08", {"LDAP bind for the wiki"}),
        ("NHI-02", {"Payroll export"}),
        ("NHI-03", {"Payroll export"}),
        ("NHI-04", {"Payroll export"}),
        ("NHI-05", set()),
        ("NHI-06", set()),
        ("GRP-03", {"Project Tern"}),
        ("GRP-05", {"Contractors"}),
        ("ENT-06", {"Kofi Mensah"}),
        ("ENT-10", {"Ivo Marchetti"}),
        (
            "ENT-03",
            {
                *("Oona Fairweather", "Noor Abdelaziz", "Ivo Marchetti"),
                *("Luca Brandt", "Petra Gallowhill"),  # they have left: not in the README's story
            },
        ),
    ],
)
def test_each_story_is_found_and_no_other(
    story: dict[str, Any], detection: str, who: set[str]
) -> None:
    assert named(story, detection) == who


def test_json_says_what_was_looked_at_and_could_not_be_told(story: dict[str, Any]) -> None:
    counts = ("found", "looked_at", "cannot_tell", "accepted")
    kept = {row["detection"]: row for row in lines(story["folder"], "coverage.jsonl")}
    for finding in story["findings"]:
        row = kept[finding["detection"]]
        assert finding["coverage"] == {name: row[name] for name in counts}
    (unused,) = {f["coverage"]["accepted"] for f in story["findings"] if f["detection"] == "ADM-06"}
    assert unused == 1
    assert kept["ENT-08"]["not_run"] == "no previous review given"


def test_administrators_borrow_and_are_no_defect(story: dict[str, Any]) -> None:
    admins = {f"admin:{admin['_id']}" for admin in story["state"]["admins"]}
    assert found(story, "ADM-10") == admins
    people = {row["account_id"]: row for row in lines(story["folder"], "persons.jsonl")}
    lenders = {row["borrowed_from"] for row in people.values()} - {None}
    assert len(lenders) == 7


def test_the_same_words_for_people_and_the_exit_code_on_request(
    story: dict[str, Any], tmp_path: Path
) -> None:
    state = story["state"]
    folder = str(tmp_path / "again")
    with Sandbox(state) as tenant:
        environment = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}
        call("sync", folder, environment=environment)
    result = CliRunner().invoke(main, ["detect", folder, "--fail-on", "critical"])
    assert result.exit_code == 1
    assert "Cannot tell" in result.stdout
    assert "DUP-06" in result.stdout
    assert result.stdout.splitlines()[0].startswith("39 accounts of ")
    twice = CliRunner().invoke(main, ["detect", folder])
    assert (twice.exit_code, twice.stdout) == (0, result.stdout)


def test_the_readme_names_everything_that_a_program_is_given_of_a_finding() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    said = readme.split("- `uar detect --json`")[1].split("\n- ")[0]
    assert not [one.name for one in FINDINGS.columns if f"`{one.name}`" not in said]


def test_list_explains_a_detection() -> None:
    assert "DUP-06  critical" in call("list", "detections")
    text = call("list", "detections", "dup-06")
    assert "What to do" in text
    assert "jumpcloud" in call("list", "sources")
    assert json.loads(call("list", "detections", "DUP-06", "--json"))["severity"] == "critical"
    elsewhere = call("list", "detections", "prc-05")
    assert elsewhere.startswith(
        "PRC-05  No decision at the end\n\nSeen to by uar status, uar close"
    )
    unknown = CliRunner().invoke(main, ["list", "detections", "DUP-99"])
    assert unknown.exit_code == 2
    assert "DUP-99 is none of the detections" in unknown.stderr
