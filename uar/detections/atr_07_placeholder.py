"""An active person's user has placeholder text in an attribute that nobody requires.

What it means
    Somebody typed "n/a", "-", "tbd" or the like to get past a form. Where [attributes] requires the
    attribute of the user, ATR-01 to ATR-06 tell it as missing, and it is not told twice.
Why it matters
    The attribute looks filled but says nothing. It counts as missing everywhere in the review.
Facts read
    Department, title, employee id, employee type, company, cost center and location of users;
    attributes.required, attributes.rules and attributes.placeholders. Left out: users that are not
    active, and services: users that serve LDAP or Samba or that service_accounts.owners names.
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Replace it by the truth, or empty the attribute.
Severity
    Low. Placeholders are the words of attributes.placeholders, and zeros or punctuation alone. A
    user of whom none of these is known, or whose status is unknown, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import is_asked_for, profiled
from uar.text import is_placeholder

WORDS = {
    "department": "department",
    "title": "job title",
    "employee_id": "employee id",
    "employee_type": "employee type",
    "company": "company",
    "cost_center": "cost center",
    "location": "location",
}


LAST = r'(?<=.), ([a-z ]+ "[^"]*")$'  # of several


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts)
    places = pd.Series("", index=people.index)
    for column, word in WORDS.items():
        idle = is_placeholder(people[column], facts.settings.attributes.placeholders).fillna(False)
        said = f', {word} "' + people[column].str.strip() + '"'
        places += said.where(idle & ~is_asked_for(column, facts), "")
    nothing_known = people[list(WORDS)].isna().all(axis=1)
    hit = people["surely"].mask(places == "", False).mask(nothing_known)
    return each(
        people, hit, places=places.str.replace(LAST, r" and \1", regex=True).str.removeprefix(", ")
    )


DETECTION = Detection(
    id="ATR-07",
    title="Placeholder text in an attribute that is not required",
    severity="low",
    says="{who} has {places}, which counts as missing.",
    judge=judge,
)
