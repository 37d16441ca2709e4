"""Whoever owns a service account, or made its credential, has left.

What it means
    The owner that uar.toml names is suspended, has left by HR's list or is no user any more; or the
    administrator that made the credential is so, or belongs to somebody who is.
Why it matters
    Nobody answers for it any more. Whoever made the credential has seen the secret, and it works
    from outside, without a second factor, after all their accounts are closed.
Facts read
    service_accounts.owners; who made the credentials; status of accounts and of the persons behind
    them; HR's list, where it was given; whether the role can write.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l), IA-5; SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.17, A.5.18;
    PCI DSS 7.2.5.1, 8.2.5, 8.6.3.
What to do
    Name a new owner. Make a new credential, put it where the old one was, and delete the old one.
Severity
    High; critical where the service account's role can write. Looks at service accounts that have
    not expired, users that service_accounts.owners names, and users with a named owner that serve
    LDAP or Samba; where neither owner nor maker is known, or their status, it cannot be told.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._gone import has_left
from uar.detections._named import owners
from uar.detections._services import can_write
from uar.services import is_service
from uar.tables import look_up, within
from uar.text import folded

ADMINS = "admins"


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    service = is_service(facts.settings, accounts)
    robots = accounts.assign(service=service)[(service & accounts["active"]).fillna(True)]
    robots = robots.assign(owner=owners(facts, robots))
    robots = robots[(robots["kind"] == "service") | robots["owner"].notna()]
    left, who = has_left(facts), accounts.set_index("account_id")["who"]
    owner_left = _owners_left(facts, robots["owner"], left)
    maker_left, maker = _makers(facts, robots, left, who)
    why = (" and the owner, " + robots["owner"] + ", has left").where(owner_left.fillna(False), "")
    why += (" and the credential was made by " + maker).fillna("")
    writes = can_write(facts, robots["account_id"]).fillna(False)
    return each(
        robots,
        _either(owner_left, maker_left, robots["owner"].isna())
        & robots["active"]
        & robots["service"],
        why=why.str.removeprefix(" and "),
        severity=writes.map({True: "critical", False: "high"}),
        power=writes.map({True: "; it can make changes in JumpCloud", False: ""}),
    )


def _either(
    owner_left: pd.Series[Any], maker_left: pd.Series[Any], no_owner: pd.Series[Any]
) -> pd.Series[Any]:
    """That there is no owner is for NHI-01: then the maker alone is asked about."""
    return (owner_left | maker_left).mask(no_owner, maker_left)


def _owners_left(facts: Facts, owner: pd.Series[Any], left: pd.Series[Any]) -> pd.Series[Any]:
    """False while somebody with the owner's address is there; unknown without an owner."""
    users = facts.users
    there = (~left.reindex(users["account_id"])).set_axis(folded(users["email"]))
    there = there[there.index.notna()]
    email = folded(owner)
    present = within(email, there.index[there.fillna(False).astype(bool)])
    perhaps = within(email, there.index[there.isna()])
    return (~present).astype("boolean").mask(owner.isna() | (perhaps & ~present))


def _makers(
    facts: Facts, robots: pd.DataFrame, left: pd.Series[Any], who: pd.Series[Any]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Has one of the makers left, and who. One in no list has left, if the list was read."""
    made_by = robots["key_made_by"].str.split(" ").explode()
    gone = made_by.map(left).astype("boolean")
    if ADMINS in set(facts.snapshot.collections["collection"]):
        gone = gone.mask(
            made_by.str.startswith("jumpcloud:admin:") & ~made_by.isin(left.index), True
        )
    called = (look_up(made_by, who) + ", who has left").fillna("an administrator who was deleted")
    of = pd.DataFrame({"gone": gone, "called": called.where(gone.fillna(False))})
    known = of["gone"].notna().groupby(level=0).all()
    some = of["gone"].fillna(False).groupby(level=0).any()
    names = of["called"].dropna().groupby(level=0).agg(" and ".join)
    return some.astype("boolean").mask(~some & ~known), names.reindex(robots.index)


DETECTION = Detection(
    id="NHI-02",
    title="Owner or maker of a service account has left",
    severity="high",
    says="For {who}, {why}{power}.",
    judge=judge,
)
