"""The credential of a service account has expired, ends soon, never ends or is old.

What it means
    The client secret or API key has run out or is about to; or it has no end; or it was made long
    ago.
Why it matters
    One that runs out stops whatever uses it, on a day nobody chose. One that is old or never ends
    has been in many hands, and works for whoever still has it. One that has expired is a leftover.
Facts read
    The state, making and end of service accounts' credentials. The secrets themselves are never
    read.
Controls
    NIST SP 800-53 IA-5, IA-5(1), AC-2(3); SOC 2 CC6.1; ISO/IEC 27001:2022 A.5.17, A.8.2;
    PCI DSS 7.2.5.1, 8.6.3.
What to do
    Make a new credential with an end, put it where the old one was, and delete the old one. Delete
    a service account that nobody misses.
Severity
    High if it never ends; else medium. Soon: within thresholds.key_ends_days (14). Old: made more
    than thresholds.key_age_days (90) ago; of several that have not expired, the oldest counts.
    Looks at service accounts; one of whose credentials too little is known cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._keys import key_age, on, past


def judge(facts: Facts) -> pd.DataFrame:
    services = facts.accounts[facts.accounts["kind"] == "service"]
    ends, state = services["key_ends_at"], services["key_state"]
    over = state.eq("expired") | past(facts, ends)
    soon = (ends - facts.now).le(pd.Timedelta(days=facts.settings.thresholds.key_ends_days))
    soon = soon | state.eq("expiring").fillna(False)
    never = services["key_endless"]
    old, age = key_age(facts, services)
    expired = over.fillna(False).astype(bool)
    why = pd.Series("", index=services.index, dtype="string")
    for words, true in (
        ("never ends", never),
        (("ends on " + on(ends)).fillna("ends soon"), soon),
        (age, old),
    ):
        why += (", and " + pd.Series(words, why.index, dtype="string")).where(
            true.fillna(False), ""
        )
    why = why.mask(expired, ", and expired on " + on(ends)).fillna(", and has expired")
    return each(
        services,
        over | soon | never | old,
        why=why.str.removeprefix(", and "),
        severity=(never.fillna(False) & ~expired).map({True: "high", False: "medium"}),
    )


DETECTION = Detection(
    id="NHI-03",
    title="Credential that is over, ends soon, never ends or is old",
    severity="medium",
    says="The credential of {who} {why}.",
    judge=judge,
)
