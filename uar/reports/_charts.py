"""Charts as inline SVG: numbers in, markup out.

A part is told apart by colour *and* pattern, and every number also stands as text. Lengths are
percentages, so that bars follow the page's width and letters keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from uar.text import plain

ROW = 44  # pixels: a row's height; a third of it is the bar
THIN = 9  # pixels: a bar within a row of a table


@dataclass(frozen=True)
class Part:
    """A kind of thing counted: its word, and how its bar is filled (see `patterns`)."""

    word: str
    fill: str


DECISION_PARTS = (
    Part("Keep", "keep"),
    Part("Revoke", "revoke"),
    Part("Modify", "modify"),
    Part("Not sure", "unsure"),
    Part("Not reviewed", "open"),
)
SEVERITY_PARTS = (  # the most severe first: darker, and hatched
    Part("critical", "revoke"),
    Part("high", "modify"),
    Part("medium", "unsure"),
    Part("low", "keep"),
    Part("info", "open"),
)
AGE_PARTS = (*(Part("", "keep"),) * 3, Part("", "unsure"), Part("", "modify"), Part("", "open"))


@dataclass(frozen=True)
class Bar:
    """One row: what it is, its numbers in the order of the parts, and the same in words."""

    label: str
    numbers: tuple[int, ...]
    says: str


def bars(name: str, title: str, parts: Sequence[Part], rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, one a row, all on one scale. `name`: an id that is unique on the page."""
    longest = _longest(rows)
    drawn = Markup("").join(
        _row(row, place * ROW, parts, longest) for place, row in enumerate(rows)
    )
    description = "; ".join(f"{plain(row.label)}: {row.says}" for row in rows)
    return Markup(
        '<svg class="chart" height="{height}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>{drawn}</svg>'
    ).format(height=len(rows) * ROW, name=name, title=title, description=description, drawn=drawn)


def thin_bars(parts: Sequence[Part], rows: Sequence[Bar]) -> list[Markup]:
    """The same bars one by one, for a table whose rows state the numbers; readers skip them."""
    longest = _longest(rows)
    return [
        Markup('<svg class="thin" height="{}" aria-hidden="true">{}</svg>').format(
            THIN, _pieces(row, 0, THIN, parts, longest)
        )
        for row in rows
    ]


def swatch(part: Part) -> Markup:
    """A small filled square for the legend."""
    return Markup('<svg width="16" height="16" aria-hidden="true">{}</svg>').format(
        _filled(Markup('x="1" y="1" width="14" height="14"'), part)
    )


def patterns() -> Markup:
    """The hatchings the fills refer to; once a page."""
    lines = {
        "revoke": '<path class="hatch" d="M-2 2 2 -2M0 8 8 0M6 10 10 6"/>',
        "modify": '<circle class="dot" cx="4" cy="4" r="1.6"/>',
        "unsure": '<path class="hatch" d="M4 0V8"/>',
        "open": '<path class="hatch-open" d="M-2 6 2 10M0 0 8 8M6 -2 10 2"/>',
    }
    defined = Markup("").join(
        Markup(
            '<pattern id="hatch-{}" width="8" height="8" patternUnits="userSpaceOnUse">{}</pattern>'
        ).format(name, Markup(line))  # noqa: S704 - our own drawing, from the lines above
        for name, line in lines.items()
    )
    return Markup('<svg class="defs" aria-hidden="true"><defs>{}</defs></svg>').format(defined)


def _longest(rows: Sequence[Bar]) -> int:
    return max((sum(row.numbers) for row in rows), default=0) or 1


def _row(row: Bar, top: int, parts: Sequence[Part], longest: int) -> Markup:
    line = top + ROW // 3
    words = Markup(
        '<text x="0" y="{}">{}</text><text class="soft" x="100%" y="{}" text-anchor="end">{}</text>'
    ).format(line, _short(plain(row.label)), line, row.says)
    return words + _pieces(row, top + ROW // 2, ROW // 3, parts, longest)


def _pieces(row: Bar, top: int, high: int, parts: Sequence[Part], longest: int) -> Markup:
    """A bar's parts on their track."""
    box = Markup('x="{}%" y="{}" width="{}%" height="{}"')
    pieces = [Markup('<rect class="track" {}/>').format(box.format(0, top, 100, high))]
    start = 0
    for part, number in zip(parts, row.numbers, strict=True):
        if number:
            place = box.format(_share(start, longest), top, _share(number, longest), high)
            pieces.append(_filled(place, part))
        start += number
    return Markup("").join(pieces)


def _filled(place: Markup, part: Part) -> Markup:
    colour = Markup('<rect class="fill-{}" {}/>').format(part.fill, place)
    if part.fill == "keep":
        return colour
    hatch = Markup('<rect fill="url(#hatch-{})" {}/>').format(part.fill, place)
    edge = Markup('<rect class="edge" {}/>').format(place) if part.fill == "open" else Markup("")
    return colour + hatch + edge


def _share(number: int, whole: int) -> str:
    return f"{100 * number / whole:.3f}".rstrip("0").rstrip(".")


def _short(text: str) -> Markup:
    return escape(text if len(text) <= 32 else text[:31] + "…")
