"""Beyond hashes: is what a review's files say what uar itself would say of its snapshot?

uar.verify shows that nothing was changed after it was written and that the files name each other
rightly. These checks need the tables: items are the snapshot's grants and carry their seals, the
newest plan removes what was decided, the numbers tie out.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from uar.evidence import Evidence
from uar.sheet import item_id, seal, shown_of
from uar.tables import records
from uar.tieout import differences, tie_out


@dataclass(frozen=True)
class Misfit:
    """A file that does not fit the others, and why."""

    path: str
    says: str


def misfits(evidence: Evidence, names: Set[str]) -> Iterator[Misfit]:
    """Everything that does not fit. `names`: every file of the review."""
    yield from _items(evidence, names)
    yield from _plan(evidence)
    for sentence in differences(tie_out(evidence).equations):
        yield Misfit("tie-out", sentence)


def _items(evidence: Evidence, names: Set[str]) -> Iterator[Misfit]:
    if evidence.items is None or evidence.campaign is None:
        return
    header = evidence.snapshot.header
    shown = shown_of(evidence.items)
    for row in records(evidence.items):
        identifier = row["item_id"]
        if item_id(row["grant_id"]) != identifier:
            yield Misfit("items.jsonl", f"{identifier} is not the id of its grant")
        if seal(header.seal_key, identifier, shown[identifier]) != row["seal"]:
            yield Misfit("items.jsonl", f"{identifier} does not fit its seal")
        if f"workbooks/{row['workbook']}" not in names:
            yield Misfit("items.jsonl", f"{identifier} stands in a workbook that is not there")
    if evidence.campaign["tenant_id"] != header.tenant_id:
        yield Misfit("campaign.json", "is of another tenant than the snapshot")


def _plan(evidence: Evidence) -> Iterator[Misfit]:
    """Only of a plan made from all answers taken in until now."""
    if evidence.plan is None or len(evidence.plan["made_from"]) < len(evidence.given):
        return
    decided = dict(zip(evidence.decisions["item_id"], evidence.decisions["decision"], strict=True))
    for entry in evidence.plan["removals"]:
        if decided.get(entry["item"]) != "Revoke":
            yield Misfit("plans", f"the newest plan removes {entry['item']}, which is not Revoke")
