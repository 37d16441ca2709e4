"""What is otherwise than in the review before this one: people, access, decisions, findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from uar.compare import Comparison, Side, compare
from uar.evidence import Evidence
from uar.previous import Previous
from uar.tables import SEVERITIES
from uar.tieout import NOT_REVIEWED, TieOut

BACK, NEW, STAYED = "back again", "new", "held then too"
SINCE = (BACK, NEW, STAYED)
STILL, FIRST, GONE = "found then too", "new", "no longer found"


@dataclass(frozen=True)
class Changes:
    """`since`: item_id -> one of SINCE. `then`: item_id -> the earlier decision, unknown if none.

    `findings`: per severity, how many are new, were found then too, and are no longer found.
    """

    previous: Previous
    compared: Comparison
    since: pd.Series[Any]
    then: pd.Series[Any]
    findings: tuple[tuple[str, int, int, int], ...]


def changes(evidence: Evidence, tieout: TieOut) -> Changes | None:
    """Against the earlier review; None where none was given, or nothing was opened yet."""
    previous, standing = evidence.previous, tieout.standing
    if previous is None or standing is None:
        return None
    compared = compare(
        Side(previous.snapshot, previous.persons, removed_in(previous)),
        Side(evidence.snapshot, evidence.persons, frozenset()),
    )
    grants = standing["grant_id"]
    since = pd.Series(STAYED, index=standing.index, dtype="string")
    then = set(previous.snapshot.grants["grant_id"])  # isin takes a second for so many
    since = since.mask(np.array([grant not in then for grant in grants], dtype=bool), NEW)
    since = since.mask(grants.isin(compared.reappeared["change_id"]), BACK)
    asked = previous.items.set_index("item_id")
    decided = previous.decisions.set_index("item_id")["decision"]
    answered = decided.reindex(asked.index).fillna(NOT_REVIEWED).reindex(standing["item_id"])
    return Changes(
        previous,
        compared,
        pd.Series(since.array, index=standing["item_id"]),
        answered,
        _findings(evidence, previous),
    )


def removed_in(previous: Previous) -> frozenset[str]:
    """Ids of the grants that the earlier review took away and saw gone."""
    gone = previous.outcomes.loc[previous.outcomes["gone"].fillna(False), "item_id"]
    items = previous.items
    return frozenset(items.loc[items["item_id"].isin(gone), "grant_id"])


def _findings(evidence: Evidence, previous: Previous) -> tuple[tuple[str, int, int, int], ...]:
    if evidence.findings is None:
        return ()
    now, then = evidence.findings, previous.findings
    both = now["id"].isin(then["id"])
    gone = ~then["id"].isin(now["id"])

    def of(frame: pd.DataFrame, which: pd.Series[Any], severity: str) -> int:
        return int((which & (frame["severity"] == severity)).sum())

    return tuple(
        (severity, of(now, ~both, severity), of(now, both, severity), of(then, gone, severity))
        for severity in SEVERITIES
    )
