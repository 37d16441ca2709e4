"""What was taken away and how that was seen, what was not, who signed, and every file's digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uar.evidence import Evidence
from uar.measures.personal import PERSONAL, of
from uar.reports._listing import (
    ITEM,
    Cell,
    Lines,
    Link,
    Listing,
    item_link,
    lines,
    listing,
    moment,
    records,
    spoken,
)
from uar.reports._population import NOT_YET_OPENED
from uar.tables import within
from uar.text import counted
from uar.tieout import TieOut

NOT_YET_PLANNED = "Not yet: uar plan has not run."
CLOSED = (  # what closing adds
    "report.html", "closing.json", "ledger.jsonl", "verify.py", "twin.json", "seal/root.txt",
    "manifest.json", "SHA256SUMS",
)  # fmt: skip
NOTHING_RETURNED = "Not yet: no file has come back."


def removals(evidence: Evidence, tieout: TieOut) -> Listing:
    """Each item the journal speaks of: before, write, after, later."""
    columns = (
        ("Item", "id"),
        ("Decided (UTC)", "time"),
        ("What was done", "text"),
        ("Outcome", "text"),
    )
    if tieout.standing is None:
        return listing("removal-list", "Removals", columns, (), NOT_YET_OPENED)
    done = _last_lines(evidence)
    removed = evidence.outcomes["item_id"]
    answers = evidence.decisions[within(evidence.decisions["item_id"], removed)]
    decided = dict(zip(answers["item_id"], answers["received_at"], strict=True))
    touched = tieout.standing[within(tieout.standing["item_id"], removed)]
    items = {row["item_id"]: row for row in records(touched[[*ITEM]])}
    rows = (
        (
            item_link(items[row["item_id"]]),
            moment(decided.get(row["item_id"])),
            _done(row, done[row["item_id"]]),
            _outcome(row),
        )
        for row in records(evidence.outcomes)
        if row["item_id"] in items
    )
    none = "Not yet: nothing has been removed." if evidence.plan is not None else NOT_YET_PLANNED
    return listing("removal-list", "Removals, in the order they were made", columns, rows, none)


def emergencies(evidence: Evidence) -> Listing:
    """What was planned straight from findings, without a reviewer, and what came of it."""
    columns = (
        ("Item", "id"),
        ("Account", "text"),
        ("What was planned", "text"),
        ("Finding and approval", "text"),
        ("Outcome", "text"),
    )
    outcomes = {row["item_id"]: row for row in records(evidence.outcomes)}
    done = _last_lines(evidence)

    def cells(name: str, entry: Mapping[str, Any]) -> tuple[Cell, ...]:
        row = outcomes.get(entry["item"])
        ours = row if row is not None and row["plan"] == name else None
        outcome = _outcome(ours) if ours else lines("not attempted")
        does = lines(entry["does"], *(_done(ours, done[entry["item"]]).lines if ours else ()))
        return entry["item"], entry["account"], does, lines(name, entry["why"]), outcome

    rows = (
        cells(name, entry)
        for name, plan in evidence.emergencies.items()
        for entry in plan["removals"]
    )
    caption = "Emergency removals: approved by name, before any review"
    return listing("emergency-list", caption, columns, rows, "There was no emergency plan.")


def blocked(evidence: Evidence) -> Listing:
    return _planned(evidence, "blocked", "What stands in the way", "Nothing is blocked.")


def todo(evidence: Evidence) -> Listing:
    return _planned(evidence, "todo", "What is to be done", "Nothing is left to do by hand.")


def sign_offs(evidence: Evidence) -> Listing:
    """Every file that came back, taken or not."""
    columns = (
        ("File in returned/", "text"),
        ("Reviewer", "text"),
        ("Signed", "text"),
        ("Received (UTC)", "time"),
        ("Result", "text"),
        ("Answers taken", "number"),
        ("SHA-256", "digest"),
    )
    rows = (
        (
            receipt["file"].removeprefix("returned/"),
            receipt["reviewer"] or "unknown",
            _signed(receipt.get("signed")),
            moment(receipt["received_at"]),
            receipt["outcome"],
            int(receipt["rows"]["accepted"]),
            receipt["sha256"],
        )
        for receipt in evidence.receipts
    )
    return listing("returned", "Returned files", columns, rows, NOTHING_RETURNED)


def steps(evidence: Evidence) -> Listing:
    columns = (
        ("Entry", "number"),
        ("Step", "text"),
        ("At (UTC)", "time"),
        ("uar", "text"),
        ("Counts", "text"),
        ("Hash of the entry", "digest"),
    )
    rows = (
        (
            int(line["number"]),
            line["step"],
            moment(line["at"]),
            line["version"],
            ", ".join(f"{count:,} {word}" for word, count in sorted(line["counts"].items())),
            line["hash"],
        )
        for line in evidence.ledger
    )
    return listing("ledger", "Ledger", columns, rows, "Nothing has been done yet.")


def files(evidence: Evidence) -> Listing:
    """Every file as it was last written, without reports, which can be made again."""
    columns = (("File", "text"), ("Step", "text"), ("Bytes", "number"), ("SHA-256", "digest"))
    newest: dict[str, tuple[Cell, ...]] = {
        name: (name, line["step"], int(stamp["bytes"]), stamp["sha256"])
        for line in evidence.ledger
        for name, stamp in line["wrote"].items()
        if line["step"] != "report" and name != "report.html"
    }
    rows = [newest[name] for name in sorted(newest)]
    return listing("file-list", "Files, without reports", columns, rows, "No files.")


def personal(evidence: Evidence) -> Listing:
    """Which files hold which personal data; patterns that nothing here fits are left out."""
    columns = (("Files", "code"), ("Personal data in them", "text"), ("In a redacted twin", "text"))
    names = {name for line in evidence.ledger for name in line["wrote"]}
    there = {of(name) for name in (*names, *CLOSED)}
    rows = [(held.files, held.holds, held.twin) for held in PERSONAL if held in there]
    caption = "Personal data in this review and its pack"
    return listing("personal-list", caption, columns, rows, "No files.")


def _done(row: Mapping[str, Any], line: Mapping[str, Any]) -> Lines:
    answer = "no answer" if row["status"] is None else f"HTTP {row['status']}"
    request = line.get("request")
    write = f"{request['method']} {request['path']}: {answer}" if request else "No write was sent."
    before, after = _seen("Before", line.get("before")), _seen("After", line.get("after"))
    return Lines((before, write, after, f"SHA-256 of the journal's entry: {line['hash']}"))


def _outcome(row: Mapping[str, Any]) -> Lines:
    later = (
        f"{spoken(row['verified_at'].isoformat())}: {row['verified']}" if row["verified"] else ""
    )
    return lines(row["outcome"], spoken(row["at"].isoformat()), row["detail"], later)


def _last_lines(evidence: Evidence) -> dict[str, Mapping[str, Any]]:
    """item -> the newest line of the journal that says what was done: a result, or an intent."""
    return {
        line["item"]: line for line in evidence.journal if line["phase"] in ("intent", "result")
    }


def _seen(when: str, read: Mapping[str, Any] | None) -> str:
    """What a read of the tenant showed; its answers' digests stand in the journal."""
    if read is None:
        return f"{when}: not read."
    answers = counted(len(read["reads"]), "answer")
    return f"{when}: {'held' if read['held'] else 'not held'}, by {answers} of the tenant."


def _planned(evidence: Evidence, part: str, why: str, none: str) -> Listing:
    columns = (("Item", "id"), ("Account", "text"), ("Access", "text"), (why, "text"))
    caption = {"blocked": "Blocked removals", "todo": "Left to do by hand"}[part]
    if evidence.plan is None:
        return listing(f"{part}-list", caption, columns, (), NOT_YET_PLANNED)
    rows = (
        (
            Link(entry["item"], entry["item"]),
            entry["account"],
            lines(entry["entitlement"], entry["kind"]),
            entry["why"],
        )
        for entry in evidence.plan[part]
    )
    return listing(f"{part}-list", caption, columns, rows, none)


def _signed(signed: Mapping[str, str] | None) -> Lines:
    signed = signed or {}
    found = lines(signed.get("name"), signed.get("email"), signed.get("on"))
    return found if found.lines else lines("not signed")
