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
from uar.tables import DECISION_WORDS, NOT_REVIEWED, records

from ._blockers import in_the_way
from ._effects import with_effects
from ._emergency import Approval, asked
from ._known import Ground, Known, Row, in_order, look_up, shown

__all__ = ["Approval", "Ground", "Plan", "emergency", "plan"]


@dataclass(frozen=True)
class Plan:
    """Each list holds plain dicts with at least item, kind, account, entitlement and why."""

    removals: list[Row]
    blocked: list[Row]
    todo: list[Row]
    counts: dict[str, int]  # items per decision, with Not reviewed; findings of an emergency
    population: int  # items; accounts in an emergency
    limit: int  # more removals than this need --max-removals


def plan(ground: Ground, items: pd.DataFrame, decisions: pd.DataFrame) -> Plan:
    """The plan that these decisions ask for."""
    done = ground.outcomes
    rows = _rows(items, decisions, done)
    revoked = [row for row in rows if row["decision"] == "Revoke"]
    decided = items.merge(decisions[["item_id", "decision"]], on="item_id")
    answers = dict(zip(decided["grant_id"], decided["decision"], strict=True))
    known = look_up(ground, answers, revoked)
    removals, blocked = _parted(revoked, known)
    counts = Counter(decided["decision"])
    return Plan(
        removals=removals,
        blocked=blocked,
        todo=list(_todo(rows, done)),
        counts={word: counts[word] for word in DECISION_WORDS}
        | {NOT_REVIEWED: len(items) - len(decided)},
        population=len(items),
        limit=_limit(ground.settings, len(items)),
    )


def emergency(ground: Ground, findings: pd.DataFrame, approval: Approval) -> Plan:
    """The plan that findings ask for, straight away. `findings`: FINDINGS.

    Raises SetupError where a word names no finding, or one that no account should end for.
    """
    chosen, rows = asked(ground, findings, approval)
    removals, blocked = _parted(rows, look_up(ground, {}, rows))
    accounts = len(ground.snapshot.accounts)
    return Plan(
        removals=removals,
        blocked=blocked,
        todo=[],
        counts={"findings": len(chosen)},
        population=accounts,
        limit=_limit(ground.settings, accounts),
    )


def _parted(rows: list[Row], known: Known) -> tuple[list[Row], list[Row]]:
    """(removals with what they do, blocked ones with what stands in the way)."""
    removals, blocked = [], []
    for row in rows:
        reasons = list(in_the_way(row, known))
        if reasons:
            why, do = (" ".join(texts) for texts in zip(*reasons, strict=True))
            blocked.append(shown(row, why, do=do))
        else:
            removals.append(row)
    return with_effects(removals, known), blocked


def _limit(settings: Apply, population: int) -> int:
    return max(1, int(settings.max_removals_share * population))


def _rows(items: pd.DataFrame, decisions: pd.DataFrame, done: pd.DataFrame) -> list[Row]:
    """Decided items that something follows from: all but a Keep of what is still there."""
    follows = (decisions["decision"] != "Keep") | decisions["item_id"].isin(done["item_id"])
    joined = items.merge(decisions[follows], on="item_id", suffixes=("", "_decided"))
    return in_order(_decided(row) for row in records(joined))


def _decided(row: Row) -> Row:
    """The one role of a service account goes with the account: that is a kind of its own."""
    return {
        **row,
        "kind": "service account" if row["holder_kind"] == "service" else row["kind"],
        "because": f"Revoke: {row['reason']} ({row['signed_name'] or row['reviewer']})",
        "decided_in": f"{row['file']}, {row['cell']}",
    }


def _rights(row: Row) -> str:
    """What to do where only the administrator rights of a device should go."""
    if not row["sudo"]:
        return ""
    finding = (
        f"GRP-07:{row['holder_id']}"
        if row["holder_kind"] == "group"
        else f"AUT-09:{row['grant_id']}"
    )
    return (
        " If only the administrator rights should go: "
        f"uar plan FOLDER --finding '{finding}' --approver E-MAIL --reason TEXT"
    )


def _todo(rows: list[Row], done: pd.DataFrame) -> Iterator[Row]:
    gone = set(done.loc[done["gone"].fillna(False).astype(bool), "item_id"])
    for row in rows:
        decision, reason = row["decision"], row["reason"] or row["comment"]
        said = f": {reason}" if reason else ""
        if decision == "Modify":
            yield shown(
                row, f"Modify{said}", do=f"Change the access as described, by hand.{_rights(row)}"
            )
        elif decision == "Not sure":
            yield shown(row, f"Not sure{said}", do="Find somebody who can decide.")
        elif decision == "Keep" and row["item_id"] in gone:
            yield shown(
                row,
                "Keep was decided after it had been removed.",
                do=f"Put it back: uar undo FOLDER {row['item_id']}",
            )
