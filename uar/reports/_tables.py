"""A listing as an HTML table. Each distinct cell is made once: directory texts repeat.

A long one is cut into tables of some rows, which a browser draws when they come into sight. Cells
are put together as plain strings from escaped texts: a Markup for each takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from uar.reports._listing import Cell, Lines, Link, Links, Listing

SECTION = 200  # measured: such sections open thirty times faster than one long table


def table(listing: Listing) -> Markup:
    """The whole table in its scrolling frame, or the sentence that stands for an empty one."""
    if not listing.rows:
        return Markup('<p class="none" id="{}">{}</p>').format(listing.name, listing.none)
    made: dict[Cell, str] = {}
    total = _row(listing.total, listing.kinds, made, ' class="total"') if listing.total else ""
    if len(listing.rows) <= SECTION:
        rows = _rows(listing.rows, listing.kinds, made)
        return _framed(listing, listing.name, listing.caption, rows + total)
    pieces = []
    for start in range(0, len(listing.rows), SECTION):
        part = listing.rows[start : start + SECTION]
        last = start + len(part)
        name = f"{listing.name}-{start // SECTION + 1}" if start else listing.name
        caption = f"{listing.caption}: {start + 1:,} to {last:,} of {len(listing.rows):,}"
        rows = _rows(part, listing.kinds, made)
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
        return "".join(
            f'<span class="lines">{_escaped(line)}</span>'
            if place == 0 or value.even
            else f'<small class="lines">{_escaped(line)}</small>'
            for place, line in enumerate(value.lines)
        )
    if isinstance(value, Link):
        return _link(value) + (f"<small>{_escaped(value.below)}</small>" if value.below else "")
    if isinstance(value, Links):
        return ", ".join(map(_link, value.links))
    return f"{value:,}" if isinstance(value, int) else _escaped(value)


@lru_cache(maxsize=50_000)
def _escaped(text: str) -> str:
    return str(escape(text))


def _link(link: Link) -> str:
    return f'<a href="#{_escaped(link.anchor)}">{_escaped(link.text)}</a>'


def _framed(listing: Listing, name: str, caption: str, rows: str) -> Markup:
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="number"') if kind == "number" else "", heading
        )
        for heading, kind in zip(listing.headings, listing.kinds, strict=True)
    )
    return Markup(
        '<div class="wide" role="region" aria-labelledby="{name}" tabindex="0">\n<table>\n'
        '<caption id="{name}">{caption}</caption>\n<thead><tr>{head}</tr></thead>\n'
        "<tbody>\n{rows}</tbody>\n</table>\n</div>"
    ).format(name=name, caption=caption, head=head, rows=Markup(rows))  # noqa: S704 - escaped cells


def _rows(rows: Sequence[Sequence[Cell]], kinds: Sequence[str], made: dict[Cell, str]) -> str:
    return "".join([_row(row, kinds, made) for row in rows])


def _row(
    row: Sequence[Cell], kinds: Sequence[str], made: dict[Cell, str], attributes: str = ""
) -> str:
    cells = []
    for place, (value, kind) in enumerate(zip(row, kinds, strict=True)):
        shown = made.get(value)
        if shown is None:
            shown = made[value] = cell(value)
        dressed = f' class="{kind}"' if kind != "text" else ""
        cells.append(
            f"<td{dressed}>{shown}</td>" if place else f'<th scope="row"{dressed}>{shown}</th>'
        )
    return f"<tr{attributes}>{''.join(cells)}</tr>\n"
