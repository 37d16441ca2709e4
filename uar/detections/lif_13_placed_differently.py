"""HR and JumpCloud place somebody differently.

What it means
    The department, job title or manager in HR's list is another one than in JumpCloud.
Why it matters
    Somebody has probably moved, and access follows the old place: groups that are filled by
    department stay, and the review asks a manager who no longer knows the person.
Facts read
    HR's list (uar sync --roster): department, title and manager; the same of active users. A
    manager counts as the same when the account is of the person that HR names.
Controls
    NIST SP 800-53 AC-2(l), PS-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Ask which of the two is right and correct the other. After a move, review what is held anew.
Severity
    Medium. Left out: users that serve LDAP or Samba. What is empty or a placeholder on one side
    is not compared; where nothing can be compared, or the status is unknown, it cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._employed import employed
from uar.detections._missing import active_people, is_missing
from uar.tables import look_up
from uar.text import folded

KEYS = ("email", "employee_id")
COMPARED = {"department": "department", "title": "job title"}


def judge(facts: Facts) -> pd.DataFrame:
    people = employed(facts, active_people(facts))
    people = people[(people["rows"] > 0) | people["active"].isna()]
    sentence = pd.Series("", index=people.index, dtype="string")
    compared = pd.Series(False, index=people.index)
    for word, (theirs, ours) in {**_texts(facts, people), **_managers(facts, people)}.items():
        differ = (folded(theirs) != folded(ours)).astype("boolean")
        compared |= differ.notna()
        told = f"; the {word} is " + theirs + " in HR and " + ours + " in JumpCloud"
        sentence += told.where(differ.fillna(False).astype(bool), "")
    hit = people["surely"] & (sentence != "").astype("boolean").mask(~compared)
    return each(people, hit, sentence=sentence.str.removeprefix("; "))


def _texts(facts: Facts, people: pd.DataFrame) -> dict[str, tuple[pd.Series[Any], pd.Series[Any]]]:
    return {
        word: (
            people[f"hr_{column}"],
            people[column].mask(is_missing(people[column], facts).astype(bool)),
        )
        for column, word in COMPARED.items()
    }


def _managers(
    facts: Facts, people: pd.DataFrame
) -> dict[str, tuple[pd.Series[Any], pd.Series[Any]]]:
    """Both as names with the e-mail that tells namesakes apart."""
    accounts = facts.accounts
    named = accounts[["account_id", "person_id", "person_name", "email"]]
    users_first = named.sort_values("account_id", ascending=False)
    first = users_first.drop_duplicates("person_id").set_index("person_id")
    called = first["person_name"] + (" (" + first["email"] + ")").fillna("")
    keys = pd.concat([accounts[["person_id"]].assign(key=folded(accounts[c])) for c in KEYS])
    keys = keys.dropna().drop_duplicates().drop_duplicates("key", keep=False)
    theirs = look_up(folded(people["hr_manager"]), keys.set_index("key")["person_id"])
    ours = look_up(people["manager_id"], accounts.set_index("account_id")["person_id"])
    return {"manager": (look_up(theirs, called), look_up(ours, called))}


DETECTION = Detection(
    id="LIF-13",
    title="HR and JumpCloud place somebody differently",
    severity="medium",
    says="For {who}, {sentence}.",
    judge=judge,
    needs=("roster",),
)
