"""Which answer counts: the latest accepted one, and no answer is no row."""

from __future__ import annotations

import pandas as pd
import pytest

from uar.decisions import current
from uar.snapshot import from_lines, to_lines
from uar.tables import DECISIONS


def answers(number: int, **decisions: str) -> pd.DataFrame:
    return DECISIONS.frame(
        {
            "item_id": item,
            "decision": decision,
            "written": decision,
            "reviewer_email": "a@example.com",
            "file": f"returned/{number:04}-a.xlsx",
            "cell": "Decisions!L5",
            "received_at": "2026-11-23T10:00:00Z",
        }
        for item, decision in decisions.items()
    )


def test_nothing_returned_is_nothing_decided() -> None:
    assert current([]).equals(DECISIONS.empty())
    assert current([DECISIONS.empty(), DECISIONS.empty()]).empty


@pytest.mark.parametrize("through_files", [False, True])
def test_the_latest_answer_counts(through_files: bool) -> None:
    frames = [answers(1, A="Keep", B="Keep"), DECISIONS.empty(), answers(2, B="Revoke", C="Keep")]
    if through_files:
        frames = [from_lines(DECISIONS, to_lines(frame)) for frame in frames]
    counting = current(frames).set_index("item_id")
    assert dict(counting["decision"]) == {"A": "Keep", "B": "Revoke", "C": "Keep"}
    assert counting.loc["B", "file"] == "returned/0002-a.xlsx"
