"""HR's list has somebody who has no account.

What it means
    Somebody employed, whose first day has come, has no user by employee id or e-mail.
Why it matters
    It is completeness in the other direction: either the person works without an account, or the
    account has another e-mail and employee id, and then its leaver will not be noticed.
Facts read
    HR's list (uar sync --roster): status, start and end date; all accounts.
Controls
    NIST SP 800-53 AC-2; SOC 2 CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4, 8.2.4.
What to do
    Nothing where no account is needed. Otherwise look for the account under another address. An
    employee id that differs by leading zeros only is named, and not taken for the same: write the
    two alike if they are.
Severity
    Info. Looks at the rows of those who are employed and have begun; no row is left untold.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._employed import over, roster, shortened_ids
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    rows = roster(facts)
    begun = ~(rows["start_date"] > facts.now)
    stays = ~over(facts, rows["end_date"]).fillna(False)
    here = rows[(rows["status"] == "employed") & begun & stays.astype(bool)]
    alike = shortened_ids(facts).set_index("row")["employee_id"]
    key = here["employee_id"].fillna(here["email"])
    return here.assign(
        subject="hr:" + key,
        subject_name=here["name"].fillna(here["email"]).fillna(key),
        accounts=None,
        hit=(~here["row"].isin(facts.listed["row"])).astype("boolean"),
        called=(here["name"] + " (" + key + ")").fillna(key),
        perhaps=(
            "; the employee id "
            + look_up(here["row"], alike)
            + " in JumpCloud is the same but for "
            "leading zeros"
        ).fillna(""),
    )


DETECTION = Detection(
    id="LIF-11",
    title="Employee without an account",
    severity="info",
    says="HR's list has {called}, who has no account{perhaps}.",
    judge=judge,
    needs=("roster",),
)
