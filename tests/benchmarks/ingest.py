"""How long taking answers in takes: 300 files of 200 rows, one of 10,000, one of 100,000; and what
refusing a hostile file takes.

python -m tests.benchmarks.ingest
"""

from __future__ import annotations

import contextlib
import io
import re
import resource
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.ingest.review import AT, CAMPAIGN, KEY, item
from tests.ingest.test_hostile import HOSTILE as HOSTILE_XLSX
from tests.ingest.test_hostile import memory_to_refuse
from tests.ingest.test_ods import HOSTILE as HOSTILE_ODS
from uar.cli import main as uar
from uar.errors import TableError
from uar.folder import Folder
from uar.sheet import cells, seal
from uar.snapshot import json_bytes, to_lines
from uar.tables import ITEMS
from uar.workbooks.read import read
from uar.workbooks.write import workbooks


def main() -> None:
    with tempfile.TemporaryDirectory() as base:
        measure(Path(base) / "many", files=300, rows=200)
        measure(Path(base) / "large", files=1, rows=10_000)
        measure(Path(base) / "huge", files=1, rows=100_000)
        for name, content in hostile().items():
            refuse(Path(base), name, content)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"largest size of this process, making the files included: {peak:,} MB")


def measure(base: Path, files: int, rows: int) -> None:
    returned = make(base, files, rows)
    began = time.process_time()
    for path in returned:
        read(path.name, path.read_bytes())
    reading = time.process_time() - began
    began, worked = time.perf_counter(), time.process_time()
    result = CliRunner().invoke(uar, ["ingest", str(base / "q4"), *map(str, returned), "--json"])
    whole, work = time.perf_counter() - began, time.process_time() - worked
    accepted = result.stdout.count('"outcome": "accepted"')
    print(
        f"{files} files x {rows:,} rows: reading {reading:.2f} s of work; "
        f"uar ingest {whole:.2f} s, {work:.2f} s of work, "
        f"exit {result.exit_code}, {accepted} accepted"
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
    """A review folder, and its workbooks with every row answered Keep."""
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
    """Type Keep and a reason into the empty cells of Decisions, as fast as one can."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet2.xml":
                for letter, word in (("L", "Keep"), ("M", "Still needed for the job.")):
                    text = _typed(text, letter, word)
            new.writestr(name, text)
    return out.getvalue()


def _typed(xml: str, letter: str, word: str) -> str:
    cell = rf'<c r="({letter}(?!1"|2")\d+)" s="(\d+)"\s*/>'
    return re.sub(cell, rf'<c r="\1" s="\2" t="inlineStr"><is><t>{word}</t></is></c>', xml)


if __name__ == "__main__":
    main()
