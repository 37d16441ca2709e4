"""One item on one page: what the tenant said, what was shown, decided, planned and done, and how
the hashes of each of these lead to the root hash.

Every hash on a page can be computed again from the pack: `sha256sum` for files, uar.verify's
`climb` for a line of the population.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from uar import access
from uar.evidence import Evidence
from uar.sheet import SHOWN, cells, seal
from uar.tables import BOUND_TO, records
from uar.text import counted
from uar.verify import (
    CAMPAIGN,
    ITEMS,
    JOURNAL,
    SEAL,
    climb,
    digest,
    merkle_levels,
    merkle_path,
    whole_lines,
)

Pair = tuple[str, str]
READ_AS = {  # the collection of the tenant that an item's grant was read in
    "group membership": "group members",
    "application assignment": "application users",
    "group application": "application groups",
    "admin role": "admins",
    "direct binding": "users of {}",
    "group binding": "groups of {}",
}
GRANT = ("grant_id", "holder_id", "entitlement_id", "revocable", "why_not", "sudo",
         "effective_sudo")  # fmt: skip
ACCOUNT = ("account_id", "login", "email", "name", "status", "created_at")
ENTITLEMENT = ("entitlement_id", "kind", "name", "membership", "privileged")
DECISION = (
    "decision", "written", "reason", "comment", "signed_name", "signed_email", "signed_on", "file",
    "cell", "received_at", "replaces",
)  # fmt: skip


@dataclass(frozen=True)
class Raw:
    """A record as the tenant sent it. `pointer`: a JSON pointer into the answer's body."""

    file: str
    line: int  # of the file, from 1
    request: str
    answered_at: str
    sha256: str  # of the answer's body, as that line keeps it
    pointer: str
    record: str


class Files(Protocol):
    def read(self, name: str, step: str) -> bytes: ...
    def names(self, under: str) -> list[str]: ...


@dataclass(frozen=True)
class Part:
    """`facts`: what stands there; `proof`: from there up to the ledger, each with its hash."""

    title: str
    facts: tuple[Pair, ...]
    proof: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Page:
    """Everything about one item."""

    item: str
    says: str  # whose access to what
    parts: tuple[Part, ...]


class Pages:
    """Makes the pages of a review that holds."""

    def __init__(self, evidence: Evidence, files: Files, raw: Callable[[str], Raw | None]) -> None:
        """`raw`: the record that a row of the snapshot was made from, by the row's id."""
        assert evidence.items is not None  # noqa: S101 - asked for only once uar open has run
        self._evidence, self._files, self._raw = evidence, files, raw
        self._ledger = [line for line in evidence.ledger if line["step"] != SEAL]
        self._items = {row["item_id"]: row for row in records(evidence.items)}
        self._lines = whole_lines(files.read(ITEMS, "open"))
        self._levels = merkle_levels(self._lines)
        self._line_of = {json.loads(line)["item_id"]: at for at, line in enumerate(self._lines)}
        snapshot = evidence.snapshot
        self._grants = _by(snapshot.grants, "grant_id")
        self._accounts = _by(snapshot.accounts, "account_id")
        self._entitlements = _by(snapshot.entitlements, "entitlement_id")
        self._collections = _by(snapshot.collections, "collection")
        self._used: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for use in records(snapshot.uses):
            self._used[use["account_id"]].append(use)
        self._given = _by(snapshot.given, "grant_id")
        self._opens: dict[str, list[str]] = defaultdict(list)
        opened = access.with_contents(access.opens(snapshot.grants), snapshot.contents)
        for group, what in opened.itertuples(index=False):
            self._opens[group].append(what)

        self._answers: dict[str, list[tuple[str, int, bytes]]] = defaultdict(list)
        for name in files.names("decisions/"):
            for number, line in enumerate(whole_lines(files.read(name, "ingest")), 1):
                self._answers[json.loads(line)["item_id"]].append((name, number, line))
        self._planned: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = defaultdict(list)
        for name in files.names("plans/"):
            plan = json.loads(files.read(name, "plan"))
            for what in ("removals", "blocked", "todo"):
                for entry in plan[what]:
                    self._planned[entry["item"]].append((name, what, entry))
        self._done: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for written in evidence.journal:
            if "item" in written:
                self._done[written["item"]].append(written)

    def page(self, item: str) -> Page:
        row = self._items[item]
        parts = (
            self._tenant(row),
            *self._addition(row),
            *self._uses(row),
            self._shown(row),
            *(tuple(self._decisions(item)) or [_nothing("Decision", "Not reviewed.")]),
            *(tuple(self._plans(item)) or [_nothing("Plan", "No plan speaks of this item.")]),
            *(
                tuple(self._journal(item))
                or [_nothing("Removal", "Nothing was done to this item.")]
            ),
            self._to_the_root(),
        )
        return Page(item, f"{row['login'] or row['holder_name']}: {row['entitlement']}", parts)

    def _tenant(self, row: Mapping[str, Any]) -> Part:
        grant = self._grants[row["grant_id"]]
        facts = [*_facts(grant, GRANT)]
        if row["holder_id"] in self._accounts:
            facts += _facts(self._accounts[row["holder_id"]], ACCOUNT)
        facts += _facts(self._entitlements[row["entitlement_id"]], ENTITLEMENT)
        name = READ_AS[row["kind"]].format(BOUND_TO.get(row["entitlement_kind"], ""))
        read = self._collections.get(name)
        if read:
            stated = "not stated by source" if read["stated"] is None else read["stated"]
            facts.append(
                (
                    "read from",
                    f"{read['endpoint']}, {counted(read['pages'], 'page')}, "
                    f"{counted(read['fetched'], 'row')} "
                    f"(total {stated}), finished {_text(read['finished_at'])}",
                )
            )
            facts.append(("SHA-256 over the raw pages", read["sha256"]))
        raw, proof = self._recorded(row["grant_id"])
        names = ["snapshot/grants.parquet", "snapshot/collections.jsonl"]
        return Part("In the tenant", (*facts, *raw), (*proof, *self._up(*names)))

    def _recorded(self, row_id: str) -> tuple[list[Pair], list[Pair]]:
        """(the raw record and where it stands, its hashes); nothing where no answer is kept."""
        raw = self._raw(row_id)
        if raw is None:
            return [], []
        where = f"{raw.file}, line {raw.line}, {raw.pointer} in the body"
        told = [
            ("raw record", raw.record),
            ("it stands in", f"{where}: the answer to {raw.request}, {raw.answered_at}"),
        ]
        proof = (f"{raw.file}, line {raw.line}: SHA-256 of the body", raw.sha256)
        return told, [proof, *self._up(raw.file)]

    def _addition(self, row: Mapping[str, Any]) -> Iterator[Part]:
        """When it was given and by whom, where the log has it."""
        told = self._given.get(row["grant_id"])
        if told:
            raw, proof = self._recorded(told["given_id"])
            facts = (("at", _text(told["given_at"])), ("by", told["given_by"] or "not told"), *raw)
            yield Part("Given", facts, (*proof, *self._up("snapshot/given.parquet")))

    def _uses(self, row: Mapping[str, Any]) -> Iterator[Part]:
        """What the holder used of this, directly or through the group; the newest event of each."""
        opened = {row["entitlement_id"], *self._opens.get(row["entitlement_id"], ())}
        for use in self._used.get(row["holder_id"], ()):
            if use["entitlement_id"] in opened:
                what = self._entitlements[use["entitlement_id"]]["name"]
                number = f"{use['uses']:,} in the log's window"
                raw, proof = self._recorded(use["use_id"])
                facts = (("of", what), ("last", _text(use["last_used_at"])), ("uses", number), *raw)
                yield Part("Use", facts, (*proof, *self._up("snapshot/uses.parquet")))

    def _shown(self, row: Mapping[str, Any]) -> Part:
        key, texts = self._evidence.snapshot.header.seal_key, cells(row)
        seals = [(shown.heading, text) for shown, text in zip(SHOWN, texts, strict=True) if text]
        again = seal(key, row["item_id"], texts)
        fits = "fits what was shown" if again == row["seal"] else "DOES NOT FIT what was shown"
        facts = (
            *seals,
            ("put to", f"{row['reviewer']} <{row['reviewer_email']}>: {row['routed_because']}"),
            ("in", f"workbooks/{row['workbook']}"),
            ("seal", f"{row['seal']}, {fits}"),
        )
        at = self._line_of[row["item_id"]]
        line, path = self._lines[at], merkle_path(self._levels, at)
        proof = [
            (f"{ITEMS}, line {at + 1}: hash of the line", climb(line, ())),
            *((f"with the hash to the {side}", other) for side, other in path),
            (f"population root, as {CAMPAIGN} names it", climb(line, path)),
            *self._up(ITEMS, CAMPAIGN, f"workbooks/{row['workbook']}"),
        ]
        return Part("Shown to the reviewer", facts, tuple(proof))

    def _decisions(self, item: str) -> Iterator[Part]:
        """Every answer, oldest first; the last one counts."""
        for name, number, line in self._answers[item]:
            answer = json.loads(line)
            receipt = f"receipts/{name.removeprefix('decisions/').removesuffix('.jsonl')}.json"
            proof = (
                (f"{name}, line {number}: SHA-256 of the line", digest(line + b"\n")),
                *self._up(name, receipt, answer["file"]),
            )
            yield Part("Decision", tuple(_facts(answer, DECISION)), proof)

    def _plans(self, item: str) -> Iterator[Part]:
        for name, what, entry in self._planned[item]:
            facts = (("stands under", what), *_facts(entry, tuple(entry)))
            yield Part("Plan", facts, tuple(self._up(name)))

    def _journal(self, item: str) -> Iterator[Part]:
        for line in self._done[item]:
            proof = (
                ("hash of the line before", line["previous"]),
                (f"{JOURNAL}, line {line['number']}: its hash", line["hash"]),
                *self._up(JOURNAL),
            )
            yield Part(f"Removal, {line['phase']}", tuple(_told(line)), proof)

    def _to_the_root(self) -> Part:
        steps = tuple(
            (f"entry {line['number']}, {line['step']}", line["hash"]) for line in self._ledger
        )
        return Part(
            "Up to the root hash",
            (("how", "Each ledger entry is hashed over the files it wrote and the entry before."),),
            steps,
        )

    def _up(self, *names: str) -> Iterator[Pair]:
        """Each file's digest, and the ledger entry that holds it."""
        for name in names:
            for line in reversed(self._ledger):
                if name in line["wrote"]:
                    yield f"{name}, in ledger entry {line['number']}", line["wrote"][name]["sha256"]
                    break


def text_of(page: Page) -> str:
    """The page for a terminal or a plain file."""
    lines = [page.item, page.says]
    for part in page.parts:
        lines += ["", part.title, *(f"  {name}: {_one_line(text)}" for name, text in part.facts)]
        lines += [f"  {hashed}  {says}" for says, hashed in part.proof]
    return "\n".join(lines)


def _nothing(title: str, why: str) -> Part:
    return Part(title, (("none", why),))


def _by(frame: Any, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in records(frame)}


def _facts(row: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Pair]:
    """What is known; unknown is left out."""
    for name in names:
        if row[name] not in (None, "", []):
            yield name, _text(row[name])


def _told(line: Mapping[str, Any]) -> Iterator[Pair]:
    """A line of the journal. What a result repeats of its intent is left out."""
    yield from _facts({"outcome": "", "detail": "", **line}, ("at", "plan", "outcome", "detail"))
    if line["phase"] == "intent":
        yield "request", _text(line.get("request"))
    if line.get("answer"):
        yield "answer", _text(line["answer"])
    for when in ("before",) if line["phase"] == "intent" else ("after",):
        seen = line.get(when)
        if seen:
            yield when, "held" if seen["held"] else "not held"
            for read in seen["reads"]:
                yield f"read {when}", " ".join(str(read[name]) for name in sorted(read))


def _text(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _one_line(text: str) -> str:
    return " / ".join(text.splitlines())
