"""An active person's user has no company, cost center or location.

What it means
    Of these three, one that is required is empty in JumpCloud or holds only a placeholder; ATR-07
    does not tell that again.
Why it matters
    They tell people of other companies from our own, and are how access is charged and confined.
Facts read
    Company, cost center, location, status and the service marks of users; service_accounts.owners.
    Left out: users that are not active; services, which are users that serve LDAP or Samba or that
    service_accounts.owners names; and administrators, who have no profile by design (ADM-10).
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18; PCI DSS 7.2.4.
What to do
    Fill it in JumpCloud, or where JumpCloud takes it from. If the organisation does without it,
    take it out of attributes.required. What it asks of some people only, such as contractors,
    [[attributes.rules]] can say.
Severity
    Low. Asks for those of company, cost_center and location that [attributes] requires of the user;
    by default the company. A user whose status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import is_asked_for, is_missing, only, profiled, unless_required

WORDS = {"company": "company", "cost_center": "cost center", "location": "location"}


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts)
    asked = pd.DataFrame({name: is_asked_for(name, facts) for name in WORDS})
    missing = pd.Series("", index=people.index)
    for name, word in WORDS.items():
        lacks = asked[name] & is_missing(people[name], facts)
        missing += (f" and no {word}" + only(people[name])).where(lacks, "")
    hit = people["surely"].mask(missing == "", False)
    some = asked.any(axis=1)
    return each(people[some], hit[some], missing=missing[some].str.removeprefix(" and "))


DETECTION = Detection(
    id="ATR-06",
    title="Active person without company, cost center or location",
    severity="low",
    says="{who} has {missing}.",
    judge=judge,
    unwanted=unless_required(*WORDS),
)
