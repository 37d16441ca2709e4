"""What the detections of change share: today's accounts and grants beside the earlier review's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd

from uar.detections import Facts
from uar.previous import Previous
from uar.tables import positions


def earlier(facts: Facts) -> Previous:
    """The earlier review: a detection that needs it does not run without."""
    return cast(Previous, facts.previous)


def in_words(previous: Previous) -> str:
    """How a sentence names it: `2026-Q3`, else `the earlier review`."""
    return previous.period or "the earlier review"


def in_both(facts: Facts, accounts: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Those of the accounts that the earlier snapshot has too, with its values as was_<column>."""
    was = earlier(facts).snapshot.accounts
    at = positions(accounts["account_id"], was["account_id"])
    there = accounts[at >= 0]
    then = was[list(columns)].take(at[at >= 0]).set_axis(there.index)
    return pd.concat([there, then.add_prefix("was_")], axis=1)
