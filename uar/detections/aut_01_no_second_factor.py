"""An active person has no second factor enrolled.

What it means
    None of JumpCloud's second factors (push, authenticator, security key, SMS) is set up.
Why it matters
    A guessed or stolen password is enough to be that person. An enrolled factor does not mean yet
    that it is asked for everywhere; that is a matter of policies, which are not read.
Facts read
    Enrolment and status of users; what they hold.
Controls
    NIST SP 800-53 IA-2(1), IA-2(2), AC-6(7); SOC 2 CC6.1; ISO/IEC 27001:2022 A.8.5;
    PCI DSS 7.2.4, 8.4.2.
What to do
    Ask the person to enrol, and require it with a policy.
Severity
    High; critical where something privileged is held, directly or by a group. Left out: users that
    are not active and users that serve LDAP or Samba. Unknown enrolment or status cannot be told.
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
        people["surely"] & ~people["mfa"],
        severity=power.map({True: "critical", False: "high"}),
        power=power.map({True: " and holds privileged access", False: ""}),
    )


DETECTION = Detection(
    id="AUT-01",
    title="Active person without a second factor",
    severity="high",
    says="{who} has no second factor enrolled{power}.",
    judge=judge,
)
