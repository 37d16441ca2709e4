"""An administrator has no profile of its own; what the review shows is borrowed.

What it means
    JumpCloud keeps no department, title, manager or employee type for administrators. That is how
    it is made, not a defect. The review shows those of the person's user instead, marked as
    borrowed.
Why it matters
    A reviewer must know where the shown department and manager come from, and an administrator
    that can borrow from nobody needs somebody who answers for it.
Facts read
    The persons made of the accounts, and the profile of the user that lends.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.8.2; PCI DSS 7.2.4.
What to do
    Nothing where the profile is borrowed. Otherwise find the person (ADM-01), or name an owner.
Severity
    Info: never counted as a defect. Looks at administrators that are not suspended; one whose
    status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.tables import look_up

LENT = {
    "department": "department",
    "title": "job title",
    "manager_id": "manager",
    "employee_type": "employee type",
}


LAST_COMMA = r", ([^,]+)$"


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    borrowed = facts.persons.set_index("account_id").reindex(admins["account_id"])
    borrowed = borrowed.set_axis(admins.index)
    what = pd.Series("", index=admins.index)
    for column, word in LENT.items():
        what += borrowed[column].notna().map({True: f", {word}", False: ""})
    lender = look_up(borrowed["borrowed_from"], accounts.set_index("account_id")["who"])
    what = what.str.removeprefix(", ").str.replace(LAST_COMMA, r" and \1", regex=True)
    from_whom = "borrows " + what + " from " + lender
    empty = admins[list(LENT)].isna().all(axis=1)
    hit = admins["active"].mask(~empty, False)
    judged = each(admins, hit, how=from_whom.fillna("can borrow none from a user"))
    both = admins["account_id"] + " " + borrowed["borrowed_from"]
    return judged.assign(accounts=both.fillna(admins["account_id"]))


DETECTION = Detection(
    id="ADM-10",
    title="Administrator with a borrowed profile",
    severity="info",
    says="{who} has no profile of its own, by design, and {how}.",
    judge=judge,
)
