"""A person's user has not been used since it was made.

What it means
    The user was made some weeks ago, and no sign-in or other use of it was observed since.
Why it matters
    The person may never have started, or got the account by mistake; its first password may still
    lie in a mail.
Facts read
    Use in the window of JumpCloud's events, also by a linked administrator; the day the user was
    made; what it holds. Left out: users that are not active, users that serve LDAP or Samba, and
    users made before the window, of which nobody can say "never" (LIF-06).
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16, A.5.18;
    PCI DSS 7.2.4, 8.2.6.
What to do
    Ask the manager whether the person has started; suspend the user until then.
Severity
    Medium; high where something privileged is held, directly or by a group. After
    thresholds.grace_days (30). A user of unknown status or age cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import hold_privileged
from uar.detections._keys import on
from uar.detections._missing import active_people
from uar.detections._unused import never_used, unobserved, window


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    people = people[(people["created_at"] >= window(facts)[0]) | people["created_at"].isna()]
    power = hold_privileged(facts, people["account_id"])
    grace = facts.settings.thresholds.grace_days
    return each(
        people,
        people["surely"] & never_used(facts, people, grace),
        made=on(people["created_at"]),
        severity=power.map({True: "high", False: "medium"}),
        power=power.map({True: ", and holds privileged access", False: ""}),
    )


DETECTION = Detection(
    id="LIF-07",
    title="Never used since it was made",
    severity="medium",
    says="{who} was made on {made} and was not seen to be used since{power}.",
    judge=judge,
    unable=unobserved,
)
