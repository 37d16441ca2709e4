"""What is read by pattern is read exactly as a parser reads it, whatever stands there."""

from __future__ import annotations

import io
import random
import zipfile
from functools import partial
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.review import items_of, workbook
from tests.ingest.test_hostile import GOOD
from uar.decisions.returned import Sheet
from uar.errors import TableError
from uar.workbooks import _elements, _pattern
from uar.workbooks._cells import Cells
from uar.workbooks._package import Budget

STRINGS = [f"text {number}" for number in range(400)]
DAMAGE = (ValueError, LookupError, expat.ExpatError, TableError)
# What an edit may put in: markup, entities, names, numbers, line ends, characters no XML may hold.
BITS = (
    "<", ">", "&", '"', "'", "/", " ", "=", "\r", "\n", "\x00", "\x1f", "\ufffe", "\ufeff", "&amp;",
    "&lt;", "&#65;", "&amp;amp;", "&x;", "<!-- -->", "<![CDATA[x]]>", "<?x?>", "</c>", "</row>",
    "<c>", "<v>1</v>", "<f>", "</sheetData>", "<sheetData>", '<row r="3">', ' r="A1"', ' t="s"',
    ' hidden="1"', "0", "-1", "9999999", "A", "XFD", "_x0041_", "é", "x:c",
)  # fmt: skip


def parts(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return [book.read(name) for name in names]


SHEETS = [*parts(workbook(items_of("ana", 3))), *parts(GOOD)]


def by_elements(content: bytes) -> Sheet:
    sheet = Cells(STRINGS, Budget())
    _elements.cells([content], sheet)
    return sheet.sheet("a", hidden=False)


def by_pattern(content: bytes) -> Sheet | None:
    """In pieces so small that every one of them ends within a row, and some within a letter."""
    sheet = Cells(STRINGS, Budget())
    pieces = (content[at : at + 97] for at in range(0, len(content), 97))
    take = partial(_pattern.rows, sheet=sheet)
    around = _pattern.divided(pieces, "sheetData", "row", take)
    if around is None:
        return None
    _elements.cells([around], sheet)
    return sheet.sheet("a", hidden=False)


@pytest.mark.parametrize("number", range(len(SHEETS)))
def test_our_own_sheets_are_read_by_pattern(number: int) -> None:
    assert by_pattern(SHEETS[number]) == by_elements(SHEETS[number])


@settings(max_examples=1500)
@given(st.sampled_from(SHEETS), st.integers(0, 2**32))
def test_edited_sheets_are_read_alike_or_by_elements(content: bytes, seed: int) -> None:
    rng = random.Random(seed)
    text = content.decode()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(BITS) + text[at + rng.choice((0, 0, 1, 3)) :]
    compare(text.encode("utf-8", "surrogatepass"))


def compare(content: bytes) -> None:
    try:
        plain = by_pattern(content)
    except DAMAGE:
        with pytest.raises(DAMAGE):
            by_elements(content)
        return
    if plain is not None:
        assert plain == by_elements(content)


STRING_PARTS = (
    "<si><t>{}</t></si>", '<si><t xml:space="preserve">{}</t></si>', "<si><t/></si>",
    "<si><r><t>{}</t></r><rPh><t>aside</t></rPh></si>", "<si>{}</si>", "<!-- {} -->", " ",
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.tuples(st.sampled_from(STRING_PARTS), st.sampled_from((*BITS, "a b", "")))))
def test_shared_strings_are_read_alike_or_by_elements(texts: list[tuple[str, str]]) -> None:
    inside = "".join(shape.format(text) for shape, text in texts)
    content = f'<sst xmlns="x" count="1">{inside}</sst>'.encode()
    plain: list[str] = []

    def take(inside: str) -> bool:
        found = _pattern.strings(inside)
        plain.extend(found or ())
        return found is not None

    pieces = (content[at : at + 29] for at in range(0, len(content), 29))
    if _pattern.divided(pieces, "sst", "si", take) is not None:
        assert plain == _elements.strings([content], Budget())


def test_another_encoding_is_left_to_the_parser() -> None:
    def take(_: str) -> bool:
        return True

    content = b"<?xml version='1.0' encoding='iso-8859-1'?>" + SHEETS[0]
    assert _pattern.divided([content], "sheetData", "row", take) is None
    content = content.replace(b"iso-8859-1", b"UTF-8")
    assert _pattern.divided([content], "sheetData", "row", take)
