"""Too many administrators have full power, or fewer than two can reach billing.

What it means
    The roles Administrator and Administrator With Billing can change everything. More people hold
    one than are needed; or the second is held by fewer than two, so that the loss of one account
    locks the organisation out of its contract.
Why it matters
    Each account with full power is a way to lose everything. JumpCloud itself advises at least two
    administrators with billing.
Facts read
    The roles of administrators that are active.
Controls
    NIST SP 800-53 AC-6(7), AC-5; SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.8.2; PCI DSS 7.2.4.
What to do
    Give those who do not need everything a smaller role; name a second person for billing.
Severity
    Medium. Too many: more than thresholds.full_power (5), and than thresholds.full_power_share
    (0.02) of the active users; both, because of fifty people a fiftieth is one, and of fifty
    thousand five are few. Looks at the two roles, where they exist; if accounts of unknown status
    could turn the answer, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._held import FULL_POWER, held_roles

BILLING = FULL_POWER[1]
LEAST_BILLING = 2


def judge(facts: Facts) -> pd.DataFrame:
    things = facts.snapshot.entitlements
    name = things["name"].str.strip().str.casefold()
    roles = things[(things["kind"] == "role") & name.isin(FULL_POWER)].sort_values("name")
    held = held_roles(facts)
    held = held[held["entitlement_id"].isin(roles["entitlement_id"])]
    users = facts.users
    most = facts.settings.thresholds
    share = most.full_power_share * users["active"].sum()
    limit = max(most.full_power, int(share))
    rows = []
    for role in roles.to_dict("records"):
        if str(role["name"]).strip().casefold() == BILLING:
            of = held[held["entitlement_id"] == role["entitlement_id"]]
            sure, perhaps = _count(of)
            hit = True if perhaps < LEAST_BILLING else False if sure >= LEAST_BILLING else pd.NA
            people = "administrator holds" if sure == 1 else "administrators hold"
            says = f"{sure} active {people} {role['name']}; JumpCloud advises at least two"
        else:
            of = held
            sure, perhaps = _count(of)
            hit = True if sure > limit else False if perhaps <= limit else pd.NA
            says = f"{sure} active administrators have full power; more than {limit} are too many"
        rows.append(
            {
                "subject": role["entitlement_id"],
                "subject_name": role["name"],
                "accounts": " ".join(sorted(set(of["account_id"]))),
                "hit": hit,
                "sentence": says,
            }
        )
    return pd.DataFrame(rows, columns=["subject", "subject_name", "accounts", "hit", "sentence"])


def _count(held: pd.DataFrame) -> tuple[int, int]:
    """Different administrators that are active, and that may be."""
    sure = held.loc[held["active"].fillna(False).astype(bool), "account_id"].nunique()
    perhaps = held.loc[held["active"].fillna(True).astype(bool), "account_id"].nunique()
    return sure, perhaps


DETECTION = Detection(
    id="ADM-07",
    title="Too many with full power, or too few with billing",
    severity="medium",
    says="{sentence}.",
    judge=judge,
)
