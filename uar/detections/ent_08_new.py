"""Somebody holds what they did not hold at the earlier review.

What it means
    The grant is there now and was not there when the earlier review was taken.
Why it matters
    What is new has never been reviewed. In most reviews it is a small part, and the one worth the
    most time.
Facts read
    The grants of both snapshots; what is privileged; who gave it, where the log of the window has
    it.
Controls
    NIST SP 800-53 AC-2(j), AC-2(4); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Ask who asked for it and who agreed. Nobody should give privileged access to themselves.
Severity
    Info; medium if it is privileged or opens something privileged; high if an account of the same
    person gave that. Looks at every grant of an account. One of a kind that the earlier review did
    not read cannot be told. Does not run without an earlier review.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._earlier import earlier, in_words
from uar.detections._grants import judged, told
from uar.detections._lists import was_read
from uar.tables import look_up
from uar.text import folded


def judge(facts: Facts) -> pd.DataFrame:
    previous = earlier(facts).snapshot
    new = ~facts.lasting.to_numpy(bool)[facts.held["grant"].to_numpy()]
    read = was_read(previous, facts.snapshot.entitlements, by_group=False).to_numpy(bool)
    told_then = np.append(read, False)[facts.held["thing"].to_numpy()]
    return judged(np.arange(len(new)), new, new & ~told_then)


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    found = told(facts, found)
    strong = found["entitlement_id"].isin(facts.doors)
    given = facts.snapshot.given.set_index("grant_id")["given_by"]
    giver = look_up(found["subject"], given)
    person = look_up(found["holder_id"], facts.accounts.set_index("account_id")["person_id"])
    by_self = giver.notna() & look_up(folded(giver), _persons(facts)).eq(person).fillna(False)
    severity = strong.map({True: "medium", False: "info"}).mask(strong & by_self, "high")
    gave = (
        ("; " + giver + " gave it")
        .fillna("")
        .mask(by_self, "; it was given by the person's own account")
    )
    return found.assign(severity=severity, given=gave, review=in_words(earlier(facts)))


def _persons(facts: Facts) -> pd.Series[Any]:
    """Whose an e-mail or a login is, where it is one person's."""
    accounts = facts.accounts
    keys = [accounts[["person_id"]].assign(key=folded(accounts[c])) for c in ("email", "login")]
    known = pd.concat(keys).dropna().drop_duplicates().drop_duplicates("key", keep=False)
    persons: pd.Series[Any] = known.set_index("key")["person_id"]
    return persons


DETECTION = Detection(
    id="ENT-08",
    title="New since the earlier review",
    severity="info",
    says="{who} holds {what}, and did not in {review}{given}.",
    judge=judge,
    tell=tell,
    needs=("previous",),
)
