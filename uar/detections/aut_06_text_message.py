"""Text messages are a person's only second factor.

What it means
    A phone number for text messages is enrolled, and no app, security key or push.
Why it matters
    A phone number can be taken over by a phone call to the provider, and a code can be talked out
    of somebody. It is better than none, and the weakest there is.
Facts read
    The state of each second factor, and the status of users. Left out: users that are not active,
    users that serve LDAP or Samba.
Controls
    NIST SP 800-53 IA-2(1), IA-2(2), IA-5; SOC 2 CC6.1; ISO/IEC 27001:2022 A.8.5; PCI DSS 7.2.4,
    8.4.2.
What to do
    Ask the person to enrol an authenticator app or a security key, and take the number away.
Severity
    Low. Who is of unknown status, or of whose factors the state is not known, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import active_people


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    return each(people, people["surely"] & people["mfa_sms_only"])


DETECTION = Detection(
    id="AUT-06",
    title="Text messages are the only second factor",
    severity="low",
    says="{who} has text messages as the only second factor.",
    judge=judge,
)
