"""What is reviewed this time, and what is not: with the reason, grant by grant."""

from __future__ import annotations

import pandas as pd

from uar.review.choice import Choice, idle
from uar.settings import Scopes
from uar.tables import EXCLUDED
from uar.text import plain


def excluded(choice: Choice, scope: Scopes) -> tuple[pd.DataFrame, list[str]]:
    """(EXCLUDED: the grants that are no items, with the reason of the first rule that says so; a
    sentence for each rule that fits nothing)."""
    rows = choice.rows
    reason = pd.Series(pd.NA, index=rows.index, dtype="string")
    out = [choice.fits(rule, "scope.leave_out") for rule in scope.leave_out]
    for rule, fits in zip(scope.leave_out, out, strict=True):
        reason = reason.mask(fits & reason.isna(), plain(rule.reason))
    inside = [choice.fits(rule, "scope.only") for rule in scope.only]
    if inside:
        reasons = " ".join(dict.fromkeys(plain(rule.reason) for rule in scope.only))
        outside = ~pd.concat(inside, axis=1).any(axis=1)
        reason = reason.mask(outside & reason.isna(), f"Not in this review's scope: {reasons}")
    left = reason.notna()
    columns = {"grant_id": rows.loc[left, "grant_id"], "reason": reason[left]}
    silent = [
        *idle(scope.leave_out, out, "scope.leave_out"),
        *idle(scope.only, inside, "scope.only"),
    ]
    return EXCLUDED.frame(pd.DataFrame(columns)), silent
