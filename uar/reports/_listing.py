"""A table as a page shows it: caption, headings, rows of cells; hostile text made plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from uar.tables import records as records
from uar.text import plain


@dataclass(frozen=True)
class Lines:
    """A cell of several lines; those after the first are set smaller, unless all are `even`."""

    lines: tuple[str, ...]
    even: bool = False


@dataclass(frozen=True)
class Link:
    """A cell that leads to another place on the page, and what is said below it."""

    text: str
    anchor: str
    below: str = ""


@dataclass(frozen=True)
class Links:
    """A cell that leads to several places."""

    links: tuple[Link, ...]


Cell = str | int | None | Lines | Link | Links  # None: unknown


@dataclass(frozen=True)
class Listing:
    """A table. `kinds`, one a heading: text, number, code, digest, time, id. `none`: if empty."""

    name: str  # an id that is unique on the page
    caption: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    none: str
    total: tuple[Cell, ...] = ()


def listing(
    name: str,
    caption: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Cell]],
    none: str,
    total: Sequence[Cell] = (),
) -> Listing:
    """A table with every text in it made plain."""
    return Listing(
        name=name,
        caption=caption,
        headings=tuple(heading for heading, _ in columns),
        kinds=tuple(kind for _, kind in columns),
        rows=tuple(tuple(_plain(cell) for cell in row) for row in rows),
        none=none,
        total=tuple(_plain(cell) for cell in total),
    )


def lines(*texts: str | None) -> Lines:
    """The texts that are known, one a line."""
    return Lines(tuple(text for text in texts if text))


def spoken(text: str) -> str:
    """2026-11-23 21:06:00, from ISO 8601 in UTC."""
    return text[:19].replace("T", " ").removesuffix("Z")


def moment(value: pd.Timestamp | str | None) -> Lines:
    """The day, and below it the time of day, in UTC."""
    text = "unknown" if value is None else value if isinstance(value, str) else value.isoformat()
    return Lines(tuple(spoken(text).split(" ")))


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, Lines):
        return Lines(tuple(plain(line) for line in cell.lines), cell.even)
    if isinstance(cell, Link):
        return Link(plain(cell.text), cell.anchor, plain(cell.below))
    if isinstance(cell, Links):
        return cell
    return plain(cell) if isinstance(cell, str) else cell
