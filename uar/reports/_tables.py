"""A listing as an HTML table. Each distinct cell is made once: directory texts repeat.

A long one is cut into tables of some rows, which a browser draws when they come into sight.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from uar.reports._listing import Cell, Lines, Link, Links, Listing

SECTION = 200  # measured: such sections open thirty times faster than one long table


def table(listing: Listing) -> Markup:
    """The whole table in its scrolling frame, or the sentence that stands for an empty one."""
    if not listing.rows:
        return Markup('<p class="none" id="{}">{}</p>').format(listing.name, listing.none)
    made: dict[Cell, Markup] = {}
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


def cell(value: Cell) -> Markup:
    """What stands in a cell."""
    if value is None:
        return Markup('<span class="none">unknown</span>')
    if isinstance(value, Lines):
        return Markup("").join(
            Markup('<span class="lines">{}</span>').format(line)
            if place == 0 or value.even
            else Markup('<small class="lines">{}</small>').format(line)
            for place, line in enumerate(value.lines)
        )
    if isinstance(value, Link):
        below = Markup("<small>{}</small>").format(value.below) if value.below else ""
        return _link(value) + below
    if isinstance(value, Links):
        return Markup(", ").join(_link(link) for link in value.links)
    return escape(f"{value:,}" if isinstance(value, int) else value)


def _link(link: Link) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(link.anchor, link.text)


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


def _rows(rows: Sequence[Sequence[Cell]], kinds: Sequence[str], made: dict[Cell, Markup]) -> str:
    return "".join(_row(row, kinds, made) for row in rows)


def _row(
    row: Sequence[Cell], kinds: Sequence[str], made: dict[Cell, Markup], attributes: str = ""
) -> str:
    cells = []
    for place, (value, kind) in enumerate(zip(row, kinds, strict=True)):
        if value not in made:
            made[value] = cell(value)
        dressed = f' class="{kind}"' if kind != "text" else ""
        cells.append(
            f"<td{dressed}>{made[value]}</td>"
            if place
            else f'<th scope="row"{dressed}>{made[value]}</th>'
        )
    return f"<tr{attributes}>{''.join(cells)}</tr>\n"
