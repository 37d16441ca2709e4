"""Who may judge, whose access is special, who has left: rows of the population by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.detections import Facts
from uar.detections._employed import employed, over
from uar.detections._outside import is_external, without_domains
from uar.evidence import Evidence
from uar.services import is_service
from uar.tables import records, within
from uar.tieout import TieOut


@dataclass(frozen=True)
class Eligibility:
    """Why a reviewer may judge the items put to them. `grants`: roles that could give it anew."""

    reviewer: str
    email: str
    status: str  # of the reviewer's account in the snapshot
    later: str  # and when the tenant was read again; "" where it was not
    items: int
    routes: dict[str, int]  # manager, owner, fallback -> items
    own: int  # items that concern the reviewer
    grants: tuple[str, ...]


def eligibility(evidence: Evidence, tieout: TieOut) -> tuple[Eligibility, ...]:
    """Every reviewer, by name."""
    if evidence.items is None:
        return ()
    accounts = evidence.snapshot.accounts
    status = dict(zip(accounts["account_id"], accounts["status"], strict=True))
    again = {
        row["account_id"]: row["status"] for row in (evidence.later or {}).get("reviewers", ())
    }
    roles = _granting_roles(evidence)
    own = within(evidence.items["item_id"], pd.Index(tieout.own_items, dtype="string"))
    table = evidence.items.assign(own=own)
    keys = ["reviewer", "reviewer_email", "reviewer_id", "routed_by"]
    sums = table.groupby(keys, sort=True).agg(items=("item_id", "size"), own=("own", "sum"))
    whose: dict[tuple[str, str, str], dict[str, tuple[int, int]]] = {}
    for row in records(sums.reset_index()):
        who = (row["reviewer"], row["reviewer_email"], row["reviewer_id"])
        whose.setdefault(who, {})[row["routed_by"]] = (int(row["items"]), int(row["own"]))
    found = [
        Eligibility(
            reviewer=name,
            email=email,
            status=str(status.get(account, "not in the snapshot")),
            later=again.get(account, ""),
            items=sum(items for items, _ in routes.values()),
            routes={by: items for by, (items, _) in routes.items()},
            own=sum(own_items for _, own_items in routes.values()),
            grants=tuple(sorted(roles.get(account, ()))),
        )
        for (name, email, account), routes in whose.items()
    ]
    return tuple(found)


def leavers(evidence: Evidence, tieout: TieOut) -> pd.DataFrame | None:
    """Rows of the standing held by people who have left: whose user accounts are all suspended, or
    whose last day is over by HR's list."""
    if tieout.standing is None:
        return None
    accounts = evidence.snapshot.accounts
    users = accounts[accounts["kind"] == "user"]
    person = users["account_id"].map(_person_of(evidence)).fillna(users["account_id"])
    gone = (users["status"] == "suspended").groupby(person).all()
    holder = tieout.standing["person_id"].fillna(tieout.standing["holder_id"])
    by_hr = tieout.standing["holder_id"].isin(last_days(evidence).index)
    return tieout.standing[within(holder, gone.index[gone]) | by_hr]


def last_days(evidence: Evidence) -> pd.Series[Any]:
    """account_id -> the last day of its person, where HR's list says that it is over."""
    facts = _facts(evidence)
    if evidence.roster is None or facts is None:
        return pd.Series(dtype="datetime64[us, UTC]")
    known = employed(facts, facts.accounts).set_index("account_id")
    days: pd.Series[Any] = known.loc[over(facts, known["hr_end_date"]).fillna(False), "hr_end_date"]
    return days


def external(evidence: Evidence) -> pd.Series[Any] | None:
    """Of each account of the snapshot: is its address none of ours? None where nobody said which
    are ours, or uar detect has not run."""
    facts = _facts(evidence)
    if facts is None or without_domains(evidence.settings):
        return None
    return is_external(facts, evidence.snapshot.accounts["email"])


def _facts(evidence: Evidence) -> Facts | None:
    if evidence.persons is None or evidence.links is None:
        return None
    now = pd.Timestamp(evidence.snapshot.header.finished_at)
    return Facts(
        evidence.snapshot, evidence.persons, evidence.links, evidence.settings, now,
        evidence.roster,
    )  # fmt: skip


def changed(tieout: TieOut) -> pd.DataFrame | None:
    """Rows of the standing whose holder's place, or what they open, has changed since last time."""
    if tieout.standing is None:
        return None
    return tieout.standing[tieout.standing["changes"].notna()]


def privileged(tieout: TieOut, columns: Sequence[str]) -> pd.DataFrame | None:
    """These columns of the rows of the standing that count as privileged."""
    if tieout.standing is None:
        return None
    return tieout.standing.loc[tieout.standing["band"] == "privileged", list(columns)]


def non_human(evidence: Evidence, tieout: TieOut) -> pd.DataFrame | None:
    """Rows of the standing held by service accounts and by users that are no person."""
    if tieout.standing is None:
        return None
    accounts = evidence.snapshot.accounts
    service = is_service(evidence.settings, accounts).fillna(False)
    served = within(tieout.standing["holder_id"], accounts.loc[service, "account_id"])
    return tieout.standing[served]


def _granting_roles(evidence: Evidence) -> dict[str, set[str]]:
    """account_id -> roles of the same person's administrators that may grant access."""
    snapshot = evidence.snapshot
    chosen = evidence.settings.privileged.roles
    roles = snapshot.entitlements[
        (snapshot.entitlements["kind"] == "role") & snapshot.entitlements["name"].isin(chosen)
    ]
    names = dict(zip(roles["entitlement_id"], roles["name"], strict=True))
    person_of = _person_of(evidence)
    held: dict[str, set[str]] = {}
    grants = snapshot.grants[within(snapshot.grants["entitlement_id"], roles["entitlement_id"])]
    for holder, role in zip(grants["holder_id"], grants["entitlement_id"], strict=True):
        held.setdefault(person_of.get(holder, holder), set()).add(names[role])
    return {
        account: held[person_of.get(account, account)]
        for account in snapshot.accounts["account_id"]
        if person_of.get(account, account) in held
    }


def _person_of(evidence: Evidence) -> dict[Any, Any]:
    if evidence.persons is None:
        return {}
    return dict(zip(evidence.persons["account_id"], evidence.persons["person_id"], strict=True))
