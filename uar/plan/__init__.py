"""Decisions -> what would be removed, what stands in the way, and what a person has to do.

Only a Revoke becomes a removal. Modify and Not sure are a person's work; what was not reviewed is
counted and never acted on. Conflicts are shown on the removal, not solved by a guess: a removal
takes away one grant that somebody decided to revoke, whatever was decided about other grants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from uar.settings import Apply
from uar.snapshot import Snapshot
from uar.tables import DECISION_WORDS, ITEM_KINDS, OUTCOMES

from ._blockers import in_the_way
from ._effects import with_effects
from ._known import READER, Row, account_of, look_up, records, shown

NOT_REVIEWED = "Not reviewed"


@dataclass(frozen=True)
class Plan:
    """Each list holds plain dicts with at least item, kind, account, entitlement and why."""

    removals: list[Row]
    blocked: list[Row]
    todo: list[Row]
    counts: dict[str, int]  # items per decision, with Not reviewed
    population: int
    limit: int  # more removals than this need --max-removals


def plan(
    snapshot: Snapshot,
    items: pd.DataFrame,
    decisions: pd.DataFrame,
    settings: Apply,
    outcomes: pd.DataFrame | None = None,
) -> Plan:
    """The plan that these decisions ask for. `outcomes`: what earlier runs did, if any."""
    done = OUTCOMES.empty() if outcomes is None else outcomes
    rows = _rows(items, decisions, done)
    revoked = [row for row in rows if row["decision"] == "Revoke"]
    decided = items.merge(decisions[["item_id", "decision"]], on="item_id")
    known = look_up(snapshot, settings, decided, revoked, done)
    removals, blocked = [], []
    for row in revoked:
        reasons = list(in_the_way(row, known))
        if reasons:
            why, do = (" ".join(texts) for texts in zip(*reasons, strict=True))
            blocked.append(shown(row, why, do=do))
        else:
            removals.append(row)
    counts = Counter(decided["decision"])
    return Plan(
        removals=with_effects(removals, known),
        blocked=blocked,
        todo=list(_todo(rows, done)),
        counts={word: counts[word] for word in DECISION_WORDS}
        | {NOT_REVIEWED: len(items) - len(decided)},
        population=len(items),
        limit=max(1, int(settings.max_removals_share * len(items))),
    )


def _rows(items: pd.DataFrame, decisions: pd.DataFrame, done: pd.DataFrame) -> list[Row]:
    """Decided items that something follows from: all but a Keep of what is still there.

    In the order a person reads them; within an admin, Read Only comes last.
    """
    follows = (decisions["decision"] != "Keep") | decisions["item_id"].isin(done["item_id"])
    joined = items.merge(decisions[follows], on="item_id", suffixes=("", "_decided"))
    return sorted(
        records(joined),
        key=lambda row: (
            ITEM_KINDS.index(row["kind"]),
            account_of(row).casefold(),
            row["holder_id"],
            row["entitlement"].casefold() == READER,
            row["entitlement"].casefold(),
            row["item_id"],
        ),
    )


def _todo(rows: list[Row], done: pd.DataFrame) -> Iterator[Row]:
    gone = set(done.loc[done["gone"].fillna(False).astype(bool), "item_id"])
    for row in rows:
        decision, reason = row["decision"], row["reason"] or row["comment"]
        said = f": {reason}" if reason else ""
        if decision == "Modify":
            yield shown(row, f"Modify{said}", do="Change the access as described, by hand.")
        elif decision == "Not sure":
            yield shown(row, f"Not sure{said}", do="Find somebody who can decide.")
        elif decision == "Keep" and row["item_id"] in gone:
            yield shown(
                row,
                "Keep was decided after it had been removed.",
                do=f"Put it back: uar undo FOLDER {row['item_id']}",
            )
