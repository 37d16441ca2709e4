"""A user and an administrator have the same e-mail, but JumpCloud does not link them.

What it means
    One person signs in twice: as a user and as an administrator. JumpCloud keeps the two apart
    because the administrator was never attached to the user.
Why it matters
    The administrator keeps its own password and second factor, carries no department, title or
    manager, and stays behind when the user is suspended.
Facts read
    E-mails of users and administrators, apart from letter case; the user's link to an
    administrator; the status of both. Plus tags and alias domains are DUP-02.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Give the role to the user (Admin Portal, Settings, Administrators: attach to a user; both
    e-mails must be equal), then delete the separate administrator.
Severity
    Medium; high where the two have different statuses. Looks at administrators; one without a
    usable e-mail cannot be told. Linked pairs are no finding: ADM-10 tells of them, as info.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._pairs import judge_pairs, pairs
from uar.text import is_email


def judge(facts: Facts) -> pd.DataFrame:
    admins = facts.accounts[facts.accounts["kind"] == "admin"]
    found = pairs(facts)
    found = found[(found["rule"] == "email") & (found["kind"] == "admin")]
    known = found[(found["status"] != "unknown") & (found["other_status"] != "unknown")]
    differing = known.loc[known["status"] != known["other_status"], "account_id"]
    judged = judge_pairs(admins, found, is_email(admins["email"]).fillna(False))
    worse = judged["severity"].isna() & judged["account_id"].isin(differing)
    return judged.assign(severity=judged["severity"].mask(worse, "high"))


DETECTION = Detection(
    id="DUP-01",
    title="User and administrator with one e-mail are not linked",
    severity="medium",
    says="{sentence} JumpCloud does not link them.",
    judge=judge,
)
