"""Everything a review has so far, as tables: what status, reports and checks look at.

A stage that has not run yet is None; it is never taken for an empty result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from uar.previous import TABLES, Previous
from uar.settings import Settings
from uar.snapshot import Snapshot
from uar.verify import SEAL


@dataclass(frozen=True)
class Evidence:
    """A review at one ledger entry. The frames are the tables of their name in uar.tables."""

    ledger: Sequence[Mapping[str, Any]]  # every finished step, oldest first
    settings: Settings
    snapshot: Snapshot
    persons: pd.DataFrame | None
    links: pd.DataFrame | None
    findings: pd.DataFrame | None
    coverage: pd.DataFrame | None
    campaign: Mapping[str, Any] | None
    items: pd.DataFrame | None
    receipts: Sequence[Mapping[str, Any]]  # in the order the files came back
    given: Sequence[int]  # how many answers each file gave, in the order they were taken
    decisions: pd.DataFrame  # DECISIONS, the answers that count
    plan: Mapping[str, Any] | None  # the newest that was made from decisions
    journal: Sequence[Mapping[str, Any]]
    outcomes: pd.DataFrame
    closing: Mapping[str, Any] | None
    excluded: pd.DataFrame | None = None  # EXCLUDED, where uar.toml says what is in scope
    roster: pd.DataFrame | None = None  # ROSTER, where HR's list was given
    previous: Previous | None = None  # the review before this one, where one was given
    emergencies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # name -> plan
    later: Mapping[str, Any] | None = None  # later.json: what a later reading of the tenant showed
    redacted: bool = False  # of a twin: commitments in place of names

    @property
    def prepared_by(self) -> str:
        """Who ran the review: as closing recorded it, before that as uar.toml says; "": nobody."""
        said = self.closing or {}
        return str(said.get("prepared_by") or self.settings.campaign.prepared_by).strip()


def previous_of(evidence: Evidence) -> Previous:
    """An earlier review as the next one needs it; without its pages and without its seal key.

    The same of a folder and of its pack, which is without the entry that records it.
    """
    snapshot = evidence.snapshot
    campaign = evidence.campaign or {}
    parts = {
        table.name: table.empty() if frame is None else frame
        for table in TABLES
        for frame in [getattr(evidence, table.name)]
    }
    return Previous(
        name=campaign.get("name", ""),
        period=campaign.get("period", ""),
        ledger_head=[line["hash"] for line in evidence.ledger if line["step"] != SEAL][-1],
        snapshot=replace(snapshot, header=replace(snapshot.header, seal_key=""), pages={}),
        **parts,
    )
