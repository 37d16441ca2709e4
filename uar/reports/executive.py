"""One page for those who answer for the control: five answers, key figures, charts, exceptions.

It prints on one page, A4 or Letter: what could grow without bound is counted, not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from uar.evidence import Evidence
from uar.measures import people, timing
from uar.reports import Report, _drawn
from uar.reports._charts import AGE_PARTS, DECISION_PARTS, SEVERITY_PARTS, Bar, Part, thin_bars
from uar.reports._html import page
from uar.reports.report import cover
from uar.text import plain
from uar.tieout import DONE, NOT_REVIEWED, TieOut, exceptions_said

SHOWN = 3  # exceptions; how many more there are is said


def render(
    evidence: Evidence, tieout: TieOut, own_templates: Path | None, paper: str = ""
) -> bytes:
    """The page's bytes; the same for the same review."""
    return page(
        "executive.html",
        own_templates,
        {
            "cover": cover(evidence, tieout),
            "answers": tieout.answers,
            "figures": figures(evidence, tieout),
            "charts": charts(evidence, tieout),
            "exceptions": exceptions(evidence, tieout),
        },
        paper,
    )


@dataclass(frozen=True)
class Charted:
    """A chart that is a table: a row is (what, its bar, its numbers), one number a heading."""

    caption: str
    heading: str  # over what the rows are about
    parts: Sequence[Part]  # over the numbers; none: one number without a heading of its own
    rows: Sequence[tuple[str, Markup, Sequence[int]]]
    total: Sequence[int]


def charts(evidence: Evidence, tieout: TieOut) -> list[Charted]:
    """Decisions by kind; findings by severity; days to removal. What is not there yet stays out."""
    times = timing.removal_times(evidence, tieout)
    drawn = (
        ("Decisions by kind of access", "Kind", DECISION_PARTS, _drawn.kind_rows(tieout.standing)),
        ("Findings by severity", "Severity", SEVERITY_PARTS, _drawn.finding_rows(evidence)),
        ("Days from decision to removal", "Days", AGE_PARTS, _drawn.age_rows(times)),
    )
    return [_charted(*one) for one in drawn if one[-1]]


def _charted(caption: str, heading: str, parts: Sequence[Part], rows: Sequence[Bar]) -> Charted:
    named = parts if parts is DECISION_PARTS else ()
    numbers = [row.numbers if named else (sum(row.numbers),) for row in rows]
    labels = [row.label for row in rows]
    bars = thin_bars(parts, rows)
    total = [sum(column) for column in zip(*numbers, strict=True)]
    told = list(zip(labels, bars, numbers, strict=True))
    return Charted(caption, heading, named, told, total)


def figures(evidence: Evidence, tieout: TieOut) -> list[tuple[str, str]]:
    """(number, what it counts)."""
    accounts = evidence.snapshot.accounts
    found = [(f"{len(accounts):,}", "accounts")]
    if evidence.persons is not None:
        found.insert(0, (f"{evidence.persons['person_id'].nunique():,}", "persons"))
    table = tieout.standing
    if table is None:
        return found
    decided = int((table["decision"] != NOT_REVIEWED).sum())
    revoked = int((table["decision"] == "Revoke").sum())
    gone = int(table["state"].isin(DONE).sum())
    leaving = people.leavers(evidence, tieout)
    days = timing.removal_times(evidence, tieout)["business"].dropna()
    found += [
        (f"{len(table):,}", "items"),
        (f"{decided:,} of {len(table):,}", "decided"),
        (f"{gone:,} of {revoked:,}", "Revoke seen to be gone"),
        (f"{float(days.mean()):.1f}" if len(days) else "-", "business days to removal, on average"),
        (f"{int(tieout.overrides().sum()):,}", "kept against a strong flag"),
        (f"{0 if leaving is None else len(leaving):,}", "items of leavers"),
    ]
    return found


def exceptions(evidence: Evidence, tieout: TieOut) -> list[str]:
    """Why it was closed with exceptions, and what was or is open; at most SHOWN."""
    closing = evidence.closing or {"open": tieout.open}
    told = [plain(why) for why in (*exceptions_said(closing), *closing["open"])]
    more = len(told) - SHOWN
    return told[:SHOWN] + ([f"And {more:,} more: see the auditor's report."] if more > 0 else [])


REPORT = Report("executive", ".html", "One page for management", render)
