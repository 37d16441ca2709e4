"""What detections of service accounts share: what their role lets them do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Facts
from uar.detections._grants import held_by, of_grants


def can_write(facts: Facts, account_id: pd.Series[Any]) -> pd.Series[Any]:
    """Has an account a role with a scope that is not read-only? Unknown where no role tells."""
    rows = held_by(facts, account_id)
    thing, told = facts.held["thing"].to_numpy()[rows], facts.snapshot.entitlements["writes"].array
    writes = pd.Series(told.take(thing, allow_fill=True, fill_value=pd.NA))
    holder = of_grants(facts, "holder_id", rows)
    some = writes.fillna(False).groupby(holder).any()
    none = (~writes.fillna(True)).groupby(holder).all()
    known = some.astype("boolean").mask(~some & ~none)
    return account_id.map(known).astype("boolean")
