"""What detections of keys and credentials share: how old they are, and whether they have ended."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from uar.detections import Facts
from uar.text import counted


def key_age(facts: Facts, accounts: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Is the key older than allowed, and `was made on 2025-10-01, 415 days ago`."""
    made = accounts["key_made_at"]
    days = (facts.now - made).dt.days
    old = (days > facts.settings.thresholds.key_age_days).astype("boolean").mask(made.isna())
    ago = days.map(lambda number: f"{counted(int(number), 'day')} ago", na_action="ignore")
    return old, "was made on " + on(made) + ", " + ago.astype("string")


def past(facts: Facts, moments: pd.Series[Any]) -> pd.Series[Any]:
    """Is a moment over? Unknown where there is none."""
    over = (moments <= facts.now).astype("boolean").mask(moments.isna())
    return cast("pd.Series[Any]", over)


def on(moments: pd.Series[Any]) -> pd.Series[Any]:
    """2026-10-16."""
    return cast("pd.Series[Any]", moments.dt.strftime("%Y-%m-%d").astype("string"))
