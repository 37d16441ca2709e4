"""A small open review in a folder: items of three reviewers, and their workbooks as sent."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from uar.cli import main
from uar.folder import Folder
from uar.sheet import DECISION, HEADINGS, REASON, cells, item_id, seal
from uar.snapshot import HEADER_FILE, json_bytes, to_lines
from uar.tables import ITEMS
from uar.workbooks.write import workbooks

KEY = "5e" * 32
AT = "2026-11-23T10:00:00Z"
SNAPSHOT = {HEADER_FILE: json_bytes({"seal_key": KEY})}  # as far as ingest needs it
REVIEWERS = ("ana", "ben", "cleo")
CAMPAIGN = "CAMPAIGN-ABCD-2345"
FILES = {name: f"FILE-{name.upper():A<4}-2345" for name in REVIEWERS}
COLUMN = {heading: place for place, heading in enumerate(HEADINGS, 1)}
LAST = get_column_letter(len(HEADINGS))
HEADER = 2


def item(reviewer: str, number: int, key: str = KEY, **other: Any) -> dict[str, Any]:
    """One made-up item; every third is privileged, every second row has a flag."""
    grant = f"jumpcloud:group:g{number % 4}>user:{reviewer}{number}"
    row: dict[str, Any] = {
        "item_id": item_id(grant),
        "grant_id": grant,
        "kind": "group membership",
        "band": "privileged" if number % 3 == 0 else "other",
        "holder_id": f"jumpcloud:user:{reviewer}{number}",
        "holder_kind": "user",
        "holder_name": f"Pérson {reviewer} {number // 2}",
        "person_id": f"person:{reviewer}{number}",
        "login": f"{reviewer}.{number // 2}@example.com",
        "status": "active",
        "title": f"Title {number % 5}",
        "department": f"Dept {number % 3}",
        "manager": reviewer.title(),
        "borrowed": number % 7 == 0,
        "entitlement_id": f"jumpcloud:group:g{number % 4}",
        "entitlement_kind": "group",
        "entitlement": ("Finance", "00123", "Prod; admins", '=HYPERLINK("x")')[number % 4],
        "opens": f"App {number % 6}; Wiki",
        "also_held": None,
        "revocable": True,
        "why_not": None,
        "flags": f"Flag {number}.\nSecond, line" if number % 2 else None,
        "flag_severity": "medium" if number % 2 else None,
        "reason_on_keep": number % 3 == 0,
        "reviewer_id": f"jumpcloud:user:{reviewer}",
        "reviewer": reviewer.title(),
        "reviewer_email": f"{reviewer}@example.com",
        "routed_by": "manager",
        "routed_because": "Manager of the person.",
        "workbook": f"{reviewer}.xlsx",
        **other,
    }
    row["seal"] = seal(key, row["item_id"], cells(row))
    return row


def items_of(reviewer: str, count: int = 12, key: str = KEY) -> list[dict[str, Any]]:
    return [item(reviewer, number, key) for number in range(count)]


def workbook(items: list[dict[str, Any]]) -> bytes:
    """The workbook `uar open` would write for these items of one reviewer."""
    names = [items[0]["reviewer"].lower()]
    [(_, content)] = workbooks(ITEMS.frame(items), campaign(names), {}, {})
    return content


def issued_texts(row: dict[str, Any]) -> list[str]:
    return [row["item_id"], *cells(row), "", "", "", "", row["seal"]]


def make_review(
    path: Path, counts: dict[str, int] | None = None, due: str = "2026-12-01", zone: str = "UTC"
) -> Path:
    """A folder as `uar open` leaves it."""
    files = issued_files(tuple((counts or dict.fromkeys(REVIEWERS, 12)).items()))
    reviewers = [name for name in REVIEWERS if f"workbooks/{name}.xlsx" in files]
    header = {"campaign.json": json_bytes({**campaign(reviewers, due), "time_zone": zone})}
    folder = Folder(path)
    with folder.locked(create=True):
        folder.write("sync", SNAPSHOT, at=AT)
        folder.write("open", {**header, **files}, at=AT)
    return path


@cache
def issued_files(counts: tuple[tuple[str, int], ...]) -> dict[str, bytes]:
    """items.jsonl and the workbooks."""
    every = {name: items_of(name, count) for name, count in counts}
    items = ITEMS.frame([row for rows in every.values() for row in rows])
    books = {f"workbooks/{name}.xlsx": workbook(rows) for name, rows in every.items()}
    return {"items.jsonl": to_lines(items), **books}


def campaign(reviewers: Iterable[str], due: str = "2026-12-01") -> dict[str, Any]:
    """campaign.json, as far as workbooks and ingest need it."""
    books = [
        {
            "workbook": f"{name}.xlsx",
            "file_id": FILES[name],
            "reviewer": name.title(),
            "reviewer_email": f"{name}@example.com",
            "items": 12,
            **dict.fromkeys(("privileged", "flagged", "other"), 4),
        }
        for name in reviewers
    ]
    words = ("name", "period", "owner", "contact", "organisation", "tenant", "population_root")
    return {
        **dict.fromkeys(words, "Made up"),
        "campaign_id": CAMPAIGN,
        "due": due,
        "snapshot_at": AT,
        "workbooks": books,
    }


def as_bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def in_runs(text: str) -> str:
    """A shared string of two runs, with a reading aid between them."""
    first, rest = (f'<r><t xml:space="preserve">{part}</t></r>' for part in (text[:3], text[3:]))
    return f"{first}<rPh><t>reading aid</t></rPh>{rest}" if "&" not in text else in_one(text)


def in_one(text: str) -> str:
    return f'<t xml:space="preserve">{text}</t>'


def with_shared_strings(content: bytes, said: Callable[[str], str] = in_runs) -> bytes:
    """The same workbook as Excel saves it: each text once, in a part of their own."""
    texts: dict[str, int] = {}

    def shared(match: re.Match[str]) -> str:
        return f't="s"><v>{texts.setdefault(match[1], len(texts))}</v>'

    parts = unpacked(content)
    for name, text in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            inline = r't="inlineStr"><is><t[^>]*>([^<]*)</t></is>'
            parts[name] = re.sub(inline, shared, text)
    strings = "".join(f"<si>{said(text)}</si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    parts["xl/sharedStrings.xml"] = f'<?xml version="1.0"?><sst xmlns="{space}">{strings}</sst>'
    link = f'<Relationship Id="strings" Type="{kind}" Target="sharedStrings.xml"/>'
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace("</Relationships>", f"{link}</Relationships>")
    return packed(parts)


def unpacked(content: bytes) -> dict[str, str]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def packed(parts: Mapping[str, str]) -> bytes:
    """The inverse of `unpacked`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return out.getvalue()


def opened(review: Path, reviewer: str = "ana") -> tuple[Workbook, Worksheet]:
    book = load_workbook(review / f"workbooks/{reviewer}.xlsx")
    sheet = book["Decisions"]
    assert isinstance(sheet, Worksheet)
    return book, sheet


def answer(sheet: Worksheet, row: int, decision: str, reason: str = "") -> None:
    sheet.cell(row, COLUMN[DECISION]).value = decision or None
    sheet.cell(row, COLUMN[REASON]).value = reason or None


def answered_by(row: int) -> tuple[str, str]:
    """What somebody careful answers in a row: different from row to row, always with a reason."""
    return ("Keep", "Revoke", "Modify", "Not sure", "Keep")[(row - HEADER - 1) % 5], f"Reason {row}"


def answer_all(sheet: Worksheet) -> None:
    for row in rows_of(sheet):
        answer(sheet, row, *answered_by(row))


def rows_of(sheet: Worksheet) -> list[int]:
    return [n for n in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(n, 1).value]


def sign(book: Workbook, reviewer: str = "ana", on: Any = "2026-11-24") -> None:
    sheet = book["Sign-off"]
    for row, value in enumerate((reviewer.title(), f"{reviewer}@example.com", on), 8):
        sheet.cell(row, 3).value = value


def filled(
    review: Path,
    inbox: Path,
    change: Callable[[Workbook, Worksheet], object] = lambda book, sheet: None,
    reviewer: str = "ana",
    name: str = "",
) -> Path:
    """A workbook with every row answered and signed, then changed as a test wants it."""
    book, sheet = opened(review, reviewer)
    answer_all(sheet)
    sign(book, reviewer)
    change(book, sheet)
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / (name or f"{reviewer}.xlsx")
    path.write_bytes(as_bytes(book))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def ingest(review: Path, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    """(exit code, receipts) of uar ingest --json."""
    result = run("ingest", review, *arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def recorded(review: Path) -> dict[str, dict[str, Any]]:
    """The counting answers in a folder, by item id."""
    files = sorted(review.glob("decisions/*"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return {row["item_id"]: row for row in rows}
