"""One person has two or more active user accounts.

What it means
    Two users of the directory belong to one person by e-mail, employee id or alternate e-mail,
    and both can sign in.
Why it matters
    Access is split over two accounts, so neither review shows all of it, and suspending one when
    the person leaves does not end it.
Facts read
    The persons made of the accounts; status; users that serve LDAP or Samba are left out.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j); SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Move what is needed to one account and suspend the other. Where both are needed, accept the
    finding in exceptions.toml with the reason; where they are two people, say so in persons.toml
    under [[not_same]].
Severity
    Medium. Looks at persons with a user account; one with a second user of unknown status, or of
    whom neither e-mail nor employee id is known, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import SHOWN, Detection, Facts
from uar.text import some

KEYS = ["email", "employee_id", "alternate_email", "recovery_email"]


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users.sort_values("account_id")
    counts = users["active"] & users["human"]
    users = users[counts.fillna(True)].assign(
        surely=counts.fillna(False), comparable=users[KEYS].notna().any(axis=1)
    )
    people = users.groupby("person_id").agg(
        subject_name=("person_name", "first"),
        surely=("surely", "sum"),
        perhaps=("surely", "size"),
        comparable=("comparable", "any"),
    )
    hit = (people["surely"] > 1).astype("boolean")
    unclear = ~people["comparable"] | (people["perhaps"] > 1)
    several = users[users["surely"] & users["person_id"].isin(people.index[people["surely"] > 1])]
    several = several.assign(login=several["login"].fillna(several["account_id"]))
    named = several.groupby("person_id").agg(
        accounts=("account_id", " ".join),
        logins=("login", lambda names: some(list(names), SHOWN, " and ")),
    )
    return people.join(named).assign(subject=people.index, hit=hit.mask(~hit & unclear))


DETECTION = Detection(
    id="DUP-05",
    title="One person with two active users",
    severity="medium",
    says="{subject_name} has {surely} active users: {logins}.",
    judge=judge,
)
