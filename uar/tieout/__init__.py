"""Each number of a review computed once, the equations they must satisfy, and the five answers.

    stated = fetched = stored                         per collection of the tenant
    grants = items + excluded
    items = assigned = decided + not reviewed
    decided = Keep + Revoke + Modify + Not sure
    Revoke = removed + already gone + failed + still held + blocked + not yet applied + undone

The two sides of an equation are counted from different files. What is left over is the unexplained
difference; it is 0, or the ids that cause it are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.tieout import _answers, _equations
from uar.tieout._answers import NO as NO
from uar.tieout._answers import NOT_YET as NOT_YET
from uar.tieout._answers import YES as YES
from uar.tieout._answers import Answer as Answer
from uar.tieout._answers import exceptions_said as exceptions_said
from uar.tieout._equations import Equation as Equation
from uar.tieout._equations import Term as Term
from uar.tieout._equations import differences as differences
from uar.tieout._standing import BLOCKED as BLOCKED
from uar.tieout._standing import DONE as DONE
from uar.tieout._standing import NOT_REVIEWED as NOT_REVIEWED
from uar.tieout._standing import STATES as STATES
from uar.tieout._standing import STRONG_FLAGS as STRONG_FLAGS
from uar.tieout._standing import WAITING as WAITING
from uar.tieout._standing import left_of, own_items, standing_of


@dataclass(frozen=True)
class TieOut:
    """What the numbers say. `standing`: items, with what was answered and what came of it."""

    equations: tuple[Equation, ...]
    answers: tuple[Answer, ...]
    standing: pd.DataFrame | None
    own_items: tuple[str, ...]  # items put to the person they concern
    open: tuple[str, ...]  # why the review cannot be closed without exceptions
    amiss: tuple[str, ...]  # of these, what is about no item that can be named

    def overrides(self) -> pd.Series[Any]:
        """Which rows of `standing` are a Keep against a critical or high flag?"""
        assert self.standing is not None  # noqa: S101
        strong = self.standing["flag_severity"].isin(STRONG_FLAGS)
        return (self.standing["decision"] == "Keep") & strong

    def left(self) -> pd.DataFrame:
        """Rows of `standing` of which something is left to do, with what: `left`."""
        assert self.standing is not None  # noqa: S101
        marked = self.standing.assign(left=left_of(self.standing))
        return marked[marked["left"].notna()]


def tie_out(evidence: Evidence) -> TieOut:
    """Everything above, from what there is so far."""
    standing = standing_of(evidence)
    own = () if standing is None else own_items(evidence, standing)
    equations = [*_equations.collections(evidence)]
    if standing is not None:
        equations += [*_equations.population(evidence), *_equations.decided(evidence, standing)]
        equations.append(_equations.removals(standing))
    against = [] if standing is None else _answers.removed_against(evidence, standing)
    answers = (
        _answers.complete(evidence, equations),
        _answers.independent(evidence, standing, own),
        _answers.decided(evidence, standing),
        _answers.removed(evidence, standing, against),
        _answers.without_exception(evidence, standing, equations),
    )
    undone = [why for answer in answers[:4] if answer.word != YES for why in answer.why]
    left = [*undone, *_answers.by_hand(standing), *differences(equations)]
    amiss = [why for answer in answers[:2] if answer.word != YES for why in answer.why]
    amiss += differences(equations)
    amiss += undone if standing is None else against
    return TieOut(
        tuple(equations),
        answers,
        standing,
        own,
        tuple(dict.fromkeys(left)),
        tuple(dict.fromkeys(amiss)),
    )
