"""A returned CSV file -> plain values. The delimiter is the one with which the headings appear."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from uar.decisions.form import headers
from uar.decisions.returned import Returned, Row, Sheet
from uar.errors import TableError
from uar.sheet import SHEET
from uar.text import unguarded
from uar.workbooks._package import EACH, EXTRA, MAX_COLUMNS, MAX_ROWS, refuse_large

# Google Sheets puts no cell of a file with tabs into quotes.
WAYS = (  # delimiter, are there quotes, in words
    (",", True, "commas"),
    (";", True, "semicolons"),
    ("\t", True, "tabs"),
    ("\t", False, "tabs, without quotes"),
    ("|", True, "bars"),
)
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a byte order mark",
    "utf-16-be": "UTF-16 without a byte order mark",
    "cp1252": "Windows-1252",
}
HEADED = 1_000  # rows within which the headings stand
AGAIN = "save the Decisions sheet as CSV again"


def read_csv(content: bytes, items: int | None = None) -> Returned:
    """One sheet whose addresses are lines. Raises TableError when it is no such CSV file."""
    if items is not None and len(content) > EXTRA + EACH * items:
        refuse_large(items)
    text, encoding = decoded(content)
    wrong = ""
    for delimiter, quoted, word in WAYS:
        rows = _rows(text, delimiter, quoted)
        try:
            first = list(islice(rows, HEADED))
            if headers(first):
                sheet = Sheet(SHEET, (*first, *rows), by_line=True)
                return Returned(f"CSV file with {word}, {ENCODINGS[encoding]}", (sheet,))
        except csv.Error as error:
            wrong = wrong or str(error)
    if wrong:
        raise TableError(f"is not a CSV file that can be read ({wrong}); {AGAIN}.")
    raise TableError(
        "is neither a workbook nor a CSV file with the headings Item and Decision; return the "
        "workbook as .xlsx, or its Decisions sheet as .csv."
    )


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding, of ENCODINGS. Zero bytes mean UTF-16, with or without a mark."""
    if b"\x00" in content:
        candidates = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else []
        candidates += ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    else:
        candidates = ["utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"]
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise TableError(
        "is not text in UTF-8, UTF-16 or Windows-1252; save it as CSV again, in UTF-8."
    )


def _rows(text: str, delimiter: str, quoted: bool) -> Iterator[Row]:
    count = 0
    lines = io.StringIO(text, newline="")
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    line = 1  # a cell may hold line ends: a row is named by the line it begins on
    for values in reader:
        cells = {column: unguarded(value) for column, value in enumerate(values, 1) if value}
        if cells and max(cells) > MAX_COLUMNS:
            raise csv.Error(f"line {line} has more than {MAX_COLUMNS} columns")
        if cells:
            yield Row(line, cells)
            count += 1
        if count > MAX_ROWS:
            raise csv.Error(f"more than {MAX_ROWS:,} rows")
        line = reader.line_num + 1
