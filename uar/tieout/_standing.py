"""Every item with its answer and what came of it; the items that are their reviewer's own."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.tables import records

NOT_REVIEWED = "Not reviewed"
BLOCKED, WAITING, UNDONE = "blocked", "not yet applied", "undone"
DONE = ("removed", "already gone")
STATES = (*DONE, "still held", "drift", "failed", "unknown", BLOCKED, WAITING, UNDONE)
STRONG_FLAGS = ("critical", "high")
ANSWERED = (
    "decision", "reason", "comment", "signed_name", "signed_email", "file", "cell", "received_at",
)  # fmt: skip


def standing_of(evidence: Evidence) -> pd.DataFrame | None:
    """Items, each with its answer (or Not reviewed) and, where revoked, its `state`.

    A Revoke that a plan made afterwards says nothing of has no state: it is unexplained.
    """
    if evidence.items is None:
        return None
    answers = evidence.decisions[["item_id", *ANSWERED]]
    table = evidence.items.merge(answers, on="item_id", how="left", validate="one_to_one")
    table["decision"] = table["decision"].fillna(NOT_REVIEWED)
    states = _states(evidence)
    revoked = table["decision"] == "Revoke"
    table["state"] = table["item_id"].map(states).astype("string")
    if not _plan_is_current(evidence):
        table["state"] = table["state"].fillna(WAITING)
    table["state"] = table["state"].where(revoked)
    return table


def left_of(standing: pd.DataFrame) -> pd.Series[Any]:
    """What is left to do of each item, in a word; unknown where nothing is."""
    decision = standing["decision"]
    left = standing["state"].fillna("unexplained").where(decision == "Revoke")
    left = left.mask(left.isin(DONE))
    return left.mask(decision.isin((NOT_REVIEWED, "Not sure", "Modify")), decision)


def _plan_is_current(evidence: Evidence) -> bool:
    """Was the newest plan made from all answers taken in until now?"""
    return evidence.plan is not None and len(evidence.plan["made_from"]) == len(evidence.given)


def _states(evidence: Evidence) -> dict[str, str]:
    """What has become of each planned item: what the journal says, else what the plan says."""
    plan = evidence.plan or {"removals": (), "blocked": ()}
    waiting = {entry["item"] for entry in plan["removals"]}
    states = dict.fromkeys(waiting, WAITING)
    states |= {entry["item"]: BLOCKED for entry in plan["blocked"]}
    for row in records(evidence.outcomes):
        item = row["item_id"]
        if row["verified"] == "back again":
            states[item] = "still held"
        elif row["action"] == "remove":
            states[item] = row["outcome"]
        elif row["outcome"] in ("restored", "already there"):
            states[item] = WAITING if item in waiting else UNDONE
        else:  # an undo that did not put it back
            states[item] = "removed" if row["gone"] else "unknown"
    return states


def own_items(evidence: Evidence, standing: pd.DataFrame) -> tuple[str, ...]:
    """Items whose reviewer is the person who holds them."""
    persons = evidence.persons
    person_of = (
        {}
        if persons is None
        else dict(zip(persons["account_id"], persons["person_id"], strict=True))
    )
    holder = standing["person_id"].fillna(standing["holder_id"])
    reviewer = standing["reviewer_id"].map(lambda account: person_of.get(account, account))
    same = (holder == reviewer) | (standing["holder_id"] == standing["reviewer_id"])
    return tuple(sorted(standing.loc[same, "item_id"]))
