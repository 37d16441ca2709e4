"""SSH keys are entered for a user that should not need any.

What it means
    The user is suspended, belongs to somebody outside the organisation, or is a service, and
    JumpCloud puts its SSH keys on every device that it is bound to.
Why it matters
    An SSH key opens a device without a password and without a second factor. It is a side door that
    nobody looks at when the account is reviewed.
Facts read
    SSH keys, status, e-mail, employee type and service marks of users; domains.own, where it is
    set; employment.external.
Controls
    NIST SP 800-53 AC-2(3), AC-17, IA-5; SOC 2 CC6.1, CC6.2; ISO/IEC 27001:2022 A.5.17, A.5.18;
    PCI DSS 7.2.4, 8.2.5.
What to do
    Delete the keys from the user. Where a service needs one, write down which and who keeps it.
Severity
    Medium; info where the user is suspended and there is no other reason: LIF-04 names the keys
    with the rest that such a user holds. Looks at users with SSH keys; one of unknown status, and
    no other reason, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._outside import is_external, is_no_employee, without_domains
from uar.text import counted


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    users = accounts[(accounts["kind"] == "user") & accounts["ssh_keys"].notna()]
    suspended = users["status"].eq("suspended").astype("boolean").mask(users["active"].isna())
    outside = is_no_employee(facts, users["employee_type"]).fillna(False)
    if not without_domains(facts.settings):
        outside |= is_external(facts, users["email"]).fillna(False)
    reasons = {
        "is suspended": suspended,
        "is not of the organisation": outside,
        "serves programs by LDAP or Samba": users["service_like"].fillna(False),
    }
    hit = pd.Series(False, index=users.index, dtype="boolean")
    why = pd.Series("", index=users.index, dtype="string")
    for said, true in reasons.items():
        hit |= true
        why += true.fillna(False).map({True: f" and {said}", False: ""})
    other = outside | users["service_like"].fillna(False)
    keys = users["ssh_keys"].str.count(" ") + 1
    return each(
        users,
        hit,
        why=why.str.removeprefix(" and "),
        severity=other.map({True: "medium", False: "info"}),
        keys=keys.map(lambda number: counted(int(number), "SSH key")),
    )


DETECTION = Detection(
    id="AUT-07",
    title="SSH keys of a suspended, outside or service user",
    severity="medium",
    says="{who} {why}, and has {keys}.",
    judge=judge,
)
