"""Plain tables as CSV files in one zip; a text that a spreadsheet would run is marked as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from uar.measures.sheets import Sheet, Value
from uar.text import guarded, plain
from uar.zipped import zipped

README = (
    "One file a table, UTF-8 with a byte order mark, commas, every text in quotes.\r\n"
    "An apostrophe stands before a text that a spreadsheet would take for a formula.\r\n"
    "An empty cell means unknown.\r\n"
)


def archive(sheets: Sequence[Sheet]) -> bytes:
    """The same bytes for the same tables."""
    files = {"README.txt": README} | {
        f"{sheet.name.casefold()}.csv": _csv(sheet) for sheet in sheets
    }
    return zipped((name, [text.encode("utf-8-sig")]) for name, text in files.items())


def _csv(sheet: Sheet) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([heading for heading, _ in sheet.columns])
    writer.writerows([[_guarded(value) for value in row] for row in sheet.rows])
    return text.getvalue()


def _guarded(value: Value) -> str | int:
    if value is None or isinstance(value, int):
        return "" if value is None else value
    clean = "\n".join(plain(line) for line in value.split("\n"))
    return guarded(clean)
