"""A small review at every stage, made by the product's own functions from a handful of accounts."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from uar.commands._evidence import Unpacked, load
from uar.decisions import current
from uar.detections import Facts, detections, run
from uar.evidence import Evidence
from uar.folder import LEDGER, Folder, digest
from uar.journal import Journal
from uar.persons import persons
from uar.plan import Ground, plan
from uar.review.campaign import campaign
from uar.review.items import Known, items
from uar.settings import parse
from uar.snapshot import Header, Snapshot, json_bytes, json_line, to_files, to_lines
from uar.tables import ACCOUNTS, COLLECTIONS, DECISIONS, ENTITLEMENTS, GAPS, GRANTS
from uar.verify import merkle_root, whole_lines

AT = "2026-11-23T10:00:00Z"
TOML = b"""
[campaign]
name = "User access review"
period = "2026-Q4"
due = 2026-12-15
owner = "Thandiwe Brook"
organisation = "Juniper Tide"
[reviewers]
fallback = "user2@junipertide.example"
[apply]
credential_admin = "key@junipertide.example"
max_removals_share = 1.0
"""
HOSTILE = (
    '<script>document.title="broken"</script><img src=x onerror="document.title=1">\u202e&"\'=1'
)
STEPS = ("sync", "detect", "open", "ingest", "plan", "apply")


def snapshot(people: int = 6, hostile: str = "", seal_key: str = "00ff") -> Snapshot:
    """A boss, their people in two groups, two admins of whom one is also a user."""

    def user(number: int, **more: Any) -> dict[str, Any]:
        return {
            "account_id": f"jumpcloud:user:u{number}",
            "kind": "user",
            "source_id": f"u{number}",
            "login": f"user{number}",
            "email": f"user{number}@junipertide.example",
            "name": f"{hostile}Person {number}",
            "status": "active",
            "department": f"{hostile}Finance" if number % 2 else "Operations",
            "title": f"{hostile}Analyst",
            "manager_id": "jumpcloud:user:u0",
            "employee_id": f"E{number}",
            "mfa": True,
            **more,
        }

    boss = user(0, login="boss", email="boss@junipertide.example", manager_id=None)
    admins = [
        {
            "account_id": f"jumpcloud:admin:a{number}",
            "kind": "admin",
            "source_id": f"a{number}",
            "login": email,
            "email": email,
            "name": f"{hostile}Person {number}",
            "status": "active",
        }
        for number, email in ((1, "User1@junipertide.example"), (9, "key@junipertide.example"))
    ]
    idle = user(10**9, status="suspended", email="idle@junipertide.example")
    entitlements = [
        ("group", "g1", "Finance"),
        ("group", "g2", "Production Access"),
        ("app", "p1", "Paywell"),
        ("role", "r1", "Administrator"),
        ("role", "r2", "Nobody's role"),
    ]
    edges = [("group", f"g{1 + number % 2}", "user", f"u{number}") for number in range(people + 1)]
    edges += [("app", "p1", "group", "g1"), ("app", "p1", "user", "u1")]
    edges += [("role", "r1", "admin", "a1"), ("role", "r1", "admin", "a9")]
    moment = {"started_at": AT, "finished_at": "2026-11-23T10:00:07Z"}
    return Snapshot(
        Header(
            "jumpcloud", "5f0c1c2d", f"{hostile}Juniper Tide Ltd", "console.jumpcloud.com", AT,
            "2026-11-23T10:00:07Z", "0.1.0", "jumpcloud:admin:a9", "key@junipertide.example",
            seal_key,
        ),
        ACCOUNTS.frame([boss, *(user(n) for n in range(1, people + 1)), idle, *admins]),
        ENTITLEMENTS.frame(
            {
                "entitlement_id": f"jumpcloud:{kind}:{source}",
                "kind": kind,
                "source_id": source,
                "name": hostile + name,
                "membership": "static" if kind == "group" else None,
                "privileged": name == "Production Access",
            }
            for kind, source, name in entitlements
        ),
        GRANTS.frame(
            {
                "grant_id": f"jumpcloud:{kind}:{source}>{holder}:{own}",
                "holder_id": f"jumpcloud:{holder}:{own}",
                "holder_kind": holder,
                "entitlement_id": f"jumpcloud:{kind}:{source}",
                "revocable": source != "g2" or own != "u3",
                "why_not": "A rule fills this group." if (source, own) == ("g2", "u3") else None,
            }
            for kind, source, holder, own in edges
        ),
        COLLECTIONS.frame(
            {
                "collection": name,
                "endpoint": f"GET /api/{name}",
                "stated": stated,
                "fetched": fetched,
                "stored": fetched,
                "pages": 1,
                "sha256": hashlib.sha256(name.encode()).hexdigest(),
                **moment,
            }
            for name, stated, fetched in (
                ("users", people + 2, people + 2),
                ("administrators", 2, 2),
                ("group members", None, people + 1),
            )
        ),
        GAPS.frame(
            [{"gap_id": "g", "collection": "events", "says": f"{hostile}Insights is not licensed."}]
        ),
    )  # fmt: skip


def answers(
    table: pd.DataFrame, words: Sequence[str], number: int, hostile: str = ""
) -> pd.DataFrame:
    """DECISIONS of one returned file: the words go over the items in turn, "" leaves one blank."""
    rows = [
        {
            "item_id": row["item_id"],
            "decision": word,
            "written": word,
            "reason": f"{hostile}Because of {word}.",
            "comment": hostile or None,
            "reviewer_email": row["reviewer_email"],
            "signed_name": f"{hostile}{row['reviewer']}",
            "signed_email": row["reviewer_email"],
            "signed_on": "2026-11-24",
            "file": f"returned/{number:04}-answers.xlsx",
            "cell": f"Decisions!M{place + 5}",
            "received_at": "2026-11-24T09:00:00Z",
        }
        for place, (row, word) in enumerate(
            zip(table.to_dict("records"), itertools.cycle(words), strict=False)
        )
        if word
    ]
    return DECISIONS.frame(rows)


def receipt(frame: pd.DataFrame, number: int, hostile: str = "") -> dict[str, Any]:
    return {
        "name": f"{hostile}answers.xlsx",
        "file": f"returned/{number:04}-answers.xlsx",
        "sha256": digest(f"answers {number}".encode()),
        "received_at": "2026-11-24T09:00:00Z",
        "outcome": "accepted",
        "reviewer": f"{hostile}Person 0",
        "reviewer_email": "boss@junipertide.example",
        "signed": {"name": f"{hostile}Person 0", "email": "boss@junipertide.example", "on": ""},
        "rows": {"accepted": len(frame)},
        "problems": [],
        "warnings": [],
    }


def journal(made: Mapping[str, Any], words: Sequence[str], hostile: str = "") -> bytes:
    """What carrying out a plan leaves: one outcome a removal, the words in turn; "" not reached."""
    with tempfile.TemporaryFile("a+b", buffering=0) as file:
        _carry_out(
            Journal(file, lambda: "2026-11-25T08:00:00Z", lambda _: None), made, words, hostile
        )
        file.seek(0)
        return file.readall()


def _carry_out(book: Journal, made: Mapping[str, Any], words: Sequence[str], hostile: str) -> None:
    book.append("run", plan="plans/0001.json")
    for entry, word in zip(made["removals"], itertools.cycle(words), strict=False):
        if not word:
            continue
        about = {"item": entry["item"], "plan": "plans/0001.json", "action": "remove"}
        held = {"held": True, "reads": [{"path": "/api/v2/x", "status": 200, "digest": "00"}]}
        sent = {"request": {"method": "POST", "path": "/api/v2/x", "body": {}}, "before": held}
        if word == "cut":
            book.append("intent", **about, **sent)
            continue
        restored, first = word == "restored", "removed" if word == "restored" else word
        book.append("intent", **about, **sent)
        book.append(
            "result", **about, **sent, outcome=first, detail=f"{hostile}Said.",
            answer={"status": 204}, after={**held, "held": first != "removed"},
        )  # fmt: skip
        if restored:
            about["action"] = "restore"
            book.append("intent", **about, **sent)
            book.append("result", **about, **sent, outcome=word, detail="Put back.")


@cache
def _opened(
    hostile: str, people: int, toml: bytes
) -> tuple[Snapshot, pd.DataFrame, dict[str, dict[str, bytes]]]:
    """The snapshot, the items, and the files of the first three steps."""
    settings = parse(toml, "uar.toml")
    snap = snapshot(people, hostile)
    made: dict[str, dict[str, bytes]] = {"sync": to_files(snap)}
    people_, links = persons(snap.accounts, settings.persons, settings.attributes.placeholders)
    facts = Facts(snap, people_, links, settings, pd.Timestamp(snap.header.finished_at))
    findings, coverage = run(facts, detections())
    made["detect"] = {
        "persons.jsonl": to_lines(people_),
        "links.jsonl": to_lines(links),
        "findings.jsonl": to_lines(findings),
        "coverage.jsonl": to_lines(coverage),
    }
    known = Known(snap, people_, findings)
    table = items(known, settings, lambda key: f"uar.toml: {key}")
    made["open"] = {
        "items.jsonl": to_lines(table),
        "campaign.json": json_bytes(
            campaign(table, merkle_root(whole_lines(to_lines(table))), snap, settings.campaign, AT)
        ),
        **{f"workbooks/{name}": name.encode() for name in table["workbook"].unique()},
    }
    return snap, table, made


def review(
    upto: str = "apply",
    *,
    words: Sequence[str] = ("Keep", "Revoke", "Keep", "Not sure", "Revoke", "Modify"),
    ends: Sequence[str] = ("removed", "already gone"),
    hostile: str = "",
    people: int = 6,
    toml: bytes = TOML,
) -> dict[str, dict[str, bytes]]:
    """step -> its files, for every step up to the one named."""
    settings = parse(toml, "uar.toml")
    snap, table, opened = _opened(hostile, people, toml)
    made = {step: dict(files) for step, files in opened.items()}
    half = len(table) // 2
    first = answers(table.iloc[:half], words, 1, hostile)
    second = answers(table.iloc[half - 1 :], words[::-1], 2, hostile)
    made["ingest"] = {}
    for number, frame in ((1, first), (2, second)):
        made["ingest"] |= {
            f"returned/{number:04}-answers.xlsx": f"answers {number}".encode(),
            f"decisions/{number:04}.jsonl": to_lines(frame),
            f"receipts/{number:04}.json": json_bytes(receipt(frame, number, hostile)),
        }
    ground = Ground(snap, settings.apply, pd.Timestamp(AT))
    counting, _ = current(map(to_lines, (first, second)))
    planned = asdict(plan(ground, table, counting))
    planned["made_from"] = {
        name: digest(content)
        for name, content in made["ingest"].items()
        if name.startswith("decisions/")
    }
    planned["digest"] = digest(json_bytes(planned))
    made["plan"] = {"plans/0001.json": json_bytes(planned)}
    made["apply"] = {"journal.jsonl": journal(planned, ends, hostile)}
    return {step: made[step] for step in STEPS[: STEPS.index(upto) + 1]}


def evidence(**how: Any) -> Evidence:
    """The review as tables, without a disk."""
    steps = review(**how)
    settings = digest(how.get("toml", TOML))
    line = {"at": AT, "version": "0.1.0", "settings": settings, "counts": {}}
    ledger = [
        {
            **line,
            "number": number,
            "step": step,
            "hash": digest(step.encode()),
            "wrote": {n: {"sha256": digest(c), "bytes": len(c)} for n, c in files.items()},
        }
        for number, (step, files) in enumerate(steps.items(), 1)
    ]
    files = {name: content for each in steps.values() for name, content in each.items()}
    files[f"settings/{settings[:16]}.toml"] = how.get("toml", TOML)
    return load(Unpacked({**files, LEDGER: b"".join(json_line(line) for line in ledger)}))


def on_disk(path: Path, steps: Mapping[str, Mapping[str, bytes]], toml: bytes = TOML) -> Folder:
    """The review as a folder."""
    folder = Folder(path)
    with folder.locked(create=True):
        for step, files in steps.items():
            settings = toml if step in ("sync", "detect", "open") else b""
            if step == "apply":
                (path / "journal.jsonl").write_bytes(files["journal.jsonl"])
                folder.record_journal("apply", at=AT, counts={"removed": 1})
                continue
            folder.write(step, files, at=AT, settings=settings, counts={"files": len(files)})
    return folder
