"""Access that was to end on a day is still there.

What it means
    uar.toml says under [[temporary]] until when somebody may hold it, and that day is over.
Why it matters
    Access for a while becomes access for ever when nobody looks. JumpCloud keeps no list of what it
    gave for a time, so that nothing else would tell.
Facts read
    Grants and what groups open; [[temporary]] of uar.toml; the day of the snapshot.
Controls
    NIST SP 800-53 AC-2(2), AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Revoke it; or have it agreed on anew, and enter the new day.
Severity
    High. Looks at every entry of [[temporary]]. What is not seen, while the list that would show it
    was not read, cannot be told. Does not run without an entry.
"""

from __future__ import annotations

from collections import defaultdict
from typing import cast

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import named
from uar.detections._lists import was_read
from uar.detections._paths import reached
from uar.settings import Settings, Temporary

COLUMNS = ["subject", "subject_name", "accounts", "grants", "hit", "who", "what", "until"]


def judge(facts: Facts) -> pd.DataFrame:
    entries = facts.settings.temporary
    by_name = _by_name(facts.accounts, {_key(entry) for entry in entries})
    seen: dict[str, tuple[pd.DataFrame, bool]] = {}  # of each entitlement, once
    rows = []
    for entry in entries:
        if entry.entitlement not in seen:
            seen[entry.entitlement] = _ways(facts, entry.entitlement)
        at = sorted(set(by_name[_key(entry)]))
        rows += _judge_entry(facts, entry, at, *seen[entry.entitlement])
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates("subject")


def _key(entry: Temporary) -> str:
    return entry.account.strip().casefold()


def _by_name(accounts: pd.DataFrame, names: set[str]) -> dict[str, list[int]]:
    """Where the accounts stand that are called one of `names`: by id, login or e-mail."""
    found: dict[str, list[int]] = defaultdict(list)
    for column in ("account_id", "source_id", "login", "email"):
        called = accounts[column].str.casefold().reset_index(drop=True)
        for at, name in called[called.isin(names)].items():
            found[name].append(cast(int, at))
    return found


def _ways(facts: Facts, entitlement: str) -> tuple[pd.DataFrame, bool]:
    """(grant_id of each way to it, by the number of the account that has it; was it read?)"""
    things = named(facts, (entitlement,))
    ways = reached(facts, things).set_index("account")[["grant_id"]]
    return ways, bool(was_read(facts.snapshot, facts.snapshot.entitlements[things]).all())


def _judge_entry(
    facts: Facts, entry: Temporary, at: list[int], ways: pd.DataFrame, read: bool
) -> list[dict[str, object]]:
    over = pd.Timestamp(entry.until, tz="UTC") + pd.Timedelta(days=1) <= facts.now
    of = facts.accounts.iloc[at]
    grants = [sorted(set(ways.loc[ways.index == number, "grant_id"])) for number in at]
    return [
        {
            "subject": f"{account}:{entry.entitlement}",
            "subject_name": shown,
            "accounts": account,
            "grants": " ".join(held) or None,
            "hit": _answer(over, bool(held), read),
            "who": who,
            "what": entry.entitlement,
            "until": entry.until.isoformat(),
        }
        for held, account, shown, who in zip(
            grants, of["account_id"], of["shown"], of["who"], strict=True
        )
    ]


def _answer(over: bool, held: bool, read: bool) -> object:
    if not over:
        return False
    return True if held else False if read else pd.NA


def _none_named(settings: Settings) -> str:
    return "" if settings.temporary else "uar.toml has no [[temporary]] access"


DETECTION = Detection(
    id="ENT-10",
    title="Temporary access whose time is over",
    severity="high",
    says="{who} was to hold {what} until {until} and still does.",
    judge=judge,
    unwanted=_none_named,
)
