"""A manager is no person of the organisation: a service, a shared account or an outsider.

What it means
    People have a manager whose user serves LDAP or Samba, is named in service_accounts.owners or as
    a function ("helpdesk"), has an address outside the organisation's domains, or an employee type
    of those who are no employees.
Why it matters
    A review goes to the manager. A service or a shared account cannot answer for a decision, and an
    outsider should not decide who of the organisation may see what.
Facts read
    Manager, names, service marks and employee types of users; domains.own, where it is set;
    employment.external; service_accounts.owners.
Controls
    NIST SP 800-53 AC-2(j), AC-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.5.3;
    PCI DSS 7.2.4.
What to do
    Enter a manager of the organisation in JumpCloud, or where JumpCloud takes it from; or name an
    owner of what they hold in reviewers.owners.
Severity
    Medium. One finding a manager. Looks at the managers of active people; one of whom none of these
    facts is known, or all of whose people are of unknown status, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._managers import managers
from uar.detections._named import is_generic
from uar.detections._outside import is_external, is_no_employee, without_domains
from uar.services import is_declared
from uar.text import counted


def judge(facts: Facts) -> pd.DataFrame:
    them = managers(facts)
    named = is_declared(facts.settings, them).astype("boolean")
    reasons = {
        "serves programs by LDAP or Samba": them["service_like"],
        # Of whom it does not name it says nothing.
        "is named in service_accounts.owners": named.where(named),
        "is named as a function and not as a person": is_generic(them),
        "is no employee": is_no_employee(facts, them["employee_type"]),
    }
    if not without_domains(facts.settings):
        outside = is_external(facts, them["email"])
        reasons["has an address outside the organisation's domains"] = outside
    hit = pd.Series(False, index=them.index, dtype="boolean")
    why = pd.Series("", index=them.index, dtype="string")
    for said, true in reasons.items():
        hit |= true
        why += true.fillna(False).map({True: f" and {said}", False: ""})
    known = pd.concat(reasons, axis=1).notna().any(axis=1)
    hit = hit.mask(hit.isna() & known, False)
    return each(
        them,
        hit.mask(them["people"] == 0),
        why=why.str.removeprefix(" and "),
        of=them["people"].map(lambda number: counted(number, "person", "people")),
    )


DETECTION = Detection(
    id="MGR-05",
    title="Manager who is no person of the organisation",
    severity="medium",
    says="{who} {why}, and is the manager of {of}.",
    judge=judge,
)
