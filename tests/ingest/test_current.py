"""Which answer counts: the latest accepted one, and no answer is no row."""

from __future__ import annotations

import pandas as pd

from uar.decisions import current
from uar.snapshot import to_lines
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
    none, given = current([])
    assert none.equals(DECISIONS.empty()) and not given
    none, given = current([b"", b""])
    assert none.empty and given == [0, 0]


def test_the_latest_answer_counts() -> None:
    frames = [answers(1, A="Keep", B="Keep"), DECISIONS.empty(), answers(2, B="Revoke", C="Keep")]
    decisions, given = current(map(to_lines, frames))
    counting = decisions.set_index("item_id")
    assert given == [2, 0, 2]
    assert dict(counting["decision"]) == {"A": "Keep", "B": "Revoke", "C": "Keep"}
    assert counting.loc["B", "file"] == "returned/0002-a.xlsx"
