"""A table as a page shows it: caption, headings, rows of cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import escape

from uar.tables import records as records
from uar.text import plain


class Lines(NamedTuple):
    """A cell of several lines; those after the first are set smaller, unless all are `even`."""

    lines: tuple[str, ...]
    even: bool = False


class Link(NamedTuple):
    """A cell that leads to another place on the page, and what is said below it."""

    text: str
    anchor: str
    below: str = ""


class Links(NamedTuple):
    """A cell that leads to several places."""

    links: tuple[Link, ...]


UNSAFE = re.compile("[&<>'\"]")
ITEM = ("item_id", "login", "holder_name", "entitlement")
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
    """A table, with its columns as (heading, kind)."""
    return Listing(
        name=name,
        caption=caption,
        headings=tuple(heading for heading, _ in columns),
        kinds=tuple(kind for _, kind in columns),
        rows=tuple(tuple(row) for row in rows),
        none=none,
        total=tuple(total),
    )


def lines(*texts: str | None) -> Lines:
    """The texts that are known, one a line."""
    return Lines(tuple(text for text in texts if text))


def item_link(row: Mapping[str, Any]) -> Link:
    """To an item in the register, from its columns ITEM; below, whose access to what it is."""
    whose = f"{row['login'] or row['holder_name']}: {row['entitlement']}"
    return Link(row["item_id"], row["item_id"], whose)


def escaped(text: str) -> str:
    """Plain, and safe in HTML. A str, not a Markup: joining a million of those takes seconds."""
    text = plain(text)
    return str(escape(text)) if UNSAFE.search(text) else text


def spoken(text: str) -> str:
    """2026-11-23 21:06:00, from ISO 8601 in UTC."""
    return text[:19].replace("T", " ").removesuffix("Z")


def moment(value: pd.Timestamp | str | None) -> Lines:
    """The day, and below it the time of day, in UTC; for a column of the kind time."""
    text = "unknown" if value is None else value if isinstance(value, str) else value.isoformat()
    return Lines(tuple(spoken(text).split(" ")), even=True)
