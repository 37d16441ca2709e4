"""What is said about one returned file: to the operator, to the reviewer, and for the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from uar.decisions.trust import Problem
from uar.tables import DECISION_WORDS
from uar.text import counted

ACCEPTED, PARTLY, REFUSED = "accepted", "partly accepted", "refused"
SHOWN_LINES = 40


@dataclass(frozen=True)
class Arrival:
    """A file on its way in. `file`: where it is kept in the review folder."""

    name: str
    file: str
    sha256: str
    size: int
    received_at: str


@dataclass(frozen=True)
class Rules:
    """What the operator asked for."""

    partial: bool = False
    replace: bool = False


@dataclass(frozen=True)
class Count:
    """seen = accepted + unchanged + blank + refused + held_back + repeated."""

    seen: int = 0
    accepted: int = 0
    unchanged: int = 0  # the same answer as an earlier file
    blank: int = 0  # not reviewed
    refused: int = 0
    held_back: int = 0  # good, but not taken because the file was refused
    repeated: int = 0  # a second row of the same item, saying the same
    missing: int = 0  # issued in this workbook, no row in the file


@dataclass(frozen=True)
class Receipt:
    """Everything about one returned file; nothing in it is secret."""

    arrival: Arrival
    rules: Rules
    outcome: str
    kind: str = ""
    reviewer: str = ""
    reviewer_email: str = ""
    signed: Mapping[str, str] | None = None
    rows: Count = Count()
    partial_takes: int = 0  # rows of a refused file that --partial would take
    decisions: Mapping[str, int] | None = None  # of the accepted rows
    words: tuple[Mapping[str, Any], ...] = ()  # written, read_as, rows
    replaced: tuple[Mapping[str, str], ...] = ()  # item, cell, was, now, file
    taken: tuple[Mapping[str, str], ...] = ()  # accepted Revoke, Modify, Not sure: to be checked
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # item ids
    open: tuple[str, ...] = ()  # item ids of this reviewer without an answer, after this file

    def record(self) -> dict[str, Any]:
        """The receipt as plain values: what --json prints and receipts/ keeps."""
        arrival, rest = asdict(self.arrival), asdict(self)
        del rest["arrival"]
        said = {kind: [_said(each) for each in rest[kind]] for kind in ("problems", "warnings")}
        return {**arrival, **rest, **said, "open_count": len(self.open)}


def refusal(arrival: Arrival, rules: Rules, sentence: str) -> Receipt:
    """The receipt of a file that could not be read at all."""
    return Receipt(arrival, rules, REFUSED, problems=(Problem("", sentence),))


def _said(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {name: problem[name] for name in ("cell", "item", "says")}


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """A receipt's record as text that can be mailed to the reviewer."""
    rows = record["rows"]
    yield f"{record['name']}: {record['outcome']}"
    yield f"  SHA-256    {record['sha256']}"
    yield f"  received   {record['received_at']}, kept as {record['file']}"
    if record["reviewer"]:
        yield f"  reviewer   {record['reviewer']} <{record['reviewer_email']}>"
    if record["signed"]:
        yield f"  signed     {_signature(record['signed'])}"
    if record["kind"]:
        yield f"  read as    {record['kind']}"
        yield (
            f"  rows       {rows['seen']:,} seen: "
            + ", ".join(f"{rows[key]:,} {word}" for key, word in _counts(rows))
            + f"; {rows['missing']:,} missing"
        )
    if record["kind"] and record["outcome"] == REFUSED:
        yield "  taken      nothing of it: correct what follows and return the file again"
        yield f"  partial    uar ingest --partial {_partly(record)}"
    if rows["accepted"]:
        counts = [f"{record['decisions'].get(word, 0):,} {word}" for word in DECISION_WORDS]
        yield f"  accepted   {', '.join(counts)}"
    for word in record["words"]:
        many = counted(word["rows"], "row")
        yield f"  read       {word['written']!r} as {word['read_as']} in {many}"
    yield from _block("To correct", _spoken(record["problems"]))
    yield from _block("To look at", _spoken(record["warnings"]))
    yield from _block("Notes", record["notes"])
    yield from _block("Replaced (--replace); the earlier answers stay on record", [
        f"{each['cell']}: {each['now']}, before {each['was']} in {each['file']}"
        for each in record["replaced"]
    ])  # fmt: skip
    yield from _block("Is this what was meant?", [_taken(each) for each in record["taken"]])
    missing, unanswered = record["missing"], set(record["open"])
    answered = [each for each in missing if each not in unanswered]
    yield from _block(
        "Not in the file, so not reviewed", [each for each in missing if each in unanswered]
    )
    yield from _block("Not in the file; the earlier answers stay", answered)
    if record["reviewer"]:
        yield f"  Still open for {record['reviewer']}: {record['open_count']:,}"


def _partly(record: Mapping[str, Any]) -> str:
    """What the operator may do instead of waiting for the file to be corrected."""
    good, refused = record["partial_takes"], record["rows"]["refused"]
    if good:
        return f"takes the other {counted(good, 'row')} and leaves {refused:,} to be corrected"
    if record["rows"]["held_back"]:
        return "takes none of it: cells may have moved from one row to another"
    return "takes nothing more of it"


def _signature(signed: Mapping[str, str]) -> str:
    email = f"<{signed['email']}>" if signed["email"] else ""
    return " ".join(filter(None, (signed["name"], email, signed["on"]))) or "by nobody"


def _counts(rows: Mapping[str, int]) -> list[tuple[str, str]]:
    words = {
        "accepted": "accepted",
        "refused": "refused",
        "blank": "blank (not reviewed)",
        "unchanged": "as answered before",
        "held_back": "held back",
        "repeated": "repeated",
    }
    return [
        (key, word) for key, word in words.items() if rows[key] or key in ("accepted", "refused")
    ]


def _spoken(said: Sequence[Mapping[str, str]]) -> list[str]:
    return [f"{each['cell']}: {each['says']}" if each["cell"] else each["says"] for each in said]


def _taken(each: Mapping[str, str]) -> str:
    reason = f" ({each['reason']})" if each["reason"] else ""
    return f"{each['decision']}: {each['holder']}, {each['entitlement']}, {each['cell']}{reason}"


def _block(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if not sentences:
        return
    yield f"  {title}" if title.endswith("?") else f"  {title}:"
    for sentence in sentences[:SHOWN_LINES]:
        yield f"    {' '.join(sentence.split())}"
    if len(sentences) > SHOWN_LINES:
        yield f"    and {len(sentences) - SHOWN_LINES:,} more (uar ingest --json lists all)"
