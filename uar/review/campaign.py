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
from uar.review.candidates import Candidate
from uar.settings import Campaign
from uar.snapshot import Snapshot
from uar.tables import BANDS, EXCLUDED, ITEM_KINDS, SINCE
from uar.text import plain

ROUTES = ("manager", "owner", "named", "fallback", "delegate")
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
    out: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """campaign.json: what every workbook and report says of the review. `root`: of the items;
    `out`: EXCLUDED."""
    identifier = short_id("CAMPAIGN", root, settings.name, settings.period)
    return {
        "campaign_id": identifier,
        "name": settings.name,
        "period": settings.period,
        "due": settings.due.isoformat() if settings.due else "",
        "time_zone": settings.time_zone,
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
        "given": int(items["given"].notna().sum()),
        "routed_by": _counts(items, "routed_by", ROUTES),
        "workbooks": workbooks(items, identifier),
        "excluded": excluded(snapshot, items, EXCLUDED.empty() if out is None else out),
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
    counts = items.groupby(["workbook", "band"]).size().to_dict()
    told = items.groupby(["workbook", "since"]).size().to_dict()
    first = items.drop_duplicates("workbook").sort_values("workbook")
    who = first[["workbook", "reviewer_id", "reviewer", "reviewer_email"]]
    return [
        {
            "workbook": name,
            "file_id": short_id("FILE", campaign_id, reviewer, name),
            "reviewer_id": reviewer,
            "reviewer": called,
            "reviewer_email": email,
            "items": sum(int(counts.get((name, band), 0)) for band in BANDS),
            **{band: int(counts.get((name, band), 0)) for band in BANDS},
            "since": {word: int(told.get((name, word), 0)) for word in SINCE},
        }
        for name, reviewer, called, email in who.itertuples(index=False)
    ]


def excluded(snapshot: Snapshot, items: pd.DataFrame, out: pd.DataFrame) -> list[dict[str, Any]]:
    """What the snapshot holds and nobody is asked about, with the reason. `out`: EXCLUDED."""
    grants = snapshot.grants
    reasons = out["reason"].value_counts().sort_index()
    found = [
        {"what": "grants", "count": int(count), "reason": str(reason)}
        for reason, count in reasons.items()
    ]
    for what, column, every, nothing in (
        ("accounts", "holder_id", snapshot.accounts["account_id"], "They hold nothing."),
        ("entitlements", "entitlement_id", snapshot.entitlements["entitlement_id"],
         "Nobody holds them."),
    ):  # fmt: skip
        held, asked = set(grants[column].unique()), set(items[column].unique())
        idle, scoped = set(every) - held, (set(every) & held) - asked
        found.append({"what": what, "count": len(idle), "reason": nothing})
        if scoped:
            reason = "All of it is out of scope."
            found.append({"what": what, "count": len(scoped), "reason": reason})
    return found


Book = tuple[Candidate, str, str]  # a reviewer; the thing that it is of, id and name, or "" twice


def file_names(
    settings: Campaign, books: Iterable[Book], suffix: str = ".xlsx"
) -> dict[tuple[str, str], str]:
    """(account_id, entitlement_id) -> `2026-Q4 ana-ng.xlsx`, or `2026-Q4 ana-ng payroll.xlsx`
    where the file is of one thing: plain ASCII, and no two alike in any letter case."""
    first = _ascii(settings.period or settings.name, keep_case=True) or "review"
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    known = {(reviewer.account_id, thing): (reviewer, name) for reviewer, thing, name in books}
    for own, (reviewer, thing) in sorted(known.items(), key=lambda pair: pair[0]):
        local = reviewer.email.rpartition("@")[0]
        who = _ascii(reviewer.name) or _ascii(local) or "reviewer"
        base = " ".join(filter(None, (first, who, (_ascii(thing) or "access") if own[1] else "")))
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names[own] = name + suffix
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
