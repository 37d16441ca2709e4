"""Small worlds for tests: healthy by default, each test names only what is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from uar.detections import Facts, modules, run
from uar.persons import persons
from uar.previous import Previous
from uar.settings import Settings
from uar.snapshot import Header, Snapshot
from uar.tables import (
    ACCOUNTS,
    COLLECTIONS,
    DECISIONS,
    ENTITLEMENTS,
    EXCEPTIONS,
    GAPS,
    GRANTS,
    ITEMS,
    OUTCOMES,
    ROSTER,
    USES,
)

Row = dict[str, Any]
NOW = "2026-11-20T09:00:00Z"
THEN = "2026-08-20T09:00:00Z"
ITEM = {
    "kind": "group membership", "band": "other", "borrowed": False, "revocable": True,
    "reason_on_keep": False, "reviewer_id": "jumpcloud:user:boss", "reviewer": "Boss Quine",
    "reviewer_email": "boss@corp.example", "routed_by": "manager", "routed_because": "Manager.",
    "workbook": "boss.xlsx", "seal": "00",
}  # fmt: skip
ANSWER = {
    "reviewer_email": "boss@corp.example", "file": "returned/0001-boss.xlsx", "cell": "C7",
    "received_at": THEN,
}  # fmt: skip
HEADER = Header(
    "jumpcloud", "t1", "Northgate", "host.example", NOW, NOW, "0", "", "", "00",
    usage="observed", usage_from="2026-08-22T17:00:00Z", usage_to="2026-11-20T08:55:00Z",
)  # fmt: skip
LONG_AGO = "2020-01-01T00:00:00Z"


def user(name: str, /, **different: Any) -> Row:
    """A healthy active user whose id, login, e-mail and employee id come from the name."""
    return {
        "account_id": f"jumpcloud:user:{name}",
        "kind": "user",
        "source_id": name,
        "login": name,
        "email": f"{name}@corp.example",
        "name": f"{name.title()} Quine",
        "status": "active",
        "department": "Finance",
        "title": "Analyst",
        "manager_id": "jumpcloud:user:boss",
        "employee_id": f"E-{name}",
        "employee_type": "Employee",
        "company": "Northgate",
        "unix_uid": f"5{sum(name.encode())}",
        "locked": False,
        "activated": True,
        "service_like": False,
        "mfa": True,
        "mfa_sms_only": False,
        "mfa_excused": False,
        "sudo": False,
        "password_expired": False,
        "password_never_expires": False,
        "created_at": LONG_AGO,
        **different,
    }


def admin(name: str, /, **different: Any) -> Row:
    """A healthy active administrator with an e-mail of its own."""
    return {
        "account_id": f"jumpcloud:admin:{name}",
        "kind": "admin",
        "source_id": name,
        "login": f"{name}@corp.example",
        "email": f"{name}@corp.example",
        "name": f"{name.title()} Quine",
        "status": "active",
        "mfa": True,
        "mfa_required": True,
        "api_key_set": False,
        "api_key_allowed": False,
        "sessions": 7,
        "created_at": LONG_AGO,
        **different,
    }


def service(name: str, /, **different: Any) -> Row:
    return {
        "account_id": f"jumpcloud:service:{name}",
        "kind": "service",
        "source_id": name,
        "login": name,
        "name": name,
        "status": "active",
        "key_made_at": "2026-11-01T00:00:00Z",
        "key_ends_at": "2027-11-01T00:00:00Z",
        "key_endless": False,
        "key_state": "active",
        "created_at": LONG_AGO,
        **different,
    }


def thing(kind: str, name: str, /, **different: Any) -> Row:
    """An entitlement: a group, app or role."""
    return {
        "entitlement_id": f"jumpcloud:{kind}:{name}",
        "kind": kind,
        "source_id": name,
        "name": name,
        "privileged": False,
        "active": True,
        "membership": "static" if kind == "group" else None,
        **different,
    }


def grant(holder: str, entitlement: str, /, **different: Any) -> Row:
    """`user:ana` holds `group:it`; a group holds as `group:it`."""
    kind = holder.split(":")[0]
    return {
        "grant_id": f"jumpcloud:{entitlement}>{holder}",
        "holder_id": f"jumpcloud:{holder}",
        "holder_kind": kind,
        "entitlement_id": f"jumpcloud:{entitlement}",
        "revocable": True,
        **different,
    }


def use(account: str, kind: str, at: str = NOW, of: str | None = None, /, uses: int = 1) -> Row:
    """`user:ana` used `app:pay`; or signed in, where `of` names nothing."""
    return {
        "use_id": f"jumpcloud:{account}@{f'jumpcloud:{of}' if of else kind}",
        "account_id": f"jumpcloud:{account}",
        "kind": kind,
        "entitlement_id": f"jumpcloud:{of}" if of else None,
        "last_used_at": at,
        "uses": uses,
    }


def employee(name: str, row: int = 0, /, **different: Any) -> Row:
    """HR's row of the healthy `user` of this name; the row's number comes from the name."""
    return {
        "row": row or int.from_bytes(name.encode()[:6]),
        "employee_id": f"E-{name}",
        "email": f"{name}@corp.example",
        "name": f"{name.title()} Quine",
        "status": "employed",
        "start_date": "2020-01-01T00:00:00Z",
        "manager": "boss@corp.example",
        "department": "Finance",
        "title": "Analyst",
        **different,
    }


def collection(name: str) -> Row:
    numbers = {"fetched": 1, "stored": 1, "pages": 1}
    times = {"started_at": NOW, "finished_at": NOW}
    return {"collection": name, "endpoint": "/", "sha256": "0", **numbers, **times}


def facts(
    accounts: Iterable[Row],
    entitlements: Iterable[Row] = (),
    grants: Iterable[Row] = (),
    settings: Settings | None = None,
    *,
    collected: Iterable[str] = ("group members",),
    gaps: Iterable[Row] = (),
    roster: Iterable[Row] = (),
    exceptions: Iterable[Row] = (),
    previous: Previous | None = None,
    uses: Iterable[Row] = (),
    header: Header = HEADER,
) -> Facts:
    chosen = settings or Settings()
    snapshot = Snapshot(
        header,
        ACCOUNTS.frame(accounts),
        ENTITLEMENTS.frame(entitlements),
        GRANTS.frame(grants),
        COLLECTIONS.frame(collection(name) for name in collected),
        GAPS.frame(gaps),
        USES.frame(uses),
    )
    who, links = persons(snapshot.accounts, chosen.persons, chosen.attributes.placeholders)
    given = {"roster": ROSTER.frame(roster), "exceptions": EXCEPTIONS.frame(exceptions)}
    return Facts(snapshot, who, links, chosen, pd.Timestamp(NOW), **given, previous=previous)


def earlier(
    world: Facts | None = None,
    revoked: Iterable[Row] = (),
    outcomes: Iterable[Row] = (),
    asked: Iterable[str] = (),
) -> Previous:
    """An earlier review of the world of then. `revoked`: rows of `grant`; `asked`: detections."""
    then = world or facts([])
    findings, coverage = run(then, [modules()[id_].DETECTION for id_ in asked])
    names = then.snapshot.entitlements.set_index("entitlement_id")
    rows = [
        {
            "item_id": f"UAR-{row['grant_id']}",
            "entitlement_kind": row["entitlement_id"].split(":")[1],
            "entitlement": names["name"].get(row["entitlement_id"], row["entitlement_id"]),
            "holder_name": row["holder_id"].split(":")[-1].title(),
            **{name: row[name] for name in ("grant_id", "holder_id", "holder_kind")},
            "entitlement_id": row["entitlement_id"],
        }
        for row in revoked
    ]
    answers = [
        {"item_id": row["item_id"], "decision": "Revoke", "written": "Revoke", **ANSWER}
        for row in rows
    ]
    return Previous(
        name="Access review",
        period="2026-Q3",
        ledger_head="00",
        snapshot=then.snapshot,
        persons=then.persons,
        findings=findings,
        coverage=coverage,
        items=ITEMS.frame([{**ITEM, **row} for row in rows]),
        decisions=DECISIONS.frame(answers),
        outcomes=OUTCOMES.frame(outcomes),
    )


def outcome(row: Row, word: str, gone: bool | None) -> Row:
    """What came of the removal of a row of `grant`."""
    action = "restore" if word in ("restored", "already there") else "remove"
    done = {"plan": "plans/0001.json", "at": THEN, "action": action}
    return {"item_id": f"UAR-{row['grant_id']}", "outcome": word, "gone": gone, **done}


def detect(detection: str, world: Facts) -> tuple[dict[str, Mapping[str, Any]], Mapping[str, Any]]:
    """Findings of one detection by subject without the provider, and its coverage."""
    findings, coverage = run(world, [modules()[detection].DETECTION])
    rows = {row["subject"].replace("jumpcloud:", ""): row for row in findings.to_dict("records")}
    return rows, coverage.iloc[0].to_dict()
