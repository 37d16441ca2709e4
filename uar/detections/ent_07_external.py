"""A user's e-mail is of another organisation.

What it means
    The address is of a domain that is not among domains.own, nor stands for one of them.
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
from uar.settings import Settings
from uar.text import folded, is_email


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.accounts[
        (facts.accounts["kind"] == "user") & facts.accounts["active"].fillna(True)
    ]
    own = {name.casefold() for name in facts.settings.domains.own}
    aliases = facts.settings.persons.alias_domains
    own |= {alias.casefold() for alias, of in aliases.items() if of.casefold() in own}
    domain = folded(users["email"]).str.replace(r"^.*@", "", regex=True)
    outside = (~domain.isin(own)).astype("boolean").where(is_email(users["email"]).fillna(False))
    return each(users, outside & users["active"], domain=domain)


def _none_named(settings: Settings) -> str:
    return "" if settings.domains.own else "domains.own is not set"


DETECTION = Detection(
    id="ENT-07",
    title="User of another organisation",
    severity="medium",
    says="{who} has an e-mail of {domain}, which is not the organisation's own.",
    judge=judge,
    unwanted=_none_named,
)
