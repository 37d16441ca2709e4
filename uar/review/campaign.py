"""The review as a whole: its name and counts, its workbooks, and the root of its population."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

from uar.previous import Previous
from uar.review.routing import Candidate
from uar.settings import Campaign
from uar.snapshot import Snapshot
from uar.tables import BANDS, ITEM_KINDS, SINCE
from uar.text import plain

LONGEST = 60  # characters of each half of a file name
STROKES = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "œ": "oe"}
)  # letters that do not come apart into a plain one and a mark


def campaign(
    items: pd.DataFrame,
    root: str,
    snapshot: Snapshot,
    settings: Campaign,
    issued_at: str,
    previous: Previous | None = None,
) -> dict[str, Any]:
    """campaign.json: what every workbook and report says of the review. `root`: of the items."""
    identifier = short_id("CAMPAIGN", root, settings.name, settings.period)
    return {
        "campaign_id": identifier,
        "name": settings.name,
        "period": settings.period,
        "due": settings.due.isoformat() if settings.due else "",
        "owner": settings.owner,
        "contact": settings.contact,
        "organisation": settings.organisation or snapshot.header.tenant_name,
        "tenant": snapshot.header.tenant_name,
        "tenant_id": snapshot.header.tenant_id,
        "snapshot_at": snapshot.header.finished_at,
        "issued_at": issued_at,
        "population_root": root,
        "items": len(items),
        "kinds": _counts(items, "kind", ITEM_KINDS),
        "bands": _counts(items, "band", BANDS),
        "previous": None if previous is None else _told(previous),
        "since": _counts(items, "since", SINCE),
        "routed_by": _counts(items, "routed_by", ("manager", "owner", "fallback")),
        "workbooks": workbooks(items, identifier),
        "excluded": excluded(snapshot),
    }


def _told(previous: Previous) -> dict[str, str]:
    """Which review "new" and "changed" are told against."""
    return {
        "name": previous.name,
        "period": previous.period,
        "snapshot_at": previous.snapshot.header.finished_at,
        "ledger_head": previous.ledger_head,
    }


def workbooks(items: pd.DataFrame, campaign_id: str) -> list[dict[str, Any]]:
    """One entry per reviewer, in the order of file names."""
    return [
        {
            "workbook": name,
            "file_id": short_id("FILE", campaign_id, str(own["reviewer_id"].iloc[0])),
            "reviewer_id": own["reviewer_id"].iloc[0],
            "reviewer": own["reviewer"].iloc[0],
            "reviewer_email": own["reviewer_email"].iloc[0],
            "items": len(own),
            **_counts(own, "band", BANDS),
        }
        for name, own in items.groupby("workbook", sort=True)
    ]


def excluded(snapshot: Snapshot) -> list[dict[str, Any]]:
    """What the snapshot holds and nobody is asked about, with the reason."""
    grants = snapshot.grants
    idle = set(snapshot.accounts["account_id"]) - set(grants["holder_id"])
    unheld = set(snapshot.entitlements["entitlement_id"]) - set(grants["entitlement_id"])
    return [
        {"what": "accounts", "count": len(idle), "reason": "They hold nothing."},
        {
            "what": "entitlements",
            "count": len(unheld),
            "reason": "Nobody holds them.",
        },
    ]


def file_names(settings: Campaign, reviewers: Iterable[Candidate]) -> dict[str, str]:
    """account_id -> `2026-Q4 ana-ng.xlsx`: plain ASCII, and no two alike in any letter case."""
    first = _ascii(settings.period or settings.name, keep_case=True) or "review"
    names: dict[str, str] = {}
    taken: set[str] = set()
    known = {reviewer.account_id: reviewer for reviewer in reviewers}
    for account_id, reviewer in sorted(known.items()):
        local = reviewer.email.rpartition("@")[0]
        base = f"{first} {_ascii(reviewer.name) or _ascii(local) or 'reviewer'}"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names[account_id] = f"{name}.xlsx"
    return names


def _ascii(text: str, keep_case: bool = False) -> str:
    """Letters and digits, everything else a hyphen."""
    folded = unicodedata.normalize("NFKD", plain(text)).translate(STROKES)
    plain_text = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain_text)[:LONGEST].strip("-")
    return words if keep_case else words.lower()


def _counts(items: pd.DataFrame, column: str, values: tuple[str, ...]) -> dict[str, int]:
    found = items[column].value_counts()
    return {value: int(found.get(value, 0)) for value in values}


def short_id(word: str, *parts: str) -> str:
    """WORD-XXXX-XXXX: an id to read aloud, from what it stands for."""
    code = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    text = base64.b32encode(code).decode()
    return f"{word}-{text[:4]}-{text[4:8]}"
