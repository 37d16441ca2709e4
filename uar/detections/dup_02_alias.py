"""Two accounts reach one mailbox, although their e-mails are written differently.

What it means
    The e-mails are the same once a plus tag (ana+admin@...), an alias domain or, for the domains
    listed, dots are folded. Both accounts most likely belong to one person.
Why it matters
    Comparing e-mails letter by letter misses the second account, so it is reviewed as if a
    stranger held it, or not at all when its owner leaves.
Facts read
    E-mails of users and administrators; persons.alias_domains and persons.dots_ignored.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Ask the person whether both accounts are needed. Delete one, or attach the administrator role
    to the user after giving both one e-mail. Where they are two people, say so in persons.toml
    under [[not_same]].
Severity
    Medium; low where something speaks against it, such as different employee ids or the mailbox of
    a role (it@...): then the two are kept as two persons. Info where both are active users: DUP-05
    says so of the person. An account without a usable e-mail cannot be told. Pairs that JumpCloud
    links are no finding.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._pairs import judge_pairs, pairs, two_users
from uar.text import is_email


def judge(facts: Facts) -> pd.DataFrame:
    people = facts.personal
    found = pairs(facts)
    found = found[found["rule"] == "alias"]
    comparable = is_email(people["email"]).fillna(False)
    return judge_pairs(people, found.assign(settled=two_users(facts, found)), comparable)


DETECTION = Detection(
    id="DUP-02",
    title="Two accounts reach one mailbox by an alias",
    severity="medium",
    says="{sentence}",
    judge=judge,
)
