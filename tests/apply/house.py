"""A review of a running emulated tenant, up to the decisions: built by the real reading code."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import Result

from tests.sandbox import small as s
from uar.commands import undo
from uar.commands._journal import make, make_emergency, past, settle, up_to_date
from uar.commands._removing import results
from uar.commands.apply import pending, remove, settle_rules
from uar.folder import Folder
from uar.plan import Approval
from uar.review.campaign import campaign
from uar.sandbox.collection import Collection
from uar.sandbox.server import Logged, Sandbox
from uar.settings import Campaign, parse
from uar.sheet import item_id
from uar.snapshot import Snapshot, json_bytes, to_files, to_lines
from uar.sources._environment import connect
from uar.sources._http import Client, Patience
from uar.sources.jumpcloud import read
from uar.sources.jumpcloud_removals import Requests
from uar.tables import DECISIONS, FINDINGS, ITEMS
from uar.verify import merkle_root, whole_lines

# Yesterday, because a decision that is too old is not carried out.
AT = f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
EVA = "eva@example.com"  # who decides: she holds nothing herself
QUICK = Patience(tries=6, first_pause=0.001, longest_pause=0.001, longest_retry_after=0.001)
KINDS = {"user group": "group membership", "user app": "application assignment",
         "group app": "group application", "admin role": "admin role",
         "service role": "admin role"}  # fmt: skip
NIA, OLE, PIA = (f"ad{n:022x}" for n in range(11, 14))
Outcomes = dict[str, str]
Invoke = Callable[..., Result]


def organisation() -> dict[str, Any]:
    """The small organisation, with admins of several roles, three owners besides the key's, and
    administrators of devices."""
    state = s.small()
    for admin in state["admins"]:
        keys = {s.OWNER: "jca_own", s.READER: "jca_rea", s.MANAGER: "jca_hel"}
        if admin["_id"] in keys:
            admin["apiKeyHash"] = {"prefix": keys[admin["_id"]], "createdAt": s.NOW}
    next(user for user in state["systemusers"] if user["_id"] == s.EVA)["sudo"] = True
    two = s.admin(NIA, "nia@example.com", s.HELP_ROLE, "Help Desk")
    two["roles"], two["roleNames"] = [s.HELP_ROLE, s.CUSTOM_ROLE], ["Help Desk", "Nobody"]
    owner = "Administrator With Billing"
    state["admins"] += [
        two,
        s.admin(OLE, "ole@example.com", s.OWNER_ROLE, owner),
        s.admin(PIA, "pia@example.com", s.OWNER_ROLE, owner),
    ]
    bare = {"sudo": {"enabled": True, "withoutPassword": True}}
    state["edges"] += [
        s.edge(("user_group", s.STAFF), ("system", s.PC), bare),
        s.edge(("user", s.CEM), ("system_group", s.LAPTOPS), bare),
    ]
    return state


def client(box: Sandbox, key: str | None = None) -> Client:
    """As apply connects, but without patience."""
    environ = {"JUMPCLOUD_BASE_URL": box.url, "UAR_APPLY_API_KEY": key or box.apply_api_key}
    return connect(environ, write=True, patience=QUICK)


def snapshot(box: Sandbox) -> Snapshot:
    environ = {"JUMPCLOUD_BASE_URL": box.url, "JUMPCLOUD_API_KEY": box.api_key}
    with connect(environ, patience=QUICK) as reader:
        return read(reader)


def items(snap: Snapshot) -> pd.DataFrame:
    accounts = snap.accounts.set_index("account_id")
    entitlements = snap.entitlements.set_index("entitlement_id")
    return ITEMS.frame([_item(row, accounts, entitlements) for _, row in snap.grants.iterrows()])


def _item(grant: Any, accounts: pd.DataFrame, entitlements: pd.DataFrame) -> dict[str, Any]:
    entitlement = entitlements.loc[grant["entitlement_id"]]
    group = grant["holder_kind"] == "group"
    bound = "group binding" if group else "direct binding"
    kind = KINDS.get(f"{grant['holder_kind']} {entitlement['kind']}", bound)
    holder = (entitlements if group else accounts).loc[grant["holder_id"]]
    return {
        **{
            name: grant[name] for name in ("grant_id", "holder_id", "holder_kind", "entitlement_id")
        },
        **{name: grant[name] for name in ("revocable", "why_not", "sudo")},
        "item_id": item_id(grant["grant_id"]),
        "kind": kind,
        "band": "other",
        "holder_name": holder["login"] if pd.isna(holder["name"]) else holder["name"],
        "login": None if group else holder["login"],
        "borrowed": False,
        "entitlement_kind": entitlement["kind"],
        "entitlement": entitlement["name"],
        "reason_on_keep": False,
        "reviewer_id": f"jumpcloud:user:{s.EVA}",
        "reviewer": "Eva",
        "reviewer_email": EVA,
        "routed_by": "manager",
        "routed_because": "Eva is the manager.",
        "workbook": "Eva.xlsx",
        "seal": "S",
    }


def decided(
    answers: Mapping[str, str], at: str = AT, reason: str = "No longer needed", by: str = EVA
) -> Any:
    """DECISIONS from item -> decision. `by`: the reviewer's e-mail."""
    return DECISIONS.frame(
        {
            "item_id": item,
            "decision": decision,
            "written": decision,
            "reason": reason,
            "reviewer_email": by,
            "signed_name": "Eva Test",
            "file": "returned/0001-eva.xlsx",
            "cell": "Decisions!L2",
            "received_at": at,
        }
        for item, decision in answers.items()
    )


def grant(entitlement: str, holder: str) -> str:
    """The item of `group:<id>` held by `user:<id>`, and the like."""
    return item_id(f"jumpcloud:{entitlement}>{holder}")


def review(
    path: Path, box: Sandbox, answers: Mapping[str, str], snap: Snapshot | None = None
) -> Folder:
    """A folder as sync, open and ingest leave it. `snap`: as it was read before."""
    folder = Folder(path)
    snap = snap or snapshot(box)
    with folder.locked(create=True):
        folder.write("sync", to_files(snap), at=AT)
        table = items(snap)
        lines = to_lines(table)
        about = campaign(table, merkle_root(whole_lines(lines)), snap, Campaign(), AT)
        files = {"items.jsonl": lines, "campaign.json": json_bytes(about)}
        folder.write("open", files, at=AT)
        answer(folder, answers)
    return folder


def answer(folder: Folder, answers: Mapping[str, str], at: str = AT, by: str = EVA) -> None:
    """One more returned file."""
    number = len(folder.names("decisions/")) + 1
    lines = to_lines(decided(answers, at, by=by))
    folder.write("ingest", {f"decisions/{number:04}.jsonl": lines}, at=at)


def planned(folder: Folder, toml: bytes = b"") -> dict[str, Any]:
    """uar plan, without its printing."""
    return _kept(folder, make(folder, parse(toml, "uar.toml"), toml), toml)


def finding(detection: str, *accounts: str) -> dict[str, Any]:
    """A row of FINDINGS about accounts such as `user:<id>`."""
    ids = [f"jumpcloud:{each}" for each in accounts]
    return about(detection, ids[0], " ".join(ids))


def about(detection: str, subject: str, accounts: str | None = None) -> dict[str, Any]:
    """A row of FINDINGS about a grant or an entitlement."""
    return {
        "id": f"{detection}:{subject}", "detection": detection, "severity": "critical",
        "subject": subject, "subject_name": "Ana", "says": "Somebody has left.",
        "accounts": accounts,
    }  # fmt: skip


def found(folder: Folder, findings: Iterable[Mapping[str, Any]]) -> None:
    """uar detect, with these findings."""
    lines = to_lines(FINDINGS.frame(findings))
    folder.write("detect", {"findings.jsonl": lines}, at=AT)


def planned_from_findings(folder: Folder, words: list[str], toml: bytes = b"") -> dict[str, Any]:
    """uar plan --finding, without its printing."""
    at = dt.datetime.fromisoformat(AT)
    approval = Approval(words, "ciso@example.com", "Left this morning", at)
    made = make_emergency(folder, parse(toml, "uar.toml"), toml, approval)
    return _kept(folder, made, toml)


def _kept(folder: Folder, document: dict[str, Any], toml: bytes) -> dict[str, Any]:
    number = len(folder.names("plans/")) + 1
    folder.write("plan", {f"plans/{number:04}.json": json_bytes(document)}, at=AT, settings=toml)
    return document


def state(box: Sandbox) -> dict[str, Any]:
    """What is held at the tenant, without order, for comparison."""
    found = json.loads(json.dumps(box.tenant.export()))
    edges = {frozenset({e["from"]["id"], e["to"]["id"]}) for e in found["edges"]}
    exempt = {
        (group["id"], each["id"])
        for group in found["usergroups"]
        for each in group["memberQueryExemptions"]
    }
    return {
        "edges": edges,
        "rights": {
            frozenset({e["from"]["id"], e["to"]["id"]})
            for e in found["edges"]
            if ((e.get("attributes") or {}).get("sudo") or {}).get("enabled")
        },
        "exempt": exempt,
        "admins": {a["_id"]: tuple(sorted(a["roles"])) for a in found["admins"]},
        "access": {a["_id"]: a["apiKeyAllowed"] for a in found["admins"]},
        "users": {u["_id"]: (u["state"], u["suspended"]) for u in found["systemusers"]},
        "sudo": {u["_id"]: bool(u.get("sudo")) for u in found["systemusers"]},
        "services": {a["name"]: a["roleId"] for a in found["serviceaccounts"]},
    }


def after(before: dict[str, Any], document: Mapping[str, Any], done: Container[str]) -> Any:
    """What the plan says the tenant holds once these items are done: a model of its own."""
    state = {name: part.copy() for name, part in before.items()}
    for row in document["removals"]:
        if row["item"] in done:
            _end(state, row)
    return state


def _end(state: dict[str, Any], row: Mapping[str, Any]) -> None:
    holder, kind = row["holder_source_id"], row["kind"]
    if kind == "user account":
        state["users"][holder] = ("SUSPENDED", True)
    elif kind == "device sudo":
        state["sudo"][holder] = False
    elif kind == "binding sudo":
        state["rights"].discard(edge(holder, row["entitlement_source_id"]))
    elif kind == "admin API access":
        state["access"] |= {holder: False} if holder in state["access"] else {}
    elif kind == "service account":
        del state["services"][row["login"]]
    elif kind != "admin role":
        for part in ("edges", "rights"):
            state[part].discard(edge(holder, row["entitlement_source_id"]))
        if row.get("exempt"):
            state["exempt"].add((row["entitlement_source_id"], holder))
    elif row["last"] == "delete":
        del state["admins"][holder], state["access"][holder]
    elif row["last"] == "read-only":
        state["admins"][holder], state["access"][holder] = (s.READ_ROLE,), False
    else:
        state["admins"][holder] = tuple(sorted(row["roles_after"]))


def writes(box: Sandbox) -> list[Logged]:
    """What was asked of the tenant beside reading; Directory Insights is read by POST."""
    return [
        each
        for each in box.requests
        if each.method != "GET" and not each.path.startswith("/insights/")
    ]


def edge(one: str, other: str) -> frozenset[str]:
    """As `state` shows it."""
    return frozenset({one, other})


def change(collection: Collection, key: str, **fields: Any) -> None:
    """Somebody else's work at the tenant."""
    row = collection.get(key)
    assert row is not None
    collection.put({**row, **fields})


def carry_out(
    folder: Folder,
    tenant: Requests,
    sync: Callable[[int], None] = os.fsync,
    until: dt.datetime | None = None,
    pause: Callable[[float], object] = lambda seconds: None,
) -> Outcomes:
    """uar apply --yes, with another client: item -> outcome, for every removal of the plan."""
    with folder.locked():
        settle(folder)
        plan = up_to_date(folder)
        rows = pending(plan.document["removals"], past(folder))
        if rows:
            remove(folder, plan, rows, tenant, sync, until)
        settle_rules(folder, plan, tenant, pause, sync)
        shown = results(plan.document["removals"], past(folder))
    return {row["item"]: row["outcome"] for row in shown}


def put_back(folder: Folder, tenant: Requests, sync: Callable[[int], None] = os.fsync) -> None:
    """uar undo --yes, with another client, of everything."""
    with folder.locked():
        settle(folder)
        undo.put_back(folder, list(undo.to_put_back(folder)), tenant, sync)
