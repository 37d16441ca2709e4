"""The filled cells of one sheet of an .xlsx file, as its readers find them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from uar.decisions.returned import Area, Place, Row, Sheet, letters, number
from uar.decisions.words import unescaped
from uar.workbooks._package import COPY, MAX_COLUMNS, MAX_ROWS, Budget, refuse_far, refuse_long

COLUMNS = {letters(column): column for column in range(1, MAX_COLUMNS + 1)}
_MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?Z?$")  # of a day, as date cells write it in words
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


class Cells:
    """Rows as they come. `strings`: the texts that the cells of all sheets share."""

    def __init__(self, strings: Sequence[str], budget: Budget) -> None:
        self.strings = strings
        self.budget = budget
        self.rows: list[Row] = []
        self.merged: list[Area] = []
        self.sorted: list[Area] = []
        self.formulas: set[Place] = set()
        self.valueless: set[Place] = set()

    def sheet(self, name: str, hidden: bool) -> Sheet:
        """All of it. Raises ValueError when a row stands twice."""
        rows = sorted(self.rows, key=lambda row: row.number)
        if any(one.number == next_.number for one, next_ in pairwise(rows)):
            raise ValueError
        return Sheet(
            name,
            tuple(rows),
            hidden,
            merged=tuple(self.merged),
            sorted=tuple(self.sorted),
            formulas=frozenset(self.formulas),
            valueless=frozenset(self.valueless),
        )

    def add(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) > MAX_ROWS:
            refuse_long()

    def note_formula(self, place: Place, known: bool) -> None:
        """`known`: a value is stored with it."""
        self.budget.spend(COPY)
        (self.formulas if known else self.valueless).add(place)

    def value(self, kind: str, text: str) -> str:
        """What a cell says. `kind`: its type, as the file calls it."""
        if kind == "s":
            index = int(text)
            if index < 0:
                raise ValueError
            return self.strings[index]
        if kind == "b":
            return "TRUE" if is_true(text.strip()) else "FALSE"
        if kind == "n" and text.endswith(".0"):  # Google Sheets writes every number so
            return text.removesuffix(".0")
        if kind == "d":
            return _MIDNIGHT.sub("", text.strip())
        return unescaped(text)


def put(cells: dict[int, str], row: int, column: int, value: str) -> None:
    """One more cell of a row. Raises ValueError when it stands twice."""
    if column > MAX_COLUMNS:
        refuse_far(row, column)
    if column in cells:
        raise ValueError
    cells[column] = value


def is_true(value: str) -> bool:
    return value in ("1", "true")


def place(reference: str) -> Place:
    """A1 or $A$1 as row and column."""
    match = _CELL.fullmatch(reference)
    if not match:
        raise ValueError
    return int(match[2]), number(match[1])


def area(reference: str) -> Area:
    """A1:B2, or one cell, as an area."""
    first, _, last = reference.partition(":")
    top, left = place(first)
    bottom, right = place(last or first)
    return Area(top, left, bottom, right)
