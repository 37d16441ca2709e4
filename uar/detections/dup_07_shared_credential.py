"""Two users have the same username, Unix uid or SSH key.

What it means
    What should tell two users apart on devices is equal: the username (apart from letter case),
    the Unix uid (the number by which a device knows its user), or a public SSH key.
Why it matters
    An equal SSH key or uid means shared credentials or shared files: actions on a device cannot
    be traced to one person.
Facts read
    Username, Unix uid, and fingerprints of the SSH keys of all users, whatever their status.
Controls
    NIST SP 800-53 IA-2, IA-4, AC-2(9); SOC 2 CC6.1; ISO/IEC 27001:2022 A.5.16, A.5.17;
    PCI DSS 8.2.1, 8.2.2.
What to do
    Give each user a key and a uid of their own; ask who holds the private key.
Severity
    Medium. One finding for all users that share, under the first of them. A user of whom none of
    the three is known cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import SHOWN, Detection, Facts, each
from uar.tables import look_up, within
from uar.text import folded, some


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users.sort_values("account_id")
    keys: list[pd.DataFrame] = [
        _keys(users, "the username", folded(users["login"])),
        _keys(users, "the Unix uid", users["unix_uid"].str.strip()),
        _keys(users, "the SSH key", users["ssh_keys"].str.split()),
    ]
    every = pd.concat(keys)
    known = within(users["account_id"], every["account_id"])
    shared = every[every.duplicated(["what", "value"], keep=False)]
    groups = shared.groupby(["what", "value"], as_index=False).agg(
        first=("account_id", "first"),
        accounts=("account_id", lambda ids: " ".join(ids)),
        who=("who", lambda names: some(list(names), SHOWN, " and ")),
    )
    groups["sentence"] = groups["who"] + " share " + groups["what"] + " " + groups["value"]
    told = groups.groupby("first").agg(
        accounts=("accounts", lambda ids: " ".join(sorted(set(" ".join(ids).split())))),
        sentence=("sentence", "; ".join),
    )
    hit = users["account_id"].isin(told.index).astype("boolean")
    judged = each(users, hit.mask(~known), sentence=look_up(users["account_id"], told["sentence"]))
    return judged.assign(
        accounts=look_up(users["account_id"], told["accounts"]).fillna(users["account_id"])
    )


def _keys(users: pd.DataFrame, what: str, value: pd.Series[Any]) -> pd.DataFrame:
    keys = users[["account_id", "who"]].assign(what=what, value=value)
    return keys.explode("value").dropna(subset=["value"]).drop_duplicates()


DETECTION = Detection(
    id="DUP-07",
    title="Two users share a username, Unix uid or SSH key",
    severity="medium",
    says="{sentence}.",
    judge=judge,
)
