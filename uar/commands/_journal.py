"""The plan and the journal of a review folder: what plan, apply and undo have in common."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from uar import journal
from uar.commands._shared import iso, load_decisions, load_items, load_snapshot, now
from uar.errors import FolderError, SetupError
from uar.folder import JOURNAL, Folder, digest
from uar.journal import Journal
from uar.plan import Approval, Ground, emergency, plan
from uar.plan import Plan as Lists
from uar.settings import Apply, Settings, parse
from uar.snapshot import from_lines, json_bytes
from uar.sources.jumpcloud_removals import needed, planned
from uar.tables import FINDINGS, OUTCOMES, PERSONS
from uar.unmatched import unprotected

Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A plan as it stands in the folder. `name`: plans/NNNN.json; `settings`: its own."""

    name: str
    document: Document
    settings: Apply


def make(review: Folder, settings: Settings, toml: bytes) -> Document:
    """The plan that the folder's decisions ask for now; the same folder gives the same bytes.

    `settings`: what `toml` says, and which file to point at.
    """
    ground = _ground(review, settings)
    made = plan(ground, load_items(review), load_decisions(review))
    return _document(review, toml, ground, made, made_from(review))


def make_emergency(review: Folder, settings: Settings, toml: bytes, approval: Approval) -> Document:
    """The plan that findings ask for; neither uar open nor uar ingest has to have run."""
    findings = from_lines(FINDINGS, review.read("findings.jsonl", "detect"))
    ground = _ground(review, settings)
    made = emergency(ground, findings, approval)
    marked = {
        "findings": list(approval.words),
        "approver": approval.approver,
        "reason": approval.reason,
        "at": iso(approval.at),
    }
    return _document(review, toml, ground, made, ["findings.jsonl"], emergency=marked)


def _ground(review: Folder, settings: Settings) -> Ground:
    persons = None
    if review.has("persons.jsonl"):
        persons = from_lines(PERSONS, review.read("persons.jsonl", "detect"))
    snapshot = load_snapshot(review)
    wrong = list(unprotected(settings, snapshot))
    if wrong:
        raise SetupError("\n".join(wrong))
    return Ground(
        snapshot=snapshot,
        settings=settings.apply,
        now=pd.Timestamp(now()),
        persons=persons,
        outcomes=past(review),
    )


def _document(
    review: Folder, toml: bytes, ground: Ground, made: Lists, sources: list[str], **more: Any
) -> Document:
    header = ground.snapshot.header
    document = asdict(made) | {
        **more,
        "removals": [
            {**row, "request": planned(row), "needs": needed(row)} for row in made.removals
        ],
        "tenant": {"id": header.tenant_id, "name": header.tenant_name, "host": header.host},
        "made_from": {name: digest(review.read(name, "ingest")) for name in sources},
        "settings": digest(toml) if toml else "",
    }
    return {**document, "digest": digest(json_bytes(document))}


def made_from(review: Folder) -> list[str]:
    """The files of decisions a plan rests on."""
    return review.names("decisions/")


def read_by(document: Document) -> tuple[str, ...]:
    """The files that a plan was made from, for the ledger."""
    return tuple(document["made_from"]) + (() if "emergency" in document else ("items.jsonl",))


def again(review: Folder, settings: Settings, toml: bytes, document: Document) -> Document:
    """The plan made again now, from what it was made from then."""
    marked = document.get("emergency")
    if marked is None:
        return make(review, settings, toml)
    at = pd.Timestamp(marked["at"]).to_pydatetime()
    approval = Approval(marked["findings"], marked["approver"], marked["reason"], at)
    return make_emergency(review, settings, toml, approval)


def newest(review: Folder) -> tuple[str, Document]:
    """(name, plan) of the newest plan, unchanged since it was shown."""
    names = review.names("plans/")
    if not names:
        raise FolderError(f"There is no plan yet; run uar plan {review.path} first.")
    return names[-1], load(review, names[-1])


def load(review: Folder, name: str) -> Document:
    document: Document = json.loads(review.read(name, "plan"))
    body = {key: value for key, value in document.items() if key != "digest"}
    if digest(json_bytes(body)) != document["digest"]:
        raise FolderError(f"{name} does not hold what its digest says; run uar plan again.")
    return document


def up_to_date(review: Folder) -> Plan:
    """The newest plan, if making it again now with them gives the same."""
    name, document = newest(review)
    settings, toml = _settings(review, document)
    if again(review, settings, toml, document) != document:
        raise FolderError(
            f"Decisions have come in, have become too old, or removals were put back since {name} "
            f"was made; run uar plan {review.path} and look at it again."
        )
    return Plan(name, document, settings.apply)


def settings_of(review: Folder, document: Document) -> Apply:
    """The settings that a plan was made with."""
    return _settings(review, document)[0].apply


def _settings(review: Folder, document: Document) -> tuple[Settings, bytes]:
    if not (used := document["settings"]):
        return Settings(), b""
    name = f"settings/{used[:16]}.toml"
    toml = review.read(name, "plan")
    return parse(toml, name), toml


def past(review: Folder) -> pd.DataFrame:
    """What the journal tells until now, also what a killed run left in it: OUTCOMES."""
    if review.has(JOURNAL):
        review.read(JOURNAL, "apply")  # what was recorded must still stand
    path = review.path / JOURNAL
    return journal.outcomes(path.read_bytes()) if path.exists() else OUTCOMES.empty()


@contextmanager
def opened(review: Folder, step: str, sync: Callable[[int], None] = os.fsync) -> Iterator[Journal]:
    """The journal, to append to. However this ends, the ledger is brought up to it."""
    with (review.path / JOURNAL).open("a+b", buffering=0) as file:
        book = Journal(file, lambda: iso(now()), sync)
        begun = len(book.lines)
        try:
            yield book
        finally:
            _record(review, step, book.lines[begun:])


def settle(review: Folder) -> None:
    """Bring the ledger up to what a killed run left in the journal."""
    if (review.path / JOURNAL).exists():
        with opened(review, "apply"):
            pass


def _counted_as(line: Mapping[str, Any]) -> str:
    return str(line["outcome"]) if line.get("whole", True) else f"{line['outcome']}, in part"


def _record(review: Folder, step: str, added: Sequence[Mapping[str, Any]]) -> None:
    recorded = [line["wrote"][JOURNAL] for line in review.ledger() if JOURNAL in line["wrote"]]
    size = (review.path / JOURNAL).stat().st_size
    if not recorded or recorded[-1]["bytes"] != size:
        words = [_counted_as(line) for line in added if "outcome" in line]
        review.record_journal(step, at=iso(now()), counts=Counter(sorted(words)))
