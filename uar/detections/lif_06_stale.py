"""An active person's user has not been used for a long time.

What it means
    No sign-in, and no use of an application, device, LDAP or RADIUS, was observed for so long.
Why it matters
    What nobody uses nobody needs, and nobody notices when somebody else uses it.
Facts read
    Use in the window of JumpCloud's events, also by a linked administrator; the day the user was
    made; what it holds. Left out: users that are not active, users that serve LDAP or Samba, and
    users made within the window (LIF-07).
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4,
    8.2.6.
What to do
    Ask the manager: suspend the user, or note why it is kept (leave, a job without a computer).
Severity
    Medium; high where something privileged is held, directly or by a group. For longer than
    thresholds.inactive_days (90). The window must be as long; else a user without use, as one of
    unknown status or age, cannot be told. Use outside JumpCloud is not seen.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import hold_privileged
from uar.detections._keys import on
from uar.detections._missing import active_people
from uar.detections._unused import in_words, last_used, stale, unobserved


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    last = last_used(facts, people["account_id"])
    power = hold_privileged(facts, people["account_id"])
    when = ("was last used on " + on(last)).fillna(f"was not seen to be used {in_words(facts)}")
    return each(
        people,
        people["surely"] & stale(facts, people),
        when=when,
        severity=power.map({True: "high", False: "medium"}),
        power=power.map({True: ", and holds privileged access", False: ""}),
    )


DETECTION = Detection(
    id="LIF-06",
    title="Active person who has not been there for long",
    severity="medium",
    says="{who} {when}{power}.",
    judge=judge,
    unable=unobserved,
)
