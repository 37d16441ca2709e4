"""Issued items + returned rows -> decisions: which answer counts for which item."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uar.tables import DECISIONS


def current(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The counting answer per item: the latest accepted one. `frames`: DECISIONS, in order."""
    if not frames:
        return DECISIONS.empty()
    together = pd.concat(frames, ignore_index=True)
    return DECISIONS.frame(together.drop_duplicates("item_id", keep="last"))
