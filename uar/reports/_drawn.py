"""The charts of a review. Each repeats numbers of a table that stands below it."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from uar.evidence import Evidence
from uar.measures import timing
from uar.reports._charts import AGE_PARTS, DECISION_PARTS, SEVERITY_PARTS, Bar, Part, bars
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


def kinds(standing: pd.DataFrame | None, name: str = "chart-kinds") -> Markup | None:
    """Decisions by kind of access."""
    rows = kind_rows(standing)
    return bars(name, "Decisions by kind of access", DECISION_PARTS, rows) if rows else None


def findings(evidence: Evidence) -> Markup | None:
    rows = finding_rows(evidence)
    return bars("chart-findings", "Findings by severity", SEVERITY_PARTS, rows) if rows else None


def ages(times: pd.DataFrame) -> Markup | None:
    """From decision to the read that saw it gone."""
    rows = age_rows(times)
    return bars("chart-ages", "Age of removals", AGE_PARTS, rows) if rows else None


def kind_rows(standing: pd.DataFrame | None) -> list[Bar]:
    """Decisions of each kind of access that there is."""
    if standing is None or standing.empty:
        return []
    found = {key[0]: numbers for key, numbers in by(standing, ["kind"])}
    return [Bar(kind, found[kind], _said(found[kind])) for kind in ITEM_KINDS if kind in found]


def finding_rows(evidence: Evidence) -> list[Bar]:
    """Findings of each severity; none before uar detect."""
    if evidence.findings is None:
        return []
    counts = evidence.findings["severity"].value_counts()
    return _single(SEVERITY_PARTS, [(word, int(counts.get(word, 0))) for word in SEVERITIES])


def age_rows(times: pd.DataFrame) -> list[Bar]:
    """Removals by the days they took; none where none was made."""
    return [] if times.empty else _single(AGE_PARTS, timing.ages(times))


def _single(parts: tuple[Part, ...], numbers: list[tuple[str, int]]) -> list[Bar]:
    """A bar for each number, filled as the part in its place."""
    return [
        Bar(word, tuple(number if at == place else 0 for at in range(len(parts))), f"{number:,}")
        for place, (word, number) in enumerate(numbers)
    ]


def _said(numbers: tuple[int, ...]) -> str:
    """72 items: 60 Keep, 12 Revoke."""
    words = [
        f"{number:,} {part.word}"
        for part, number in zip(DECISION_PARTS, numbers, strict=True)
        if number
    ]
    return f"{counted(sum(numbers), 'item')}: {', '.join(words)}"
