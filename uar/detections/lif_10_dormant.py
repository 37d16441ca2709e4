"""A user has been locked out, or without a valid password, for a long time.

What it means
    The user is active, but has been locked for months, has a password that expired months ago, or
    has never set one since being made months ago.
Why it matters
    Nobody missed it, so nobody needs it; and a reset of its password gives all of its access to
    whoever asks for that.
Facts read
    The lock and its day, the password's expiry, whether the user ever had a password, and the day
    it was made. Left out: users that are not active, users that serve LDAP or Samba, and users that
    LIF-06 or LIF-07 finds unused.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j), AC-7; SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16, A.5.18;
    PCI DSS 7.2.4, 8.2.6.
What to do
    Ask the manager whether the person still needs it; suspend it otherwise.
Severity
    Low. For longer than thresholds.inactive_days (90). A user of unknown status, or whose lock or
    password has no known day, cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._keys import on
from uar.detections._missing import active_people
from uar.detections._unused import never_used, stale, unobserved


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    limit = facts.now - pd.Timedelta(days=facts.settings.thresholds.inactive_days)

    def long(true: pd.Series[Any], since: pd.Series[Any]) -> pd.Series[Any]:
        return true & (since < limit).astype("boolean").mask(since.isna())

    reasons = (
        ("has been locked since ", people["locked"], people["locked_at"]),
        (
            "has a password that expired on ",
            people["password_expired"],
            people["password_expires_at"],
        ),
        ("has never set a password since ", ~people["activated"], people["created_at"]),
    )
    hit = pd.Series(False, index=people.index, dtype="boolean")
    why = pd.Series("", index=people.index, dtype="string")
    for words, true, since in reasons:
        of = long(true, since)
        hit |= of
        why += (" and " + words + on(since)).where(of.fillna(False), "")
    if not unobserved(facts):
        told = stale(facts, people) | never_used(
            facts, people, facts.settings.thresholds.grace_days
        )
        hit = hit.mask(told.fillna(False), False)
    return each(people, people["surely"] & hit, why=why.str.removeprefix(" and "))


DETECTION = Detection(
    id="LIF-10",
    title="Locked out or without a valid password for long",
    severity="low",
    says="{who} {why}.",
    judge=judge,
)
