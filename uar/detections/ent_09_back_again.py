"""Access that the earlier review revoked is there.

What it means
    In the earlier review somebody decided Revoke. The access was removed and has come back; or it
    was never removed.
Why it matters
    A decision that has no effect is a control that does not work. It is the first thing that an
    auditor samples.
Facts read
    The decisions of the earlier review and what came of them; the grants of this snapshot.
Controls
    NIST SP 800-53 AC-2(j), AC-2(h), CA-5; SOC 2 CC6.3, CC4.2; ISO/IEC 27001:2022 A.5.18;
    PCI DSS 7.2.4, 7.2.5.1.
What to do
    Find out who granted it again, and whether somebody had agreed. Revoke it, or write down why it
    is right this time.
Severity
    High; medium where uar undo put it back. Looks at every grant that the earlier review was to
    revoke. One that is not seen, of a kind or a list that this snapshot did not read, cannot be
    told. Does not run without an earlier review.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._earlier import earlier, in_words
from uar.detections._lists import ACCOUNTS_IN, GROUPS_IN, lists_read
from uar.tables import look_up, within


def judge(facts: Facts) -> pd.DataFrame:
    previous = earlier(facts)
    decided = previous.decisions.loc[previous.decisions["decision"] == "Revoke", "item_id"]
    items = previous.items
    items = items[items["item_id"].isin(decided)]
    of = previous.outcomes.set_index("item_id")
    undone = look_up(items["item_id"], of["outcome"]).eq("restored").fillna(False)
    gone = items["item_id"].map(of["gone"].astype("object")).astype("boolean")
    says = pd.Series("was to be revoked in {} and is still there", index=items.index)
    says = says.mask(gone.fillna(False).astype(bool), "was removed in {} and is back")
    says = says.mask(undone, "was put back after {} had revoked it")
    held = facts.snapshot.grants["grant_id"]
    here = within(items["grant_id"], held[within(held, items["grant_id"])])
    judged = pd.DataFrame(
        {
            "subject": items["grant_id"],
            "subject_name": items["holder_name"],
            "what": items["entitlement"],
            "accounts": items["holder_id"],
            "hit": here.astype("boolean").mask(~here & _not_read(facts, items)),
            "sentence": says.str.replace("{}", in_words(previous), regex=False),
            "severity": pd.Series("high", index=items.index).mask(undone, "medium"),
        }
    )
    known = within(judged["accounts"], facts.snapshot.accounts["account_id"])
    return judged.assign(accounts=judged["accounts"].where(known))


def _not_read(facts: Facts, items: pd.DataFrame) -> pd.Series[bool]:
    """Was the list that would show it not read, or not to its end?"""
    names = lists_read(facts.snapshot)
    of_group = items["holder_kind"] == "group"
    kind = items["entitlement_kind"]
    shown_in = kind.map(ACCOUNTS_IN).mask(of_group, kind.map(GROUPS_IN))
    gaps = facts.snapshot.gaps["subject"].dropna()
    missing = items["entitlement_id"].isin(gaps) | items["grant_id"].isin(gaps)
    return missing | ~shown_in.isin(names)


DETECTION = Detection(
    id="ENT-09",
    title="Revoked in the earlier review, and there",
    severity="high",
    says="{subject_name} has {what}, which {sentence}.",
    judge=judge,
    needs=("previous",),
)
