"""The review as plain tables for an auditor's own tests: one row a thing, every id in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.measures import exceptions, people, timing
from uar.measures.quality import quality
from uar.tables import records
from uar.tieout import TieOut

Value = str | int | None  # None: unknown
ITEM_COLUMNS = (
    ("Item", "item_id", 22), ("Kind", "kind", 20), ("Band", "band", 11),
    ("Person", "holder_name", 22), ("Account", "login", 26), ("Account id", "holder_id", 40),
    ("Status", "status", 10), ("Title", "title", 20), ("Department", "department", 16),
    ("Access", "entitlement", 24), ("Access id", "entitlement_id", 40), ("Opens", "opens", 24),
    ("Last use", "last_use", 24), ("Since last review", "since", 12),
    ("Decided then", "last_decision", 12), ("Flags", "flags", 40),
    ("Worst flag", "flag_severity", 10), ("Reviewer", "reviewer", 20),
    ("Reviewer e-mail", "reviewer_email", 30), ("Routed by", "routed_by", 10),
    ("Decision", "decision", 12), ("Reason", "reason", 40), ("Comment", "comment", 24),
    ("Signed", "signed_name", 20), ("Returned file", "file", 34), ("Cell", "cell", 14),
    ("Outcome", "state", 14),
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its columns as (heading, width in characters), its rows."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Value]]


def sheets(evidence: Evidence, tieout: TieOut) -> tuple[Sheet, ...]:
    """Tie-out, items, findings, removals, exceptions, reviewers, files."""
    return (
        _tie_out(tieout),
        _items(tieout),
        _findings(evidence),
        _removals(evidence, tieout),
        _exceptions(evidence, tieout),
        _reviewers(evidence, tieout),
        _files(evidence),
    )


def _tie_out(tieout: TieOut) -> Sheet:
    """A line a term; terms of one side add up, and all sides of an equation must be equal."""
    columns = (("Equation", 34), ("Side", 6), ("What", 40), ("Number", 10),
               ("Unexplained difference", 22), ("Not explained", 60))  # fmt: skip
    rows: list[Sequence[Value]] = [
        (equation.title, side, term.word, term.number, equation.difference,
         ", ".join(equation.unexplained))
        for equation in tieout.equations
        for side, terms in enumerate(equation.sides, 1)
        for term in terms
    ]  # fmt: skip
    return Sheet("Tie-out", columns, rows)


def _items(tieout: TieOut) -> Sheet:
    columns = tuple((heading, width) for heading, _, width in ITEM_COLUMNS)
    if tieout.standing is None:
        return Sheet("Items", columns, ())
    return Sheet("Items", columns, _rows(tieout.standing, (name for _, name, _ in ITEM_COLUMNS)))


def _findings(evidence: Evidence) -> Sheet:
    names = (
        "id",
        "detection",
        "severity",
        "subject",
        "subject_name",
        "says",
        "accounts",
        "reviews",
        "accepted_because",
        "accepted_by",
        "accepted_until",
    )
    columns = (("Finding", 50), ("Detection", 11), ("Severity", 10), ("Subject", 44),
               ("Subject's name", 26), ("What was found", 80), ("Accounts", 44),
               ("Reviews in a row", 10), ("Accepted because", 40), ("Accepted by", 20),
               ("Accepted until", 12))  # fmt: skip
    rows = () if evidence.findings is None else _rows(evidence.findings, names)
    return Sheet("Findings", columns, rows)


def _removals(evidence: Evidence, tieout: TieOut) -> Sheet:
    """Every Revoke, also one that is not done."""
    columns = (
        ("Item", 22), ("Account", 26), ("Access", 24), ("Kind", 20), ("Decided (UTC)", 20),
        ("Outcome", 14), ("Seen to be gone (UTC)", 20), ("Business days", 10), ("Target", 8),
        ("Late", 8), ("HTTP status", 8), ("Detail", 60), ("Later look", 14),
        ("Later look (UTC)", 20),
    )  # fmt: skip
    if tieout.standing is None:
        return Sheet("Removals", columns, ())
    table = timing.removal_times(evidence, tieout)
    table = table.merge(
        tieout.standing[["item_id", "login", "entitlement", "kind", "state"]], on="item_id"
    ).merge(evidence.outcomes, on="item_id", how="left")
    table["late"] = table["late"].map({True: "yes", False: "no"})
    names = (
        "item_id", "login", "entitlement", "kind", "decided_at", "state", "ended_at", "business",
        "target", "late", "status", "detail", "verified", "verified_at",
    )  # fmt: skip
    return Sheet("Removals", columns, _rows(table, names))


def _exceptions(evidence: Evidence, tieout: TieOut) -> Sheet:
    """Keeps against a strong flag, and items that were open when the review was closed."""
    columns = (
        ("Item", 22), ("Account", 26), ("Access", 24), ("Kind", 20), ("Why it is one", 36),
        ("Reason", 50), ("Reviewer", 20), ("Approver", 30), ("Last day", 12),
    )  # fmt: skip
    names = ("item_id", "login", "entitlement", "kind", "why", "reason", "reviewer", "approver",
             "expires")  # fmt: skip
    rows: list[Sequence[Value]] = []
    if (kept := exceptions.overrides(evidence, tieout)) is not None:
        rows += _rows(kept.assign(why="Keep against a critical or high flag"), names)
    if (left := exceptions.left_open(evidence, tieout)) is not None:
        rows += _rows(left.assign(why="open at closing: " + left["left"]), names)
    return Sheet("Exceptions", columns, rows)


def _reviewers(evidence: Evidence, tieout: TieOut) -> Sheet:
    columns = (
        ("Reviewer", 22), ("E-mail", 32), ("Account at the snapshot", 14), ("Items", 8),
        ("Of these their own", 10), ("Could grant access themselves", 30), ("Answers", 8),
        ("Keep", 8), ("Revoke", 8), ("Flagged", 8), ("Flagged and kept", 10),
        ("With a reason", 10), ("Reasons used again", 10), ("Longest run alike", 10),
        ("Days to return", 10), ("A second look?", 60),
    )  # fmt: skip
    judged = {one.email: one for one in people.eligibility(evidence, tieout)}
    rows: list[Sequence[Value]] = []
    for one in quality(evidence, tieout):
        able = judged[one.email]
        rows.append(
            (one.reviewer, one.email, able.status, one.items, able.own, ", ".join(able.grants),
             one.answered, one.kept, one.revoked, one.flagged, one.flagged_kept, one.reasons,
             one.repeated, one.run, one.days, " ".join(one.look))
        )  # fmt: skip
    return Sheet("Reviewers", columns, rows)


def _files(evidence: Evidence) -> Sheet:
    """Every file each step wrote, as it was then."""
    columns = (("Entry", 8), ("Step", 10), ("At (UTC)", 22), ("File", 50), ("Bytes", 12),
               ("SHA-256", 66), ("Hash of the entry", 66))  # fmt: skip
    rows: list[Sequence[Value]] = [
        (line["number"], line["step"], line["at"], name, stamp["bytes"], stamp["sha256"],
         line["hash"])
        for line in evidence.ledger
        for name, stamp in line["wrote"].items()
    ]  # fmt: skip
    return Sheet("Files", columns, rows)


def _rows(table: pd.DataFrame, names: Iterable[str]) -> list[Sequence[Value]]:
    chosen = table[list(names)]
    for name in chosen.columns:
        if isinstance(chosen[name].dtype, pd.DatetimeTZDtype):
            chosen = chosen.assign(**{name: chosen[name].dt.strftime("%Y-%m-%d %H:%M:%S")})
    return [tuple(map(_value, row.values())) for row in records(chosen)]


def _value(value: Any) -> Value:
    """Text on one line, a whole number or unknown, whatever pandas made of it."""
    if value is None or value != value:
        return None
    return value.replace("\n", " / ") if isinstance(value, str) else int(value)
