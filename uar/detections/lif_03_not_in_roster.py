"""An active person is not in HR's list.

What it means
    No row of HR's list has the employee id or an e-mail of any of the person's accounts.
Why it matters
    Nobody will say when the person leaves. It may be a contractor, a test account, or somebody who
    should not be here.
Facts read
    HR's list (uar sync --roster); active users, with all accounts of the person.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), PS-4; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.6.1;
    PCI DSS 7.2.4, 8.2.4, 8.2.5.
What to do
    Find out who answers for the person. Add an employee id or e-mail, or end the access.
Severity
    High. Left out: users that serve LDAP or Samba, or that service_accounts.owners names. An
    unknown status, and a user with neither employee id nor e-mail, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._employed import employed
from uar.detections._missing import profiled


def judge(facts: Facts) -> pd.DataFrame:
    people = employed(facts, profiled(facts))
    nameless = people["employee_id"].isna() & people["email"].isna()
    absent = people["rows"].eq(0).astype("boolean")
    return each(people, people["surely"] & absent.mask(absent & nameless))


DETECTION = Detection(
    id="LIF-03",
    title="Active person that HR does not know",
    severity="high",
    says="{who} is active, but {shown} is not in HR's list.",
    judge=judge,
    needs=("roster",),
)
