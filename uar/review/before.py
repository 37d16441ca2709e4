"""Each grant against the earlier review: new, changed, back again or unchanged, and what was
decided then. Without an earlier review nothing is claimed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar import access
from uar.previous import Previous
from uar.review.holders import holders
from uar.snapshot import Snapshot
from uar.tables import NOT_REVIEWED, TEXT, look_up
from uar.text import plain, some

COLUMNS = ("since", "changes", "last_decision", "last_reason", "last_by", "last_on")
PLACE = {"department": "department", "title": "job title", "manager": "manager", "status": "status"}
NAMES_SHOWN = 5


def with_before(
    rows: pd.DataFrame, snapshot: Snapshot, opened: pd.DataFrame, previous: Previous | None
) -> pd.DataFrame:
    """`rows` of grants with COLUMNS; needs item_id, and what `holders` gives of the holder."""
    if previous is None:
        return rows.assign(**{name: pd.Series(pd.NA, rows.index, TEXT) for name in COLUMNS})
    held = rows["grant_id"].isin(previous.snapshot.grants["grant_id"])
    ended = previous.outcomes["gone"].fillna(False).astype(bool)
    back = held & rows["item_id"].isin(previous.outcomes.loc[ended, "item_id"])
    changes = _changes(rows, snapshot, opened, previous).where(held)
    since = pd.Series("new", rows.index, TEXT)
    since = since.mask(held, "unchanged").mask(changes.notna(), "changed").mask(back, "back again")
    return _decided(rows.assign(since=since, changes=changes), previous)


def _decided(rows: pd.DataFrame, previous: Previous) -> pd.DataFrame:
    """What was decided then, by whom and when; Not reviewed where it was asked in vain."""
    by_item = previous.decisions.set_index("item_id")
    called = previous.items.drop_duplicates("reviewer_email").set_index("reviewer_email")
    signed = by_item["signed_name"].fillna(by_item["signed_email"])
    by = signed.fillna(look_up(by_item["reviewer_email"], called["reviewer"]))
    received = by_item["received_at"].dt.strftime("%Y-%m-%d").astype(TEXT)
    decision = look_up(rows["item_id"], by_item["decision"])
    asked = rows["item_id"].isin(previous.items["item_id"])
    return rows.assign(
        last_decision=decision.mask(asked & decision.isna(), NOT_REVIEWED),
        last_reason=look_up(rows["item_id"], by_item["reason"]),
        last_by=look_up(rows["item_id"], by.fillna(by_item["reviewer_email"])),
        last_on=look_up(rows["item_id"], by_item["signed_on"].fillna(received)),
    )


def _changes(
    rows: pd.DataFrame, snapshot: Snapshot, opened: pd.DataFrame, previous: Previous
) -> pd.Series[str]:
    """What differs from then, in words; unknown where nothing does."""
    told = [
        look_up(rows["holder_id"], _moves(snapshot, rows, previous)),
        look_up(rows["entitlement_id"], _openings(snapshot, opened, previous)),
        _rights(rows, previous),
    ]
    some = pd.concat(told, axis=1).notna().any(axis=1)
    texts = pd.Series(pd.NA, rows.index, TEXT)
    texts[some] = [
        "\n".join(text for text in each if not pd.isna(text))
        for each in zip(*(part[some] for part in told), strict=True)
    ]
    return texts


def _moves(snapshot: Snapshot, rows: pd.DataFrame, previous: Previous) -> pd.Series[str]:
    """Per account that was there then: what has changed of its holder's place."""
    then = holders(previous.snapshot.accounts, previous.persons).set_index("holder_id")
    of_account = rows[rows["holder_kind"] != "group"].drop_duplicates("holder_id")
    now = of_account.set_index("holder_id")
    now = now.loc[now.index.isin(then.index)]
    then = then.loc[now.index]
    texts: dict[str, list[str]] = {}
    for column, word in PLACE.items():
        key = "manager_id" if column == "manager" else column
        differ = _compared(now[key]) != _compared(then[key])
        for holder in now.index[differ]:
            before, after = then.at[holder, column], now.at[holder, column]
            texts.setdefault(holder, []).append(f"{word} {_shown(before)} → {_shown(after)}")
    return pd.Series({holder: "\n".join(parts) for holder, parts in texts.items()}, dtype=TEXT)


def _compared(values: pd.Series[Any]) -> pd.Series[str]:
    return values.str.strip().fillna("")


def _shown(text: Any) -> str:
    return "(none)" if pd.isna(text) or not str(text).strip() else plain(text).strip()


def _openings(snapshot: Snapshot, opened: pd.DataFrame, previous: Previous) -> pd.Series[str]:
    """Per entitlement that was there then: another name, or what it opens now and did not, or
    did."""
    columns = ["entitlement_id", "name"]
    now = snapshot.entitlements[columns].set_index("entitlement_id")["name"]
    then = previous.snapshot.entitlements[columns].set_index("entitlement_id")["name"]
    both = now.index.intersection(then.index)
    texts: dict[str, list[str]] = {}
    for one in both[_compared(now[both]) != _compared(then[both])]:
        texts.setdefault(one, []).append(f"was called {_shown(then[one])}")
    edges = opened.merge(
        access.opens(previous.snapshot.grants), how="outer", indicator=True,
        on=["group_id", "entitlement_id"],
    )  # fmt: skip
    edges = edges[(edges["_merge"] != "both") & edges["group_id"].isin(both)]
    for side, word, names in (
        ("left_only", "now opens", now),
        ("right_only", "no longer opens", then),
    ):
        of_side = edges[edges["_merge"] == side]
        for group, things in of_side.groupby("group_id")["entitlement_id"]:
            called = sorted(_shown(names.get(one, one)) for one in things)
            texts.setdefault(str(group), []).append(f"{word} {some(called, NAMES_SHOWN)}")
    return pd.Series({one: "\n".join(parts) for one, parts in texts.items()}, dtype=TEXT)


def _rights(rows: pd.DataFrame, previous: Previous) -> pd.Series[str]:
    """Where a device's administrator was none then, or is none any more."""
    then = look_up(rows["grant_id"], previous.snapshot.grants.set_index("grant_id")["sudo"])
    words = pd.Series(pd.NA, rows.index, TEXT)
    words = words.mask(rows["sudo"].notna() & then.isna(), "now as administrator")
    words = words.mask(rows["sudo"].isna() & then.notna(), "no longer as administrator")
    both = rows["sudo"].notna() & then.notna() & (rows["sudo"] != then).fillna(False)
    return words.mask(both, "administrator " + rows["sudo"])
