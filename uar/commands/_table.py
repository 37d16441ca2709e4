"""Tables for people on stdout: whole in a file or pipe, folded to fit on a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

import click

from uar.text import plain

GAP = "  "
NARROWEST = 12  # columns are folded no further than this


def put_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns aligned, numbers to the right. On a terminal long cells are folded, never cut."""
    texts = [[plain(cell) for cell in row] for row in rows]
    columns = list(zip(heading, *texts, strict=True))
    right = [bool(column[1:]) and all(map(_is_number, column[1:])) for column in columns]
    widths = [max(map(_width, column)) for column in columns]
    if sys.stdout.isatty():
        widths = _fitted(widths, shutil.get_terminal_size().columns)
    for cells in (heading, ["─" * width for width in widths], *texts):
        for line in _lines(cells, widths, right):
            click.echo(line)


def _fitted(widths: list[int], room: int) -> list[int]:
    """Take from the widest column until the table fits, or no column can give more."""
    fitted = list(widths)
    while sum(fitted) + len(GAP) * (len(fitted) - 1) > room and max(fitted) > NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _lines(cells: Sequence[str], widths: list[int], right: list[bool]) -> Iterable[str]:
    """One row of the table as the lines it takes."""
    folded = [
        [cell] if _width(cell) <= width else textwrap.wrap(cell, width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    for number in range(max(map(len, folded))):
        parts = (
            _pad(cell[number] if number < len(cell) else "", width, to_right)
            for cell, width, to_right in zip(folded, widths, right, strict=True)
        )
        yield GAP.join(parts).rstrip()


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace("%", "").replace(".", "").isdigit() or cell in ("", "-")


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters and emoji take two, accents none."""
    wide = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(char) else wide.get(unicodedata.east_asian_width(char), 1)
        for char in text
    )


def _pad(text: str, width: int, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space
