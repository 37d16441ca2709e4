"""Files that are not what they should be: one sentence each, quickly, in little memory, no harm."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.review import (
    COLUMN,
    as_bytes,
    filled,
    ingest,
    items_of,
    opened,
    recorded,
    run,
    with_shared_strings,
    workbook,
)
from uar.errors import TableError
from uar.folder import Folder
from uar.workbooks.read import read

GOOD = with_shared_strings(workbook(items_of("ana")))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LAUGHS = "<!DOCTYPE l [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {new} '{10 * f'&{old};'}'>" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


def changed(changes: dict[str, bytes | None]) -> bytes:
    """The good workbook with some parts exchanged, added, or (None) taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", 8) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, content in {**parts, **changes}.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def part(name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as book:
        return book.read(name).decode()


SHEET = "xl/worksheets/sheet2.xml"


def in_sheet(old: str, new: str) -> bytes:
    text = part(SHEET)
    assert old in text
    return changed({SHEET: text.replace(old, new, 1).encode()})


def with_doctype(name: str) -> bytes:
    head, _, rest = part(name).partition("?>") if part(name).startswith("<?xml") else ("", "", "")
    body = rest if head else part(name)
    return changed({name: f"{LAUGHS}]>{body}".encode()})


def external_entity() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return changed({SHEET: (doctype + part(SHEET)).encode()})


def cells_at(reference: str) -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><c r="{reference}" t="str"><v>x</v></c></row></sheetData>'
    return in_sheet("</sheetData>", cell)


def of_zeros(name: str, size: int) -> bytes:
    """A part that inflates to `size` bytes."""
    out = io.BytesIO(changed({name: None}))
    with zipfile.ZipFile(out, "a", 8) as book, book.open(name, "w", force_zip64=True) as stream:
        for _ in range(size // 1_000_000):
            stream.write(b" " * 1_000_000)
    return out.getvalue()


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def two_parts_of_one_name() -> bytes:
    out = io.BytesIO(GOOD)
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as book:
        book.writestr(SHEET, part(SHEET))
    return out.getvalue()


def encrypted_member() -> bytes:
    """The flag of an encrypted member in every directory entry."""
    content = bytearray(GOOD)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


HOSTILE = {
    "empty": (b"", "is empty"),
    "spaces": (b"  \r\n", "is empty"),
    "zeros": (bytes(1000), "is empty"),
    "pdf": (b"%PDF-1.7\n%...", "is a PDF"),
    "png": (b"\x89PNG\r\n\x1a\n", "is a picture"),
    "html": (b"\n<!DOCTYPE html><html><table>", "is a web page or XML"),
    "xml": (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "is a web page or XML"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected with a password"),
    "xls": (OLE + "Workbook".encode("utf-16-le"), "is an old Excel file (.xls)"),
    "old xls": (OLE + "Book\0".encode("utf-16-le"), "is an old Excel file (.xls)"),
    "msg": (OLE + "__nameid_version1.0".encode("utf-16-le"), "is a mail of Outlook or an old"),
    "eml": (b"Received: from x\r\nMIME-Version: 1.0\r\n\r\nHi", "is a mail; save the workbook"),
    "numbers": (zip_of(Index__Document_iwa=b"x"), "is a Numbers file"),
    "xlsb": (zip_of(xl__workbook_bin=b"x"), "is a binary workbook"),
    "docx": (zip_of(word__document_xml=b"x"), "is not a workbook"),
    "zip": (zip_of(ana_xlsx=GOOD), "is a zip archive; unpack it"),
    "xlsm": (changed({"xl/vbaProject.bin": b"x"}), "holds macros"),
    "truncated": (GOOD[: len(GOOD) // 2], "is damaged or incomplete"),
    "no workbook part": (changed({"xl/workbook.xml": None}), "is damaged or incomplete"),
    "no sheet part": (changed({SHEET: None}), "is damaged or incomplete"),
    "broken xml": (in_sheet("</sheetData>", "<"), "is damaged"),
    "laughs in sheet": (with_doctype(SHEET), "holds a document type declaration"),
    "laughs in strings": (with_doctype("xl/sharedStrings.xml"), "holds a document type"),
    "laughs in workbook": (with_doctype("xl/workbook.xml"), "holds a document type"),
    "external entity": (external_entity(), "holds a document type declaration"),
    "far cell": (cells_at("XFD1048576"), "something in column 16384 of row 1048576"),
    "impossible row": (cells_at("A99999999"), "is damaged"),
    "no such string": (in_sheet('t="s"><v>', 't="s"><v>9999'), "is damaged or incomplete"),
    "bomb": (of_zeros(SHEET, 600_000_000), "unpacks to far more than a review can hold"),
    "dense bomb": (of_zeros(SHEET, 40_000_000), "unpacks to far more than its size"),
    "many parts": (changed({f"a/{n}": b"" for n in range(1001)}), "unpacks to far more"),
    "one name twice": (two_parts_of_one_name, "two of its parts have the same name"),
    "encrypted parts": (encrypted_member(), "is protected with a password"),
    "not text": (b"Item,Decision\n\x81\x8d\x8f\x90\x9d\n", "is not text in UTF-8"),
    "no headings": (b"name,access\nana,finance\n", "neither a workbook nor a CSV file"),
    "wild quotes": (b'Item,Decision\n"a"b,Keep\n', "is not a CSV file that can be read"),
    "many columns": (b"Item,Decision" + b",x" * 70, "more than 64 columns"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_sentence_and_the_way_out(name: str) -> None:
    content, sentence = HOSTILE[name]
    with pytest.raises(TableError) as caught:
        read("ana.xlsx", content() if callable(content) else content)
    said = str(caught.value)
    assert said.startswith("ana.xlsx: ")
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said
    assert ";" in said or "return" in said  # what to do


@pytest.mark.parametrize("name", ["bomb", "dense bomb", "far cell", "laughs in strings"])
def test_refusing_takes_no_memory(name: str, tmp_path: Path) -> None:
    content, _ = HOSTILE[name]
    assert isinstance(content, bytes)
    assert memory_to_refuse(content, tmp_path) < 100


def memory_to_refuse(content: bytes, tmp_path: Path) -> int:
    """Megabytes by which a process of its own grows."""
    (tmp_path / "a.xlsx").write_bytes(content)
    code = f"""
import pathlib, resource, sys
sys.path[:0] = {sys.path!r}
from uar.errors import TableError
from uar.workbooks.read import read
content = pathlib.Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read("a.xlsx", content)
except TableError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    pytest.importorskip("resource", reason="memory is measured on Unix only")
    answer = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.xlsx")],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(answer.stdout) // 1024


def test_what_is_refused_is_evidence_too(review: Path, inbox: Path) -> None:
    inbox.mkdir()
    (inbox / "../scan (final) ñ.PDF").write_bytes(b"%PDF-1.7")
    code, [receipt] = ingest(review, inbox / "../scan (final) ñ.PDF")
    assert (code, receipt["outcome"]) == (4, "refused")
    assert receipt["file"] == "returned/0001-scan-final.pdf"
    assert (review / receipt["file"]).read_bytes() == b"%PDF-1.7"
    assert not recorded(review)
    assert Folder(review).verify()[1] is None


def test_one_bad_file_does_not_stop_the_next(review: Path, inbox: Path) -> None:
    good = filled(review, inbox)
    (inbox / "bad.xlsx").write_bytes(b"%PDF-1.7")
    code, receipts = ingest(review, inbox / "bad.xlsx", good)
    assert code == 4
    assert [each["outcome"] for each in receipts] == ["refused", "accepted"]


def test_texts_read_alike_wherever_a_program_keeps_them() -> None:
    inline = read("a.xlsx", workbook(items_of("ana")))
    shared = read("a.xlsx", GOOD)
    assert [sheet.rows for sheet in inline.sheets] == [sheet.rows for sheet in shared.sheets]


STRICT = {  # as Excel saves a "Strict Open XML Spreadsheet"
    f"http://schemas.openxmlformats.org/{transitional}": f"http://purl.oclc.org/ooxml/{strict}"
    for transitional, strict in (
        ("spreadsheetml/2006/main", "spreadsheetml/main"),
        ("officeDocument/2006/relationships", "officeDocument/relationships"),
    )
}
# As some programs write every element, and as Excel and Google Sheets mark rows.
PREFIXED = {"<": "<x:", "<x:/": "</x:", "<x:?": "<?", "xmlns=": "xmlns:x="}
MARKED = {"<row ": '<row spans="1:21" x14ac:dyDescent="0.25" ',
          "<worksheet ": '<worksheet xmlns:x14ac="x" xmlns:mx="y" '}  # fmt: skip


@pytest.mark.parametrize("words", [STRICT, PREFIXED, MARKED], ids=["strict", "prefix", "marks"])
def test_other_programs_ways_to_write_it_are_read_alike(words: dict[str, str]) -> None:
    names = [SHEET, "xl/sharedStrings.xml"] if words is PREFIXED else [SHEET]
    if words is STRICT:
        names = zipfile.ZipFile(io.BytesIO(GOOD)).namelist()
    parts = {}
    for name in names:
        text = part(name)
        for old, new in words.items():
            text = text.replace(old, new)
        assert text != part(name) or words is STRICT
        parts[name] = text.encode()
    assert read("a.xlsx", changed(dict(parts))) == read("a.xlsx", GOOD)


def test_links_to_elsewhere_are_left_alone() -> None:
    """To another workbook, and out of a cell: what they bring does not come in."""
    book, sheet = "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet2.xml.rels"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = {}
    for name, kind in ((book, "externalLink"), (book, "sharedStrings"), (sheet, "hyperlink")):
        link = (
            f'<Relationship Id="{kind}2" Type="{office}/{kind}" Target="file:///etc/hostname" '
            'TargetMode="External"/></Relationships>'
        )
        links[name] = links.get(name, part(name)).replace("</Relationships>", link)
    files = {name: text.encode() for name, text in links.items()}
    assert read("a.xlsx", changed({**files})) == read("a.xlsx", GOOD)


def test_a_declared_but_empty_sheet_of_all_cells_is_read() -> None:
    """Programs write formatted empty cells far out, and a dimension that says so."""
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    text = part(SHEET).replace("</sheetData>", far)
    returned = read("a.xlsx", changed({SHEET: text.encode()}))
    assert len(returned.sheets[1].rows) == 14


@settings(max_examples=300)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255), st.integers(0, 2**32))
def test_flipped_bytes_never_break_the_reader(place: int, flip: int, seed: int) -> None:
    rng = random.Random(seed)
    damaged = bytearray(GOOD)
    damaged[place] ^= flip
    for _ in range(rng.randint(0, 20)):
        damaged[rng.randrange(len(damaged))] ^= rng.randrange(1, 256)
    _read_or_refuse(bytes(damaged))


@settings(max_examples=300)
@given(st.sampled_from(["xl/workbook.xml", SHEET, "_rels/.rels"]), st.integers(0, 2**32))
def test_flipped_bytes_inside_parts_never_break_the_reader(name: str, seed: int) -> None:
    """The same inside the zip, where no checksum catches it."""
    rng = random.Random(seed)
    text = bytearray(part(name).encode())
    for _ in range(rng.randint(1, 8)):
        text[rng.randrange(len(text))] = rng.choice(b'<>"/= 0Ar9\x00\xff')
    _read_or_refuse(changed({name: bytes(text)}))


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    _read_or_refuse(content)
    _read_or_refuse(b"Item,Decision\n" + content)


def _read_or_refuse(content: bytes) -> None:
    try:
        read("a.xlsx", content)
    except TableError as error:
        assert str(error).startswith("a.xlsx: ")


def test_hostile_text_is_shown_harmless(review: Path, inbox: Path) -> None:
    book, sheet = opened(review)
    sheet.cell(3, COLUMN["Decision"]).value = "\u202eKeep <script>"
    inbox.mkdir()
    (inbox / "a.xlsx").write_bytes(as_bytes(book))
    _, [receipt] = ingest(review, inbox / "a.xlsx")
    assert "\u202e" not in str(receipt)


@pytest.mark.parametrize("content", [of_zeros(SHEET, 15_000_000), b"Item,Decision\n" * 1_000_000])
def test_a_small_review_has_no_room_for_a_large_file(content: bytes) -> None:
    with pytest.raises(TableError, match="far more than a review of 20 items; delete"):
        read("a.xlsx", content, 20)


def test_a_file_too_large_is_not_even_read(review: Path, inbox: Path) -> None:
    inbox.mkdir()
    with (inbox / "huge.xlsx").open("wb") as file:
        file.truncate(60_000_000)
    result = run("ingest", review, inbox / "huge.xlsx")
    assert result.exit_code == 4
    assert "larger than 50 MB; nothing was taken in" in result.stderr
    assert not list(review.glob("returned/*"))
