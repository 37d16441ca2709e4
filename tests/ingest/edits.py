"""Random edits of a workbook, as people do them, with the truth kept beside every cell.

A cell is (text, home): `home` is the item whose row the text was typed in. Moving a cell moves its
home; typing or pasting text into a row makes that row its home. So after any number of edits it is
known for which item each decision was made.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import SortState

from tests.ingest.review import CAMPAIGN, FILES, HEADINGS, KEY, REVIEWERS, issued_texts, items_of
from uar.decisions.answers import Decision
from uar.decisions.case import Case, Issued
from uar.decisions.intake import take
from uar.decisions.population import Population
from uar.decisions.receipt import Arrival, Receipt, Rules, refusal
from uar.errors import TableError
from uar.sheet import COMMENT, DECISION, ITEM, REASON, SEAL, SHOWN
from uar.verify import json_line
from uar.workbooks.read import read

Cell = tuple[str, str]
TITLE = f"Access review 2026-Q4 · {FILES['ana']} · {CAMPAIGN}"
ANSWERS = (DECISION, REASON, COMMENT)
WORDS = ("Keep", "Revoke", "Modify", "Not sure", "")
ODD = ("ok", "remove", "Y", "x", "keep or revoke", "KEEP ", "\u200b", "unsure", "n/a")


@dataclass
class Paper:
    """The rows below the title: headings first. `invisible`: moves that nothing can show.

    `filtered`: every third row is hidden by a filter.
    """

    rows: list[list[Cell]]
    merged: list[str] = field(default_factory=list)
    sorted: str = ""
    title: int = 3
    filtered: bool = False
    invisible: int = 0

    def column(self, heading: str) -> int | None:
        names = [text.strip().lower() for text, _ in self.rows[0]]
        return names.index(heading.lower()) if heading.lower() in names else None

    def row_item(self, row: int) -> str:
        column = self.column(ITEM)
        return self.rows[row][column][0] if column is not None else ""

    def some_row(self, rng: random.Random) -> int:
        return rng.randrange(1, len(self.rows)) if len(self.rows) > 1 else 0


def paper(rng: random.Random, items: list[dict[str, Any]]) -> Paper:
    """A workbook in which most rows are answered."""
    rows: list[list[Cell]] = [[(heading, "") for heading in HEADINGS]]
    for item in items:
        texts = issued_texts(item)
        texts[HEADINGS.index(DECISION)] = rng.choice(WORDS)
        texts[HEADINGS.index(REASON)] = f"Because of {item['item_id']}"
        rows.append([(text, item["item_id"]) for text in texts])
    return Paper(rows)


def sort_rows(rng: random.Random, sheet: Paper) -> None:
    body = sheet.rows[1:]
    rng.shuffle(body)
    sheet.rows[1:] = body


def delete_rows(rng: random.Random, sheet: Paper) -> None:
    for _ in range(rng.randint(1, 3)):
        if len(sheet.rows) > 2:
            del sheet.rows[sheet.some_row(rng)]


def duplicate_row(rng: random.Random, sheet: Paper) -> None:
    copy = list(sheet.rows[sheet.some_row(rng)])
    column = sheet.column(DECISION)
    if column is not None and rng.random() < 0.5:
        copy[column] = (rng.choice(WORDS), copy[column][1])
    sheet.rows.insert(sheet.some_row(rng) + 1, copy)


def move_row(rng: random.Random, sheet: Paper) -> None:
    if len(sheet.rows) > 2:
        row = sheet.rows.pop(sheet.some_row(rng))
        sheet.rows.insert(sheet.some_row(rng) + 1, row)


def filter_rows(rng: random.Random, sheet: Paper) -> None:
    sheet.filtered = True


def insert_row(rng: random.Random, sheet: Paper) -> None:
    row: list[Cell] = [("", "")] * len(sheet.rows[0])
    if rng.random() < 0.5:
        row[rng.randrange(len(row))] = ("Finance team", "")
    sheet.rows.insert(rng.randint(1, len(sheet.rows)), row)


def insert_title(rng: random.Random, sheet: Paper) -> None:
    sheet.title += rng.randint(1, 5)


def move_column(rng: random.Random, sheet: Paper) -> None:
    source, target = (rng.randrange(len(sheet.rows[0])) for _ in range(2))
    for row in sheet.rows:
        row.insert(target, row.pop(source))


def duplicate_column(rng: random.Random, sheet: Paper) -> None:
    source, target = (rng.randrange(len(sheet.rows[0])) for _ in range(2))
    for row in sheet.rows:
        row.insert(target, row[source])


def insert_column(rng: random.Random, sheet: Paper) -> None:
    target = rng.randint(0, len(sheet.rows[0]))
    heading = rng.choice(["", "My notes", "Ticket", "decision ", "Person"])
    for place, row in enumerate(sheet.rows):
        row.insert(target, (heading if place == 0 else rng.choice(["", "abc"]), ""))


def delete_column(rng: random.Random, sheet: Paper) -> None:
    target = rng.randrange(len(sheet.rows[0]))
    for row in sheet.rows:
        del row[target]


def delete_seal(rng: random.Random, sheet: Paper) -> None:
    column = sheet.column(SEAL)
    for row in sheet.rows if column is not None else []:
        del row[column]  # type: ignore[arg-type]


def rename_heading(rng: random.Random, sheet: Paper) -> None:
    column = rng.randrange(len(sheet.rows[0]))
    text = sheet.rows[0][column][0]
    changed = rng.choice([text.upper(), f" {text.lower()} ", text + "s", "Whatever"])
    sheet.rows[0][column] = (changed, "")


def paste_row_of_another(rng: random.Random, sheet: Paper) -> None:
    theirs = rng.choice(items_of("ben"))
    texts = [(text, theirs["item_id"]) for text in issued_texts(theirs)]
    row = (texts + [("", "")] * len(sheet.rows[0]))[: len(sheet.rows[0])]
    column = sheet.column(DECISION)
    if column is not None:
        row[column] = ("Keep", theirs["item_id"])
    if rng.random() < 0.5:
        sheet.rows.insert(sheet.some_row(rng) + 1, row)
    else:
        sheet.rows[sheet.some_row(rng)] = row


def change_id(rng: random.Random, sheet: Paper) -> None:
    column, row = sheet.column(ITEM), sheet.some_row(rng)
    if column is None or not sheet.rows[row][column][0]:
        return
    text = sheet.rows[row][column][0]
    other = sheet.rows[sheet.some_row(rng)][column][0]
    slip = text[:-1] + ("0" if text[-1] != "0" else "1")
    sheet.rows[row][column] = (rng.choice([slip, other, text.lower(), f" {text}", "", "7"]), "")


def type_decision(rng: random.Random, sheet: Paper) -> None:
    column, row = sheet.column(DECISION), sheet.some_row(rng)
    if column is not None:
        sheet.rows[row][column] = (rng.choice(WORDS + ODD), _home(sheet, row))


def change_case(rng: random.Random, sheet: Paper) -> None:
    column = sheet.column(rng.choice((DECISION, ITEM, REASON)))
    change = rng.choice((str.upper, str.lower, str.title))
    for row in sheet.rows[1:] if column is not None else []:
        row[column] = (change(row[column][0]), row[column][1])  # type: ignore[index]


def clear_reason(rng: random.Random, sheet: Paper) -> None:
    column, row = sheet.column(REASON), sheet.some_row(rng)
    if column is not None:
        sheet.rows[row][column] = ("", _home(sheet, row))


def edit_shown(rng: random.Random, sheet: Paper) -> None:
    column, row = sheet.column(rng.choice(SHOWN).heading), sheet.some_row(rng)
    if column is not None:
        other = sheet.rows[sheet.some_row(rng)][column][0]
        sheet.rows[row][column] = (rng.choice(["", "corrected", other]), "")


def fill_down(rng: random.Random, sheet: Paper) -> None:
    """Copy an answer over the rows below it: typed there, as far as anybody can tell."""
    first = sheet.some_row(rng)
    for heading in ANSWERS:
        column = sheet.column(heading)
        for row in range(first + 1, min(first + 4, len(sheet.rows))):
            if column is not None:
                sheet.rows[row][column] = (sheet.rows[first][column][0], _home(sheet, row))


def merge(rng: random.Random, sheet: Paper) -> None:
    column, row = rng.randrange(len(sheet.rows[0])), sheet.some_row(rng)
    last = min(row + 1, len(sheet.rows) - 1)
    if last > row:
        letter, top = get_column_letter(column + 1), sheet.title + 1
        sheet.merged.append(f"{letter}{top + row}:{letter}{top + last}")
        sheet.rows[last][column] = ("", "")


def _home(sheet: Paper, row: int) -> str:
    """Whose row it is: what its seal says, else its id."""
    homes = [home for _, home in sheet.rows[row] if home]
    return max(homes, key=homes.count) if homes else sheet.row_item(row).strip().upper()


def torn(change: Callable[[random.Random, list[list[Cell]]], None], remembered: bool) -> Any:
    """An edit of some neighbouring columns that leaves the others where they are.

    Where all that was issued of a row stays together, only answers left it (or were left behind).
    When the program remembers no sort either, that cannot be seen: then the answers count as typed
    where they stand, and the move is counted as invisible.
    """

    def edit(rng: random.Random, sheet: Paper) -> None:
        wide = len(sheet.rows[0])
        left = rng.randrange(wide)
        right = rng.randint(left, wide - 1)
        before = _context(sheet)
        block = [row[left : right + 1] for row in sheet.rows[1:]]
        change(rng, block)
        while len(sheet.rows) - 1 < len(block):
            sheet.rows.append([("", "")] * wide)
        for row, part in zip(sheet.rows[1:], block, strict=True):
            row[left : right + 1] = part
        if remembered:
            letters = get_column_letter(left + 1), get_column_letter(right + 1)
            top = sheet.title + 2
            sheet.sorted = f"{letters[0]}{top}:{letters[1]}{top + len(block) - 1}"
        elif sorted(_context(sheet)) == sorted(before):
            sheet.invisible += 1
            for number, row in enumerate(sheet.rows[1:], 1):
                home = sheet.row_item(number).strip().upper()
                sheet.rows[number] = [(text, home) for text, _ in row]

    return edit


def _context(sheet: Paper) -> list[list[str]]:
    """The texts that were issued; a person's own columns prove nothing."""
    issued = {heading.lower() for heading in HEADINGS if heading not in ANSWERS}
    kept = [c for c, (text, _) in enumerate(sheet.rows[0]) if text.strip().lower() in issued]
    rows = [[row[column][0] for column in kept] for row in sheet.rows]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def shuffled(rng: random.Random, block: list[list[Cell]]) -> None:
    rng.shuffle(block)


def pushed_down(rng: random.Random, block: list[list[Cell]]) -> None:
    if block:
        block.insert(rng.randrange(len(block)), [("", "")] * len(block[0]))


def pulled_up(rng: random.Random, block: list[list[Cell]]) -> None:
    if block:
        gone = block.pop(rng.randrange(len(block)))
        block.append([("", "")] * len(gone))


def swapped(rng: random.Random, block: list[list[Cell]]) -> None:
    if block:
        one, two = rng.randrange(len(block)), rng.randrange(len(block))
        block[one], block[two] = block[two], block[one]


EDITS = (
    sort_rows, delete_rows, duplicate_row, move_row, filter_rows, insert_row, insert_title,
    move_column, duplicate_column, insert_column, delete_column, delete_seal, rename_heading,
    paste_row_of_another, change_id, change_case, type_decision, clear_reason, edit_shown,
    fill_down, merge,
)  # fmt: skip
REMEMBERED = torn(shuffled, remembered=True)
TORN = (
    torn(shuffled, remembered=False), torn(swapped, remembered=False),
    torn(pushed_down, remembered=False), torn(pulled_up, remembered=False),
)  # fmt: skip


def edited(rng: random.Random, items: list[dict[str, Any]], remembers: bool = True) -> Paper:
    """A filled-in workbook after up to four edits; a torn one, if any, comes last.

    `remembers`: the file says what was sorted last; LibreOffice leaves that out when it converts.

    (Whatever comes after a torn one could take away the only cells that show it. Programs refuse to
    tear through merged cells.)
    """
    sheet = paper(rng, items)
    for _ in range(rng.randint(0, 4)):
        rng.choice(EDITS)(rng, sheet)
    if not sheet.merged and rng.random() < 0.4:
        rng.choice((*TORN, REMEMBERED) if remembers else TORN)(rng, sheet)
    return sheet


def as_xlsx(sheet: Paper, into: bytes = b"") -> bytes:
    """A workbook with that sheet. `into`: the one as it was sent, with its other sheets."""
    book = load_workbook(io.BytesIO(into)) if into else Workbook()
    page: Any = book["Decisions"] if into else book.active
    page.title = "Decisions"
    page.delete_rows(1, page.max_row)
    page["A1"] = TITLE
    for number, row in enumerate(sheet.rows, sheet.title + 1):
        for column, (text, _) in enumerate(row, 1):
            if text:
                page.cell(number, column).value = text
                page.cell(number, column).data_type = "s"
        if sheet.filtered and number % 3 == 0:
            page.row_dimensions[number].hidden = True
    for area in sheet.merged:
        page.merge_cells(area)
    if sheet.sorted:
        page.auto_filter.ref = sheet.sorted
        page.auto_filter.sortState = SortState(ref=sheet.sorted)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(sheet: Paper, delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([TITLE])
    for row in sheet.rows:
        writer.writerow([text for text, _ in row])
    return out.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class Verdict:
    """What became of one file. `wrong`: accepted for another item than it was made for."""

    receipt: Receipt
    accepted: int
    wrong: tuple[str, ...]
    unreported: tuple[str, ...]
    invisible: int


@dataclass(frozen=True)
class Made:
    """An edited file before it is sent back. `line`: of its headings, when it is a CSV file."""

    sheet: Paper
    content: bytes
    rules: Rules
    line: int | None = None


def made(rng: random.Random, items: list[dict[str, Any]]) -> Made:
    """A workbook or CSV file, edited at random."""
    sheet = edited(rng, items)
    form = "xlsx" if sheet.sorted or sheet.merged else rng.choice(["xlsx", ",", ";", "\t"])
    rules = Rules(partial=rng.random() < 0.5, replace=False)
    if form == "xlsx":
        return Made(sheet, as_xlsx(sheet), rules)
    return Made(sheet, as_csv(sheet, form), rules, line=2)


def made_for_libreoffice(
    rng: random.Random, items: list[dict[str, Any]], sent: bytes, *, csv: bool
) -> Made:
    """The workbook as it was sent, edited at random. `csv`: it will come back as a CSV file."""
    sheet = edited(rng, items, remembers=False)
    rules = Rules(partial=rng.random() < 0.5, replace=False)
    line = sheet.title + 1 if csv else None
    return Made(sheet, as_xlsx(sheet, sent), rules, line)


def judge(file: Made, issued: Issued) -> Verdict:
    """Take a file in, and compare with the truth."""
    decided, receipt = take_in(file.content, issued, file.rules)
    wrong, unreported = compare(file, decided, receipt)
    return Verdict(receipt, len(decided), tuple(wrong), tuple(unreported), file.sheet.invisible)


def issued() -> Issued:
    """Three reviewers with twelve items each."""
    rows = [row for name in REVIEWERS for row in items_of(name)]
    files = {FILES[name]: f"{name}@example.com" for name in REVIEWERS}
    return Issued(Population(map(json_line, rows)), KEY, CAMPAIGN, files)


def take_in(content: bytes, issued: Issued, rules: Rules) -> tuple[list[Decision], Receipt]:
    arrival = Arrival("a.xlsx", "returned/0001-a.xlsx", "0" * 64, 1, "2026-11-24T10:00:00Z")
    try:
        returned = read("a.xlsx", content)
    except TableError as error:
        return [], refusal(arrival, rules, str(error))
    return take(Case(arrival, returned, issued, {}, rules))


def compare(file: Made, decided: list[Decision], receipt: Receipt) -> tuple[list[str], list[str]]:
    sheet, line = file.sheet, file.line
    by_cell = {row["cell"]: row for row in decided}
    wrong, unreported = [], []
    decision = _column_read_as(sheet, DECISION)
    reason = _column_read_as(sheet, REASON)
    accounted = receipt.problems or receipt.rows.repeated
    # Of merged cells a CSV file has the first alone: the others come back as a warning.
    warned = {each.item for each in receipt.warnings}
    for number, row in enumerate(sheet.rows):
        text, home = row[decision] if decision is not None else ("", "")
        cell = f"Decisions!{get_column_letter((decision or 0) + 1)}{sheet.title + 1 + number}"
        if line is not None:
            cell = f"line {line}, column Decision"
            line += 1 + sum(value.count("\n") for value, _ in row)
        taken = by_cell.pop(cell, None)
        if taken is None:
            if number and text.strip("\u200b ") and not accounted and home not in warned:
                unreported.append(cell)
            continue
        reason_home = row[reason][1] if reason is not None and row[reason][0] else home
        if taken["item_id"] != home or reason_home != home or taken["written"] != text.strip():
            wrong.append(f"{cell}: {taken['item_id']}, made for {home}, reason for {reason_home}")
    wrong += [f"{cell}: nothing stands there" for cell in by_cell]
    return wrong, unreported


def _column_read_as(sheet: Paper, heading: str) -> int | None:
    names = {heading.lower(), f"{heading.lower()}s" if heading == COMMENT else heading.lower()}
    found = [c for c, (text, _) in enumerate(sheet.rows[0]) if text.strip().lower() in names]
    return found[0] if found else None
