"""The sheet Start here: what a reviewer reads first.

A Word in private-use characters stands where a workbook says something of its own reviewer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openpyxl.styles import Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from uar.sheet import NEEDS_REASON, SHEET, shortened
from uar.tables import BANDS, DECISION_WORDS, SINCE
from uar.text import counted, plain
from uar.when import UTC, day, end_of_day, moment
from uar.workbooks._look import (
    ACCENT,
    COUNT,
    DECIDED,
    FONT,
    LABEL,
    LEAD,
    SECTION,
    STRONG,
    TEXT,
    TITLE,
    Style,
    page,
)
from uar.workbooks._rows import height, lines

WIDTH = 72  # of the column that explains
ABOUT = 30  # characters of the name of an access
ACROSS = 90  # characters of a line from edge to edge
VERSION = "1"  # of the workbook's layout
REVIEWER, EMAIL, FILE, COUNTS, ROWS, WHO = (f"\ue000{number}\ue001" for number in range(6))

MEANINGS = {
    "Keep": "The person needs it for the work of today. It stays.",
    "Revoke": "Nobody needs it any more. It is taken away; After a Revoke says what goes with it, "
    "and what stays by another way.",
    "Modify": "Something smaller would do. Somebody changes it by hand; say in Reason to what.",
    "Not sure": "You cannot judge it. Somebody else will be asked; say in Comment who could know.",
}
STEPS = (
    "Open the sheet Decisions. Each row is one item: who holds which access.",
    "Choose one of the four decisions in the column Decision. Nothing is chosen for you.",
    f"Give a reason for every Revoke and Modify, and for a Keep where Flags says {NEEDS_REASON}. "
    "The column Check says what a row still lacks.",
    "Fill in the sheet Sign-off, save the file as .xlsx, and send it back.",
)
GOOD_TO_KNOW = {
    "Sorting": "Sort, filter and hide as you like: no cell is locked, and a row carries its own "
    "Item and Seal.",
    "Other cells": "Please change only Decision, Reason and Comment. A row whose other cells were "
    "changed does not count; it comes back to you as a question.",
    "Other sheets": "What it gives explains each access. People shows which accounts are one "
    "person; what an administrator's account lacks is taken (from the user account).",
    "Flags": "A flag is a fact to look at, not a recommendation. Of many alike a row shows two; "
    "People and What it gives list them.",
    "Last use": "What the tenant's log shows of so many days. Not observed means that nothing was "
    "seen in that time; the other words say why nothing can be told. Its days are those of UTC.",
    "New or changed": "Given, with a day and a name, is what the same log has. It says nothing "
    "of what is older.",
    "Peers": "How many others of the same department and job title hold the same; where these are "
    "too few, of the same department, or with the same manager. Not told below five.",
}


class Ranges:
    """The columns of the Decisions sheet that formulas look at."""

    def __init__(self, flags: str, decision: str, reason: str, first: int, last: int) -> None:
        self.flags, self.decision, self.reason = (
            f"{SHEET}!${letter}${first}:${letter}${last}" for letter in (flags, decision, reason)
        )
        self.decided = "+".join(f'COUNTIF({self.decision},"{word}")' for word in DECISION_WORDS)
        self.all = f"ROWS({self.decision})"
        self.reasons_missing = (
            f'SUMPRODUCT((LEN(TRIM({self.reason}))=0)*(({self.decision}="Revoke")+'
            f'({self.decision}="Modify")+({self.decision}="Keep")*'
            f'ISNUMBER(SEARCH("{NEEDS_REASON}",{self.flags}))))'
        )


def start(
    sheet: Worksheet, campaign: Mapping[str, Any], ranges: Ranges, instructions: str
) -> dict[str, str]:
    """Lay out Start here. Returns what its formulas say while nothing is decided.

    `instructions`: of the organisation itself, "" where it gives none.
    """
    sheet.sheet_properties.tabColor = ACCENT
    for letter, width in zip("ABCDE", (3, 20, WIDTH, 10, 3), strict=True):
        sheet.column_dimensions[letter].width = width
    for letter in "ABCDE":
        Style(paper=ACCENT).put(sheet, f"{letter}1")
    sheet.row_dimensions[1].height = 6
    first = {2: 24, 4: 20, 5: 10, 6: 32, 7: 18, 8: 20, 9: 8}
    for row, points in first.items():
        sheet.row_dimensions[row].height = points
    LEAD.put(sheet, "B2", shortened(plain(campaign["organisation"]), ACROSS))
    _title(sheet, plain(" ".join(filter(None, (campaign["name"], campaign["period"])))))
    LEAD.put(sheet, "B4", f"for {WHO}")
    before = _counter(sheet, ranges)
    row = _facts(sheet, 10, campaign)
    row = _own_words(sheet, row, plain(campaign["organisation"]), instructions)
    row = _steps(sheet, row + 1, plain(campaign["contact"]))
    row, live = _words(sheet, row + 1, ranges)
    row = _example(sheet, row + 1)
    _notes(sheet, row + 1)
    page(sheet, FILE, pages=1)
    return before | live


def _title(sheet: Worksheet, text: str) -> None:
    """As high as it needs: a campaign's name may be a long one."""
    sheet.merge_cells("B3:D3")
    replace(TITLE, wrap=True).put(sheet, "B3", shortened(text, 2 * ACROSS))
    taken = lines(shortened(text, 2 * ACROSS), ACROSS * 10 / TITLE.size / 1.08)
    sheet.row_dimensions[3].height = 6 + 26 * taken


def _counter(sheet: Worksheet, ranges: Ranges) -> dict[str, str]:
    big = Style(size=20, bold=True, colour=ACCENT, wrap=False)
    big.formula(sheet, "B6", f'={ranges.decided}&" of "&{ranges.all}&" decided"')
    bar = Style(colour=ACCENT, wrap=False)
    share = f"ROUND(40*({ranges.decided})/{ranges.all},0)"
    bar.formula(sheet, "B7", f'=REPT("■",{share})&REPT("□",40-{share})')
    left, missing = f"{ranges.all}-({ranges.decided})", ranges.reasons_missing
    LEAD.formula(
        sheet,
        "B8",
        f'=IF({left}>0,({left})&" not reviewed yet","All are decided")&'
        f'IF({missing}>0,", "&{missing}&'
        f'IF({missing}=1," reason is missing"," reasons are missing"),'
        f'IF({left}=0,". Please fill in the sheet Sign-off.",""))',
    )
    return {"B6": f"0 of {ROWS} decided", "B7": "□" * 40, "B8": f"{ROWS} not reviewed yet"}


def _facts(sheet: Worksheet, row: int, campaign: Mapping[str, Any]) -> int:
    zone = campaign.get("time_zone", UTC)
    facts = {
        "Due": _due(campaign["due"], zone) or "no date is set",
        "Items": COUNTS,
        # The name last: written from right to left it would take the date along.
        "Read from the tenant": f"{moment(campaign['snapshot_at'], zone)}, of "
        f"{plain(campaign['tenant'])}. What changed later is not in this file.",
        **_compared(campaign.get("previous"), zone),
        "Campaign owner": plain(campaign["owner"]) or "not named",
        "Questions to": plain(campaign["contact"]) or "whoever sent you this file",
        "This file": f"{FILE} of {campaign['campaign_id']}",
    }
    # Of the counts, each workbook says its own: there is room for the longest.
    about = "x" * ABOUT if several(campaign) else ""
    longest = max((counts(book, about) for book in campaign["workbooks"]), key=len)
    row = _section(sheet, row, "At a glance")
    for label, text in facts.items():
        LABEL.put(sheet, f"B{row}", label)
        (STRONG if label == "Due" else TEXT).put(sheet, f"C{row}", text)
        row = _next(sheet, row, longest if text == COUNTS else text)
    return row


def several(campaign: Mapping[str, Any]) -> bool:
    """Has a reviewer more than one workbook, so that each has to say what it is about?"""
    books = campaign["workbooks"]
    return len({book["reviewer_email"] for book in books}) < len(books)


def counts(entry: Mapping[str, Any], about: str) -> str:
    """52 items: 9 privileged, 12 flagged, 3 new, 28 unchanged; all of Payroll.

    Then, of all of them, how many are new, changed or back again: 5 new, 2 changed.

    `entry`: of a workbook, in campaign.json; `about`: what all its items are of, "" if of several.
    """
    each = ", ".join(f"{entry[band]:,} {band}" for band in BANDS if entry.get(band))
    number = counted(entry["items"], "item")
    since = entry.get("since", {})
    told = ", ".join(f"{since[word]:,} {word}" for word in SINCE if since.get(word))
    return (
        f"{number}: {each}"
        + (f"; all of {shortened(about, ABOUT)}" if about else "")
        + (f". In all since the review before: {told}" if told else "")
    )


def _own_words(sheet: Worksheet, row: int, organisation: str, instructions: str) -> int:
    """What the organisation tells its reviewers, line by line."""
    told = [plain(line).strip() for line in instructions.splitlines()]
    if not any(told):
        return row
    row = _section(sheet, row + 1, f"From {organisation}" if organisation else "Please note")
    for text in filter(None, told):
        TEXT.put(sheet, f"C{row}", text)
        row = _next(sheet, row, text)
    return row


def _compared(previous: Mapping[str, str] | None, zone: str) -> dict[str, str]:
    if not previous:
        return {}
    called = " ".join(filter(None, map(plain, (previous["name"], previous["period"]))))
    taken = moment(previous["snapshot_at"], zone)
    return {
        "Compared with": f"{called or 'the review before'}, of {taken}. "
        "New or changed says what is new, changed or back again; the columns beside it, what "
        "was decided then."
    }


def _steps(sheet: Worksheet, row: int, contact: str) -> int:
    row = _section(sheet, row, "What to do")
    for number, text in enumerate(STEPS, 1):
        if number == len(STEPS) and contact:
            text = f"{text.removesuffix('.')} to {contact}."
        LABEL.put(sheet, f"B{row}", f"Step {number}")
        TEXT.put(sheet, f"C{row}", text)
        if number == 1:
            cell: Any = sheet[f"C{row}"]
            cell.hyperlink = Hyperlink(ref=f"C{row}", location=f"'{SHEET}'!A1")
            cell.font = Font(name=FONT, size=10, color=ACCENT, underline="single")
        row = _next(sheet, row, text)
    return row


def _words(sheet: Worksheet, row: int, ranges: Ranges) -> tuple[int, dict[str, str]]:
    live = {}
    row = _section(sheet, row, "The four decisions", "So far")
    for word in DECISION_WORDS:
        paper, ink = DECIDED[word]
        Style(bold=True, colour=ink, paper=paper).put(sheet, f"B{row}", word)
        TEXT.put(sheet, f"C{row}", MEANINGS[word])
        COUNT.formula(sheet, f"D{row}", f'=COUNTIF({ranges.decision},"{word}")')
        live[f"D{row}"] = "0"
        row = _next(sheet, row, MEANINGS[word])
    text = "Not reviewed. It is reported as such and never taken for a Keep."
    LABEL.put(sheet, f"B{row}", "(blank)")
    TEXT.put(sheet, f"C{row}", text)
    COUNT.formula(sheet, f"D{row}", f"={ranges.all}-({ranges.decided})")
    live[f"D{row}"] = ROWS
    return _next(sheet, row, text), live


def _example(sheet: Worksheet, row: int) -> int:
    row = _section(sheet, row, "An example")
    for label, text in (
        ("The item", "Zoe Marsh, Sales: group membership Finance, opens Payroll and Ledger."),
        ("Decision", "Revoke"),
        ("Reason", "Moved from Finance to Sales in May; has not needed it since."),
    ):
        LABEL.put(sheet, f"B{row}", label)
        (STRONG if text == "Revoke" else TEXT).put(sheet, f"C{row}", text)
        row = _next(sheet, row, text)
    return row


def _notes(sheet: Worksheet, row: int) -> None:
    row = _section(sheet, row, "Good to know")
    for label, text in GOOD_TO_KNOW.items():
        LABEL.put(sheet, f"B{row}", label)
        TEXT.put(sheet, f"C{row}", text)
        row = _next(sheet, row, text)


def _section(sheet: Worksheet, row: int, title: str, right: str = "") -> int:
    for letter, text in zip("BCD", (title, None, right or None), strict=True):
        SECTION.put(sheet, f"{letter}{row}", text)
    if right:
        Style(size=9, colour=ACCENT, line=ACCENT, across="right").put(sheet, f"D{row}", right)
    sheet.row_dimensions[row].height = 22
    return row + 1


def _next(sheet: Worksheet, row: int, text: str) -> int:
    """Make the row as high as its text needs; the number of the row after it."""
    sheet.row_dimensions[row].height = height(lines(text, WIDTH - 1))
    return row + 1


def _due(iso: str, zone: str) -> str:
    """2026-12-15 -> Tuesday, 15 December 2026, until midnight UTC."""
    return f"{dt.date.fromisoformat(iso):%A}, {day(iso)}, {end_of_day(iso, zone)}" if iso else ""
