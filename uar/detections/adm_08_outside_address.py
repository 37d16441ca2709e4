"""An administrator's e-mail is outside the organisation's domains.

What it means
    The address belongs to none of domains.own, their subdomains or their aliases.
Why it matters
    The mailbox, and with it a password reset of the console, is in somebody else's hands: a private
    mail provider, or another company. It does not end when the person leaves.
Facts read
    The e-mail and status of administrators; domains.own and persons.alias_domains.
Controls
    NIST SP 800-53 AC-2, AC-6(5), AC-6(7); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16, A.8.2;
    PCI DSS 7.2.4, 8.2.7.
What to do
    Give the administrator an address of the organisation. For a partner, name who answers for it
    and until when, in exceptions.toml.
Severity
    High. Does not run without domains.own. Looks at administrators that are not suspended; one of
    unknown status, or whose e-mail is missing or none, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import roles_of
from uar.detections._outside import is_external, without_domains


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    power = " and has the role " + roles_of(facts, admins["account_id"])
    outside = is_external(facts, admins["email"])
    return each(admins, admins["active"] & outside, power=power.fillna(""))


DETECTION = Detection(
    id="ADM-08",
    title="Administrator with an outside address",
    severity="high",
    says="{who} has an address outside the organisation's domains{power}.",
    judge=judge,
    unwanted=without_domains,
)
