"""A person is excused from the second factor, without an end.

What it means
    JumpCloud does not ask the person to set up a second factor, and no day is set on which it will.
Why it matters
    An excuse that was meant for a lost phone becomes a way in for whoever knows the password.
Facts read
    The excuse (exclusion) and its end, and the status of users; what they hold.
Controls
    NIST SP 800-53 IA-2(1), IA-2(2), AC-6(7); SOC 2 CC6.1; ISO/IEC 27001:2022 A.8.5; PCI DSS 7.2.4,
    8.4.2.
What to do
    End the excuse, or give it an end; let the person enrol.
Severity
    High. Left out: users that are not active, users that serve LDAP or Samba. Who is of unknown
    status, or of whom an excuse is not known, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import hold_privileged
from uar.detections._missing import active_people


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    power = hold_privileged(facts, people["account_id"])
    return each(
        people,
        people["surely"] & people["mfa_excused"].mask(people["mfa_excused_until"].notna(), False),
        power=power.map({True: ", and holds privileged access", False: ""}),
    )


DETECTION = Detection(
    id="AUT-02",
    title="Excused from the second factor for ever",
    severity="high",
    says="{who} is excused from the second factor without an end{power}.",
    judge=judge,
)
