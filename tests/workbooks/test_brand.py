"""The organisation's own look: a picture that is one, a colour that can be read on, its words."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.review.test_open import TOML, detected, opening, place
from tests.seal.conftest import beside_the_snapshot
from uar.cli import main
from uar.errors import SetupError
from uar.folder import Folder
from uar.workbooks._logo import LARGEST, logo
from uar.workbooks._look import ACCENT, contrast, readable

__all__ = ["place"]


def png(width: int = 60, height: int = 20) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + end

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = (b"\0" + b"\x7a\x1f\xa2" * width) * height
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\1\1\x11\0"
    b"\xff\xda\x00\x08\1\1\0\0\x3f\0\x00\xff\xd9"
)
BRAND = """
[branding]
logo = "pictures/logo.png"
colour = "#FFD400"
instructions = \"\"\"
Ask your team before you keep anything.
=1+1\"\"\"
paper = "Letter"
"""


def branded(place: Path, picture: bytes = png(), toml: str = BRAND) -> Path:
    detected(place)
    (place / "pictures").mkdir()
    (place / "pictures" / "logo.png").write_bytes(picture)
    (place / "uar.toml").write_text(TOML + toml, "utf-8")
    return place


def test_logo_colour_words_and_paper_are_on_the_sheet(place: Path) -> None:
    done = opening(branded(place))
    assert done.exit_code == 0, done.output
    content = (place / "q4" / "workbooks" / "2026-Q4 mia-doe.xlsx").read_bytes()
    book = load_workbook(io.BytesIO(content))
    texts = [cell.value for cell in book["Start here"]["C"]]
    assert "Ask your team before you keep anything." in texts
    assert "=1+1" in texts  # as a text: see test_write for what becomes of such
    assert {sheet.page_setup.paperSize for sheet in book} == {1}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = archive.read("xl/styles.xml").decode()
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
        assert archive.read("xl/media/logo.png") == png()
    assert ACCENT not in styles and f'rgb="00{readable("FFD400")}"' in styles
    assert 'descr="Logo of Juniper Tide"' in drawing
    assert f'<xdr:ext cx="{60 * 9525}" cy="{20 * 9525}"/>' in drawing


def test_it_is_rebuilt_from_the_review_alone(place: Path) -> None:
    from click.testing import CliRunner

    opening(branded(place))
    (place / "pictures" / "logo.png").unlink()
    words = ["rebuild", str(place / "q4"), str(place / "again"), "--json"]
    again = CliRunner().invoke(main, words)
    files = beside_the_snapshot(again)
    assert "branding/logo.png" in files and all(files.values())


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (b"", "is no picture"),
        (b"<svg/>", "is no picture"),
        (png()[:-1], "is no picture"),
        (png() + b"PK", "is no picture"),
        (png(0, 1), "is no picture"),
        (png()[:40] + b"\xff" * 60, "is no picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * LARGEST, "is larger than 500 kB"),
        (JPEG[:-2], "is no picture"),
    ],
)
def test_what_is_no_picture_stops_open(place: Path, picture: bytes, says: str) -> None:
    done = opening(branded(place, picture))
    assert done.exit_code == 2
    assert f"logo.png: {says}" in done.output
    assert not Folder(place / "q4").has("items.jsonl")


def test_a_jpeg_is_one() -> None:
    found = logo(JPEG, "logo.jpg")
    assert (found.kind, found.width, found.height) == ("jpeg", 32, 16)


@given(st.binary(max_size=200), st.sampled_from([b"", png()[:33], JPEG[:20]]))
def test_whatever_is_given_is_a_picture_or_an_error(rest: bytes, start: bytes) -> None:
    try:
        found = logo(start + rest, "x")
    except SetupError:
        return
    assert 0 < found.width <= 10_000 and 0 < found.height <= 10_000


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('colour = "red"', "line 6: branding.colour must be six digits"),
        ('paper = "A3"', "line 6: branding.paper: there is no A3; known: A4, Letter"),
        ('logo = "no.png"', "no.png: cannot be read"),
    ],
)
def test_what_is_wrong_is_told(place: Path, toml: str, says: str) -> None:
    done = opening(branded(place, toml=f"[branding]\n{toml}\n"))
    assert done.exit_code == 2
    assert says in done.output


@given(st.integers(0, 0xFFFFFF))
def test_white_can_be_read_on_every_colour(colour: int) -> None:
    given_colour = f"{colour:06X}"
    shown = readable(given_colour)
    assert contrast(shown, "FFFFFF") >= 4.5
    assert (shown == given_colour) == (contrast(given_colour, "FFFFFF") >= 4.5)
