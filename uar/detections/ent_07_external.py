"""A user's e-mail is of another organisation.

What it means
    The address is of none of domains.own, their subdomains or their aliases.
Why it matters
    Whoever runs that domain can read the mail, reset passwords with it, and keeps the mailbox when
    the person leaves.
Facts read
    The e-mail of active users; domains.own and persons.alias_domains of uar.toml.
Controls
    NIST SP 800-53 AC-2(a), PS-7, IA-8; SOC 2 CC6.2, CC9.2; ISO/IEC 27001:2022 A.5.16, A.5.19;
    PCI DSS 8.2.7.
What to do
    Give the person an address of your own; or see that somebody inside answers for the account.
Severity
    Medium. Looks at active users; without an e-mail that has the form of one it cannot be told.
    Does not run where domains.own is empty.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._outside import is_external, without_domains
from uar.text import folded


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users
    users = users[users["active"].fillna(True)]
    domain = folded(users["email"]).str.replace(r"^.*@", "", regex=True)
    return each(users, is_external(facts, users["email"]) & users["active"], domain=domain)


DETECTION = Detection(
    id="ENT-07",
    title="User of another organisation",
    severity="medium",
    says="{who} has an e-mail of {domain}, which is not the organisation's own.",
    judge=judge,
    unwanted=without_domains,
)
