"""A returned .xlsx -> plain values, by a small parser of our own for files from strangers.

No part is ever held whole: parts are inflated and parsed piece by piece. Document type
declarations, macros, zip bombs, far cells and endless text are refused; nothing is evaluated.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from uar.decisions.returned import Area, Place, Returned, Row, Sheet, number
from uar.decisions.words import unescaped
from uar.errors import TableError

MAX_COLUMNS = 64
MAX_ROWS = 200_000
MAX_MEMBERS = 1_000
MAX_INFLATED = 500_000_000
MAX_RATIO = 200
SMALL = 10_000_000  # below this no ratio is dangerous
MAX_TEXT = 20_000_000  # characters kept
MAX_SHEETS = 100
PIECE = 1 << 16
LAST_ROW = 1_048_576

Attributes = dict[str, str]
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def read_xlsx(content: bytes) -> Returned:
    """All sheets of a workbook. Raises TableError saying what is wrong with the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            _check_directory(book, len(content))
            return _read_book(book)
    except expat.ExpatError as error:
        raise TableError(f"is damaged ({error}); ask for it again.") from error
    except (
        zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, OSError,
        RuntimeError, OverflowError,
    ) as error:  # fmt: skip
        raise TableError("is damaged or incomplete; ask for it again.") from error


def _check_directory(book: zipfile.ZipFile, size: int) -> None:
    """What the zip directory alone gives away."""
    members = book.infolist()
    inflated = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or inflated > MAX_INFLATED:
        _refuse("unpacks to far more than a review can hold; save it again as .xlsx")
    if inflated > SMALL and inflated > MAX_RATIO * size:
        _refuse("unpacks to far more than its size; save it again as .xlsx")
    if len({member.filename for member in members}) < len(members):
        _refuse("is damaged: two of its parts have the same name; save it again as .xlsx")
    if any(member.flag_bits & 1 for member in members):
        _refuse("is protected with a password; take the password off and return it again")
    if any(member.compress_type not in (0, zipfile.ZIP_DEFLATED) for member in members):
        _refuse("is packed in a way no spreadsheet program does; save it again as .xlsx")


def _refuse(sentence: str) -> NoReturn:
    raise TableError(f"{sentence}.")


def _read_book(book: zipfile.ZipFile) -> Returned:
    top = _relations(book, "")
    main = dict(top.values())["officeDocument"]
    parts = _relations(book, main)
    contents = _Workbook()
    _parse(book, main, contents.start)
    strings = _Strings(_Budget())
    for kind, path in parts.values():
        if kind == "sharedStrings":
            _parse(book, path, strings.start, strings.end, strings.text)
    sheets = []
    for name, state, relation in contents.sheets[:MAX_SHEETS]:
        kind, path = parts[relation]
        if kind == "worksheet":
            cells = _Cells(strings.texts, strings.budget)
            _parse(book, path, cells.start, cells.end, cells.text)
            sheets.append(cells.sheet(name, hidden=state != "visible"))
    epoch = "1904-01-01" if contents.since_1904 else "1899-12-30"
    return Returned("Excel workbook", tuple(sheets), epoch)


def _relations(book: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, path), of a part or of the whole file."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, target.lstrip("/"))

    _parse(book, posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


def _parse(
    book: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with book.open(part) as stream:
        for piece in iter(lambda: stream.read(PIECE), b""):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def _no_doctype(*_: object) -> NoReturn:
    _refuse("holds a document type declaration, as no workbook does; save it again as .xlsx")


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


class _Budget:
    """How much text may still be kept."""

    def __init__(self) -> None:
        self.left = MAX_TEXT

    def spend(self, text: str) -> None:
        self.left -= len(text)
        if self.left < 0:
            _refuse("holds far more text than a review; save it again as .xlsx")


class _Workbook:
    """Sheet names, states and relation ids, in order of their tabs."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.since_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        name = _local(tag)
        if name == "sheet":
            relation = {_local(key): value for key, value in attributes.items()}["id"]
            state = attributes.get("state", "visible")
            self.sheets.append((attributes["name"], state, relation))
        elif name == "workbookPr":
            self.since_1904 = _is_true(attributes.get("date1904"))


class _Strings:
    """The shared strings; runs of one string are put together, its reading aid left out."""

    def __init__(self, budget: _Budget) -> None:
        self.texts: list[str] = []
        self.budget = budget
        self._pieces: list[str] = []
        self._listening = False
        self._aside = False

    def start(self, tag: str, _: Attributes) -> None:
        name = _local(tag)
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._aside = True
        self._listening = name == "t" and not self._aside

    def text(self, text: str) -> None:
        if self._listening:
            self.budget.spend(text)
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._listening = False
        if name == "si":
            self.texts.append(unescaped("".join(self._pieces)))
        elif name == "rPh":
            self._aside = False


class _Cells:
    """The filled cells of one sheet."""

    def __init__(self, strings: list[str], budget: _Budget) -> None:
        self._strings = strings
        self._budget = budget
        self._rows: list[Row] = []
        self._numbers: set[int] = set()
        self._row = self._column = 0
        self._row_hidden = False
        self._cells: dict[int, str] = {}
        self._kind = "n"
        self._formula = self._valued = self._listening = self._aside = False
        self._pieces: list[str] = []
        self._merged: list[Area] = []
        self._sorted: list[Area] = []
        self._formulas: set[Place] = set()
        self._valueless: set[Place] = set()

    def sheet(self, name: str, hidden: bool) -> Sheet:
        return Sheet(
            name,
            tuple(sorted(self._rows, key=lambda row: row.number)),
            hidden,
            merged=tuple(self._merged),
            sorted=tuple(self._sorted),
            formulas=frozenset(self._formulas),
            valueless=frozenset(self._valueless),
        )

    def start(self, tag: str, attributes: Attributes) -> None:
        name = _local(tag)
        self._listening = name == "v" or (name == "t" and not self._aside)
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or name == "is":
            self._valued = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._aside = True
        elif name == "mergeCell":
            self._merged.append(_area(attributes["ref"]))
        elif name == "sortState":
            self._sorted.append(_area(attributes["ref"]))

    def text(self, text: str) -> None:
        if self._listening:
            self._budget.spend(text)
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._listening = False
        if name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self._rows.append(Row(self._row, self._cells, self._row_hidden))
            if len(self._rows) > MAX_ROWS:
                _refuse(f"has more than {MAX_ROWS:,} rows; delete what is not part of the review")
        elif name == "rPh":
            self._aside = False

    def _start_row(self, attributes: Attributes) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._row_hidden = _is_true(attributes.get("hidden"))
        self._cells, self._column = {}, 0
        if not 1 <= self._row <= LAST_ROW or self._row in self._numbers:
            raise ValueError
        self._numbers.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        self._column += 1
        if "r" in attributes:
            row, self._column = _place(attributes["r"])
            if row != self._row:
                raise ValueError
        self._kind = attributes.get("t", "n")
        self._formula = self._valued = False
        self._pieces = []

    def _end_cell(self) -> None:
        place = (self._row, self._column)
        # Only a text may be empty: a number, say, without digits is a value never worked out.
        valued = self._valued and (self._kind == "str" or bool(self._pieces))
        if self._formula:
            (self._formulas if valued else self._valueless).add(place)
        value = self._value() if valued else ""
        if not value and place not in self._valueless:
            return
        if self._column > MAX_COLUMNS:
            _refuse(
                f"has something in column {self._column} of row {self._row}, far beside the table; "
                "clear the cells there"
            )
        if self._column in self._cells:
            raise ValueError
        self._cells[self._column] = value

    def _value(self) -> str:
        text = "".join(self._pieces)
        if self._kind == "s":
            index = int(text)
            if index < 0:
                raise ValueError
            return self._strings[index]
        if self._kind == "b":
            return "TRUE" if _is_true(text.strip()) else "FALSE"
        return unescaped(text)


def _place(reference: str) -> Place:
    match = _CELL.fullmatch(reference)
    if not match:
        raise ValueError
    return int(match[2]), number(match[1])


def _area(reference: str) -> Area:
    first, _, last = reference.partition(":")
    top, left = _place(first)
    bottom, right = _place(last or first)
    return Area(top, left, bottom, right)
