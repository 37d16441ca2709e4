"""What deviates and was accepted: by whom and until when, or that nobody said so."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from uar.evidence import Evidence
from uar.review.flags import sentence
from uar.tables import objects, records
from uar.tieout import TieOut

GIVEN = ("reason", "approver", "expires")


def overrides(evidence: Evidence, tieout: TieOut) -> pd.DataFrame | None:
    """Items kept against a critical or high flag, as in `standing`; None before uar open.

    `approver`, `expires`: of the findings behind the flags that are accepted, a line each.
    """
    if tieout.standing is None:
        return None
    findings = evidence.findings
    accepted = {}
    if findings is not None:
        for row in records(findings[findings["accepted_until"].notna()]):
            approver = f"{row['accepted_by']} ({row['detection']})"
            accepted[sentence(row)] = approver, row["accepted_until"]

    def said(place: int) -> Callable[[str | None], str | None]:
        return lambda flags: (
            "\n".join(
                accepted[line][place] for line in (flags or "").split("\n") if line in accepted
            )
            or None
        )

    kept = tieout.standing[tieout.overrides()]
    told = {
        name: pd.array(objects(kept["flags"], said(place)), dtype="string")
        for place, name in enumerate(("approver", "expires"))
    }
    return kept.assign(**told)


def left_open(evidence: Evidence, tieout: TieOut) -> pd.DataFrame | None:
    """Items that were open when the review was closed, as in `standing`; None before that.

    `left`: what is left to do; `own`: does the item have an exception of its own; `reason`,
    `approver`, `expires`: of that, or of the review's.
    """
    closing = evidence.closing
    if closing is None or tieout.standing is None:
        return None
    left = tieout.left()
    named = {entry["item"]: entry for entry in closing.get("items", ())}
    rest = {"reason": closing["exceptions"], **{n: closing.get(n) for n in GIVEN[1:]}}
    given = [named.get(item, rest) for item in left["item_id"]]
    told = {
        name: pd.array([each[name] or None for each in given], dtype="string") for name in GIVEN
    }
    return left.drop(columns="reason").assign(own=left["item_id"].isin([*named]), **told)
