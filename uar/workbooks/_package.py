"""A stranger's zip file of XML parts: what both kinds of workbook are, and what is refused.

No part is ever held whole: parts are inflated and parsed piece by piece. Document type
declarations, zip bombs, far cells and endless text are refused; nothing is evaluated.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn
from xml.parsers import expat

from uar.decisions.returned import Area
from uar.errors import TableError

MAX_COLUMNS = 64
MAX_ROWS = 200_000
MAX_MEMBERS = 1_000
MAX_INFLATED = 500_000_000
MAX_RATIO = 200
SMALL = 10_000_000  # below this no ratio is dangerous
MAX_TEXT = 20_000_000  # characters kept
MAX_SHEETS = 100
MAX_AREAS = 10_000  # merged or sorted
PIECE = 1 << 16
LAST_ROW = 1_048_576
COPY = 64  # characters that a repeated cell or a formula counts for: memory, though no text
EXTRA, EACH = 10_000_000, 8_000  # bytes of XML: beside the items; an item, with a long reason

Attributes = dict[str, str]
Flat = Sequence[str]  # name, value, name, value


@contextmanager
def opened(content: bytes, items: int | None = None) -> Iterator[zipfile.ZipFile]:
    """The file, if its directory shows no danger; whatever breaks inside is damage.

    `items`: how many it may be expected to hold, which bounds what it takes to read it. Raises
    TableError saying what is wrong with the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            _check_directory(book, len(content), items)
            yield book
    except expat.ExpatError as error:
        raise TableError(f"is damaged ({error}); ask for it again.") from error
    except (
        zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, OSError,
        RuntimeError, OverflowError,
    ) as error:  # fmt: skip
        raise TableError("is damaged or incomplete; ask for it again.") from error


def _check_directory(book: zipfile.ZipFile, size: int, items: int | None) -> None:
    """What the zip directory alone gives away."""
    members = book.infolist()
    xml = sum(each.file_size for each in members if each.filename.lower().endswith(".xml"))
    if items is not None and xml > EXTRA + EACH * items:
        refuse_large(items)
    inflated = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or inflated > MAX_INFLATED:
        refuse("unpacks to far more than a review can hold; save it again as .xlsx")
    if inflated > SMALL and inflated > MAX_RATIO * size:
        refuse("unpacks to far more than its size; save it again as .xlsx")
    if len({member.filename for member in members}) < len(members):
        refuse("is damaged: two of its parts have the same name; save it again as .xlsx")
    if any(member.flag_bits & 1 for member in members):
        refuse("is protected with a password; take the password off and return it again")
    if any(member.compress_type not in (0, zipfile.ZIP_DEFLATED) for member in members):
        refuse("is packed in a way no spreadsheet program does; save it again as .xlsx")


def parse(
    book: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Names come as `namespace name`, or as they are where there is no namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    _feed(parser, pieces(book, part))


def parse_plain(
    pieces: Iterable[bytes],
    start: Callable[[str, Flat], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Twice as fast: names as they stand there, without the prefix that the outermost one has."""
    parser = expat.ParserCreate()
    parser.ordered_attributes = True

    def first(tag: str, attributes: Flat) -> None:
        prefix = tag[: tag.find(":") + 1]
        parser.StartElementHandler, parser.EndElementHandler = start, end
        if prefix:
            parser.StartElementHandler = lambda tag, flat: start(tag.removeprefix(prefix), flat)
            parser.EndElementHandler = lambda tag: end(tag.removeprefix(prefix))
        parser.StartElementHandler(tag, attributes)

    parser.StartElementHandler = first
    parser.CharacterDataHandler = text
    _feed(parser, pieces)


def pieces(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part, inflated bit by bit."""
    with book.open(part) as stream:
        yield from iter(lambda: stream.read(PIECE), b"")


def _feed(parser: expat.XMLParserType, pieces: Iterable[bytes]) -> None:
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def refuse(sentence: str) -> NoReturn:
    raise TableError(f"{sentence}.")


def refuse_large(items: int) -> NoReturn:
    refuse(f"holds far more than a review of {items:,} items; delete what is not part of it")


def refuse_far(row: int, column: int) -> NoReturn:
    refuse(
        f"has something in column {column} of row {row}, far beside the table; clear the cells "
        "there"
    )


def refuse_long() -> NoReturn:
    refuse(f"has more than {MAX_ROWS:,} rows; delete what is not part of the review")


def _no_doctype(*_: object) -> NoReturn:
    refuse("holds a document type declaration, as no workbook does; save it again as .xlsx")


class Budget:
    """How much text may still be kept."""

    def __init__(self) -> None:
        self.left = MAX_TEXT

    def spend(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            refuse("holds far more text than a review; save it again as .xlsx")


def note_area(areas: list[Area], area: Area) -> None:
    """One more, if that many make sense."""
    areas.append(area)
    if len(areas) > MAX_AREAS:
        refuse(f"has more than {MAX_AREAS:,} merged cells; save it again as .xlsx, without them")
