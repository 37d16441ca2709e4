"""A stranger's file -> plain values, or one sentence about what it is and what to do instead."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from uar.decisions.returned import Returned
from uar.errors import TableError
from uar.workbooks.read_csv import read_csv
from uar.workbooks.read_ods import read_ods
from uar.workbooks.read_xlsx import read_xlsx

MAX_BYTES = 50_000_000
RETURN = "return the workbook as .xlsx or .ods, or its Decisions sheet as .csv"
LOCKED = "protected with a password; open it, take the password off, and return it again."

Reader = Callable[[bytes, int | None], Returned]

# First bytes -> what it is. OLE and zip files need a second look.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a rich text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"SQLite format 3", "a database"),
)
MAIL = 10_000  # bytes of a mail's head: servers on the way add to it
MARKUP = (b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<?xml", b"<meta", b"<svg")


def read(name: str, content: bytes, items: int | None = None) -> Returned:
    """The sheets of a returned file. `items`: the most that were put to one reviewer.

    Raises TableError naming the file and the way out.
    """
    try:
        return _reader(content)(content, items)
    except TableError as error:
        raise TableError(f"{name}: {error}") from error


def _reader(content: bytes) -> Reader:
    if len(content) > MAX_BYTES:
        raise TableError(f"is larger than {MAX_BYTES // 1_000_000} MB; {RETURN}.")
    if not content.strip(b"\x00\t\r\n "):
        raise TableError(f"is empty; {RETURN}.")
    for beginning, what in BEGINNINGS:
        if content.startswith(beginning):
            raise TableError(f"is {what}; {RETURN}.")
    if content.startswith(OLE):
        raise TableError(_what_ole(content))
    if content.startswith(b"PK\x03\x04"):
        return _zip_reader(content)
    if b"\nmime-version:" in b"\n" + content[:MAIL].lower():
        raise TableError("is a mail; save the workbook that is attached to it, and return that.")
    if content[:1024].lstrip(b"\xef\xbb\xbf\t\r\n ").lower().startswith(MARKUP):
        raise TableError(f"is a web page or XML, whatever its name says; {RETURN}.")
    return read_csv


def _what_ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return f"is {LOCKED}"
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book\0")):
        return "is an old Excel file (.xls); open it, save it as .xlsx, and return that."
    return f"is a mail of Outlook or an old Office file, and no workbook; {RETURN}."


def _zip_reader(content: bytes) -> Reader:
    """Who reads a zip file. Raises TableError saying what it is, when it is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = [member.filename for member in book.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise TableError(f"is damaged or incomplete ({error}); ask for it again.") from error
    lower = {name.lower() for name in names}
    macros = ("basic/", "scripts/")  # of an .ods file
    if any(name.endswith("vbaproject.bin") or name.startswith(macros) for name in lower):
        raise TableError("holds macros; save it as .xlsx, without macros, and return that.")
    if "encrypted-package" in lower:
        raise TableError(f"is {LOCKED}")
    if "xl/workbook.bin" in lower:
        raise TableError("is a binary workbook (.xlsb); save it as .xlsx and return that.")
    if any(name.endswith(".iwa") or name == "index.zip" for name in lower):
        raise TableError("is a Numbers file; choose File, Export To, Excel, and return that.")
    if "word/document.xml" in lower or "ppt/presentation.xml" in lower:
        raise TableError(f"is not a workbook; {RETURN}.")
    if "[content_types].xml" in lower:
        return read_xlsx
    if "content.xml" in lower:
        return read_ods
    raise TableError("is a zip archive; unpack it and return the workbook inside.")
