"""Rows on their way into the tables of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowStringArray, BooleanArray

from uar.tables import CONTENTS, FLAG, GRANTS

from ._rows import Row

PART = 20_000  # grants that are texts of Python, and not yet columns, at most

EDGES = ("group members", "application users", "application groups")
# With the types that the table has, so that its door has nothing to convert.
SCHEMA = pa.schema(
    [
        (column.name, pa.bool_() if column.type == FLAG else pa.large_string())
        for column in GRANTS.columns
    ]
)


@dataclass
class Tables:
    """There may be a million grants: they are put away by parts, and never there twice."""

    entitlements: dict[str, Row] = field(default_factory=dict)
    grants: list[tuple[Any, ...]] = field(default_factory=list)  # that are not put away yet
    parts: list[pa.RecordBatch] = field(default_factory=list)
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
        """`holder`: as grant ids end, `<kind>:<id>`."""
        self.grants.append(
            (
                f"{entitlement_id}>{holder}",
                f"jumpcloud:{holder}",
                holder.partition(":")[0],
                entitlement_id,
                why_not is None,
                why_not,
                sudo,
                effective,
            )
        )
        if len(self.grants) >= PART:
            self._put_away()

    def content(self, whole_id: str, part_id: str) -> None:
        key = f"{whole_id}>{part_id.removeprefix('jumpcloud:')}"
        self.contents[key] = {"content_id": key, "whole_id": whole_id, "part_id": part_id}

    def gap(self, collection: str, subject: str, says: str) -> None:
        key = f"{collection}:{subject}"
        self.gaps[key] = {"gap_id": key, "collection": collection, "subject": subject, "says": says}

    def grant_columns(self) -> pd.DataFrame:
        """The grants, through their table's door."""
        self._put_away()
        parts, self.parts = self.parts, []
        rows = pa.Table.from_batches(parts, SCHEMA)
        columns = {
            name: _flags(column) if pa.types.is_boolean(column.type) else ArrowStringArray(column)
            for name, column in zip(rows.column_names, rows.columns, strict=True)
        }
        return GRANTS.frame(pd.DataFrame(columns))

    def content_columns(self) -> pd.DataFrame:
        return CONTENTS.frame(self.contents.values())

    def _put_away(self) -> None:
        columns = zip(*self.grants, strict=True) if self.grants else ([] for _ in SCHEMA)
        arrays = [pa.array(values, one.type) for values, one in zip(columns, SCHEMA, strict=True)]
        self.parts.append(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
        self.grants = []


def _flags(column: pa.ChunkedArray) -> BooleanArray:
    """No flag of a grant is unknown."""
    values = column.to_numpy()
    return BooleanArray(values.astype(bool), values != values)
