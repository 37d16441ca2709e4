"""The charts of a review. Each repeats numbers of a table that stands below it."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from uar.evidence import Evidence
from uar.measures import timing
from uar.reports._charts import AGE_PARTS, DECISION_PARTS, ROW, SEVERITY_PARTS, Bar, Part, bars
from uar.reports._results import by
from uar.tables import ITEM_KINDS, SEVERITIES
from uar.text import counted
from uar.tieout import TieOut

DRAWN = 40  # reviewers in the chart; the table has them all


def reviewers(tieout: TieOut) -> Markup | None:
    """Progress: what each reviewer has answered; those asked most."""
    if tieout.standing is None or tieout.standing.empty:
        return None
    table = by(tieout.standing, ["reviewer", "reviewer_email"])
    most = sorted(table, key=lambda pair: (-sum(pair[1]), pair[0]))[:DRAWN]
    rows = [
        Bar(key[0], numbers, f"{sum(numbers[:-1]):,} of {sum(numbers):,} answered")
        for key, numbers in most
    ]
    return bars("chart-reviewers", "Answers by reviewer", DECISION_PARTS, rows)


def kinds(
    standing: pd.DataFrame | None, name: str = "chart-kinds", high: int = ROW
) -> Markup | None:
    """Decisions by kind of access."""
    if standing is None or standing.empty:
        return None
    found = {key[0]: numbers for key, numbers in by(standing, ["kind"])}
    says = _said if high == ROW else lambda numbers: f"{sum(numbers):,}"
    rows = [Bar(kind, found[kind], says(found[kind])) for kind in ITEM_KINDS if kind in found]
    return bars(name, "Decisions by kind of access", DECISION_PARTS, rows, high)


def findings(evidence: Evidence, high: int = ROW) -> Markup | None:
    if evidence.findings is None:
        return None
    counts = evidence.findings["severity"].value_counts()
    numbers = [(word, int(counts.get(word, 0))) for word in SEVERITIES]
    return _single("chart-findings", "Findings by severity", SEVERITY_PARTS, numbers, high)


def ages(times: pd.DataFrame, high: int = ROW) -> Markup | None:
    """From decision to the read that saw it gone."""
    if times.empty:
        return None
    return _single("chart-ages", "Age of removals", AGE_PARTS, timing.ages(times), high)


def _single(
    name: str, title: str, parts: tuple[Part, ...], numbers: list[tuple[str, int]], high: int
) -> Markup:
    """A bar for each number, filled as the part in its place."""
    rows = [
        Bar(word, tuple(number if at == place else 0 for at in range(len(parts))), f"{number:,}")
        for place, (word, number) in enumerate(numbers)
    ]
    return bars(name, title, parts, rows, high)


def _said(numbers: tuple[int, ...]) -> str:
    """72 items: 60 Keep, 12 Revoke."""
    words = [
        f"{number:,} {part.word}"
        for part, number in zip(DECISION_PARTS, numbers, strict=True)
        if number
    ]
    return f"{counted(sum(numbers), 'item')}: {', '.join(words)}"
