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

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import named
from uar.detections._lists import was_read
from uar.detections._paths import reached
from uar.settings import Settings, Temporary

COLUMNS = ["subject", "subject_name", "accounts", "grants", "hit", "who", "what", "until"]


def judge(facts: Facts) -> pd.DataFrame:
    rows = [row for entry in facts.settings.temporary for row in _judge_entry(facts, entry)]
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates("subject")


def _judge_entry(facts: Facts, entry: Temporary) -> list[dict[str, object]]:
    accounts = facts.accounts
    key = entry.account.strip().casefold()
    same = accounts["account_id"].eq(entry.account) | accounts["source_id"].eq(entry.account)
    same |= accounts["login"].str.casefold().eq(key) | accounts["email"].str.casefold().eq(key)
    at = [number for number, one in enumerate(same.fillna(False)) if one]
    things = named(facts, (entry.entitlement,))
    ways = reached(facts, things)
    ways = ways[ways["account"].isin(at)]
    over = pd.Timestamp(entry.until, tz="UTC") + pd.Timedelta(days=1) <= facts.now
    read = was_read(facts.snapshot, facts.snapshot.entitlements[things]).all()
    of = accounts.iloc[at]
    return [
        {
            "subject": f"{account}:{entry.entitlement}",
            "subject_name": shown,
            "accounts": account,
            "grants": " ".join(sorted(set(ways.loc[ways["account"] == number, "grant_id"])))
            or None,
            "hit": _answer(over, bool((ways["account"] == number).any()), bool(read)),
            "who": who,
            "what": entry.entitlement,
            "until": entry.until.isoformat(),
        }
        for number, account, shown, who in zip(
            at, of["account_id"], of["shown"], of["who"], strict=True
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
