"""Two accounts with different e-mails share an employee id or an alternate e-mail.

What it means
    The employee ids are equal, or the e-mail of one account is the alternate or recovery e-mail
    of the other. Both accounts most likely belong to one person.
Why it matters
    An account under a private or former address is easily overlooked when access is reviewed and
    when its owner leaves.
Facts read
    Employee id, e-mail, alternate and recovery e-mail. Placeholders (attributes.placeholders), an
    employee id of more than three accounts, the mailbox of a role, and an address named by more
    than two accounts or by people of two names identify nobody.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Ask the person whether both accounts are needed; delete one, or give both the work e-mail and
    attach the administrator role to the user. Where they are two people, say so in persons.toml
    under [[not_same]].
Severity
    Medium; low where something speaks against it: then the two are kept as two persons. Info where
    both are active users: DUP-05 says so of the person. An account with neither employee id nor
    e-mail of any sort cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._pairs import judge_pairs, pairs, two_users

KEYS = ["employee_id", "email", "alternate_email", "recovery_email"]


def judge(facts: Facts) -> pd.DataFrame:
    people = facts.personal
    found = pairs(facts)
    found = found[found["rule"].isin(["employee-id", "alternate-email"])]
    comparable = people[KEYS].notna().any(axis=1)
    return judge_pairs(people, found.assign(settled=two_users(facts, found)), comparable)


DETECTION = Detection(
    id="DUP-03",
    title="Two accounts share an employee id or an alternate e-mail",
    severity="medium",
    says="{sentence}",
    judge=judge,
)
