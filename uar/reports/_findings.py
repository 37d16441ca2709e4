"""What the detections found, what they covered, and which findings somebody has accepted."""

from __future__ import annotations

from typing import Any

from uar.evidence import Evidence
from uar.reports._listing import Listing, lines, listing, records
from uar.reports._population import NOT_YET_DETECTED
from uar.tables import SEVERITIES


def findings(evidence: Evidence) -> Listing:
    # How long something has been found is known once an earlier review was given.
    ages = evidence.findings is not None and bool(evidence.findings["reviews"].notna().any())
    columns = (
        ("Severity", "text"),
        ("About", "text"),
        ("Finding", "text"),
        *((("Reviews in a row", "number"),) if ages else ()),
        ("Detection", "code"),
    )
    caption = "Findings, the most severe first"
    if evidence.findings is None:
        return listing("finding-list", caption, columns, (), NOT_YET_DETECTED)
    ranked = evidence.findings.assign(rank=evidence.findings["severity"].map(SEVERITIES.index))
    rows = (
        (
            row["severity"],
            row["subject_name"],
            lines(row["says"], _accepted(row)),
            *((_or_dash(row["reviews"]),) if ages else ()),
            row["detection"],
        )
        for row in records(ranked.sort_values(["rank", "detection", "id"]))
    )
    return listing("finding-list", caption, columns, rows, "Nothing was found.")


def accepted(evidence: Evidence) -> Listing:
    """Findings that exceptions.toml accepts: why, by whom, until when."""
    columns = (
        ("Severity", "text"),
        ("Finding", "text"),
        ("Why it is accepted", "text"),
        ("Approver", "text"),
        ("Last day", "time"),
    )
    name, caption = "accepted-list", "Findings that were accepted, each until its last day"
    if evidence.findings is None:
        return listing(name, caption, columns, (), NOT_YET_DETECTED)
    found = evidence.findings[evidence.findings["accepted_until"].notna()]
    rows = (
        (
            row["severity"],
            lines(row["says"], row["id"]),
            row["accepted_because"],
            row["accepted_by"],
            row["accepted_until"],
        )
        for row in records(found.sort_values(["accepted_until", "id"]))
    )
    return listing(name, caption, columns, rows, "No finding was accepted.")


def coverage(evidence: Evidence) -> Listing:
    columns = (
        ("Detection", "text"),
        ("Severity", "text"),
        ("Found", "number"),
        ("Looked at", "number"),
        ("Cannot tell", "number"),
        ("Accepted", "number"),
        ("Not run, because", "text"),
    )
    caption = "Detections and what they covered"
    if evidence.coverage is None:
        return listing("coverage-list", caption, columns, (), NOT_YET_DETECTED)
    rows = (
        (
            lines(row["title"], row["detection"]),
            row["severity"],
            *(_or_dash(row[name]) for name in ("found", "looked_at", "cannot_tell", "accepted")),
            row["not_run"] or "",
        )
        for row in records(evidence.coverage)
    )
    return listing("coverage-list", caption, columns, rows, "No detections.")


def said(evidence: Evidence) -> str:
    """52 detections, 50 of them run."""
    if evidence.coverage is None:
        return ""
    every, run = len(evidence.coverage), int(evidence.coverage["not_run"].isna().sum())
    missing = "all of them were run." if run == every else f"{run:,} of them were run."
    return f"{every:,} detections; {missing}"


def _accepted(row: dict[str, Any]) -> str | None:
    if row["accepted_until"] is None:
        return None
    return f"Accepted until {row['accepted_until']} by {row['accepted_by']}."


def _or_dash(value: int | None) -> int | str:
    return "-" if value is None else int(value)
