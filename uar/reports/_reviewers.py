"""Who was asked and may judge, and how each reviewer answered."""

from __future__ import annotations

from collections.abc import Sequence

from uar.evidence import Evidence
from uar.measures import people
from uar.measures.quality import Quality
from uar.reports._listing import Cell, Lines, Listing, lines, listing, records, spoken
from uar.reports._population import NOT_YET_OPENED, ROUTES
from uar.reports._results import percent
from uar.tieout import TieOut


def eligibility(evidence: Evidence, tieout: TieOut) -> Listing:
    """Each reviewer: active, asked by which rule, not about themselves, able to grant it anew?"""
    found = people.eligibility(evidence, tieout)
    used = [route for route in ROUTES if any(route in one.routes for one in found)]
    columns = (
        ("Reviewer", "text"), ("Account at the snapshot", "text"),
        *((("When read again", "text"),) if evidence.later else ()),
        *((route, "number") for route in used), ("Items", "number"),
        ("Of these their own", "number"),
        ("Could grant access themselves", "text"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            lines(one.reviewer, one.email),
            one.status,
            *((one.later,) if evidence.later else ()),
            *(one.routes.get(route, 0) for route in used),
            one.items,
            one.own,
            f"Yes: {', '.join(one.grants)}" if one.grants else "No",
        )
        for one in found
    ]
    totals = [sum(one.routes.get(route, 0) for one in found) for route in used]
    whole = (sum(one.items for one in found), sum(one.own for one in found))
    return listing(
        "assigned", "Who was asked, by which rule, and whether they may judge", columns, rows,
        NOT_YET_OPENED, ("All", "", *(("",) if evidence.later else ()), *totals, *whole, ""),
    )  # fmt: skip


def still_active_said(evidence: Evidence) -> str:
    """Whether reviewers were active when their answers came back."""
    if evidence.later is None:
        return (
            "Whether an account was still active when the file came back shows once the tenant is "
            "read again (uar report --later FOLDER): not given."
        )
    last = max((receipt["received_at"] for receipt in evidence.receipts), default="")
    came = f" the last file came back on {spoken(last)}." if last else " no file has come back."
    return f"The accounts were read again on {spoken(evidence.later['finished_at'])} UTC;{came}"


def moved(evidence: Evidence) -> Listing:
    """Items that a delegate was asked about, or that were put to somebody else later, and why."""
    columns = (("Reviewer", "text"), ("By", "text"), ("Items", "number"), ("Why", "text"))
    caption = "Delegated and reassigned"
    if evidence.items is None:
        return listing("moved", caption, columns, (), NOT_YET_OPENED)
    others = evidence.items[evidence.items["routed_by"].isin(("delegate", "reassign"))]
    keys = ["reviewer", "reviewer_email", "routed_by", "routed_because"]
    counts = others.groupby(keys, sort=True).size().rename("items").reset_index()
    rows: list[tuple[Cell, ...]] = [
        (
            lines(row["reviewer"], row["reviewer_email"]),
            row["routed_by"],
            int(row["items"]),
            row["routed_because"],
        )
        for row in records(counts)
    ]
    none = "Nothing was delegated or reassigned."
    return listing("moved", caption, columns, rows, none)


def quality_said(evidence: Evidence) -> str:
    """What the table cannot tell."""
    earlier = "What a reviewer revoked in an earlier review: not given. "
    return ("" if evidence.previous else earlier) + (
        "Spot checks by a second reviewer are made outside uar, and their results are not given "
        "here; uar sample picks the items for them, the same ones for the same seed."
    )


def quality_of(evidence: Evidence, judged: Sequence[Quality]) -> Listing:
    earlier = evidence.previous is not None
    columns = (
        ("Reviewer", "text"), ("Answers", "number"), ("Kept", "number"), ("Revoked", "number"),
        *((("Revoked last time", "number"),) if earlier else ()),
        ("Flagged and kept", "number"), ("With a reason", "number"),
        ("Reasons used again", "number"), ("Longest run alike", "number"),
        ("Days to return", "number"), ("A second look?", "text"),
    )  # fmt: skip
    rows = (
        (
            lines(one.reviewer, one.email),
            one.answered,
            percent(one.kept, one.answered),
            one.revoked,
            *(("-" if one.revoked_before is None else one.revoked_before,) if earlier else ()),
            f"{one.flagged_kept:,} of {one.flagged:,}",
            percent(one.reasons, one.answered),
            percent(one.repeated, one.reasons),
            one.run,
            "-" if one.days is None else one.days,
            Lines(one.look, even=True) if one.look else "no sign",
        )
        for one in judged
    )
    return listing("quality-list", "How each reviewer answered", columns, rows, NOT_YET_OPENED)
