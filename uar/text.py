"""Texts of a directory: safe to show, the same as another, or saying nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, cast

import pandas as pd

EMAIL = r"[^@\s<>(),;:\"\[\]]+@[^@\s<>(),;:\"\[\]]+\.[^@\s<>(),;:\"\[\].]+"


def plain(text: object) -> str:
    """Text without control, format and bidirectional characters: safe to print on a terminal."""
    raw = str(text)
    if raw.isprintable():  # most texts: nothing to take out
        return raw
    return "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in raw
        if unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn")
    )


def counted(number: int, one: str, many: str = "") -> str:
    """1 item, 2 items, 1,000 items."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(names: Sequence[str], most: int, between: str = ", ") -> str:
    """Ana, Bo and 3 more."""
    more = len(names) - most
    return between.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def folded(values: pd.Series[Any]) -> pd.Series[Any]:
    """Without outer space, compatibility forms and letter case; what is then empty is unknown."""
    text = values.str.strip()
    small = text.str.lower()
    rest = ~text.str.isascii().fillna(True).astype(bool)  # for ASCII that was all
    if rest.any():
        other = text[rest].str.normalize("NFKC").str.casefold().str.strip()
        small = small.mask(rest, other)
    return small.mask(small == "", cast(Any, pd.NA))


def without_zeros(number: str) -> str:
    """A number as a spreadsheet keeps it: 00123 is 123. A text with more than digits stays."""
    return number.lstrip("0") if number.isdecimal() else number


def is_placeholder(values: pd.Series[Any], placeholders: Iterable[str]) -> pd.Series[Any]:
    """Does a text stand for nothing: one of the placeholders, or zeros and punctuation only?"""
    text = folded(values)
    words = [word.strip().casefold() for word in placeholders]
    nothing = text.isin(words) | text.str.fullmatch(r"[\W_0]+")
    return nothing.astype("boolean").mask(text.isna())


def is_email(values: pd.Series[Any]) -> pd.Series[Any]:
    """Does a text have the form of one e-mail address?"""
    return values.str.strip().str.fullmatch(EMAIL).astype("boolean")


# How a cell begins that a spreadsheet would run, also behind spaces and in full width.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def guarded(text: str) -> str:
    """A text for a CSV file: an apostrophe stands before one that would become a formula, and
    before one that looks as if it had been guarded."""
    return "'" + text if text.lstrip("' ").startswith(FORMULAS) else text


def unguarded(text: str) -> str:
    """The inverse of `guarded`."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
