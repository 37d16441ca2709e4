"""Two versions of a file of a snapshot: which rows do they not have alike?"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from itertools import compress

import pandas as pd

from uar.snapshot import BIG_TABLES, HEADER_FILE, SMALL_TABLES, from_lines, table_file


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
    known = {table_file(table, "parquet"): table for table in BIG_TABLES}
    small = {table_file(table, "jsonl"): table for table in SMALL_TABLES}
    if name in known:
        table = known[name]
        frames = [table.frame(pd.read_parquet(io.BytesIO(raw))) for raw in (here, there)]
    elif name in small:
        table = small[name]
        frames = [from_lines(table, raw) for raw in (here, there)]
    else:
        return None
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
