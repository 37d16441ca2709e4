"""Simulated reviewers: each opens a real workbook, decides as a person might, and has habits.

They see what a person sees, the Decisions sheet, and nothing else of the review folder.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from uar.sheet import DECISION, ITEM, REASON, SHEET

Row = Mapping[str, str]
Answer = tuple[str, str]  # decision, reason


@dataclass
class Paper:
    """A workbook on somebody's screen: its Decisions sheet and where the columns stand."""

    book: Workbook
    sheet: Worksheet
    header: int  # row number of the headings
    columns: dict[str, int]

    def rows(self) -> list[int]:
        """Row numbers of the items."""
        numbers = range(self.header + 1, self.sheet.max_row + 1)
        return [number for number in numbers if self.text(number, ITEM)]

    def text(self, row: int, heading: str) -> str:
        value = self.sheet.cell(row, self.columns[heading]).value
        return "" if value is None else str(value)

    def row(self, number: int) -> Row:
        return {heading: self.text(number, heading) for heading in self.columns}

    def write(self, row: int, heading: str, text: str) -> None:
        self.sheet.cell(row, self.columns[heading]).value = text or None


def open_paper(path: Path) -> Paper:
    """The workbook with its headings found, wherever they stand."""
    book = load_workbook(path)
    sheet = book[SHEET]
    for number, values in enumerate(sheet.iter_rows(max_row=20, values_only=True), 1):
        found = {str(value): column for column, value in enumerate(values, 1) if value is not None}
        if ITEM in found and DECISION in found:
            return Paper(book, sheet, number, found)
    raise AssertionError(f"{path}: no headings on the sheet {SHEET}")


def judge(row: Row) -> Answer:
    """What a reasonable manager answers, from what the row shows."""
    person, title, access = row["Person"], row["Job title"], row["Access"]
    if person == "Jonas Wikström":
        return "Revoke", "Left in September; the console must go with the account."
    if person in ("Luca Brandt", "Petra Gallowhill"):
        return "Revoke", "Left the company."
    if person == "Console Backup":
        return "Not sure", "Nobody here knows whose account this is."
    if person == "Payroll export":
        return "Modify", "It only reads: Read Only is enough."
    if "Intern" in title and (row["Kind"] == "application assignment" or "Production" in access):
        return "Revoke", "Not needed for an internship."
    if row["Kind"] == "application assignment" and "Stays: " in row["After a Revoke"]:
        return "Revoke", "The group gives it already; the direct assignment is left over."
    return "Keep", "Needed for the job; confirmed with the person." if needs_reason(row) else ""


def needs_reason(row: Row) -> bool:
    """Careful people give a reason wherever something is flagged or is an admin role."""
    return bool(row["Flags"]) or row["Kind"] == "admin role"


def answer_all(paper: Paper) -> None:
    for number in paper.rows():
        decision, reason = judge(paper.row(number))
        paper.write(number, DECISION, decision)
        paper.write(number, REASON, reason)


def whose(paper: Paper) -> tuple[str, str]:
    """Name and e-mail of the reviewer, as the Sign-off sheet has them in its first lines."""
    for text, *_ in paper.book["Sign-off"].iter_rows(values_only=True, min_col=2):
        found = re.search(r"made for (.+) <(.+@.+)>", str(text))
        if found:
            return found[1], found[2]
    raise AssertionError("the Sign-off sheet does not say whose file this is")


def sign(paper: Paper, date: str) -> None:
    """Fill in the Sign-off sheet: the cell to the right of each label."""
    name, email = whose(paper)
    words = {
        "name": name,
        "e-mail": email,
        "date": date,
        "number of items": str(len(paper.rows())),
        "conflict of interest": "No",
    }
    sheet = paper.book["Sign-off"]
    for row, values in enumerate(list(sheet.iter_rows(values_only=True)), 1):
        for column, value in enumerate(values, 1):
            for label, answer in words.items():
                if str(value or "").strip().lower().startswith(label):
                    sheet.cell(row, column + 1).value = answer
                    break


def saved(paper: Paper, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    paper.book.save(path)


def sorted_by_access(paper: Paper) -> None:
    """Sort the whole sheet, as Excel does: rows travel with everything in them."""
    numbers = paper.rows()
    wide = paper.sheet.max_column
    contents: list[list[Any]] = [
        [paper.sheet.cell(number, column).value for column in range(1, wide + 1)]
        for number in numbers
    ]
    contents.sort(key=lambda cells: str(cells[paper.columns["Access"] - 1]))
    for number, cells in zip(numbers, contents, strict=True):
        for column, value in enumerate(cells, 1):
            paper.sheet.cell(number, column).value = value


def own_words(paper: Paper) -> None:
    """Type past the drop-down: words we know, words that could mean anything, two words at once."""
    spoken = {"Keep": "ok", "Revoke": "remove"}
    for place, number in enumerate(paper.rows()):
        said = paper.text(number, DECISION)
        paper.write(number, DECISION, "Y" if place == 1 else spoken.get(said, said))
    first = paper.rows()[0]
    paper.write(first, DECISION, "keep for now, remove after the audit")


def last_ones_blank(paper: Paper) -> None:
    """Stop before the end."""
    for number in paper.rows()[-3:]:
        paper.write(number, DECISION, "")
        paper.write(number, REASON, "")


def without_reasons(paper: Paper) -> None:
    for number in paper.rows():
        paper.write(number, REASON, "")


def pasted_from(other: Paper) -> Callable[[Paper], None]:
    """Copy a colleague's row to the end of one's own sheet."""

    def paste(paper: Paper) -> None:
        source, target = other.rows()[0], paper.rows()[-1] + 1
        for column in range(1, other.sheet.max_column + 1):
            value = other.sheet.cell(source, column).value
            paper.sheet.cell(target, column).value = value
        paper.write(target, DECISION, "Keep")
        paper.write(target, REASON, "Saw this on a colleague's list.")

    return paste


def as_csv(paper: Paper, path: Path) -> None:
    """Export the sheet as a European Excel does: semicolons, with a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for cells in paper.sheet.iter_rows(values_only=True):
        writer.writerow(["" if value is None else value for value in cells])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
