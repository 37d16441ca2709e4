"""What the events say of use -> USES: each account and what it used, by their ids."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from ._rows import Row
from ._usage import Key, Newest, together


def uses(
    newest: Mapping[Key, Newest],
    users: Iterable[Row],
    accounts: Collection[str],
    entitlements: Mapping[str, Row],
) -> pd.DataFrame:
    """USES, not through its door yet. What an account did that is gone is not in it."""
    find = Names(users, entitlements.values())
    found: dict[tuple[str, str, str | None], Newest] = {}
    for key, last in newest.items():
        account_id, entitlement_id = find.account(key), find.entitlement(key)
        if account_id in accounts:
            known = entitlement_id if entitlement_id in entitlements else None
            use = (account_id, key.kind, known)
            found[use] = together(found.get(use), last)
    return pd.DataFrame(
        {
            "use_id": [f"{account}@{what or kind}" for account, kind, what in found],
            "account_id": [account for account, _, _ in found],
            "kind": [kind for _, kind, _ in found],
            "entitlement_id": [what for _, _, what in found],
            "last_used_at": [last.at for last in found.values()],
            "uses": [last.uses for last in found.values()],
            "event_id": [last.event for last in found.values()],
        }
    )


class Names:
    """What events call users and applications where they give no id."""

    def __init__(self, users: Iterable[Row], entitlements: Iterable[Row]) -> None:
        self._logins = _by_name((row.get("login"), row["account_id"]) for row in users)
        self._labels = _by_name(
            (row["name"], row["entitlement_id"]) for row in entitlements if row["kind"] == "app"
        )

    def account(self, key: Key) -> str:
        if key.who.startswith("login:"):
            return self._logins.get(key.who.removeprefix("login:")) or ""
        return sys.intern(f"jumpcloud:{key.who}")  # of many uses each, as what is used

    def entitlement(self, key: Key) -> str | None:
        if key.what.startswith("label:"):
            return self._labels.get(key.what.removeprefix("label:"))
        return sys.intern(f"jumpcloud:{key.what}") if key.what else None


def _by_name(pairs: Iterable[tuple[str | None, str]]) -> dict[str, str | None]:
    """A name that two have is nobody's."""
    found: dict[str, str | None] = {}
    for name, key in pairs:
        if name:
            found[name.casefold()] = None if name.casefold() in found else key
    return found
