"""A table as a page shows it: caption, headings, rows of cells; hostile text made plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.text import plain


@dataclass(frozen=True)
class Lines:
    """A cell of several lines; those after the first are set smaller."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A cell that leads to another place on the page."""

    text: str
    anchor: str


Cell = str | int | None | Lines | Link  # None: unknown


@dataclass(frozen=True)
class Listing:
    """A table. `kinds`: text, number, code or digest, one a heading. `none`: said if empty."""

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


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows as plain values; unknown is None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[return-value]


def moment(value: pd.Timestamp | None) -> str:
    """2026-11-23 21:06:00, in UTC."""
    return "unknown" if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def utc(text: str) -> str:
    """The same from ISO 8601."""
    return text.replace("T", " ").removesuffix("Z")


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, Lines):
        return Lines(tuple(plain(line) for line in cell.lines))
    if isinstance(cell, Link):
        return Link(plain(cell.text), cell.anchor)
    return plain(cell) if isinstance(cell, str) else cell
