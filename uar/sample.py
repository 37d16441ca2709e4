"""Which items an auditor looks at: reproducible, from every stratum, with the reason of each share.

A stratum is what was decided, whether the access is privileged, and what came of it. Inside one,
items go in the order of SHA-256(seed, item): no generator's version changes it, and nobody can
steer it without choosing another seed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from uar.tables import records
from uar.tieout import TieOut


@dataclass(frozen=True)
class Stratum:
    """`chosen`: as many as its share, in the order of the seed."""

    says: str
    items: int
    chosen: tuple[str, ...]
    why: str


def sample(tieout: TieOut, size: int, seed: str) -> list[Stratum]:
    """At least one of each stratum while there is room, the rest in proportion to their items."""
    strata: dict[str, list[str]] = defaultdict(list)
    assert tieout.standing is not None  # noqa: S101 - asked for only once uar open has run
    for row in records(tieout.standing):
        privileged = "privileged" if row["band"] == "privileged" else "not privileged"
        strata[", ".join(filter(None, (row["decision"], privileged, row["state"])))].append(
            row["item_id"]
        )
    total = sum(map(len, strata.values()))
    shares = _shares({says: len(items) for says, items in strata.items()}, min(size, total))
    return [
        Stratum(
            says,
            len(items),
            tuple(sorted(items, key=lambda item: _rank(seed, item))[: shares[says]]),
            f"{len(items):,} of {total:,} items: {size * len(items) / total:.1f} in proportion, "
            f"{shares[says]} chosen.",
        )
        for says, items in sorted(strata.items())
    ]


def _shares(sizes: dict[str, int], size: int) -> dict[str, int]:
    """One each, the largest first; then, one by one, to whom is furthest below its proportion."""
    total = sum(sizes.values())
    order = sorted(sizes, key=lambda says: (-sizes[says], says))
    shares = {says: int(place < size) for place, says in enumerate(order)}
    for _ in range(size - sum(shares.values())):
        open_ = [says for says in order if shares[says] < sizes[says]]
        shares[max(open_, key=lambda says: size * sizes[says] / total - shares[says])] += 1
    return shares


def _rank(seed: str, item: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{item}".encode()).digest()
