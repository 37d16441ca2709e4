"""Rows of texts as the XML of a sheet: ten times faster than a cell object each.

Every cell is an inline string, so nothing the directory holds can become a formula, a number or a
date. The texts have been cleaned before: uar.sheet.cells, uar.text.plain.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

LINE_HEIGHT, PADDING, TALLEST = 12.8, 8, 409  # points; Excel allows no taller row
SPACE = 0.5
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rows_xml(
    rows: Sequence[Sequence[str]],
    first: int,
    styles: Sequence[int],
    widths: Sequence[float],
    formula: tuple[str, str] = ("", ""),
) -> str:
    """The rows from row number `first` on. `styles`, `widths`: one per column.

    `formula`: a column's letter and what its cells calculate, as it stands in the first row; it
    says nothing while nothing is typed.
    """
    columns = list(zip(LETTERS, styles, widths, strict=False))
    asked, says = formula
    shares = f't="shared" ref="{asked}{first}:{asked}{first + len(rows) - 1}" si="0"'
    made = []
    for number, texts in enumerate(rows, first):
        made.append(_row(number, texts, columns, asked))
        if asked and number == first:
            made[0] = made[0].replace(SHARED, f"<f {shares}>{escape(says)}</f>", 1)
    return "".join(made)


SHARED = '<f t="shared" si="0"/>'


def _row(
    number: int, texts: Sequence[str], columns: Sequence[tuple[str, int, float]], asked: str
) -> str:
    tallest = 2  # room for a reason
    parts = []
    for (letter, style, width), text in zip(columns, texts, strict=True):
        if letter == asked:
            parts.append(f'<c r="{letter}{number}" s="{style}" t="str">{SHARED}<v></v></c>')
            continue
        if not text:
            parts.append(f'<c r="{letter}{number}" s="{style}"/>')
            continue
        if width and len(text) * 2 > width:
            tallest = max(tallest, lines(text, width))
        parts.append(
            f'<c r="{letter}{number}" s="{style}" t="inlineStr">'
            f'<is><t xml:space="preserve">{_escape(text)}</t></is></c>'
        )
    # The height is no custom one, so the row still grows under a long reason.
    return f'<row r="{number}" ht="{height(tallest):.1f}">{"".join(parts)}</row>'


def height(tallest: int) -> float:
    """Points for a row of so many lines."""
    return min(tallest * LINE_HEIGHT + PADDING, TALLEST)


_escape = lru_cache(maxsize=50_000)(escape)


@lru_cache(maxsize=50_000)
def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column `width` characters wide."""
    total = 0
    for paragraph in text.split("\n"):
        total += 1
        used = 0.0
        for word in paragraph.split(" "):
            wide = _wide(word)
            if used and used + SPACE + wide > width:
                total += 1
                used = 0
            if wide > width:
                total += int(wide // (width - 1))
                wide %= width - 1
            used += wide + (SPACE if used else 0)
    return total


def _wide(word: str) -> float:
    """In widths of a digit, which column widths are counted in; as Arial has them, or wider."""
    return sum(WIDTHS.get(char) or _width(char) for char in word)


def _width(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1.25


WIDTHS = dict.fromkeys("abcdefghijklmnopqrstuvwxyz0123456789_#?$+=<>~", 1.0)
WIDTHS |= dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ&", 1.3) | dict.fromkeys("mwMW@%", 1.6)
WIDTHS |= dict.fromkeys("cksvxyzJ", 0.9) | dict.fromkeys("ijlI.,:;'|!/t", 0.5)
WIDTHS |= dict.fromkeys('fr()[]-"', 0.6)
