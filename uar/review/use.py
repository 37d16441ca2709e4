"""When each access was last used, or why that cannot be said. Not observed, not collected, not
licensed, not permitted and not applicable are five different things.

A membership was used when something that it opens was. What a group holds was used when a member
did. When something was given is told only where the log has it.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from uar.snapshot import Header, Snapshot
from uar.tables import TEXT, look_up, within
from uar.text import counted

# What is seen of the use of each kind of entitlement; of others, such as a group that opens none of
# these, nothing can be.
SEEN_BY = {
    "app": "application",
    "device": "device",
    "device group": "device",  # one of its devices
    "directory": "directory",
    "radius": "radius",
    "role": "sign-in",
}
WORDS = {
    "not collected": "Not collected",
    "not licensed": "Not licensed",
    "not permitted": "Not permitted",
    "not applicable": "Not applicable",
}


def with_use(rows: pd.DataFrame, snapshot: Snapshot, opened: pd.DataFrame) -> pd.DataFrame:
    """`rows` of grants with the columns use_state and last_use of ITEMS."""
    things = _seen_through(rows, snapshot, opened)
    if snapshot.header.usage != "observed":
        state = pd.Series(snapshot.header.usage, rows.index, TEXT)
        state = state.where(within(rows["grant_id"], things["grant_id"]), "not applicable")
        return rows.assign(use_state=state, last_use=look_up(state, pd.Series(WORDS)))
    used = _used(things, _uses(snapshot))
    window = days(snapshot.header)
    words = _words(used, window)
    state = pd.Series("not observed", rows.index, TEXT)
    state = state.where(within(rows["grant_id"], things["grant_id"]), "not applicable")
    # An event that names an account which no list of events was known to have still counts.
    state = state.mask(within(rows["grant_id"], used.index), "used")
    said = look_up(rows["grant_id"], words)
    said = said.mask(state == "not observed", f"Not observed in {window} days")
    return rows.assign(use_state=state, last_use=said.fillna(look_up(state, pd.Series(WORDS))))


def last_used(rows: pd.DataFrame, snapshot: Snapshot, opened: pd.DataFrame) -> pd.DataFrame:
    """Grants of `rows` that were used, by grant_id: last (the newest moment), its event, uses."""
    return _used(_seen_through(rows, snapshot, opened), _uses(snapshot))


def given(rows: pd.DataFrame, snapshot: Snapshot) -> pd.Series[str]:
    """Per grant of `rows` when it was given and by whom; unknown where the log does not tell."""
    texts = [
        day_in_short(at) + ("" if pd.isna(by) else f" by {by}")
        for at, by in zip(snapshot.given["given_at"], snapshot.given["given_by"], strict=True)
    ]
    told = pd.Series(texts, index=snapshot.given["grant_id"], dtype=TEXT)
    return look_up(rows["grant_id"], told)


def day_in_short(at: dt.date) -> str:
    """12 Nov 2026."""
    return f"{at.day} {at:%b %Y}"


def _uses(snapshot: Snapshot) -> pd.DataFrame:
    """USES, and of whatever holds a part that was used."""
    of_parts = snapshot.uses.merge(
        snapshot.contents, left_on="entitlement_id", right_on="part_id", how="inner"
    )
    of_wholes = of_parts.assign(entitlement_id=of_parts["whole_id"])[snapshot.uses.columns]
    return pd.concat([snapshot.uses, of_wholes], ignore_index=True)


def days(header: Header) -> int:
    """How many days the window is long in which use was looked for."""
    first, last = (dt.datetime.fromisoformat(at) for at in (header.usage_from, header.usage_to))
    return round((last - first) / dt.timedelta(days=1))


def _seen_through(rows: pd.DataFrame, snapshot: Snapshot, opened: pd.DataFrame) -> pd.DataFrame:
    """What shows the use of a grant: grant_id, account_id, entitlement_id, kind, by_group."""
    kinds = snapshot.entitlements.set_index("entitlement_id")["kind"]
    seen = look_up(kinds, pd.Series(SEEN_BY)).dropna()
    grants = rows[["grant_id", "holder_id", "holder_kind", "entitlement_id"]]
    by_group = grants["holder_kind"] == "group"
    itself = grants[grants["entitlement_id"].isin(seen.index)]
    ways = opened[opened["entitlement_id"].isin(seen.index)]
    through = grants[~by_group].merge(ways, left_on="entitlement_id", right_on="group_id")
    through = through[["grant_id", "holder_id", "holder_kind", "entitlement_id_y"]]
    every = pd.concat([itself, through.set_axis(grants.columns, axis=1)], ignore_index=True)
    members = grants.loc[~by_group, ["entitlement_id", "holder_id"]]
    members = members.set_axis(["holder_id", "account_id"], axis=1)
    of_groups = every[every["holder_kind"] == "group"].merge(members, on="holder_id", how="left")
    own = every[every["holder_kind"] != "group"]
    things = pd.concat([own.assign(account_id=own["holder_id"]), of_groups], ignore_index=True)
    things = things.assign(
        kind=look_up(things["entitlement_id"], seen), by_group=things["holder_kind"] == "group"
    )
    # Nobody tells of the sign-ins of a service account.
    silent = (things["holder_kind"] == "service") & (things["kind"] == "sign-in")
    columns = ["grant_id", "account_id", "entitlement_id", "kind", "by_group"]
    return things.loc[~silent, columns].drop_duplicates(
        ["grant_id", "account_id", "entitlement_id"]
    )


def _used(things: pd.DataFrame, uses: pd.DataFrame) -> pd.DataFrame:
    """Per grant that was used: last (the newest moment), uses, users, by_group, event (its id)."""
    named = uses.dropna(subset=["entitlement_id"])
    unnamed = uses[uses["entitlement_id"].isna()]
    columns = ["account_id", "last_used_at", "uses", "event_id"]
    direct = things.merge(named[[*columns, "entitlement_id"]], on=["account_id", "entitlement_id"])
    # An event that does not say which directory or server it was counts for each of its kind, and
    # once for a grant.
    once = things.drop_duplicates(["grant_id", "account_id", "kind"])
    kind = once.merge(unnamed[[*columns, "kind"]], on=["account_id", "kind"])
    every = pd.concat([direct, kind], ignore_index=True).sort_values("last_used_at", kind="stable")
    newest = every.drop_duplicates("grant_id", keep="last").set_index("grant_id")
    table = every.groupby("grant_id").agg(
        last=("last_used_at", "max"),
        uses=("uses", "sum"),
        users=("account_id", "nunique"),
        by_group=("by_group", "first"),
    )
    return table.assign(event=newest["event_id"])


def _words(used: pd.DataFrame, window: int) -> pd.Series[str]:
    texts = [
        f"{day_in_short(at)}\n{counted(int(users), 'member')} in {window} days"
        if by_group
        else f"{day_in_short(at)}\n{counted(int(uses), 'use')} in {window} days"
        for at, uses, users, by_group, _ in used.itertuples(index=False)
    ]
    return pd.Series(texts, index=used.index, dtype=TEXT)
