"""Two versions of a table of a review: which rows do they not have alike?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import compress

from uar.snapshot import HEADER_FILE, TABLE_FILES, from_lines, table_from
from uar.tables import COVERAGE, EXCLUDED, FINDINGS, ITEMS, LINKS, PERSONS
from uar.verify import CAMPAIGN

MADE_FILES = {
    f"{table.name}.jsonl": table for table in (PERSONS, LINKS, FINDINGS, COVERAGE, ITEMS, EXCLUDED)
}  # what uar detect and uar open make


@dataclass(frozen=True)
class Unlike:
    """Rows (or of a document, fields) by their keys: in the one file only, in the other only, and
    in both but not the same, with the columns. `what`: "row" or "field"."""

    what: str
    only_here: list[str]
    only_there: list[str]
    otherwise: list[str]


def unlike(name: str, here: bytes, there: bytes) -> Unlike | None:
    """What two versions of a file do not say alike; None of one that is no table.

    Raises TableError where a version is not what this table must be.
    """
    if name in (HEADER_FILE, CAMPAIGN):
        one, other = json.loads(here), json.loads(there)
        fields = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
        return Unlike("field", [], [], fields)
    table = TABLE_FILES.get(name) or MADE_FILES.get(name)
    if table is None:
        return None
    frames = (
        table_from(name, raw) if name in TABLE_FILES else from_lines(table, raw)
        for raw in (here, there)
    )
    one, other = (frame.set_index(table.key, drop=False).sort_index() for frame in frames)
    shared = one.index.intersection(other.index)
    left, right = one.loc[shared], other.loc[shared]
    same = left.eq(right).fillna(False) | (left.isna() & right.isna())
    return Unlike(
        "row",
        one.index.difference(other.index).tolist(),
        other.index.difference(one.index).tolist(),
        [
            f"{key}: {', '.join(compress(same.columns, ~row))}"
            for key, row in zip(shared, same.to_numpy(bool), strict=True)
            if not row.all()
        ],
    )
