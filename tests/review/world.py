"""Small organisations for tests: what uar.review needs, from a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from uar.persons import persons
from uar.previous import Previous
from uar.review.items import Known
from uar.settings import Persons
from uar.snapshot import Header, Snapshot
from uar.tables import (
    ACCOUNTS,
    COLLECTIONS,
    DECISIONS,
    ENTITLEMENTS,
    FINDINGS,
    GAPS,
    GIVEN,
    GRANTS,
    OUTCOMES,
    USES,
)

HEADER = Header(
    provider="jumpcloud",
    tenant_id="t1",
    tenant_name="Juniper Tide",
    host="console.jumpcloud.com",
    started_at="2026-11-20T08:59:00Z",
    finished_at="2026-11-20T09:00:00Z",
    version="0",
    credential_id="",
    credential_name="",
    seal_key="00ff" * 16,
)
Row = dict[str, Any]


def person(called: str, /, kind: str = "user", manager: str = "", **more: Any) -> Row:
    """An account; `manager` is the name of a user."""
    row = {
        "account_id": f"jumpcloud:{kind}:{called}",
        "kind": kind,
        "source_id": called,
        "login": called,
        "email": f"{called}@example.com",
        "name": f"{called.title()} Doe",
        "status": "active",
        "manager_id": f"jumpcloud:user:{manager}" if manager else None,
    }
    return row | more


def entitlement(thing: str, **more: Any) -> Row:
    """`thing`: group:finance, app:payroll, role:admin."""
    kind, _, source_id = thing.partition(":")
    row = {
        "entitlement_id": f"jumpcloud:{thing}",
        "kind": kind,
        "source_id": source_id,
        "name": source_id.title(),
    }
    return row | more


def access_of(entitlement_id: str, holder_id: str, **more: Any) -> Row:
    """A grant: somebody holds something."""
    _, kind, key = holder_id.split(":", 2)
    row = {
        "grant_id": f"{entitlement_id}>{kind}:{key}",
        "holder_id": holder_id,
        "holder_kind": kind,
        "entitlement_id": entitlement_id,
        "revocable": True,
    }
    return row | more


def finding(subject: str, says: str, severity: str = "medium", accounts: str = "") -> Row:
    return {
        "id": f"T-01:{subject}:{says}",
        "detection": "T-01",
        "severity": severity,
        "subject": subject,
        "subject_name": subject,
        "says": says,
        "accounts": accounts or subject,
    }


def world(
    accounts: Iterable[Mapping[str, Any]],
    entitlements: Iterable[Mapping[str, Any]],
    grants: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]] | pd.DataFrame = (),
    header: Header = HEADER,
    uses: Iterable[Mapping[str, Any]] = (),
    given: Iterable[Mapping[str, Any]] = (),
    previous: Previous | None = None,
) -> Known:
    """Everything known of an organisation."""
    snapshot = Snapshot(
        header,
        ACCOUNTS.frame(accounts),
        ENTITLEMENTS.frame(entitlements),
        GRANTS.frame(grants),
        COLLECTIONS.empty(),
        GAPS.empty(),
        USES.frame(uses),
        given=GIVEN.frame(given),
    )
    people, _ = persons(snapshot.accounts, Persons())
    return Known(
        snapshot,
        people,
        FINDINGS.frame(findings),
        previous,
    )


def earlier(
    known: Known,
    items: pd.DataFrame,
    decisions: Iterable[Mapping[str, Any]] = (),
    outcomes: Iterable[Mapping[str, Any]] = (),
) -> Previous:
    """A review of an organisation that is over: what was decided, and what came of it."""
    return Previous(
        name="Access review",
        period="2026-Q3",
        ledger_head="ab" * 32,
        snapshot=known.snapshot,
        persons=known.persons,
        findings=known.findings,
        items=items,
        decisions=DECISIONS.frame(decisions),
        outcomes=OUTCOMES.frame(outcomes),
    )
