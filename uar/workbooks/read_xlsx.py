"""A returned .xlsx -> plain values, with the guards of uar.workbooks._package."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Sequence
from functools import lru_cache

from uar.decisions.returned import EPOCH, Returned
from uar.workbooks import _elements, _pattern
from uar.workbooks._cells import Cells, is_true
from uar.workbooks._package import MAX_SHEETS, Attributes, Budget, opened, parse, pieces


def read_xlsx(content: bytes, items: int | None = None) -> Returned:
    """All sheets of a workbook; see `opened`. Raises TableError saying what is wrong with it."""
    with opened(content, items) as book:
        return _read_book(book)


def _read_book(book: zipfile.ZipFile) -> Returned:
    top = _relations(book, "")
    main = dict(top.values())["officeDocument"]
    parts = _relations(book, main)
    contents = _Workbook()
    parse(book, main, contents.start)
    budget = Budget()
    strings = [
        text
        for kind, path in parts.values()
        if kind == "sharedStrings"
        for text in _read_strings(book, path, budget)
    ]
    sheets = []
    for name, state, relation in contents.sheets[:MAX_SHEETS]:
        kind, path = parts[relation]
        if kind == "worksheet":
            cells = _read_sheet(book, path, strings, budget)
            sheets.append(cells.sheet(name, hidden=state != "visible"))
    epoch = "1904-01-01" if contents.since_1904 else EPOCH
    return Returned("Excel workbook", tuple(sheets), epoch)


def _read_strings(book: zipfile.ZipFile, part: str, budget: Budget) -> list[str]:
    left, texts = budget.left, list[str]()

    def take(inside: str) -> bool:
        found = _pattern.strings(inside)
        texts.extend(found or ())
        budget.spend(sum(map(len, found or ())))
        return found is not None

    around = _pattern.divided(pieces(book, part), "sst", "si", take)
    if around is not None:
        return [*texts, *_elements.strings([around], budget)]
    budget.left = left
    return _elements.strings(pieces(book, part), budget)


def _read_sheet(book: zipfile.ZipFile, part: str, strings: Sequence[str], budget: Budget) -> Cells:
    """By pattern where that is safe; then only what is around the cells is left to follow."""
    left, cells = budget.left, Cells(strings, budget)

    def take(inside: str) -> bool:
        return _pattern.rows(inside, cells)

    around = _pattern.divided(pieces(book, part), "sheetData", "row", take)
    if around is None:
        budget.left, cells = left, Cells(strings, budget)
    _elements.cells(pieces(book, part) if around is None else [around], cells)
    return cells


def _relations(book: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, path), of a part or of the whole file."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
            kind = attributes["Type"].rpartition("/")[2]
            found[attributes["Id"]] = (kind, target.lstrip("/"))

    parse(book, posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


@lru_cache(maxsize=1_000)
def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


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
            self.since_1904 = is_true(attributes.get("date1904", ""))
