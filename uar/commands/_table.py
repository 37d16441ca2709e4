"""Tables and long lines for people: whole in a file or pipe, folded to fit on a terminal."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TextIO

import click

from uar.text import plain

GAP = "  "
NARROWEST = 9  # columns are folded no further than this
FURTHEST = 24  # folded lines begin no further to the right than this
LABEL = re.compile(r"\s*(?:\S+ )*\S+\s{2,}(?=\S)")  # what stands before the text of a line


def put_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns aligned, numbers to the right. On a terminal long cells are folded, never cut."""
    texts = [[plain(cell) for cell in row] for row in rows]
    columns = list(zip(heading, *texts, strict=True))
    right = [bool(column[1:]) and all(map(_is_number, column[1:])) for column in columns]
    widths = [max(map(_width, column)) for column in columns]
    if sys.stdout.isatty():
        inside = [max(map(_width, column[1:]), default=0) for column in columns]
        word = [max(map(_width, head.split()), default=0) for head in heading]
        least = [max(pair) for pair in zip(inside, word, strict=True)]
        widths = _fitted(widths, least, shutil.get_terminal_size().columns)
    for cells in (heading, ["─" * width for width in widths], *texts):
        for line in _lines(cells, widths, right):
            click.echo(line)


def fitted(text: str, stream: TextIO) -> str:
    """Lines no wider than the terminal, broken at spaces; whole in a file or pipe. What is folded
    goes on below where its text began. No word is broken: paths and hashes can be copied."""
    if not stream.isatty():
        return text
    columns = shutil.get_terminal_size().columns
    return "\n".join(
        line
        for whole in text.split("\n")
        for line in _folded(whole, columns, " " * _hanging(whole))
    )


def flowing(text: str, stream: TextIO) -> str:
    """Paragraphs that fill the terminal; as they are in a file or pipe. What is indented alike,
    line by line, is one paragraph; an empty line parts two."""
    if not stream.isatty():
        return text
    columns = shutil.get_terminal_size().columns
    whole = (
        textwrap.TextWrapper(
            columns,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ).fill(" ".join(line.strip() for line in lines))
        for (indent, _), lines in groupby(text.split("\n"), key=_indent)
    )
    return "\n".join(whole)


def _indent(line: str) -> tuple[str, bool]:
    """The spaces that a line begins with, and whether anything stands behind them."""
    return line[: len(line) - len(line.lstrip())], bool(line.strip())


def _hanging(line: str) -> int:
    """Where the text of a line goes on: behind its label, or a little to the right."""
    label = LABEL.match(line)
    if label and _width(label[0]) <= FURTHEST:
        return _width(label[0])
    indent = len(line) - len(line.lstrip())
    return indent + 2 if indent else 0


def _folded(text: str, width: int, hanging: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, except where one word alone is wider."""
    if _width(text) <= width:
        return [text]
    lines = [""]
    for gap, word in re.findall(r"(\s*)(\S+)", text):
        if lines[-1].strip() and _width(lines[-1] + gap + word) > width:
            lines.append(hanging + word)
        else:
            lines[-1] += gap + word
    return lines


def _within(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns; a word that is wider is broken, and what comes
    behind it goes on beside its last piece."""
    lines = [""]
    for gap, word in re.findall(r"(\s*)(\S+)", text):
        joined = lines[-1] + gap + word
        if lines[-1].strip() and _width(joined) > width:
            lines.append("")
            joined = word
        lines[-1:] = _pieces(joined, width)
    return lines


def _pieces(line: str, width: int) -> Iterable[str]:
    """A line that is too wide even so: broken behind a mark, or anywhere."""
    while _width(line) > width:
        room = next(count for count in range(len(line), 0, -1) if _width(line[:count]) <= width)
        marks = [found.end() for found in re.finditer(r"[-/_@.,;:]", line[:room])]
        cut = marks[-1] if marks else room
        yield line[:cut]
        line = line[cut:]
    yield line


def _fitted(widths: list[int], least: list[int], room: int) -> list[int]:
    """Headings are folded first, down to what each column needs at `least`; then the widest column
    gives until the table fits, or no column can give more."""
    fitted = list(widths)
    room -= len(GAP) * (len(fitted) - 1)
    for place in sorted(range(len(fitted)), key=lambda place: least[place] - widths[place]):
        fitted[place] -= max(0, min(sum(fitted) - room, widths[place] - least[place]))
    while sum(fitted) > room and max(fitted) > NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _lines(cells: Sequence[str], widths: list[int], right: list[bool]) -> Iterable[str]:
    """One row of the table as the lines it takes."""
    folded = [_within(cell, width) for cell, width in zip(cells, widths, strict=True)]
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
