"""Issued items + returned rows -> decisions: which answer counts for which item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from uar.snapshot import rows_of
from uar.tables import DECISIONS


def current(files: Iterable[bytes]) -> tuple[pd.DataFrame, list[int]]:
    """The counting answer per item, the latest accepted one; and how many answers each file gave.

    `files`: decisions/*.jsonl, in order, each of the columns of DECISIONS.
    """
    counting: dict[str, dict[str, Any]] = {}
    given = []
    for lines in files:
        rows = rows_of(lines.splitlines())
        given.append(len(rows))
        for row in rows:
            counting.pop(row["item_id"], None)  # in the order in which they came
            counting[row["item_id"]] = row
    return DECISIONS.frame(counting.values()), given
