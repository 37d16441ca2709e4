"""An administrator can sign in without a second factor.

What it means
    An administrator with its own sign-in has no authenticator enrolled, or is not required to use
    it. An administrator linked to a user signs in with that user's factors, and the user has none.
Why it matters
    One guessed or stolen password opens the console.
Facts read
    Second factor enrolled and required, of administrators and of the users linked to them; roles.
Controls
    NIST SP 800-53 AC-6(7), IA-2(1); SOC 2 CC6.1; ISO/IEC 27001:2022 A.8.2, A.8.5;
    PCI DSS 7.2.4, 8.4.1.
What to do
    Enrol a second factor and require it, today for those with full power; better, attach the role
    to a user with a second factor.
Severity
    Critical with the role Administrator or Administrator With Billing, otherwise high. Looks at
    administrators that are not suspended; one whose factor is not known cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import FULL_POWER, held_roles
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    users = accounts[accounts["kind"] == "user"].dropna(subset=["linked_admin_id"])
    users = users.sort_values("account_id").drop_duplicates("linked_admin_id")
    user = users.set_index("linked_admin_id")
    linked = admins["account_id"].isin(user.index)
    factor = admins["account_id"].map(user["mfa"]).astype("boolean")
    none = "has no second factor enrolled"
    why = pd.Series("is not required to use its second factor", index=admins.index)
    why = why.mask(~admins["mfa"].fillna(True), none)
    why = why.mask(
        linked, "signs in as " + look_up(admins["account_id"], user["who"]) + ", who has none"
    )
    open_door = (~admins["mfa"] | ~admins["mfa_required"]).mask(linked, ~factor)
    roles = held_roles(facts)
    full = roles.loc[roles["role"].str.strip().str.casefold().isin(FULL_POWER), "account_id"]
    severity = admins["account_id"].isin(full).map({True: "critical", False: "high"})
    return each(admins, open_door & admins["active"], why=why, severity=severity)


DETECTION = Detection(
    id="ADM-02",
    title="Administrator without a second factor",
    severity="high",
    says="{who} {why}.",
    judge=judge,
)
