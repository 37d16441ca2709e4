"""An active person's user has no company, cost center or location.

What it means
    Of these three, one that is required is empty in JumpCloud or holds only a placeholder.
Why it matters
    They tell people of other companies from our own, and are how access is charged and confined.
Facts read
    Company, cost center, location, status and the service marks of users. Left out: users that are
    not active, users that serve LDAP or Samba, and administrators, who have no profile by design
    (ADM-10).
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18; PCI DSS 7.2.4.
What to do
    Fill it in JumpCloud, or where JumpCloud takes it from. If the organisation does without it,
    take it out of attributes.required.
Severity
    Low. Asks for those of company, cost_center and location that attributes.required names; by
    default the company. A user whose status is unknown cannot be told. attributes.required is one
    list for everybody; whom it does not fit, such as contractors, exceptions.toml can name.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import active_people, is_missing, unless_required

WORDS = {"company": "company", "cost_center": "cost center", "location": "location"}


def judge(facts: Facts) -> pd.DataFrame:
    people = active_people(facts)
    missing = pd.Series("", index=people.index)
    for column in facts.settings.attributes.required:
        if column in WORDS:
            lacks = is_missing(people[column], facts)
            missing += lacks.map({True: f", no {WORDS[column]}", False: ""})
    hit = people["surely"].mask(missing == "", False)
    return each(people, hit, missing=missing.str.removeprefix(", "))


DETECTION = Detection(
    id="ATR-06",
    title="Active person without company, cost center or location",
    severity="low",
    says="{who} has {missing}.",
    judge=judge,
    unwanted=unless_required(*WORDS),
)
