"""Two accounts have one full name and one hint more: possibly one person.

What it means
    Different e-mails, but the same full name, and the same e-mail domain, the same manager, a login
    of an administrator's form (adm-..., ...-admin, a. ...), or an administrator without a user and
    one person of that name.
Why it matters
    It may be a second account nobody has noticed. It may as well be two people of one name.
Facts read
    Names (letter case, accents, order and initials do not count; letters of another script that
    look alike are said), e-mail domains, managers, logins, employee ids.
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Ask. If it is one person, make it provable: the same employee id, or one account's e-mail as
    the other's alternate e-mail; or say so in persons.toml under [[same]]. Of two people of one
    name, say that under [[not_same]]: it is not told again.
Severity
    Low, "possible": a name alone never makes one person of two accounts. Info, and no flag, where
    the employee ids differ by more than leading zeros, which spreadsheets drop: HR knows them as
    two. An account without a name cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._pairs import judge_pairs, pairs


def judge(facts: Facts) -> pd.DataFrame:
    people = facts.personal
    found = pairs(facts)
    found = found[found["rule"] == "name"]
    two = found["ids_differ"].fillna(False).astype(bool)
    return judge_pairs(people, found.assign(settled=two), people["name"].notna())


DETECTION = Detection(
    id="DUP-04",
    title="Two accounts with one name, possibly one person",
    severity="low",
    says="{sentence}",
    judge=judge,
)
