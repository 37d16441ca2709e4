"""A stranger sees each detection find something: in the sample, or in a tenant of size M."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from uar.cli import main
from uar.detections import modules
from uar.sandbox.generate import organisation
from uar.sandbox.server import Sandbox

SAMPLE = Path(__file__).parents[2] / "samples" / "review" / "findings.jsonl"
SETTINGS = """
[campaign]
name = "Access review"
period = "2026-Q4"
due = 2026-12-15
[domains]
own = ["harrowgate.example"]
[privileged]
entitlements = ["Production Access"]
[employment]
employees_only = ["Remote Access"]
"""
# What neither has, and the examples show alone.
ELSEWHERE = {
    "ADM-07": "both have two administrators with full power and no more",
    "ATR-06": "everybody has a company",
    "ENT-08": "there is no earlier review; the demo's next one finds it",
    "ENT-09": "there is no earlier review; the demo's next one finds it",
    "GRP-06": "no two groups are alike",
    "GRP-08": "no group that opens something privileged has nearly everybody",
    "LIF-02": "HR's list of the sample ends no contract of somebody still employed",
    "LIF-08": "there is no earlier review",
    "LIF-09": "there is no earlier review; the demo's next one finds it",
    "PRC-15": "no exception of the sample has expired; in the demo's next review it has",
    "PRC-16": "the tenant's answers agree",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The detections with findings in a tenant of size M."""
    state, folder = organisation("M"), tmp_path_factory.mktemp("medium") / "q4"
    settings = folder.with_name("uar.toml")
    settings.write_text(SETTINGS, "utf-8")
    given = ("--settings", str(settings))
    with Sandbox(state) as tenant:
        environment = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}
        environment["SOURCE_DATE_EPOCH"] = str(int(pd.Timestamp(state["now"]).timestamp()))
        sync = CliRunner().invoke(main, ["sync", str(folder), *given], env=environment)
    assert sync.exit_code == 0, sync.output
    printed = CliRunner().invoke(main, ["detect", str(folder), *given, "--json"])
    assert printed.exit_code == 0, printed.output
    return {row["detection"] for row in json.loads(printed.stdout)}


def test_each_finds_something(found: set[str]) -> None:
    sample = {json.loads(line)["detection"] for line in SAMPLE.read_text("utf-8").splitlines()}
    assert set(modules()) - found - sample == set(ELSEWHERE)


@pytest.mark.parametrize(
    "detection",
    ["ADM-03", "ADM-05", "LIF-10", "LIF-12", "MGR-05", "MGR-06", "NHI-05", "NHI-06"],
)
def test_what_only_a_larger_tenant_has(found: set[str], detection: str) -> None:
    assert detection in found
