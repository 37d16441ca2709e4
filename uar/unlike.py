"""Two versions of a table of a review: which rows do they not have alike?"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from itertools import compress

from uar.previous import ABOUT, TABLES, UNDER
from uar.snapshot import HEADER_FILE, TABLE_FILES, from_lines, table_from
from uar.tables import EXCLUDED, LINKS
from uar.verify import CAMPAIGN

# What uar detect and uar open make, and what is kept of a review before.
MADE_FILES = {f"{table.name}.jsonl": table for table in (*TABLES, LINKS, EXCLUDED)}
DOCUMENTS = (HEADER_FILE, CAMPAIGN, ABOUT)


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
    name = name.removeprefix(UNDER)
    if name in DOCUMENTS:
        one, other = json.loads(here), json.loads(there)
        fields = sorted(key for key in {*one, *other} if one.get(key) != other.get(key))
        return Unlike("field", [], [], fields)
    if name in TABLE_FILES:
        key = TABLE_FILES[name].key
        frames = [table_from(name, raw) for raw in (here, there)]
    elif name in MADE_FILES:
        key = MADE_FILES[name].key
        own = _own_lines(here, there), _own_lines(there, here)
        frames = [from_lines(MADE_FILES[name], raw) for raw in own]
    else:
        return None
    one, other = (frame.set_index(key, drop=False).sort_index() for frame in frames)
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


def _own_lines(lines: bytes, others: bytes) -> bytes:
    """Those that the others do not have: of the rows of a large review few are unlike."""
    known = set(io.BytesIO(others))
    return b"".join(line for line in io.BytesIO(lines) if line not in known)
