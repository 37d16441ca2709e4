"""An administrator does not use the console.

What it means
    JumpCloud has counted no session of the administrator since it was made, or no sign-in to the
    Admin Portal was observed in the window of its events.
Why it matters
    A power that nobody uses is only there for whoever takes it over, and nobody notices when.
Facts read
    Sign-ins of administrators, from Directory Insights where they were collected; the number of
    sessions; the day the administrator was made.
Controls
    NIST SP 800-53 AC-2(3), AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2;
    PCI DSS 7.2.4, 8.2.6.
What to do
    Ask its owner; take the role away if it is not needed. An account for emergencies should be
    unused: accept the finding with that reason.
Severity
    Medium, and a hint only: JumpCloud does not explain its count of sessions, and an API key may be
    in use (ADM-04). The window must be as long as thresholds.inactive_days (90); a new
    administrator has thresholds.admin_grace_days (14). Looks at administrators that are not
    suspended; where sign-ins were not observed, only one without a session is found, and others
    cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._keys import on
from uar.detections._unused import DAY, in_words, never_used, stale, unobserved
from uar.tables import within


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    grace = facts.settings.thresholds.admin_grace_days
    made, sessions = admins["created_at"], admins["sessions"]
    settled = (made < facts.now - grace * DAY).astype("boolean").mask(made.isna())
    none = sessions.eq(0)
    if unobserved(facts):
        # Sessions say that there was use, and not when.
        nothing = "JumpCloud counts no session of " + admins["who"] + ", made on " + on(made)
        return _judged(admins, (none & settled).mask(sessions.gt(0).fillna(False)), nothing)
    silent = stale(facts, admins) | never_used(facts, admins, grace)
    seen = within(admins["account_id"], facts.snapshot.uses["account_id"])
    hit = (silent | (none & settled)).mask(seen, stale(facts, admins))
    nothing = "no sign-in to the console of " + admins["who"] + f" was observed {in_words(facts)}"
    return _judged(admins, hit, nothing)


def _judged(admins: pd.DataFrame, hit: pd.Series[Any], nothing: pd.Series[Any]) -> pd.DataFrame:
    return each(admins, admins["active"] & hit, nothing=nothing)


DETECTION = Detection(
    id="ADM-06",
    title="Administrator who does not use the console",
    severity="medium",
    says="{nothing}.",
    judge=judge,
)
