"""What is reviewed this time, and what is not: with the reason, grant by grant."""

from __future__ import annotations

import pandas as pd

from uar.review.choice import Choice
from uar.settings import Scopes
from uar.tables import EXCLUDED
from uar.text import plain


def excluded(choice: Choice, scope: Scopes) -> pd.DataFrame:
    """EXCLUDED: the grants that are no items, with the reason of the first rule that says so."""
    rows = choice.rows
    reason = pd.Series(pd.NA, index=rows.index, dtype="string")
    for left_out in scope.leave_out:
        fits = choice.fits(left_out, "scope.leave_out")
        reason = reason.mask(fits & reason.isna(), plain(left_out.reason))
    if scope.only:
        inside = pd.Series(False, index=rows.index)
        for only in scope.only:
            inside |= choice.fits(only, "scope.only")
        reasons = " ".join(dict.fromkeys(plain(only.reason) for only in scope.only))
        reason = reason.mask(~inside & reason.isna(), f"Not in this review's scope: {reasons}")
    out = reason.notna()
    columns = {"grant_id": rows.loc[out, "grant_id"], "reason": reason[out]}
    return EXCLUDED.frame(pd.DataFrame(columns))
