"""Beyond hashes: does what a review's files say fit together?

A chain of hashes shows that nothing was changed after it was written. These checks show that what
was written is one story: items are the snapshot's grants and carry their seals, answers belong to
items and stand in returned files, the plan follows from the answers, the journal from the plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uar.evidence import Evidence
from uar.sheet import cells, item_id, seal
from uar.snapshot import json_bytes
from uar.tieout import differences, tie_out


@dataclass(frozen=True)
class Misfit:
    """A file that does not fit the others, and why."""

    path: str
    says: str


def misfits(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    """Everything that does not fit. `digests`: SHA-256 of every file of the review."""
    for check in (_items, _campaign, _answers, _receipts, _plan, _journal, _numbers):
        yield from check(evidence, digests)


def _items(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    if evidence.items is None:
        return
    key = evidence.snapshot.header.seal_key
    for row in _rows(evidence.items):
        identifier = row["item_id"]
        if item_id(row["grant_id"]) != identifier:
            yield Misfit("items.jsonl", f"{identifier} is not the id of its grant")
        if seal(key, identifier, cells(row)) != row["seal"]:
            yield Misfit("items.jsonl", f"{identifier} does not fit its seal")
        if f"workbooks/{row['workbook']}" not in digests:
            yield Misfit("items.jsonl", f"{identifier} stands in a workbook that is not there")


def _campaign(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    if evidence.items is None or evidence.campaign is None:
        return
    if digests["items.jsonl"] != evidence.campaign["population_root"]:
        yield Misfit("campaign.json", "its population root is not that of items.jsonl")
    if evidence.campaign["tenant_id"] != evidence.snapshot.header.tenant_id:
        yield Misfit("campaign.json", "is of another tenant than the snapshot")


def _answers(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    if evidence.items is None:
        return
    asked = dict(zip(evidence.items["item_id"], evidence.items["reviewer_email"], strict=True))
    for frame in evidence.answers:
        for item, email, file in zip(
            frame["item_id"], frame["reviewer_email"], frame["file"], strict=True
        ):
            name = f"decisions/{str(file).removeprefix('returned/')[:4]}.jsonl"
            if asked.get(item) != email:
                yield Misfit(name, f"{item} is no item that was put to {email}")
            if file not in digests:
                yield Misfit(name, f"{item} was answered in {file}, which is not there")


def _receipts(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    for receipt in evidence.receipts:
        if digests.get(receipt["file"]) != receipt["sha256"]:
            yield Misfit(receipt["file"], "is not the file its receipt was written for")


def _plan(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    if evidence.plan is None:
        return
    body = {name: value for name, value in evidence.plan.items() if name != "digest"}
    if hashlib.sha256(json_bytes(body)).hexdigest() != evidence.plan["digest"]:
        yield Misfit("plans", "the newest plan does not fit its digest")
    for name, made_from in evidence.plan["made_from"].items():
        if digests.get(name) != made_from:
            yield Misfit("plans", f"the newest plan was made from another {name}")
    if len(evidence.plan["made_from"]) < len(evidence.answers):
        return  # answers came in after it; it says nothing of them
    decided = dict(zip(evidence.decisions["item_id"], evidence.decisions["decision"], strict=True))
    for entry in evidence.plan["removals"]:
        if decided.get(entry["item"]) != "Revoke":
            yield Misfit("plans", f"the newest plan removes {entry['item']}, which is not Revoke")


def _journal(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    for line in evidence.journal:
        if "plan" in line and line["plan"] not in digests:
            yield Misfit("journal.jsonl", f"line {line['number']} follows a plan that is not there")


def _numbers(evidence: Evidence, digests: Mapping[str, str]) -> Iterator[Misfit]:
    for sentence in differences(tie_out(evidence).equations):
        yield Misfit("tie-out", sentence)


def _rows(frame: Any) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    names = [str(name) for name in plain]
    return [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False)]
