"""Where things stand on a returned file: the headings of the Decisions sheet, and the sign-off."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from uar.decisions.returned import EPOCH, Returned, Row, Sheet
from uar.decisions.words import cleaned, fold, is_blank
from uar.errors import TableError
from uar.sheet import COMMENT, DECISION, ITEM, REASON, SEAL, SHEET, SHOWN

HEADINGS = {
    fold(alias): heading
    for heading, aliases in {
        ITEM: ("Item", "Item id"),
        DECISION: ("Decision", "Your decision"),
        REASON: ("Reason", "Justification"),
        COMMENT: ("Comment", "Comments"),
        SEAL: ("Seal",),
        **{shown.heading: (shown.heading,) for shown in SHOWN},
    }.items()
    for alias in aliases
}
_ITEM_WORDS = frozenset(word for word, heading in HEADINGS.items() if heading == ITEM)
FRESH = "take a fresh copy of the workbook and fill that in"
SIGN_OFF = {"name": "name", "email": "email", "date": "on", "numberofitems": "count",
            "conflictofinterest": "conflict"}  # fmt: skip
DAYS = re.compile(r"\d{5}(\.\d+)?")
SHORT = 10  # "Item id" and a bit
LISTED = 8  # addresses in one sentence
LONGEST = 40  # characters of a heading, with spaces around it
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Form:
    """A Decisions sheet as it came back: the column of each heading, and the rows below them."""

    sheet: Sheet
    columns: Mapping[str, int]
    rows: tuple[Row, ...]
    epoch: str = EPOCH  # the day that date cells count from

    def text(self, row: Row, heading: str) -> str:
        return row.text(self.columns.get(heading))

    def item_id(self, row: Row) -> str:
        """The id in a row's Item cell, as it compares; "" where that looks empty."""
        return self._item_ids[row.number]

    def has_no_value(self, row: Row, heading: str) -> bool:
        """Is the cell a formula whose value was never stored?"""
        return (row.number, self.columns.get(heading, 0)) in self.sheet.valueless

    def decides_nothing(self, row: Row) -> bool:
        """Is the Decision blank, and not just unread?"""
        return row.number in self._silent

    def is_calculated(self, row: Row) -> bool:
        """Is anything that a reviewer types a formula there, with a value or without?"""
        return row.number in self._calculated

    @cached_property
    def _calculated(self) -> Set[int]:
        columns = {self.columns.get(heading) for heading in (ITEM, DECISION, REASON)}
        places = self.sheet.formulas | self.sheet.valueless
        return {row for row, column in places if column in columns}

    @cached_property
    def is_sealed(self) -> bool:
        """Is there a Seal column with anything in it?"""
        return any(not is_blank(self.text(row, SEAL)) for row in self.rows)

    def shown(self, row: Row) -> list[str]:
        """The texts of the shown headings, in their order; "" for one that is not there."""
        return [row.cells.get(column, "") for column in self._shown]

    @cached_property
    def _shown(self) -> tuple[int, ...]:
        return tuple(self.columns.get(each.heading, 0) for each in SHOWN)

    @cached_property
    def _item_ids(self) -> Mapping[int, str]:
        return {row.number: item_text(self.text(row, ITEM)) for row in self.rows}

    @cached_property
    def _silent(self) -> Set[int]:
        return {
            row.number
            for row in self.rows
            if is_blank(self.text(row, DECISION)) and not self.has_no_value(row, DECISION)
        }

    def cell(self, row: Row, heading: str) -> str:
        """The address of a row's cell under a heading; of its Item without such a column."""
        heading = heading if heading in self.columns else ITEM
        return self.sheet.address(row.number, self.columns[heading], heading)

    def cells(self, rows: Iterable[Row], heading: str) -> str:
        """The addresses of some rows' cells under a heading, neighbours as one; the first few."""
        heading = heading if heading in self.columns else ITEM
        blocks: list[list[int]] = []
        for number in sorted({row.number for row in rows}):
            if blocks and number == blocks[-1][-1] + 1:
                blocks[-1].append(number)
            else:
                blocks.append([number])
        column, more = self.columns[heading], sum(map(len, blocks[LISTED:]))
        places = [
            self.sheet.address(block[0], column, heading, block[-1]) for block in blocks[:LISTED]
        ]
        return ", ".join(places) + (f" and {more:,} more" if more else "")


@dataclass(frozen=True)
class SignOff:
    """Who signed the file and when, as text; `unclear`: what could not be read, in a sentence."""

    name: str = ""
    email: str = ""
    on: str = ""  # ISO date
    count: str = ""
    conflict: str = ""
    unclear: str = ""


def headers(rows: Sequence[Row]) -> list[int]:
    """The places of the rows that hold the two headings which every returned file must have."""
    # Texts repeat: each distinct one is looked at once, and then most rows are passed by.
    texts = set[str]().union(*(row.cells.values() for row in rows))
    short = (text for text in texts if len(text) < SHORT or len(text.strip()) < SHORT)
    item = {text for text in short if fold(text) in _ITEM_WORDS}
    return [
        place
        for place, row in enumerate(rows)
        if not item.isdisjoint(row.cells.values()) and _decides(row)
    ]


def _decides(row: Row) -> bool:
    return any(
        HEADINGS.get(fold(text)) == DECISION for text in row.cells.values() if len(text) < LONGEST
    )


def find_form(returned: Returned, issued: Set[str]) -> Form:
    """The one sheet with the headings. `issued`: item ids of this review, to tell it from others.

    Raises TableError when there is none, more than one, or a heading stands twice.
    """
    headed = [sheet for sheet in returned.sheets if headers(sheet.rows)]
    if not headed:
        raise TableError(f"no sheet has the headings {ITEM} and {DECISION} in one row; {FRESH}.")
    holding = [sheet for sheet in headed if _holds(sheet, issued)] or headed
    visible = [sheet for sheet in holding if not sheet.hidden]
    if not visible:
        raise TableError(f"the sheet {holding[0].name} is hidden; unhide it, check it, return it.")
    named = [sheet for sheet in visible if fold(sheet.name) == fold(SHEET)]
    if len(visible) > 1 and (holding is not headed or len(named) != 1):
        names = " and ".join(sheet.name for sheet in visible)
        raise TableError(f"the sheets {names} all hold items; delete all but the one that counts.")
    return _laid_out((named or visible)[0], returned.epoch)


def _holds(sheet: Sheet, issued: Set[str]) -> bool:
    return any(item_text(text) in issued for row in sheet.rows for text in row.cells.values())


def item_text(text: str) -> str:
    """An item id as it compares: upper case, no spaces, plain hyphens."""
    folded = fold(text).upper()
    return folded if folded.isascii() else re.sub("[\u2010-\u2015\u2212]", "-", folded)


def _laid_out(sheet: Sheet, epoch: str) -> Form:
    places = headers(sheet.rows)
    first = sheet.rows[places[0]]
    columns = _columns(sheet, first)
    for place in places[1:]:
        if _columns(sheet, sheet.rows[place]) != columns:
            raise TableError(
                f"rows {first.number} and {sheet.rows[place].number} of {sheet.name} hold "
                f"different headings; {FRESH}."
            )
    below = enumerate(sheet.rows[places[0] + 1 :], places[0] + 1)
    return Form(sheet, columns, tuple(row for place, row in below if place not in places), epoch)


def _columns(sheet: Sheet, header: Row) -> dict[str, int]:
    columns: dict[str, int] = {}
    for column, text in sorted(header.cells.items()):
        heading = HEADINGS.get(fold(text))
        if heading in columns:
            cells = " and ".join(
                sheet.address(header.number, place, cleaned(header.cells[place]))
                for place in (columns[heading], column)
            )
            raise TableError(f"two columns are called {heading} ({cells}); rename your own one.")
        if heading:
            columns[heading] = column
    return columns


def find_sign_off(returned: Returned) -> SignOff:
    """What stands to the right of the labels of the Sign-off sheet."""
    found: dict[str, str] = {}
    for sheet in returned.sheets:
        if fold(sheet.name).replace("-", "") == "signoff":
            for label, value in _labelled(sheet):
                for beginning, field in SIGN_OFF.items():
                    if fold(label).replace("-", "").startswith(beginning):
                        found.setdefault(field, cleaned(value)[:200])
    if "on" in found:
        day = read_day(found["on"], returned.epoch)
        if not day:
            unclear = f"the date {found['on']!r} may be more than one day: write it as 2026-04-03"
            return SignOff(**{**found, "on": "", "unclear": unclear})
        found["on"] = day
    return SignOff(**found)


def _labelled(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """(label, value): two neighbouring filled cells of a row."""
    for row in sheet.rows:
        for column, label in row.cells.items():
            if row.text(column + 1):
                yield label, row.text(column + 1)


def read_day(text: str, epoch: str) -> str:
    """The one day a text can mean, in ISO form; "" when it could be two, or none."""
    text = text.strip()
    if DAYS.fullmatch(text):  # a date cell: days since the epoch
        day = dt.date.fromisoformat(epoch) + dt.timedelta(days=int(text[:5]))
        return day.isoformat()
    if match := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", text):
        return _only_day({(match[1], match[2], match[3])})
    if match := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text):
        return _only_day({(match[3], match[1], match[2]), (match[3], match[2], match[1])})
    numbers = re.findall(r"\d+", text)
    months = [word[:3] for word in re.findall(r"[a-z]+", fold_words(text)) if word[:3] in MONTHS]
    if len(months) == 1 and len(numbers) == 2:
        month = str(MONTHS.index(months[0]) + 1)
        year, day_number = sorted(numbers, key=len, reverse=True)
        return _only_day({(year, month, day_number)}) if len(year) == 4 else ""
    return ""


def fold_words(text: str) -> str:
    """`fold`, word by word."""
    return " ".join(fold(word) for word in text.split())


def _only_day(candidates: set[tuple[str, str, str]]) -> str:
    days = set()
    for year, month, day in candidates:
        try:
            days.add(dt.date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else ""
