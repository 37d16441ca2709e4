"""A review folder -> everything in it as tables, each file checked against the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from uar import journal
from uar.commands._shared import load_snapshot
from uar.decisions import current
from uar.evidence import Evidence
from uar.folder import JOURNAL, Folder
from uar.settings import Settings, parse
from uar.snapshot import from_lines
from uar.tables import COVERAGE, DECISIONS, FINDINGS, ITEMS, LINKS, PERSONS, Table

CLOSING = "closing.json"


def load(folder: Folder) -> Evidence:
    """What there is so far; a step that has not run yet leaves its part None or empty."""
    there = set(folder.names(""))

    def table(schema: Table, name: str, step: str) -> pd.DataFrame | None:
        return from_lines(schema, folder.read(name, step)) if name in there else None

    def document(name: str, step: str) -> Mapping[str, Any] | None:
        return json.loads(folder.read(name, step)) if name in there else None

    answers = [
        from_lines(DECISIONS, folder.read(name, "ingest")) for name in folder.names("decisions/")
    ]
    plans = folder.names("plans/")
    raw = folder.read(JOURNAL, "apply") if JOURNAL in there else b""
    return Evidence(
        ledger=folder.ledger(),
        settings=_settings(folder),
        snapshot=load_snapshot(folder),
        persons=table(PERSONS, "persons.jsonl", "detect"),
        links=table(LINKS, "links.jsonl", "detect"),
        findings=table(FINDINGS, "findings.jsonl", "detect"),
        coverage=table(COVERAGE, "coverage.jsonl", "detect"),
        campaign=document("campaign.json", "open"),
        items=table(ITEMS, "items.jsonl", "open"),
        receipts=[json.loads(folder.read(name, "ingest")) for name in folder.names("receipts/")],
        answers=answers,
        decisions=current(answers),
        plan=document(plans[-1], "plan") if plans else None,
        journal=journal.lines(raw),
        outcomes=journal.outcomes(raw),
        closing=document(CLOSING, "close"),
    )


def _settings(folder: Folder) -> Settings:
    """The settings the last step worked with, as the folder keeps them."""
    used = [line["settings"] for line in folder.ledger() if line["settings"]]
    if not used:
        return Settings()
    name = f"settings/{used[-1][:16]}.toml"
    return parse(folder.read(name, "sync"), name)
