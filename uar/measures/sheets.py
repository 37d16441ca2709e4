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
    ("Item", "item_id", 24), ("Person", "holder_name", 22), ("Account", "login", 26),
    ("Status", "status", 10), ("Title", "title", 20), ("Department", "department", 16),
    ("Access", "entitlement", 24), ("Kind", "kind", 20), ("Opens", "opens", 24),
    ("Band", "band", 11),
    ("Last use", "last_use", 20), ("Since last review", "since", 11),
    ("Decided then", "last_decision", 11), ("Flags", "flags", 60),
    ("Worst flag", "flag_severity", 10), ("Reviewer", "reviewer", 18),
    ("Decision", "decision", 12), ("Reason", "reason", 32), ("Outcome", "state", 12),
    ("Comment", "comment", 24), ("Signed", "signed_name", 20),
    ("Reviewer e-mail", "reviewer_email", 33), ("Routed by", "routed_by", 10),
    ("Returned file", "file", 28), ("Cell", "cell", 13), ("Account id", "holder_id", 26),
    ("Access id", "entitlement_id", 26), ("Given", "given", 22),
)  # fmt: skip
ITEM_TURNS = ("Last use", "Comment")  # who holds what; what was said of it; where that stands


@dataclass(frozen=True)
class Sheet:
    """A table: its name, its columns as (heading, width in characters), its rows.

    `turns`: headings that begin another sheet of paper, where one cannot hold them all.
    """

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Value]]
    turns: tuple[str, ...] = ()


def sheets(evidence: Evidence, tieout: TieOut) -> tuple[Sheet, ...]:
    """Tie-out, items, findings, detections, removals, exceptions, reviewers, files."""
    return (
        _tie_out(tieout),
        _items(tieout),
        _findings(evidence),
        _detections(evidence),
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
        return Sheet("Items", columns, (), ITEM_TURNS)
    rows = _rows(tieout.standing, (name for _, name, _ in ITEM_COLUMNS))
    return Sheet("Items", columns, rows, ITEM_TURNS)


def _findings(evidence: Evidence) -> Sheet:
    names = (
        "id", "detection", "severity", "subject_name", "says", "reviews", "subject", "accounts",
        "accepted_because", "accepted_by", "accepted_until",
    )  # fmt: skip
    columns = (("Finding", 46), ("Detection", 10), ("Severity", 9), ("Subject's name", 24),
               ("What was found", 80), ("Reviews in a row", 10), ("Subject", 44),
               ("Accounts", 44), ("Accepted because", 30), ("Accepted by", 18),
               ("Accepted until", 11))  # fmt: skip
    rows = () if evidence.findings is None else _rows(evidence.findings, names)
    return Sheet("Findings", columns, rows, ("Subject",))


def _detections(evidence: Evidence) -> Sheet:
    """What was looked for, also where nothing was found or nothing could be asked."""
    names = (
        "detection", "title", "severity", "found", "looked_at", "cannot_tell", "accepted",
        "not_run",
    )  # fmt: skip
    columns = (("Detection", 10), ("Looks for", 52), ("Severity", 9), ("Found", 9),
               ("Looked at", 10), ("Cannot tell", 11), ("Accepted", 10),
               ("Not run, because", 44))  # fmt: skip
    rows = () if evidence.coverage is None else _rows(evidence.coverage, names)
    return Sheet("Detections", columns, rows)


def _removals(evidence: Evidence, tieout: TieOut) -> Sheet:
    """Every Revoke, also one that is not done."""
    columns = (
        ("Item", 24), ("Account", 24), ("Access", 22), ("Kind", 18), ("Decided (UTC)", 19),
        ("Outcome", 13), ("Seen to be gone (UTC)", 19), ("Business days", 10), ("Target", 8),
        ("Late", 6), ("HTTP status", 8), ("Detail", 36), ("Later look", 12),
        ("Later look (UTC)", 19),
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
        ("Item", 24), ("Account", 24), ("Access", 22), ("Kind", 18), ("Why it is one", 30),
        ("Reason", 40), ("Reviewer", 18), ("Approver", 24), ("Last day", 11),
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
        ("Reviewer", 20), ("E-mail", 30), ("Account at the snapshot", 13), ("Items", 8),
        ("Of these their own", 10), ("Could grant access themselves", 26), ("Answers", 9),
        ("Keep", 8), ("Revoke", 8), ("Flagged", 9), ("Flagged and kept", 10),
        ("With a reason", 10), ("Reasons used again", 10), ("Longest run alike", 10),
        ("Days to return", 10), ("A second look?", 40),
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
               ("SHA-256", 36), ("Hash of the entry", 36))  # fmt: skip
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
