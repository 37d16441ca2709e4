"""What detections of service accounts share: what their role lets them do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Facts
from uar.tables import within


def can_write(facts: Facts, account_id: pd.Series[Any]) -> pd.Series[Any]:
    """Has an account a role with a scope that is not read-only? Unknown where no role tells."""
    things = facts.snapshot.entitlements.set_index("entitlement_id")
    grants = facts.snapshot.grants
    grants = grants[within(grants["holder_id"], account_id)]
    writes = grants["entitlement_id"].map(things["writes"]).astype("boolean")
    holder = grants["holder_id"]
    some = writes.fillna(False).groupby(holder).any()
    none = (~writes.fillna(True)).groupby(holder).all()
    known = some.astype("boolean").mask(~some & ~none)
    return account_id.map(known).astype("boolean")
