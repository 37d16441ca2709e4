"""What deviates and was accepted: by whom and until when, or that nobody said so."""

from __future__ import annotations

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
    kept = tieout.standing[tieout.overrides()]
    flags = objects(kept["flags"])
    of = {one: [accepted[line] for line in one.split("\n") if line in accepted] for one in {*flags}}
    told = {
        name: pd.array(["\n".join(each[at] for each in of[one]) or None for one in flags], "string")
        for at, name in enumerate(("approver", "expires"))
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
