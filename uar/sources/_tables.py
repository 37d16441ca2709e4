"""Rows on their way into the tables of a snapshot."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import ArrowStringArray

from uar.tables import GRANTS

from ._rows import Row

EDGES = ("group members", "application users", "application groups")
PART = 25_000  # texts that are put together at a time
Numbers = npt.NDArray[np.int32]


class Words:
    """Texts that come again and again, each kept once; None is a text like any other."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self._places: dict[str | None, int] = {}
        self._said = array("i")

    def add(self, text: str | None) -> None:
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self.texts)
            self.texts.append(text)
        self._said.append(place)

    @property
    def said(self) -> Numbers:
        """The place in `texts` of each text that was added."""
        return np.frombuffer(self._said, dtype=np.int32)


def _ranks(texts: Sequence[str]) -> Numbers:
    """The place of each among them, in order."""
    ranks = np.empty(len(texts), dtype=np.int32)
    order = pc.sort_indices(pa.array(texts, pa.large_string())).to_numpy()
    ranks[order] = np.arange(len(texts), dtype=np.int32)
    return ranks


@dataclass
class Grants:
    """There may be a million: five numbers each, until they become texts, column by column."""

    entitlements: Words = field(default_factory=Words)
    holders: Words = field(default_factory=Words)  # as grant ids end, `<kind>:<id>`
    why_not: Words = field(default_factory=Words)
    sudo: Words = field(default_factory=Words)
    effective: Words = field(default_factory=Words)

    def frame(self) -> pd.DataFrame:
        """Through their table's door, in the order of their ids."""
        holders = [str(holder) for holder in self.holders.texts]
        starts = [f"{entitlement}>" for entitlement in self.entitlements.texts]
        held, holding = self.entitlements.said, self.holders.said
        order = np.lexsort((_ranks(holders)[holding], _ranks(starts)[held]))
        held, holding = held[order], holding[order]
        why_not = self.why_not.said[order]
        revocable = np.array([text is None for text in self.why_not.texts], dtype=bool)
        columns = {
            "grant_id": _joined(starts, held, holders, holding),
            "holder_id": _column([f"jumpcloud:{holder}" for holder in holders], holding),
            "holder_kind": _column([holder.partition(":")[0] for holder in holders], holding),
            "entitlement_id": _column(self.entitlements.texts, held),
            "revocable": pd.array(revocable[why_not], dtype="boolean"),
            "why_not": _column(self.why_not.texts, why_not),
            "sudo": _column(self.sudo.texts, self.sudo.said[order]),
            "effective_sudo": _column(self.effective.texts, self.effective.said[order]),
        }
        return GRANTS.frame(pd.DataFrame(columns))


def _joined(
    ones: Sequence[str], at: Numbers, others: Sequence[str], other_at: Numbers
) -> ArrowStringArray:
    """Each text with the other one behind it; by parts, so that only the result is ever whole."""
    nothing = pa.scalar("", pa.large_string())
    one, other = (pa.array(texts, pa.large_string()) for texts in (ones, others))
    parts = [
        pc.binary_join_element_wise(
            one.take(pa.array(at[part])), other.take(pa.array(other_at[part])), nothing
        )
        for start in range(0, len(at), PART)
        for part in (slice(start, start + PART),)
    ]
    return ArrowStringArray(pa.chunked_array(parts, pa.large_string()))


def _column(texts: Sequence[str | None], places: Numbers) -> ArrowStringArray:
    return ArrowStringArray(pa.array(texts, pa.large_string()).take(pa.array(places)))


@dataclass
class Tables:
    """What there is to be frozen, row by row; of grants see Grants."""

    entitlements: dict[str, Row] = field(default_factory=dict)
    grants: Grants = field(default_factory=Grants)
    contents: dict[str, Row] = field(default_factory=dict)
    gaps: dict[str, Row] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EDGES, 0))

    def edge(
        self, collection: str, entitlement_id: str, holder: str, why_not: str | None = None,
        sudo: str | None = None, effective: str | None = None,
    ) -> None:  # fmt: skip
        """A grant that is one row of a collection."""
        self.stored[collection] += 1
        self.grant(entitlement_id, holder, why_not, sudo, effective)

    def grant(
        self, entitlement_id: str, holder: str, why_not: str | None = None,
        sudo: str | None = None, effective: str | None = None,
    ) -> None:  # fmt: skip
        """`holder`: as grant ids end, `<kind>:<id>`. `why_not`: where it cannot be revoked."""
        self.grants.entitlements.add(entitlement_id)
        self.grants.holders.add(holder)
        self.grants.why_not.add(why_not)
        self.grants.sudo.add(sudo)
        self.grants.effective.add(effective)

    def content(self, whole_id: str, part_id: str) -> None:
        key = f"{whole_id}>{part_id.removeprefix('jumpcloud:')}"
        self.contents[key] = {"content_id": key, "whole_id": whole_id, "part_id": part_id}

    def gap(self, collection: str, subject: str, says: str) -> None:
        key = f"{collection}:{subject}"
        self.gaps[key] = {"gap_id": key, "collection": collection, "subject": subject, "says": says}
