"""An administrator belongs to no user: nobody is known to be behind it.

What it means
    No user of the directory is linked to the administrator, or shares its e-mail, an alias of it,
    or names it as alternate e-mail.
Why it matters
    Nobody answers for it. It has no department and no manager, so no reviewer who knows whether it
    is still needed, and it is not suspended when its owner leaves.
Facts read
    The persons made of the accounts, and possible links by name. Whether the user it perhaps
    belongs to is suspended: then its owner may have left, and DUP-06 cannot know.
Controls
    NIST SP 800-53 AC-2(3), AC-2(j), AC-6(7); SOC 2 CC6.1, CC6.3; ISO/IEC 27001:2022 A.5.16, A.8.2;
    PCI DSS 7.2.4.
What to do
    Find the owner and attach the role to the owner's user, or delete the administrator. Whose it
    is, where the directory cannot show it, persons.toml can say under [[same]]. For an emergency
    account, write down who may use it and where its password lies, and accept the finding.
Severity
    High. Looks at administrators that are not suspended; one without a usable e-mail, or of
    unknown status, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._pairs import pairs
from uar.tables import look_up, within
from uar.text import is_email


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    users = accounts.loc[accounts["kind"] == "user", "person_id"]
    alone = (~within(admins["person_id"], users)).astype("boolean")
    matchable = is_email(admins["email"]).fillna(False)
    found = pairs(facts)
    maybe = found[found["other_kind"] == "user"].drop_duplicates("account_id")
    maybe = maybe.set_index("account_id")
    state = maybe["other_status"].map({"suspended": ", which is suspended"}).fillna("")
    whose = maybe["other_who"] + state.astype("string")
    hint = ", but perhaps to " + look_up(admins["account_id"], whose)
    return each(admins, alone.mask(alone & ~matchable) & admins["active"], hint=hint.fillna(""))


DETECTION = Detection(
    id="ADM-01",
    title="Administrator without a user: nobody is behind it",
    severity="high",
    says="{who} belongs to no user{hint}.",
    judge=judge,
)
