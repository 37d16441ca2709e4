"""What one provider said at one moment: the tables every later step works from, frozen."""

from __future__ import annotations

import io
import json
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from json.encoder import encode_basestring
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.json import ParseOptions, ReadOptions, read_json

from uar.errors import TableError
from uar.tables import (
    ACCOUNTS,
    COLLECTIONS,
    CONTENTS,
    COUNT,
    ENTITLEMENTS,
    FLAG,
    GAPS,
    GIVEN,
    GRANTS,
    MOMENT,
    TEXT,
    USES,
    Table,
    objects,
)
from uar.verify import json_bytes as json_bytes
from uar.verify import json_line as json_line
from uar.verify import json_text

PARQUET = ".parquet"  # what the big tables are kept as; the small ones are JSON lines
TABLE_FILES = {
    **{f"snapshot/{table.name}{PARQUET}": table
       for table in (ACCOUNTS, ENTITLEMENTS, GRANTS, CONTENTS, USES, GIVEN)},
    **{f"snapshot/{table.name}.jsonl": table for table in (COLLECTIONS, GAPS)},
}  # fmt: skip
PIECE = 25_000  # rows of a table that are written at once
SOME = 3_000  # rows of a table that become JSON lines at once
PARSED = 32_000_000  # bytes of JSON lines that become rows at once
BLOCK = 2_000_000  # bytes that one thread reads of them; no row is as long
ARROW = {TEXT: pa.string(), FLAG: pa.bool_(), COUNT: pa.int64(), MOMENT: pa.string()}
PANDAS = {
    pa.string(): pd.StringDtype(), pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype(),
}  # fmt: skip
HEADER_FILE = "snapshot/snapshot.json"
PAGES = "snapshot/pages/"
# How the tenant was read: whom was asked, and what was answered beside the pages of its lists.
READ_FILE = f"{PAGES}read.jsonl.gz"
ROSTER_FILE = "snapshot/roster.jsonl"  # only where HR's list was given

# What is known of use: looked for in a window; not asked for; the tenant does not have the events;
# the credential may not read them. Only the first makes "no use observed" a fact.
USAGE = ("observed", "not collected", "not licensed", "not permitted")


@dataclass(frozen=True)
class Header:
    """Where and when the snapshot was taken. Times are UTC, ISO 8601."""

    provider: str
    tenant_id: str
    tenant_name: str
    host: str
    started_at: str
    finished_at: str
    version: str  # of uar
    credential_id: str  # account_id of the key's owner; "" where the provider does not tell
    credential_name: str
    seal_key: str  # random, hexadecimal: seals workbook rows, so the same snapshot seals alike
    requests: int = 0  # that were answered
    most_in_flight: int = 0  # at once
    halvings: int = 0  # of the number in flight, because the server was not happy
    retries: int = 0
    usage: str = "not collected"  # one of USAGE
    usage_from: str = ""  # the window in which use was looked for
    usage_to: str = ""
    # Users, and applications, whose access was to be read from both ends: at most so many of each.
    # Those are taken whose SHA-256 of "<seed>:<id>" is smallest, so anybody can do it again.
    cross_check: int = 0
    cross_check_seed: str = ""


@dataclass(frozen=True)
class Snapshot:
    """accounts, entitlements, grants, collections, gaps, uses, contents and given as defined in
    uar.tables.

    `pages`: the answers they were made from, file name -> compressed JSON lines; they are written
    beside the tables and not read back with them.
    """

    header: Header
    accounts: pd.DataFrame
    entitlements: pd.DataFrame
    grants: pd.DataFrame
    collections: pd.DataFrame
    gaps: pd.DataFrame
    uses: pd.DataFrame = field(default_factory=USES.empty)
    contents: pd.DataFrame = field(default_factory=CONTENTS.empty)
    given: pd.DataFrame = field(default_factory=GIVEN.empty)
    pages: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def cross_checked(self) -> tuple[int, int]:
        """How many users, and applications, were read from both ends: all where there are fewer
        than were wished for."""
        users = int((self.accounts["kind"] == "user").sum())
        apps = int((self.entitlements["kind"] == "app").sum())
        return min(self.header.cross_check, users), min(self.header.cross_check, apps)


def to_files(snapshot: Snapshot) -> ChainMap[str, bytes]:
    """The snapshot as files, name -> bytes; the same bytes for the same snapshot.

    The pages are read when they are asked for: all of them are a tenth of what a sync needs.
    """
    pa.system_memory_pool().release_unused()  # what making the tables took, of the whole process
    files = {HEADER_FILE: json_bytes(asdict(snapshot.header))}
    for name, table in TABLE_FILES.items():
        frame = getattr(snapshot, table.name)
        big = name.endswith(PARQUET)
        files[name] = _parquet(frame, table.key) if big else to_lines(frame)
    pa.system_memory_pool().release_unused()  # what making the files took
    return ChainMap(files, cast(dict[str, bytes], snapshot.pages))


def _parquet(frame: pd.DataFrame, key: str) -> bytes:
    """Sorted by its key, piece by piece: a million grants are never there twice."""
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    keys = rows.column(key)
    if not pc.all(pc.less(keys[:-1], keys[1:])).as_py():
        rows = rows.combine_chunks()  # taking from chunks puts them together each time
        order = pc.sort_indices(rows, sort_keys=[(key, "ascending")])
    else:
        order = None
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, rows.schema, compression="zstd") as writer:
        for start in range(0, max(len(rows), 1), PIECE):
            piece = slice(start, start + PIECE)
            writer.write_table(rows[piece] if order is None else rows.take(order[piece]))
    return buffer.getvalue()


def from_files(files: Mapping[str, bytes]) -> Snapshot:
    """The inverse of `to_files`, without the pages."""
    tables = {table.name: table_from(name, files[name]) for name, table in TABLE_FILES.items()}
    header = Header(**json.loads(files[HEADER_FILE]))
    return Snapshot(header=header, pages={}, **tables)


def file_names() -> tuple[str, ...]:
    """Every file that the later steps work from: a snapshot without its pages."""
    return (HEADER_FILE, *TABLE_FILES)


def table_from(name: str, content: bytes) -> pd.DataFrame:
    """One of TABLE_FILES, through its table's door."""
    table = TABLE_FILES[name]
    if name.endswith(PARQUET):
        return table.frame(pd.read_parquet(io.BytesIO(content)))
    return from_lines(table, content)


def page_file(collection: str) -> str:
    """Where the answers of a collection are kept."""
    return f"{PAGES}{collection.replace(' ', '-')}.jsonl.gz"


def to_lines(frame: pd.DataFrame) -> bytes:
    """A table as JSON lines; unknown is null, times are ISO 8601 in UTC."""
    buffer = io.BytesIO()
    for start in range(0, len(frame), SOME):
        buffer.write(_lines(frame.iloc[start : start + SOME]))
    return buffer.getvalue()


def _lines(frame: pd.DataFrame) -> bytes:
    columns = []
    for name in sorted(frame.columns):  # as json_line has them
        values = frame[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            values = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        columns.append(objects(values, _member(name)))
    lines = [f"{{{','.join(members)}}}\n" for members in zip(*columns, strict=True)]
    return "".join(lines).encode("utf-8", "surrogatepass")


def _member(name: str) -> Callable[[Any], str]:
    """How json_line puts a value under this name."""
    before = json_text(name) + ":"
    unknown, yes, no = (before + json_text(value) for value in (None, True, False))

    def member(value: Any) -> str:
        if type(value) is str:  # as json_text puts it, who asks a lot of questions before
            return before + encode_basestring(value)
        if value is None:
            return unknown
        return yes if value is True else no if value is False else before + json_text(value)

    return member


def from_lines(table: Table, lines: bytes) -> pd.DataFrame:
    """The inverse of `to_lines`, through the table's door; some lines at a time."""
    try:
        parts = [_frame(table, some) for some in _pieces(lines)]
    except TableError:
        return _by_rows(table, lines)  # says which rows of all
    return parts[0] if len(parts) == 1 else table.frame(pd.concat(parts, ignore_index=True))


def _frame(table: Table, lines: bytes) -> pd.DataFrame:
    """By Arrow, in a fifth of the time that rows of Python take and without their memory."""
    if _plain(lines):
        with suppress(pa.ArrowInvalid):
            rows = read_json(
                pa.BufferReader(lines),
                ReadOptions(block_size=BLOCK),
                ParseOptions(_schema(table), unexpected_field_behavior="error"),
            )
            rows.validate(full=True)  # it does not look at UTF-8 while it reads
            return table.frame(rows.to_pandas(types_mapper=PANDAS.get))
    return _by_rows(table, lines)


def _by_rows(table: Table, lines: bytes) -> pd.DataFrame:
    try:
        return table.frame(rows_of(lines.splitlines()))
    except ValueError as error:
        raise TableError(f"table {table.name}: {error}") from error


def _plain(lines: bytes) -> bool:
    """Is each line one object, and no } in its texts? Arrow 26 crashes at a row that is none."""
    ends = lines.count(b"\n")
    whole = lines.startswith(b"{") and lines.endswith(b"}\n")
    return whole and lines.count(b"}\n{") + 1 == ends == lines.count(b"}")


def _pieces(lines: bytes) -> Iterator[bytes]:
    """Whole lines, about PARSED bytes of them at a time; one piece at least."""
    end = 0
    while True:
        start, end = end, lines.find(b"\n", end + PARSED) + 1 or len(lines)
        yield lines[start:end]
        if end == len(lines):
            return


def _schema(table: Table) -> pa.Schema:
    """As JSON has the columns: times are texts."""
    return pa.schema([(column.name, ARROW[column.type]) for column in table.columns])


def rows_of(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """JSON lines -> rows; parsed together, which shares their names.

    Raises ValueError naming the first line that is no object.
    """
    every = {at: line for at, line in enumerate(lines, 1) if line.strip()}
    rows = _parsed(b"[%b]" % b",".join(every.values()))
    if rows is not None and len(rows) == len(every) and all(type(row) is dict for row in rows):
        return cast(list[dict[str, Any]], rows)
    number = next(at for at, line in every.items() if type(_parsed(line)) is not dict)
    raise ValueError(f"line {number} is no JSON object.")


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
