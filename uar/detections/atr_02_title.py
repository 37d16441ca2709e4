"""An active person's user has no job title.

What it means
    The attribute is empty in JumpCloud, or holds only a placeholder such as "n/a"; ATR-07 does not
    tell that again.
Why it matters
    A reviewer judges by the job title whether access fits the work; peers are compared by it.
Facts read
    Job title, status and the service marks of users; service_accounts.owners. Left out: users that
    are not active; services, which are users that serve LDAP or Samba or that
    service_accounts.owners names; and administrators, who have no profile by design (ADM-10).
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16, A.5.18; PCI DSS 7.2.4.
What to do
    Fill it in JumpCloud, or where JumpCloud takes it from. If the organisation does without it,
    take title out of attributes.required. What it asks of some people only, such as
    contractors, [[attributes.rules]] can say.
Severity
    Low. Looks at users of whom [attributes] requires title; one whose status is unknown
    cannot be told. Placeholders are the words of attributes.placeholders, and zeros or punctuation
    alone.
"""

from __future__ import annotations

from uar.detections import Detection
from uar.detections._missing import judge_missing, unless_required

DETECTION = Detection(
    id="ATR-02",
    title="Active person without job title",
    severity="low",
    says="{who} has no job title{instead}.",
    judge=judge_missing("title"),
    unwanted=unless_required("title"),
)
