"""Findings that do not wait for the review: which accounts they name, and what is taken from them.

Only detections whose remedy is known have a line in REMEDIES. A finding that somebody has accepted
is left alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from uar.errors import SetupError
from uar.sheet import item_id
from uar.tables import records

from ._administrators import EVERYWHERE, everywhere, of_binding
from ._known import Ground, Row, in_order

END, API_ACCESS, SUDO, BOUND_SUDO = "end", "API access", "sudo", "sudo of bindings"
# detection -> what is taken, from accounts of which kinds
REMEDIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ADM-01": (END, ("admin",)),  # nobody is behind it
    "ADM-04": (API_ACCESS, ("admin",)),  # an old key
    "ADM-05": (API_ACCESS, ("admin",)),  # a role that needs no key
    "AUT-05": (SUDO, ("user",)),  # administrator on every device
    "AUT-09": (BOUND_SUDO, ("user",)),  # administrator of one device, or of a device group
    "DUP-06": (END, ("admin",)),  # the user is suspended already
    "GRP-07": (BOUND_SUDO, ("group",)),  # the same for all members of a group
    "LIF-01": (END, ("user", "admin")),  # has left
    "LIF-02": (END, ("user", "admin")),  # the contract is over
    "LIF-03": (END, ("user", "admin")),  # HR does not know them
    "LIF-05": (END, ("user", "admin")),  # used after the last day
}


@dataclass(frozen=True)
class Approval:
    """Who lets a plan be made straight from findings, and why. `words`: detections or findings."""

    words: Sequence[str]
    approver: str  # e-mail
    reason: str
    at: dt.datetime


def asked(
    ground: Ground, findings: pd.DataFrame, approval: Approval
) -> tuple[list[Row], list[Row]]:
    """(findings that the words name, rows to be removed); one grant stands in it once."""
    chosen = _chosen(records(findings), approval.words)
    accounts = {row["account_id"]: row for row in records(ground.snapshot.accounts)}
    _independent(chosen, accounts, approval.approver)
    rows: dict[str, Row] = {}
    for finding in chosen:
        remedy, kinds = REMEDIES[finding["detection"]]
        taken = (
            _bound(ground, finding, accounts)
            if remedy == BOUND_SUDO
            else _of_accounts(ground, finding, accounts, remedy, kinds)
        )
        for part in taken:
            row = {**_because(finding, approval), **part}
            rows.setdefault(row["grant_id"], {**row, "item_id": item_id(row["grant_id"])})
    return chosen, in_order(rows.values())


def _of_accounts(
    ground: Ground, finding: Row, accounts: Mapping[str, Row], remedy: str, kinds: Sequence[str]
) -> Iterator[Row]:
    for key in (finding["accounts"] or "").split():
        account = accounts.get(key)
        if account is None or account["kind"] not in kinds or account["status"] == "suspended":
            continue
        for part in _parts(ground, account, remedy):
            yield {**_holder(account), **part}


def _bound(ground: Ground, finding: Row, accounts: Mapping[str, Row]) -> Iterator[Row]:
    """The rights that go with the binding that is the subject, or with any of the subject's."""
    grants, subject = ground.snapshot.grants, finding["subject"]
    things = {row["entitlement_id"]: row for row in records(ground.snapshot.entitlements)}
    about = (grants["grant_id"] == subject) | (grants["holder_id"] == subject)
    for grant in records(grants[about & grants["sudo"].notna()]):
        account = accounts.get(grant["holder_id"])
        group = {"holder_name": things.get(grant["holder_id"], {}).get("name"), "login": None}
        yield {
            **grant,
            **(group if account is None else _holder(account)),
            "kind": "binding sudo",
            "entitlement": f"administrator of {things[grant['entitlement_id']]['name']}",
            "grant_id": of_binding(grant["grant_id"]),
        }
    if things.get(subject, {}).get("privileged"):
        yield {
            "holder_id": subject, "holder_kind": "group", "login": None, "sudo": None,
            "holder_name": things[subject]["name"], "kind": "binding sudo",
            "entitlement": "administrator wherever the group is bound", "entitlement_id": "",
            "grant_id": of_binding(subject), "revocable": False,
            "why_not": "The group itself gives its members these rights, wherever it is bound.",
        }  # fmt: skip


def _chosen(findings: list[Row], words: Sequence[str]) -> list[Row]:
    chosen: dict[str, Row] = {}
    for word in words:
        named = word.strip().casefold()
        found = [f for f in findings if named in (f["id"].casefold(), f["detection"].casefold())]
        if not found:
            raise SetupError(
                f"--finding {word}: uar detect found nothing of that name here. Give the id of a "
                "detection, such as LIF-01, or of one finding as uar detect --json prints it."
            )
        if found[0]["detection"] not in REMEDIES:
            raise SetupError(
                f"--finding {word}: there is no emergency plan for it, because what to take away "
                f"does not follow from it. There is one for: {', '.join(REMEDIES)}."
            )
        chosen |= {f["id"]: f for f in found}
    return list(chosen.values())


def _independent(chosen: list[Row], accounts: Mapping[str, Row], approver: str) -> None:
    """Nobody approves what is done to their own account."""
    for finding in chosen:
        for key in (finding["accounts"] or "").split():
            if str(accounts.get(key, {}).get("email")).casefold() == approver.casefold():
                raise SetupError(
                    f"--approver {approver}: {finding['id']} is about that person; somebody else "
                    "has to approve it."
                )


def _parts(ground: Ground, account: Row, remedy: str) -> Iterator[Row]:
    """What is taken from one account, each by a write of its own."""
    key = account["account_id"].split(":", 1)[1]
    own = {"revocable": True, "why_not": None, "sudo": None, "entitlement_id": ""}
    if remedy == SUDO:
        what = {"kind": "device sudo", "entitlement": EVERYWHERE}
        yield {**own, **what, "grant_id": everywhere(account["account_id"])}
    elif remedy == API_ACCESS:
        what = {"kind": "admin API access", "entitlement": "API access"}
        yield {**own, **what, "grant_id": f"jumpcloud:api-access>{key}"}
    elif account["kind"] == "user":
        what = {"kind": "user account", "entitlement": "the account itself"}
        yield {**own, **what, "grant_id": f"jumpcloud:account>{key}"}
    else:
        grants = ground.snapshot.grants
        names = ground.snapshot.entitlements.set_index("entitlement_id")["name"]
        for grant in records(grants[grants["holder_id"] == account["account_id"]]):
            yield {**grant, "kind": "admin role", "entitlement": names[grant["entitlement_id"]]}


def _holder(account: Row) -> Row:
    return {
        "holder_id": account["account_id"],
        "holder_kind": account["kind"],
        "holder_name": account["name"] or account["login"] or account["account_id"],
        "login": account["login"],
    }


def _because(finding: Row, approval: Approval) -> Row:
    accepted = finding["accepted_until"]
    return {
        "reason": approval.reason,
        "received_at": pd.Timestamp(approval.at),
        "because": f"{finding['detection']}: {finding['says']} "
        f"Approved by {approval.approver}: {approval.reason}",
        "decided_in": finding["id"],
        "accepted": f"{finding['accepted_by']} has accepted this finding until {accepted}: "
        f"{finding['accepted_because']}"
        if accepted
        else "",
    }
