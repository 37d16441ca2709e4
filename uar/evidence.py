"""Everything a review has so far, as tables: what status, reports and checks look at.

A stage that has not run yet is None; it is never taken for an empty result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.settings import Settings
from uar.snapshot import Snapshot


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
    answers: Sequence[pd.DataFrame]  # DECISIONS, one a file that was taken
    decisions: pd.DataFrame  # DECISIONS, the answers that count
    plan: Mapping[str, Any] | None  # the newest
    journal: Sequence[Mapping[str, Any]]
    outcomes: pd.DataFrame
    closing: Mapping[str, Any] | None
