"""How long taking answers in takes: 300 files of 200 rows, one of 10,000, one of 100,000; and what
refusing a hostile file takes.

python -m tests.benchmarks.ingest [hostile]
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from tests.ingest.review import (
    AT,
    CAMPAIGN,
    COLUMN,
    KEY,
    SNAPSHOT,
    in_one,
    item,
    packed,
    unpacked,
    with_shared_strings,
)
from tests.ingest.test_hostile import HOSTILE as HOSTILE_XLSX
from tests.ingest.test_hostile import memory_to_refuse
from tests.ingest.test_ods import HOSTILE as HOSTILE_ODS
from uar.errors import TableError
from uar.folder import Folder
from uar.sheet import DECISION, REASON, cells, seal
from uar.snapshot import json_bytes, to_lines
from uar.tables import ITEMS
from uar.workbooks.read import read
from uar.workbooks.write import workbooks

DECISIONS = "xl/worksheets/sheet2.xml"


def main() -> None:
    with tempfile.TemporaryDirectory() as base:
        if "hostile" not in sys.argv:
            measure(Path(base) / "many", files=300, rows=200)
            measure(Path(base) / "large", files=1, rows=10_000)
            measure(Path(base) / "huge", files=1, rows=100_000)
        for name, content in hostile().items():
            refuse(Path(base), name, content)


def measure(base: Path, files: int, rows: int) -> None:
    """In a process of its own, from its start to its end, the processes it starts included."""
    # A child's peak counts what its parent held when it began: this process has to stay small.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        returned = pool.submit(make, base, files, rows).result()
    command = [
        sys.executable,
        "-m",
        "uar",
        "ingest",
        str(base / "q4"),
        *map(str, returned),
        "--json",
    ]
    began = time.perf_counter()
    with (base / "said.json").open("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        whole = time.perf_counter() - began
        said.seek(0)
        accepted = said.read().count('"outcome": "accepted"')
    print(
        f"{files} files x {rows:,} rows: {whole:.2f} s, {used.ru_utime + used.ru_stime:.2f} s of "
        f"work on all cores, largest process {used.ru_maxrss // 1024:,} MB, "
        f"exit {os.waitstatus_to_exitcode(status)}, {accepted} accepted"
    )


def hostile() -> dict[str, bytes]:
    """Every file of the tests of hostile .xlsx and .ods files."""
    found = {f".xlsx, {name}": content for name, (content, _) in HOSTILE_XLSX.items()}
    found |= {f".ods, {name}": content for name, (content, _) in HOSTILE_ODS.items()}
    return {name: content for name, content in found.items() if isinstance(content, bytes)}


def refuse(base: Path, name: str, content: bytes) -> None:
    began = time.perf_counter()
    with contextlib.suppress(TableError):
        read("a.xlsx", content)
    seconds = time.perf_counter() - began
    print(f"refused {name}: {seconds:.3f} s, {memory_to_refuse(content, base)} MB")


def make(base: Path, files: int, rows: int) -> list[Path]:
    """A review folder, and its workbooks with every row answered Keep, as Excel saves them."""
    books = [
        {
            "workbook": f"r{n}x.xlsx",
            "file_id": f"FILE-AAAA-{n // 26 + 65:c}{n % 26 + 65:c}AA",
            "reviewer": f"Reviewer {n}",
            "reviewer_email": f"r{n}x@example.com",
            "items": rows,
            **dict.fromkeys(("privileged", "flagged", "other"), 0),
        }
        for n in range(files)
    ]
    words = ("name", "period", "owner", "contact", "organisation", "tenant", "population_root")
    campaign: dict[str, Any] = {
        **dict.fromkeys(words, "Made up"),
        "campaign_id": CAMPAIGN,
        "due": "",
        "snapshot_at": AT,
        "workbooks": books,
    }
    items = [issued(f"r{n}x", number) for n in range(files) for number in range(rows)]
    frame = ITEMS.frame(items)
    folder = Folder(base / "q4")
    content = {"items.jsonl": to_lines(frame), "campaign.json": json_bytes(campaign)}
    with folder.locked(create=True):
        folder.write("sync", SNAPSHOT, at=AT)
        folder.write("open", content, at=AT)
    inbox = base / "inbox"
    inbox.mkdir()
    for name, book in workbooks(frame, campaign, {}, {}):
        (inbox / name).write_bytes(answered(book))
    return sorted(inbox.iterdir())


def issued(reviewer: str, number: int) -> dict[str, Any]:
    row = item(reviewer, number, login=f"{reviewer}.{number}@example.com", reason_on_keep=False)
    return {**row, "seal": seal(KEY, row["item_id"], cells(row))}


def answered(book: bytes) -> bytes:
    """Type Keep and a reason into Decisions, and save as Excel does: each text once, in one part.

    With expressions, since openpyxl takes a minute for what is to be measured in seconds.
    """
    parts = unpacked(book)
    for heading, word in ((DECISION, "Keep"), (REASON, "Still needed for the job.")):
        letter = get_column_letter(COLUMN[heading])
        parts[DECISIONS] = _typed(parts[DECISIONS], letter, word)
    return with_shared_strings(packed(parts), in_one)


def _typed(xml: str, letter: str, word: str) -> str:
    cell = rf'<c r="({letter}(?!1"|2")\d+)" s="(\d+)"\s*/>'
    return re.sub(cell, rf'<c r="\1" s="\2" t="inlineStr"><is><t>{word}</t></is></c>', xml)


if __name__ == "__main__":
    main()
