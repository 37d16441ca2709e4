"""The API key of an administrator is old, or never ends.

What it means
    The administrator has an API key that was made long ago, or that was made without an end.
Why it matters
    Whoever has the key has everything the administrator may do, without a second factor, from
    anywhere. An old key has passed through many hands and files, and outlives its owner's job.
Facts read
    Whether a key is set, when it was made, and its end. The key itself is never read.
Controls
    NIST SP 800-53 AC-2(3), IA-5(1), AC-6(7); SOC 2 CC6.1; ISO/IEC 27001:2022 A.5.17, A.8.2;
    PCI DSS 7.2.4, 8.6.3.
What to do
    Make a new key with an end, and put it where the old one was; or delete the key if nothing needs
    it. A service account is the better place for a program's key.
Severity
    High. Old: made more than thresholds.key_age_days (90) ago. Looks at administrators that are not
    suspended, whose key would be dead, with a key that may be set and has not ended. Whether one is
    set, when it was made and its end may be unknown: it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._keys import key_age, past


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    admins = admins[admins["api_key_set"].fillna(True)]
    admins = admins[~past(facts, admins["key_ends_at"]).fillna(False)]
    old, age = key_age(facts, admins)
    never = admins["key_endless"]
    endless = never.fillna(False).map({True: ", and never ends", False: ""})
    why = (age.where(old.fillna(False), "") + endless).str.removeprefix(", and ")
    return each(admins, admins["api_key_set"] & (old | never) & admins["active"], why=why)


DETECTION = Detection(
    id="ADM-04",
    title="API key that is old or never ends",
    severity="high",
    says="The API key of {who} {why}.",
    judge=judge,
)
