"""Items -> one CSV file per reviewer: the Decisions sheet alone, for whoever has no spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from uar.sheet import COMMENT, DECISION, ITEM, REASON, SEAL, SHOWN
from uar.tables import records
from uar.text import guarded

HEADINGS = (ITEM, *(shown.heading for shown in SHOWN), DECISION, REASON, COMMENT, SEAL)


def csv_files(
    items: pd.DataFrame, campaign: Mapping[str, Any], shown: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for every reviewer, in the order of file names.

    UTF-8 with a byte order mark, commas, every text in quotes. `items`: in the order in which they
    are read; `shown`: uar.sheet.cells per item_id.
    """
    own: dict[str, list[dict[str, Any]]] = {}
    for item in records(items[["item_id", "seal", "workbook"]]):
        own.setdefault(item["workbook"], []).append(item)
    for entry in campaign["workbooks"]:
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for item in own[entry["workbook"]]:
            texts = [guarded(cell) for cell in shown[item["item_id"]]]
            writer.writerow([item["item_id"], *texts, "", "", "", item["seal"]])
        yield entry["workbook"], text.getvalue().encode("utf-8-sig")
