"""A listing as an HTML table. Each distinct cell is made once: directory texts repeat.

A long one is cut into tables of some rows, which a browser draws when they come into sight. Cells
are put together as plain strings from escaped texts: a Markup for each takes seconds. A browser
opens a page by its elements and bytes: a table says once what its columns are (number-3: the third
holds numbers), cells and rows have no end tags, which HTML lets go, and lines are lines of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from uar.reports._listing import Cell, Lines, Link, Links, Listing, escaped

SECTION = 200  # measured: such sections open thirty times faster than one long table


def table(listing: Listing) -> Markup:
    """The whole table in its scrolling frame, or the sentence that stands for an empty one."""
    if not listing.rows:
        return Markup('<p class="none" id="{}">{}</p>').format(listing.name, listing.none)
    made: dict[Cell, str] = {}
    total = _row(listing.total, made, ' class="total"') if listing.total else ""
    if len(listing.rows) <= SECTION:
        rows = _rows(listing.rows, made)
        return _framed(listing, listing.name, listing.caption, rows + total)
    pieces = []
    for start in range(0, len(listing.rows), SECTION):
        part = listing.rows[start : start + SECTION]
        last = start + len(part)
        name = f"{listing.name}-{start // SECTION + 1}" if start else listing.name
        caption = f"{listing.caption}: {start + 1:,} to {last:,} of {len(listing.rows):,}"
        rows = _rows(part, made)
        whole = rows + (total if last == len(listing.rows) else "")
        pieces.append(
            Markup('<div class="long">{}</div>').format(_framed(listing, name, caption, whole))
        )
    return Markup("\n").join(pieces)


def cell(value: Cell) -> str:
    """What stands in a cell, as markup."""
    if value is None:
        return '<span class="none">unknown</span>'
    if isinstance(value, Lines):
        first, *more = map(escaped, value.lines or ("",))
        return "\n".join([first, *more]) if value.even else first + _small(more)
    if isinstance(value, Link):
        return "\n".join([_link(value), escaped(value.below)] if value.below else [_link(value)])
    if isinstance(value, Links):
        return ", ".join(map(_link, value.links))
    return f"{value:,}" if isinstance(value, int) else escaped(value)


def _small(lines: Sequence[str]) -> str:
    return "<small>" + "\n".join(lines) + "</small>" if lines else ""


def _link(link: Link) -> str:
    return f'<a href="#{escaped(link.anchor)}">{escaped(link.text)}</a>'


def _framed(listing: Listing, name: str, caption: str, rows: str) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(h) for h in listing.headings)
    return Markup(
        '<div class="wide" role="region" aria-labelledby="{name}" tabindex="0">\n<table{columns}>\n'
        '<caption id="{name}">{caption}</caption>\n<thead><tr>{head}</tr></thead>\n'
        "<tbody>\n{rows}</tbody>\n</table>\n</div>"
    ).format(
        name=name,
        columns=_columns(listing.kinds),
        caption=caption,
        head=head,
        rows=Markup(rows),  # noqa: S704 - escaped cells
    )


def _columns(kinds: Sequence[str]) -> Markup:
    """The class of a table: what its columns hold. after-4: the fourth stands right of a number."""
    words = [f"{kind}-{place}" for place, kind in enumerate(kinds, 1) if kind != "text"]
    words += [
        f"after-{place}"
        for place, (left, kind) in enumerate(pairwise(kinds), 2)
        if left == "number" != kind
    ]
    return Markup(' class="{}"').format(" ".join(words)) if words else Markup("")


def _rows(rows: Sequence[Sequence[Cell]], made: dict[Cell, str]) -> str:
    return "".join([_row(row, made) for row in rows])


def _row(row: Sequence[Cell], made: dict[Cell, str], attributes: str = "") -> str:
    cells = []
    for value in row:
        shown = made.get(value)
        if shown is None:
            shown = made[value] = cell(value)
        cells.append(shown)
    return f"<tr{attributes}><th>{'<td>'.join(cells)}\n"
