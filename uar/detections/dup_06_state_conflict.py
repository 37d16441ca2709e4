"""An administrator is still active although the person's user is suspended.

What it means
    The person has a suspended user, no user that is active or about to start, and an administrator
    account that can still sign in to the console.
Why it matters
    Somebody who has left keeps the keys to everything. Suspending a user does not suspend a
    separate administrator.
Facts read
    The persons made of the accounts; the status of users and administrators.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), AC-6(7); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.8.2;
    PCI DSS 7.2.4; HIPAA 164.308(a)(3)(ii)(C).
What to do
    Suspend or delete the administrator today, revoke its API key, and look in Directory Insights
    for what it did since the user was suspended.
Severity
    Critical: it should not wait for the review. Looks at administrators whose person has a user; an
    unknown status on either side cannot be told. Who has left by HR's list, while no account is
    suspended yet, is for LIF-01, which is critical for the administrator too.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.tables import look_up, within


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    users = accounts[accounts["kind"] == "user"]
    admins = accounts[accounts["kind"] == "admin"]
    admins = admins[within(admins["person_id"], users["person_id"])]

    def some_user(status: list[str]) -> pd.Series[bool]:
        of = users.loc[users["status"].isin(status), "person_id"]
        return within(admins["person_id"], of)

    left = some_user(["suspended"]).astype("boolean") & ~some_user(["active", "staged"])
    hit = left.mask(some_user(["unknown"]) & ~some_user(["active", "staged"])) & admins["active"]
    suspended = users[users["status"] == "suspended"].sort_values("account_id")
    gone = suspended.drop_duplicates("person_id").set_index("person_id")
    user_id = look_up(admins["person_id"], gone["account_id"])
    judged = each(admins, hit, user=look_up(admins["person_id"], gone["who"]))
    return judged.assign(
        accounts=(admins["account_id"] + " " + user_id).fillna(admins["account_id"])
    )


DETECTION = Detection(
    id="DUP-06",
    title="Administrator still active after the user was suspended",
    severity="critical",
    says="{who} can still sign in, although {user} of the same person is suspended.",
    judge=judge,
)
