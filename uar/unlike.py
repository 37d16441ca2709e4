"""Two versions of a file of a snapshot: which rows do they not have alike?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import compress

from uar.snapshot import HEADER_FILE, TABLE_FILES, table_from


@dataclass(frozen=True)
class Unlike:
    """Rows (or of the header, fields) by their keys: in the one file only, in the other only, and
    in both but not the same, with the columns. `what`: "row" or "field"."""

    what: str
    only_here: list[str]
    only_there: list[str]
    otherwise: list[str]


def unlike(name: str, here: bytes, there: bytes) -> Unlike | None:
    """What two versions of a file of the snapshot do not say alike; None of one that is no table.

    Raises TableError where a version is not what this table must be.
    """
    if name == HEADER_FILE:
        one, other = json.loads(here), json.loads(there)
        fields = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
        return Unlike("field", [], [], fields)
    if name not in TABLE_FILES:
        return None
    key = TABLE_FILES[name].key
    one, other = (
        table_from(name, raw).set_index(key, drop=False).sort_index() for raw in (here, there)
    )
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
