"""An active person's user has no manager.

What it means
    The manager is empty in JumpCloud.
Why it matters
    A review goes to the manager first. Without one the fallback reviewer decides, who knows the
    person's work less well.
Facts read
    Manager, status and the service marks of users; attributes.no_manager; service_accounts.owners.
    Left out: users that are not active; services, which are users that serve LDAP or Samba or that
    service_accounts.owners names; and administrators, who have no profile by design (ADM-10).
Controls
    NIST SP 800-53 AC-2(j), AC-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Enter the manager in JumpCloud. For whoever leads the organisation there is none: name them by
    e-mail or login in attributes.no_manager, so that it is a decision and not an oversight.
Severity
    Medium. Who reviews what is decided later, by uar open; where nobody but the fallback is left,
    the item itself says so. Looks at users of whom [attributes] requires manager; one
    whose status is unknown cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import is_asked_for, profiled, unless_required
from uar.tables import look_up
from uar.text import folded


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts)[is_asked_for("manager", facts)]
    heads = [name.strip().casefold() for name in facts.settings.attributes.no_manager]
    head = folded(people["email"]).isin(heads) | folded(people["login"]).isin(heads)
    reports = facts.snapshot.accounts["manager_id"].value_counts()
    leads = look_up(people["account_id"], reports.map(_leads)).fillna("")
    hit = people["surely"].mask(people["manager_id"].notna() | head, False)
    return each(people, hit, leads=leads)


def _leads(number: int) -> str:
    people = "1 person" if number == 1 else f"{number:,} people"
    return f", and leads {people}: if nobody is above, say so in attributes.no_manager"


DETECTION = Detection(
    id="ATR-03",
    title="Active person without manager",
    severity="medium",
    says="{who} has no manager{leads}.",
    judge=judge,
    unwanted=unless_required("manager"),
)
