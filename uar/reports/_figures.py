"""The figures an auditor asks for first, each with a link to the rows that it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from uar.evidence import Evidence
from uar.measures.lookback import Lookback
from uar.measures.quality import Quality
from uar.measures.timing import days_late
from uar.reports._listing import Cell, Link, Listing, listing
from uar.reports._population import NOT_YET_OPENED
from uar.reports._results import percent
from uar.tieout import DONE, NOT_REVIEWED, TieOut


def figures(
    evidence: Evidence,
    tieout: TieOut,
    judged: Sequence[Quality],
    times: pd.DataFrame,
    looked: Lookback | None,
) -> Listing:
    columns = (("Figure", "text"), ("Number", "number"))
    rows: list[tuple[Cell, ...]] = []
    if tieout.standing is not None:
        found = (
            *_decisions(evidence, tieout, tieout.standing, judged),
            *_removals(tieout.standing, times),
            *_around(evidence, looked),
        )
        rows = [(Link(words, anchor), number) for words, anchor, number in found]
    caption = "Figures, each with the rows behind it"
    return listing("figures", caption, columns, rows, NOT_YET_OPENED)


Figure = tuple[str, str, str | int]


def _decisions(
    evidence: Evidence, tieout: TieOut, standing: pd.DataFrame, judged: Sequence[Quality]
) -> Iterator[Figure]:
    decided = int((standing["decision"] != NOT_REVIEWED).sum())
    revoked = int((standing["decision"] == "Revoke").sum())
    privileged = standing["band"] == "privileged"
    kept = int((privileged & (standing["decision"] == "Keep")).sum())
    late = days_late(evidence.decisions["received_at"], evidence.settings.campaign)
    differences = sum(equation.difference for equation in tieout.equations)
    yield "Unexplained difference, over all of the tie-out", "tie-out", differences
    yield "Decided", "by-reviewer", _share(decided, len(standing))
    if evidence.settings.campaign.due:
        yield "Answered in time", "returns", _share(decided - int(late.gt(0).sum()), decided)
    yield "Revoke", "by-kind", _share(revoked, decided)
    yield "Privileged items that were kept", "privileged-list", _share(kept, int(privileged.sum()))
    unsaid = privileged & (standing["decision"] == "Keep") & standing["reason"].fillna("").eq("")
    yield "Privileged items that were kept without a reason", "privileged-list", int(unsaid.sum())
    flagged = sum(one.flagged_kept for one in judged)
    yield "Flagged and kept", "quality-list", _share(flagged, sum(one.flagged for one in judged))
    overrides = int(tieout.overrides().sum())
    yield "Kept against a critical or high flag", "override-list", overrides
    reasons = sum(one.reasons for one in judged)
    yield "Answers with a reason", "quality-list", _share(reasons, decided)
    yield "Items reviewed by the person they concern", "dependent", len(tieout.own_items)
    most = max((one.items for one in judged), default=0)
    yield "Items of one reviewer, at most", "assigned", most


def _removals(standing: pd.DataFrame, times: pd.DataFrame) -> Iterator[Figure]:
    undone = (standing["decision"] == "Revoke") & ~standing["state"].isin(DONE)
    business = times["business"].dropna().astype(int)
    took = f"{business.mean():.1f}, {business.max():,}" if len(business) else "-"
    yield "Revoke that was not seen to be gone", "removals", int(undone.sum())
    yield "Business days to removal: mean, at most", "ages", took


def _around(evidence: Evidence, looked: Lookback | None) -> Iterator[Figure]:
    if evidence.coverage is not None:
        run = int(evidence.coverage["not_run"].isna().sum())
        yield "Detections that were run", "coverage-list", _share(run, len(evidence.coverage))
    if looked is not None:
        first = looked.first is not None
        days = _share(looked.span[1], sum(looked.span)) if first else looked.usage
        yield "Days that the log of use can prove", "lookback", days
    later = evidence.later
    yield "Granted after the snapshot", "lookback", len(later["granted"]) if later else "not given"
    again = len(later["back_again"]) if later else "not given"
    yield "Removed, and there again", "lookback", again


def _share(number: int, whole: int) -> str:
    return f"{number:,} of {whole:,} ({percent(number, whole)})"
