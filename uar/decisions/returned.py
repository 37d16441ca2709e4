"""What came back, as plain values: sheets of rows of texts, each cell with its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

EPOCH = "1899-12-30"  # the day from which nearly all workbooks count
Place = tuple[int, int]  # row and column, both from 1


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, its edges included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Row:
    """The filled cells of one row, by column number. `hidden`: a filter or a person hid it."""

    number: int
    cells: Mapping[int, str]
    hidden: bool = False

    def text(self, column: int | None) -> str:
        return "" if column is None else self.cells.get(column, "")


@dataclass(frozen=True)
class Sheet:
    """Rows from top to bottom, and what a program remembered of how they were treated."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    by_line: bool = False  # a CSV file: addresses are lines
    merged: tuple[Area, ...] = ()
    sorted: tuple[Area, ...] = ()  # what was sorted last
    formulas: frozenset[Place] = frozenset()  # a formula, read as the value stored with it
    valueless: frozenset[Place] = frozenset()  # a formula without a stored value

    def address(self, row: int, column: int, heading: str, last: int = 0) -> str:
        """`Decisions!N14`, or `line 14, column Decision`; `last`: `Decisions!N14:N20`."""
        if self.by_line:
            lines = f"lines {row} to {last}" if last > row else f"line {row}"
            return f"{lines}, column {heading}"
        place = f"{self.name}!{letters(column)}{row}"
        return f"{place}:{letters(column)}{last}" if last > row else place


@dataclass(frozen=True)
class Returned:
    """A returned file. `kind`: what it is, in words; `epoch`: the day date cells count from."""

    kind: str
    sheets: tuple[Sheet, ...]
    epoch: str = EPOCH


@lru_cache(maxsize=1_000)
def letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def number(name: str) -> int:
    """A -> 1, AA -> 27."""
    total = 0
    for letter in name:
        total = total * 26 + ord(letter) - 64
    return total
