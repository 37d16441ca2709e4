"""One page for those who answer for the control: five answers, key figures, charts, exceptions.

It prints on one page, A4 or Letter: what could grow without bound is counted, not listed.
"""

from __future__ import annotations

from pathlib import Path

from uar.evidence import Evidence
from uar.measures import people, timing
from uar.reports import Report, _drawn
from uar.reports._charts import DECISION_PARTS, LOW
from uar.reports._html import page
from uar.reports.report import cover
from uar.text import plain
from uar.tieout import DONE, NOT_REVIEWED, TieOut, exceptions_said

SHOWN = 4  # exceptions; how many more there are is said


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
            "charts": {
                "kinds": _drawn.kinds(tieout.standing, high=LOW),
                "findings": _drawn.findings(evidence, LOW),
                "ages": _drawn.ages(timing.removal_times(evidence, tieout), LOW),
            },
            "decision_parts": DECISION_PARTS,
            "exceptions": exceptions(evidence, tieout),
        },
        paper,
    )


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
