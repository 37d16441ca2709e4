"""An active person's user has no employee id.

What it means
    The attribute is empty in JumpCloud, or holds only a placeholder such as "n/a"; ATR-07 does not
    tell that again.
Why it matters
    The employee id ties the account to the HR record, also after a change of name. Without it a
    leaver or a second account is easily missed.
Facts read
    Employee id, status and the service marks of users; service_accounts.owners. Left out: users
    that are not active; services, which are users that serve LDAP or Samba or that
    service_accounts.owners names; and administrators, who have no profile by design (ADM-10).
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18; PCI DSS 7.2.4.
What to do
    Fill it in JumpCloud, or where JumpCloud takes it from. If the organisation does without it,
    take employee_id out of attributes.required. What it asks of some people only, such as
    contractors, [[attributes.rules]] can say.
Severity
    Low. Looks at users of whom [attributes] requires employee_id; one whose status is unknown
    cannot be told. Placeholders are the words of attributes.placeholders, and zeros or punctuation
    alone.
"""

from __future__ import annotations

from uar.detections import Detection
from uar.detections._missing import judge_missing, unless_required

DETECTION = Detection(
    id="ATR-04",
    title="Active person without employee id",
    severity="low",
    says="{who} has no employee id{instead}.",
    judge=judge_missing("employee_id"),
    unwanted=unless_required("employee_id"),
)
