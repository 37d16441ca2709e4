"""An active person's user has no e-mail, or one that is none.

What it means
    The e-mail is empty or has not the form name@domain.
Why it matters
    The account cannot be matched with an administrator or an HR record, and its owner cannot be
    sent anything: neither a workbook to review nor a notice.
Facts read
    E-mail, status and the service marks of users; service_accounts.owners. Left out: users that are
    not active, and services: users that serve LDAP or Samba or that service_accounts.owners names.
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Correct the e-mail in JumpCloud, or where JumpCloud takes it from.
Severity
    Medium. A user whose status is unknown cannot be told. Whether mail arrives is not tested.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import profiled
from uar.text import is_email


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts)
    hit = people["surely"].mask(is_email(people["email"]).fillna(False), False)
    problem = '"' + people["email"] + '" as e-mail, which is no address'
    return each(people, hit, problem=problem.fillna("no e-mail"))


DETECTION = Detection(
    id="ATR-08",
    title="E-mail missing or malformed",
    severity="medium",
    says="{who} has {problem}.",
    judge=judge,
)
