"""What a later reading of the tenant shows that this review could not: access granted after its
snapshot, which is outside the population; access that it took away and that is there again; and
how its reviewers' accounts stood then.
"""

from __future__ import annotations

from typing import Any

from uar.compare import Side, compare
from uar.evidence import Evidence
from uar.snapshot import Snapshot
from uar.tables import records
from uar.tieout import DONE, TieOut

GONE = "not there any more"


def later(
    evidence: Evidence, tieout: TieOut, snapshot: Snapshot, ledger_head: str
) -> dict[str, Any]:
    """later.json. `ledger_head`: of the folder that the later snapshot lies in."""
    standing = tieout.standing
    assert standing is not None  # noqa: S101 - asked for only once uar open has run
    done = standing[standing["state"].isin(DONE)]
    found = compare(
        Side(evidence.snapshot, evidence.persons, frozenset(done["grant_id"])),
        Side(snapshot, None, frozenset()),
    )
    items = dict(zip(standing["grant_id"], standing["item_id"], strict=True))
    accounts = snapshot.accounts
    status = dict(zip(accounts["account_id"], accounts["status"], strict=True))
    again = set(found.reappeared["change_id"])
    return {
        "tenant_id": snapshot.header.tenant_id,
        "started_at": snapshot.header.started_at,
        "finished_at": snapshot.header.finished_at,
        "ledger_head": ledger_head,
        "removed": len(done),
        "reviewers": [
            {"account_id": account, "status": status.get(account, GONE)}
            for account in sorted(set(standing["reviewer_id"]))
        ],
        "granted": [_row(row) for row in records(found.gained) if row["change_id"] not in again],
        "back_again": [
            {"item": items[row["change_id"]], **_row(row)} for row in records(found.reappeared)
        ],
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "grant_id": row["change_id"],
        "person": row["person"],
        "account": row["account"],
        "entitlement": row["entitlement"],
        "kind": row["kind"],
        "joined": row["person_change"] == "joined",
    }
