"""What detections of use share: the window that was looked at, and who used what in it.

JumpCloud has no last sign-in of a user; use is told from its events, and it keeps those of 90 days.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Facts

WHY_NOT = {
    "not collected": "use of access was not collected",
    "not licensed": "the tenant has no Directory Insights, which tells use",
    "not permitted": "the key may not read Directory Insights, which tells use",
}
DAY = pd.Timedelta(days=1)


def unobserved(facts: Facts) -> str:
    """Why a detection of use cannot run."""
    return WHY_NOT.get(facts.snapshot.header.usage, "")


def window(facts: Facts) -> tuple[pd.Timestamp, pd.Timestamp]:
    """From when until when use was looked for."""
    header = facts.snapshot.header
    return pd.Timestamp(header.usage_from), pd.Timestamp(header.usage_to)


def in_words(facts: Facts) -> str:
    """from 2026-08-22 to 2026-11-20."""
    start, end = window(facts)
    return f"from {start:%Y-%m-%d} to {end:%Y-%m-%d}"


def long_enough(facts: Facts) -> bool:
    """Was use looked for over thresholds.inactive_days? A part of a day may be missing.

    The window begins a little after the oldest event that is kept, and ends a little before now.
    """
    start, end = window(facts)
    return bool(end - start > (facts.settings.thresholds.inactive_days - 1) * DAY)


def last_used(facts: Facts, account_id: pd.Series[Any]) -> pd.Series[Any]:
    """When each was last seen to be used; a user also by its linked administrator."""
    return facts.last_used.reindex(account_id).set_axis(account_id.index)


def stale(facts: Facts, accounts: pd.DataFrame) -> pd.Series[Any]:
    """Was an account, that is older than the window, not used for thresholds.inactive_days?

    Unknown where the window is too short, or where it is not known how old the account is.
    """
    last = last_used(facts, accounts["account_id"])
    limit = facts.now - facts.settings.thresholds.inactive_days * DAY
    made = accounts["created_at"]
    older = (made < window(facts)[0]).astype("boolean").mask(made.isna())
    silent = older if long_enough(facts) else older.mask(older.fillna(True))
    return (last < limit).astype("boolean").mask(last.isna(), silent)


def never_used(facts: Facts, accounts: pd.DataFrame, grace_days: int) -> pd.Series[Any]:
    """Was an account, that was made in the window, not used since, although the grace is over?"""
    last = last_used(facts, accounts["account_id"])
    made = accounts["created_at"]
    waited = (made >= window(facts)[0]) & (made < facts.now - grace_days * DAY)
    return waited.astype("boolean").mask(made.isna()).mask(last.notna(), False)
