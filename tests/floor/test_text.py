"""Text a terminal or a page would obey is taken out; everything a person reads stays."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from uar.text import plain


@given(st.text())
def test_nothing_that_is_obeyed_comes_through(text: str) -> None:
    said = plain(text)
    assert not {unicodedata.category(char) for char in said} & {
        "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
    }  # fmt: skip
    assert plain(said) == said


def test_readable_text_stays_as_it_is() -> None:
    for text in ("Zoë Lindqvist 🌊", "=SUM(1)", "<b>x</b>", "a  b", ""):
        assert plain(text) == text


def test_escapes_and_reversals_are_gone() -> None:
    assert plain("a\x1b[31mb\u202ec\u2066d\r\ne") == "a [31mbcd  e"
