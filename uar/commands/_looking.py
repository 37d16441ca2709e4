"""What uar detect makes of a snapshot: for it, and for uar rebuild, which does the same again."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from uar.detections import Facts, detections, run
from uar.exceptions import FILE, accept, parse
from uar.overrides import overrides, refused
from uar.persons import persons
from uar.previous import Previous
from uar.settings import Settings
from uar.snapshot import Snapshot, to_lines

PERSONS_FILE = "persons.toml"
FINDINGS_FILE = "findings.jsonl"
DETECTED_FILES = ("persons.jsonl", "links.jsonl", FINDINGS_FILE, "coverage.jsonl")


@dataclass(frozen=True)
class Told:
    """persons.toml and exceptions.toml: what each holds, b"" where it was not given, and what its
    errors call it."""

    persons: bytes
    exceptions: bytes
    persons_file: str = PERSONS_FILE
    exceptions_file: str = FILE


@dataclass(frozen=True)
class Seen:
    """PERSONS, LINKS, FINDINGS and COVERAGE of a snapshot."""

    people: pd.DataFrame
    links: pd.DataFrame
    findings: pd.DataFrame
    coverage: pd.DataFrame

    def files(self) -> dict[str, bytes]:
        """DETECTED_FILES; the same bytes for the same tables."""
        tables = (self.people, self.links, self.findings, self.coverage)
        return dict(zip(DETECTED_FILES, map(to_lines, tables), strict=True))


def look(
    snapshot: Snapshot,
    settings: Settings,
    told: Told,
    roster: pd.DataFrame | None,
    previous: Previous | None,
) -> Seen:
    """Who is one person, and what is wrong; the same for the same input, whenever it is asked.

    `roster`: ROSTER, where HR's list was given. SetupError names the line of the first thing told
    that does not fit the snapshot.
    """
    exceptions = parse(told.exceptions, told.exceptions_file) if told.exceptions else None
    given = overrides(told.persons, told.persons_file, snapshot.accounts)
    people, links = persons(
        snapshot.accounts, settings.persons, settings.attributes.placeholders, given
    )
    refused(links, given)
    finished = pd.Timestamp(snapshot.header.finished_at)
    facts = Facts(snapshot, people, links, settings, finished, roster, previous, exceptions)
    findings, coverage = run(facts, detections())
    if exceptions is not None:
        findings, coverage = accept(findings, coverage, exceptions, finished, told.exceptions_file)
    return Seen(people, links, findings, coverage)
