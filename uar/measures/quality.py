"""How each reviewer answered: a prompt for a second look, never proof of bad faith."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from uar.evidence import Evidence
from uar.tieout import NOT_REVIEWED, TieOut

KEPT_SHARE, KEPT_OF = 0.95, 50  # more than this share kept, of at least so many answers
RUN = 20  # at least so many answers, all one word
FLAGGED = 5  # at least so many flagged items, all kept


@dataclass(frozen=True)
class Quality:
    """One reviewer's answers. `look`: why somebody should look again; empty: no sign of it."""

    reviewer: str
    email: str
    items: int
    answered: int
    kept: int
    revoked: int
    flagged: int  # answered items with a flag
    flagged_kept: int
    reasons: int  # answers with a reason
    repeated: int  # of those, with a reason that another answer of theirs has too
    run: int  # longest row of one decision, from top to bottom of the returned file
    revoked_before: int | None  # in the earlier review; None: none was given, or not asked there
    days: int | None  # from the workbook's issue to the last answer that counts
    look: tuple[str, ...]


def quality(evidence: Evidence, tieout: TieOut) -> tuple[Quality, ...]:
    """Every reviewer, by name; also those who answered nothing."""
    if tieout.standing is None or evidence.campaign is None:
        return ()
    table = _answers(tieout.standing)
    issued = pd.Timestamp(evidence.campaign["issued_at"])
    sums = table.groupby(["reviewer", "reviewer_email"], sort=True).agg(
        items=("item_id", "size"),
        answered=("answered", "sum"),
        kept=("kept", "sum"),
        revoked=("revoked", "sum"),
        flagged=("flagged", "sum"),
        flagged_kept=("flagged_kept", "sum"),
        reasons=("reasoned", "sum"),
        repeated=("repeated", "sum"),
        run=("run", "max"),
        last=("received_at", "max"),
    )
    before = _revoked_before(evidence)
    return tuple(_quality(row, issued, before) for row in sums.reset_index().to_dict("records"))


def _revoked_before(evidence: Evidence) -> dict[str, int]:
    """Reviewer's e-mail -> how many items they revoked in the earlier review, if they answered."""
    if evidence.previous is None:
        return {}
    decisions = evidence.previous.decisions
    revoked = (decisions["decision"] == "Revoke").groupby(decisions["reviewer_email"]).sum()
    return {str(email): int(number) for email, number in revoked.items()}


def _answers(standing: pd.DataFrame) -> pd.DataFrame:
    """The standing with one column for each thing that is counted."""
    answered = standing["decision"] != NOT_REVIEWED
    kept = standing["decision"] == "Keep"
    flagged = standing["flags"].notna() & answered
    places, texts = pd.factorize(standing["reason"].fillna(""))
    plain = pd.Series(texts, dtype="string").str.strip().str.casefold()
    reason = pd.Series(pd.factorize(plain)[0][places], index=standing.index)
    reasoned = (plain != "").to_numpy(dtype=bool)[places]
    again = standing.assign(reason=reason).duplicated(["reviewer_email", "reason"], keep=False)
    return standing.assign(
        answered=answered,
        kept=kept,
        revoked=standing["decision"] == "Revoke",
        flagged=flagged,
        flagged_kept=flagged & kept,
        reasoned=reasoned,
        repeated=reasoned & again,
        run=_runs(standing[answered]).reindex(standing.index, fill_value=0),
    )


def _runs(answers: pd.DataFrame) -> pd.Series[Any]:
    """For each answer, how many alike stand together in its file."""
    # Cells repeat from file to file: each distinct one is looked into once.
    places, cells = pd.factorize(answers["cell"], use_na_sentinel=False)
    rows = pd.Series(cells, dtype="string").str.extract(r"(\d+)\D*$")[0].astype("Int64").fillna(0)
    line = rows.to_numpy(dtype=int)[places]
    reviewer, file, word = (
        pd.factorize(answers[name])[0] for name in ("reviewer_email", "file", "decision")
    )
    order = np.lexsort((np.arange(len(answers)), line, file, reviewer))
    marks = np.column_stack((reviewer, file, word))[order]
    begins = np.ones(len(answers), dtype=bool)
    begins[1:] = (marks[1:] != marks[:-1]).any(axis=1)
    run = begins.cumsum() - 1
    return pd.Series(np.bincount(run)[run], index=answers.index[order])


def _quality(row: Any, issued: pd.Timestamp, before: Mapping[str, int]) -> Quality:
    numbers = {
        name: int(row[name])
        for name in (
            "items", "answered", "kept", "revoked", "flagged", "flagged_kept", "reasons",
            "repeated", "run",
        )
    }  # fmt: skip
    days = None if pd.isna(row["last"]) else max((row["last"].date() - issued.date()).days, 0)
    return Quality(
        reviewer=str(row["reviewer"]),
        email=str(row["reviewer_email"]),
        **numbers,
        revoked_before=before.get(row["reviewer_email"]),
        days=days,
        look=_look(numbers, before.get(row["reviewer_email"])),
    )


def _look(n: dict[str, int], revoked_before: int | None) -> tuple[str, ...]:
    """Reasons for a second look."""
    why = []
    if n["answered"] >= KEPT_OF and n["kept"] > KEPT_SHARE * n["answered"]:
        why.append(f"{n['kept']:,} of {n['answered']:,} answers are Keep.")
    if n["run"] >= RUN and n["run"] == n["answered"]:
        why.append(f"All {n['answered']:,} answers are alike.")
    if n["flagged"] >= FLAGGED and n["flagged_kept"] == n["flagged"]:
        why.append(f"All {n['flagged']:,} flagged items were kept.")
    if n["answered"] >= RUN and n["revoked"] == 0 == revoked_before:
        why.append("No Revoke in this review, and none in the one before.")
    return tuple(why)
