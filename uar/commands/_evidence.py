"""A review folder -> everything in it as tables, each file checked against the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from uar import journal
from uar.decisions import current
from uar.errors import FolderError
from uar.evidence import Evidence
from uar.folder import JOURNAL, LEDGER, Folder
from uar.previous import ABOUT, UNDER, Previous, names, read_back
from uar.review.moves import assigned
from uar.settings import Settings, parse
from uar.snapshot import ROSTER_FILE, file_names, from_files, from_lines
from uar.tables import (
    COVERAGE,
    EXCLUDED,
    FINDINGS,
    ITEMS,
    LINKS,
    PERSONS,
    REASSIGNMENTS,
    ROSTER,
    Table,
)
from uar.verify import CLOSING, ENTRY, MANIFEST, opened_files

EXCLUDED_FILE = "excluded.jsonl"  # only where something is out of scope
LATER = "later.json"


class Review(Protocol):
    """A review to be read: a folder, or what a pack holds."""

    def ledger(self) -> list[dict[str, Any]]: ...
    def names(self, under: str) -> list[str]: ...
    def read(self, name: str, step: str) -> bytes: ...


@dataclass(frozen=True)
class Unpacked:
    """The files of a pack, which has been checked."""

    files: Mapping[str, bytes]

    def ledger(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[LEDGER].splitlines()]

    def names(self, under: str) -> list[str]:
        names = [name for line in self.ledger() for name in line["wrote"]]
        return [name for name in names if name.startswith(under)]

    def read(self, name: str, step: str) -> bytes:
        try:
            return self.files[name]
        except KeyError:
            raise FolderError(
                f"{name} is not in the pack; an older uar may have made it."
            ) from None


def opened(path: Path) -> Review:
    """A review folder, a pack, or a pack that was unzipped; the two last ones checked before."""
    if path.is_dir() and not (path / MANIFEST).exists():
        return Folder(path)
    files = opened_files(path)
    if ENTRY in files:
        raise FolderError(
            f"{path} is a redacted twin, which only uar verify reads: it holds no answers of the "
            "tenant and no tables; name the pack."
        )
    return Unpacked(files)


@dataclass(frozen=True)
class Before:
    """A review as it stood before one of its ledger entries."""

    review: Review
    number: int

    def ledger(self) -> list[dict[str, Any]]:
        return self.review.ledger()[: self.number - 1]

    def names(self, under: str) -> list[str]:
        names = dict.fromkeys(name for line in self.ledger() for name in line["wrote"])
        return [name for name in names if name.startswith(under)]

    def read(self, name: str, step: str) -> bytes:
        content = self.review.read(name, step)
        then = [line["wrote"][name] for line in self.ledger() if name in line["wrote"]]
        return content[: then[-1]["bytes"]] if name == JOURNAL else content


def settings_of(review: Review, step: str) -> Settings:
    """The settings that a step worked with, as the review keeps them."""
    used = [line["settings"] for line in review.ledger() if line["step"] == step]
    if len(used) != 1:
        raise FolderError(f"{LEDGER} tells of uar {step} {len(used)} times, which is done once.")
    return kept_settings(review, used[0])


def load(folder: Review) -> Evidence:
    """What there is so far; a step that has not run yet leaves its part None or empty."""
    there = set(folder.names(""))

    def table(schema: Table, name: str, step: str) -> pd.DataFrame | None:
        return from_lines(schema, folder.read(name, step)) if name in there else None

    def document(name: str, step: str) -> Mapping[str, Any] | None:
        return json.loads(folder.read(name, step)) if name in there else None

    decisions, given = current(folder.read(name, "ingest") for name in folder.names("decisions/"))
    moves = [
        from_lines(REASSIGNMENTS, folder.read(name, "reassign"))
        for name in folder.names("reassignments/")
    ]
    items = table(ITEMS, "items.jsonl", "open")
    plans = {name: json.loads(folder.read(name, "plan")) for name in folder.names("plans/")}
    emergencies = {name: plan for name, plan in plans.items() if "emergency" in plan}
    decided = [plan for name, plan in plans.items() if name not in emergencies]
    raw = folder.read(JOURNAL, "apply") if JOURNAL in there else b""
    return Evidence(
        ledger=folder.ledger(),
        settings=_settings(folder),
        snapshot=from_files({name: folder.read(name, "sync") for name in file_names()}),
        persons=table(PERSONS, "persons.jsonl", "detect"),
        links=table(LINKS, "links.jsonl", "detect"),
        findings=table(FINDINGS, "findings.jsonl", "detect"),
        coverage=table(COVERAGE, "coverage.jsonl", "detect"),
        campaign=document("campaign.json", "open"),
        items=None if items is None else assigned(items, moves),
        receipts=[json.loads(folder.read(name, "ingest")) for name in folder.names("receipts/")],
        given=given,
        decisions=decisions,
        plan=decided[-1] if decided else None,
        emergencies=emergencies,
        journal=journal.lines(raw),
        outcomes=journal.outcomes(raw),
        closing=document(CLOSING, "close"),
        excluded=table(EXCLUDED, EXCLUDED_FILE, "open"),
        roster=given_roster(folder),
        previous=kept_previous(folder),
        later=document(LATER, "report --later"),
    )


def given_roster(review: Review) -> pd.DataFrame | None:
    """HR's list, ROSTER, as uar sync took it in; None where none was given."""
    if not review.names(ROSTER_FILE):
        return None
    return from_lines(ROSTER, review.read(ROSTER_FILE, "sync"))


def kept_previous(review: Review) -> Previous | None:
    """The earlier review that this one builds on, as it was frozen into it."""
    if not review.names(UNDER + ABOUT):
        return None
    return read_back({name: review.read(name, "detect") for name in names()})


def _settings(folder: Review) -> Settings:
    """The settings the last step worked with, as the folder keeps them."""
    used = [line["settings"] for line in folder.ledger() if line["settings"]]
    return kept_settings(folder, used[-1] if used else "")


def kept_settings(review: Review, used: str) -> Settings:
    """The settings of that digest; "": the defaults."""
    name = f"settings/{used[:16]}.toml"
    return parse(review.read(name, "sync"), name) if used else Settings()
