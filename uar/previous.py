"""An earlier review of the same tenant, kept whole in the folder of the one that builds on it.

What is new, changed, back again or open for the third time is told against it. It is copied in, so
that a review can be read, rebuilt and verified without the folder it came after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from uar.snapshot import (
    Snapshot,
    file_names,
    from_files,
    from_lines,
    json_bytes,
    to_files,
    to_lines,
)
from uar.tables import COVERAGE, DECISIONS, FINDINGS, ITEMS, OUTCOMES, PERSONS

UNDER = "previous/"
ABOUT = "review.json"
TABLES = (PERSONS, FINDINGS, COVERAGE, ITEMS, DECISIONS, OUTCOMES)


@dataclass(frozen=True)
class Previous:
    """The earlier review: PERSONS, FINDINGS, COVERAGE, ITEMS, DECISIONS (those that count) and
    OUTCOMES.

    A step that it never reached left its table with no rows.
    """

    name: str  # of its campaign
    period: str
    # The hash of its last ledger line, or of a closed one the root hash: which it was, to the byte.
    ledger_head: str
    snapshot: Snapshot
    persons: pd.DataFrame
    findings: pd.DataFrame
    items: pd.DataFrame
    decisions: pd.DataFrame
    outcomes: pd.DataFrame
    coverage: pd.DataFrame = field(default_factory=COVERAGE.empty)

    @property
    def called(self) -> str:
        """User access review 2026-Q3; one that was never opened has a day only."""
        named = " ".join(filter(None, (self.name, self.period)))
        return named or f"the review of {self.snapshot.header.finished_at[:10]}"


def names() -> tuple[str, ...]:
    """Every file of it in the folder of the review that builds on it."""
    tables = (f"{table.name}.jsonl" for table in TABLES)
    return tuple(UNDER + name for name in (ABOUT, *file_names(), *tables))


def files_of(previous: Previous) -> dict[str, bytes]:
    """The earlier review as files, name -> bytes; the same bytes for the same review."""
    about = {
        "name": previous.name,
        "period": previous.period,
        "ledger_head": previous.ledger_head,
    }
    parts = {ABOUT: json_bytes(about), **to_files(previous.snapshot)}
    parts |= {f"{table.name}.jsonl": to_lines(getattr(previous, table.name)) for table in TABLES}
    return {UNDER + name: content for name, content in parts.items()}


def read_back(files: Mapping[str, bytes]) -> Previous:
    """The inverse of `files_of`."""
    own = {name.removeprefix(UNDER): content for name, content in files.items()}
    tables = {table.name: from_lines(table, own[f"{table.name}.jsonl"]) for table in TABLES}
    about = json.loads(own[ABOUT])
    return Previous(about["name"], about["period"], about["ledger_head"], from_files(own), **tables)
