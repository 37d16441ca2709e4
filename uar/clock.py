"""The one clock of everything that is written down."""

from __future__ import annotations

import datetime as dt
import os

from uar.errors import SetupError

FIXED = "SOURCE_DATE_EPOCH"  # seconds since 1970: a step is done again as if it were then


def now() -> dt.datetime:
    """This moment in UTC, or the one that SOURCE_DATE_EPOCH says."""
    fixed = os.environ.get(FIXED)
    if fixed is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SetupError(f"{FIXED} must be a number of seconds since 1970.") from error
