"""What was taken away and how that was seen, what was not, who signed, and every file's digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uar.evidence import Evidence
from uar.reports._listing import (
    Cell,
    Lines,
    Link,
    Listing,
    lines,
    listing,
    moment,
    records,
    utc,
)
from uar.reports._population import NOT_YET_OPENED
from uar.tieout import STATES, TieOut

NOT_YET_PLANNED = "Not yet: uar plan has not run."
NOTHING_RETURNED = "Not yet: no file has come back."


def removal_states(tieout: TieOut) -> Listing:
    columns = (("What came of it", "text"), ("Items", "number"))
    if tieout.standing is None:
        return listing("states", "Revoked items", columns, (), NOT_YET_OPENED)
    counts = tieout.standing["state"].value_counts()
    rows = [(state, int(counts.get(state, 0))) for state in STATES]
    total = ("All revoked", int((tieout.standing["decision"] == "Revoke").sum()))
    return listing("states", "Revoked items", columns, rows, "", total)


def removals(evidence: Evidence) -> Listing:
    """Each item the journal speaks of: before, write, after, later."""
    columns = (
        ("Item", "text"),
        ("Decided", "text"),
        ("Before", "text"),
        ("Write", "text"),
        ("After", "text"),
        ("Outcome", "text"),
        ("SHA-256 of the journal's entry", "digest"),
    )
    done = _last_lines(evidence)
    decided = dict(
        zip(evidence.decisions["item_id"], evidence.decisions["received_at"], strict=True)
    )
    rows = (
        _removal(row, decided.get(row["item_id"]), done[row["item_id"]])
        for row in records(evidence.outcomes)
    )
    none = "Not yet: nothing has been removed." if evidence.plan is not None else NOT_YET_PLANNED
    return listing("removal-list", "Removals, in the order they were made", columns, rows, none)


def blocked(evidence: Evidence) -> Listing:
    return _planned(evidence, "blocked", "What stands in the way", "Nothing is blocked.")


def todo(evidence: Evidence) -> Listing:
    return _planned(evidence, "todo", "What is to be done", "Nothing is left to do by hand.")


def sign_offs(evidence: Evidence) -> Listing:
    """Every file that came back, taken or not."""
    columns = (
        ("File", "text"),
        ("Reviewer", "text"),
        ("Signed", "text"),
        ("Received (UTC)", "text"),
        ("Result", "text"),
        ("Answers taken", "number"),
        ("SHA-256", "digest"),
    )
    rows = (
        (
            lines(receipt["name"], receipt["file"]),
            receipt["reviewer"] or "unknown",
            _signed(receipt.get("signed")),
            utc(receipt["received_at"]),
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
        ("At (UTC)", "text"),
        ("uar", "text"),
        ("Counts", "text"),
        ("Hash of the entry", "digest"),
    )
    rows = (
        (
            int(line["number"]),
            line["step"],
            utc(line["at"]),
            line["version"],
            ", ".join(f"{count:,} {word}" for word, count in sorted(line["counts"].items())),
            line["hash"],
        )
        for line in evidence.ledger
    )
    return listing("ledger", "Ledger", columns, rows, "Nothing has been done yet.")


def files(evidence: Evidence) -> Listing:
    """Every file as it was last written; this report itself can not be among them."""
    columns = (("File", "text"), ("Step", "text"), ("Bytes", "number"), ("SHA-256", "digest"))
    newest: dict[str, tuple[Cell, ...]] = {
        name: (name, line["step"], int(stamp["bytes"]), stamp["sha256"])
        for line in evidence.ledger
        for name, stamp in line["wrote"].items()
        if name != "report.html"
    }
    rows = [newest[name] for name in sorted(newest)]
    return listing("file-list", "Files, without this report", columns, rows, "No files.")


def _removal(row: Mapping[str, Any], decided: Any, line: Mapping[str, Any]) -> tuple[Cell, ...]:
    answer = "no answer" if row["status"] is None else f"HTTP {row['status']}"
    request = line.get("request")
    write = lines(f"{request['method']} {request['path']}", answer) if request else "none was sent"
    later = f"{row['verified']}, {moment(row['verified_at'])}" if row["verified"] else None
    return (
        Link(row["item_id"], row["item_id"]),
        moment(decided),
        _seen(line.get("before")),
        write,
        _seen(line.get("after")),
        lines(row["outcome"], moment(row["at"]), row["detail"], later),
        line["hash"],
    )


def _last_lines(evidence: Evidence) -> dict[str, Mapping[str, Any]]:
    """item -> the newest line of the journal that says what was done: a result, or an intent."""
    return {
        line["item"]: line for line in evidence.journal if line["phase"] in ("intent", "result")
    }


def _seen(read: Mapping[str, Any] | None) -> Cell:
    """What a read of the tenant showed, and where."""
    if read is None:
        return "not read"
    where = (f"{each.get('path', '')} {each.get('status', '')}" for each in read["reads"])
    return lines("held" if read["held"] else "not held", *where)


def _planned(evidence: Evidence, part: str, why: str, none: str) -> Listing:
    columns = (("Item", "text"), ("Account", "text"), ("Access", "text"), (why, "text"))
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
