"""A person is excused from the second factor until a day that is still to come.

What it means
    JumpCloud does not ask the person to set up a second factor before that day.
Why it matters
    Until then a password is enough. That is usual in somebody's first days, and worth a look later.
Facts read
    The excuse (exclusion) and its end, and the status of users.
Controls
    NIST SP 800-53 IA-2(1), IA-2(2); SOC 2 CC6.1; ISO/IEC 27001:2022 A.8.5; PCI DSS 7.2.4, 8.4.2.
What to do
    Check that the person is new or has lost a device; else end the excuse.
Severity
    Medium. Left out: users that are not active, users that serve LDAP or Samba, and excuses without
    an end (AUT-02). Who is of unknown status, or of whom an excuse is not known, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._keys import on, past
from uar.detections._missing import active_people


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    until = people["mfa_excused_until"]
    ahead = (~past(facts, until)).fillna(False)
    hit = people["mfa_excused"].mask(people["mfa_excused"].notna() & ~ahead, False)
    return each(people, people["surely"] & hit, until=on(until))


DETECTION = Detection(
    id="AUT-03",
    title="Excused from the second factor for a time",
    severity="medium",
    says="{who} is excused from the second factor until {until}.",
    judge=judge,
)
