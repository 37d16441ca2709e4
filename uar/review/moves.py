"""Items moved from one reviewer to another after the review was opened, and who is asked now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from uar.review.campaign import file_names, short_id
from uar.review.candidates import Candidate, why_not
from uar.settings import Campaign
from uar.tables import REASSIGNMENTS, look_up, records
from uar.text import plain

MOVED = "reassign"  # in routed_by


def assigned(items: pd.DataFrame, moves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """ITEMS with the reviewer that each has now. `moves`: REASSIGNMENTS, in order."""
    if not moves:
        return items
    every = pd.concat(moves, ignore_index=True).drop_duplicates("item_id", keep="last")
    newest = every.assign(routed_by=MOVED).set_index("item_id")
    columns = ("reviewer_id", "reviewer", "reviewer_email", "workbook", "routed_by",
               "routed_because")  # fmt: skip
    moved = {name: look_up(items["item_id"], newest[name]) for name in columns}
    return items.assign(**{name: moved[name].fillna(items[name]) for name in columns})


def unmovable(items: pd.DataFrame, receiver: Candidate) -> list[str]:
    """Items that somebody may not decide, a sentence each."""
    return [
        f"{row['item_id']} ({plain(row['holder_name'])}, {plain(row['entitlement'])}): "
        f"{receiver.name} {reason}"
        for row in records(items)
        if (reason := why_not(receiver, row["person_id"] or ""))
    ]


def moved(
    items: pd.DataFrame, receiver: Candidate, campaign: Mapping[str, Any], place: str, because: str
) -> pd.DataFrame:
    """REASSIGNMENTS: all of `items` go to the receiver, in one new workbook.

    `place`: what tells this move from others, in the name of the workbook. `because`: the reason,
    as the operator gave it.
    """
    settings = Campaign(campaign["name"], campaign["period"])
    suffix = f" moved-{place}.{campaign.get('format', 'xlsx')}"
    workbook = file_names(settings, [(receiver, "", "")], suffix)[receiver.account_id, ""]
    return REASSIGNMENTS.frame(
        {
            "item_id": row["item_id"],
            "from_email": row["reviewer_email"],
            "reviewer_id": receiver.account_id,
            "reviewer": receiver.name,
            "reviewer_email": receiver.email,
            "workbook": workbook,
            "file_id": short_id("FILE", campaign["campaign_id"], receiver.account_id, place),
            "routed_because": f"Moved from {row['reviewer']} to {receiver.name}: {because}",
            "reason": because,
        }
        for row in records(items)
    )
