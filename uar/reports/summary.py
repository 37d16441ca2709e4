"""What each reviewer decided, and what happened then: a section for each, to be sent to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.measures.quality import quality
from uar.reports import Report
from uar.reports._charts import DECISION_PARTS
from uar.reports._drawn import kinds
from uar.reports._html import page
from uar.reports._listing import Listing, lines, listing, records
from uar.reports._results import decisions_by_kind
from uar.reports.report import cover
from uar.text import counted, plain
from uar.tieout import TieOut


def render(
    evidence: Evidence, tieout: TieOut, own_templates: Path | None, paper: str = ""
) -> bytes:
    """The page's bytes; the same for the same review."""
    return page(
        "summary.html",
        own_templates,
        {
            "cover": cover(evidence, tieout),
            "reviewers": _reviewers(evidence, tieout),
            "decision_parts": DECISION_PARTS,
        },
        paper,
    )


def _reviewers(evidence: Evidence, tieout: TieOut) -> list[dict[str, Any]]:
    if tieout.standing is None:
        return []
    whose = dict(list(tieout.standing.groupby("reviewer_email", sort=False)))
    made = []
    for number, one in enumerate(quality(evidence, tieout), 1):
        own, anchor = whose[one.email], f"reviewer-{number}"
        left = one.items - one.answered
        said = f"{counted(one.items, 'item')}, {one.answered:,} answered"
        said += f", {left:,} not reviewed." if left else "."
        if one.days is not None:
            said += f" The last answer came {counted(one.days, 'day')} after the workbook."
        made.append(
            {
                "anchor": anchor,
                "name": plain(one.reviewer),
                "said": said,
                "chart": kinds(own, name=f"chart-{anchor}"),
                "counts": decisions_by_kind(own, f"{anchor}-kinds", f" of {plain(one.reviewer)}"),
                "changed": _changed(own, anchor, plain(one.reviewer)),
            }
        )
    return made


def _changed(own: pd.DataFrame, anchor: str, whose: str) -> Listing:
    """Everything but a Keep, with what came of it."""
    columns = (
        ("Item", "id"),
        ("Held by", "text"),
        ("Access", "text"),
        ("Decision", "text"),
        ("What happened", "text"),
    )
    rows = (
        (
            row["item_id"],
            lines(row["holder_name"], row["login"]),
            lines(row["entitlement"], row["kind"]),
            lines(row["decision"], row["reason"]),
            row["state"] or _waits(row["decision"]),
        )
        for row in records(own[own["decision"] != "Keep"])
    )
    name = f"{anchor}-changed"
    caption = f"Revoke, Modify, Not sure, not reviewed by {whose}"
    return listing(name, caption, columns, rows, "Nothing.")


def _waits(decision: str) -> str:
    """What happens to an item that nothing is removed for."""
    return {"Modify": "to be done by hand", "Not sure": "to be decided by somebody else"}.get(
        decision, "nothing"
    )


REPORT = Report("summary", ".html", "What each reviewer decided", render)
