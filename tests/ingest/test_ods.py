"""OpenDocument files that LibreOffice would not write: refused, or read without harm."""

from __future__ import annotations

import io
import random
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.review import HEADINGS, ingest, issued_texts, items_of, recorded
from tests.ingest.test_hostile import memory_to_refuse
from uar.decisions.returned import Area
from uar.errors import TableError
from uar.workbooks.read import read
from uar.workbooks.read_ods import OFFICE, SPACE, STYLE, TABLE, TEXT

NAMES = {"office": OFFICE, "table": TABLE, "text": TEXT, "style": STYLE}
SPACES = " ".join(f'xmlns:{name}="{full.strip()}"' for name, full in NAMES.items())
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
ITEMS = items_of("ana")


def cell(text: str, more: str = "") -> str:
    start = f'<table:table-cell office:value-type="string"{more}>'
    return f"{start}<text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def sheet(*rows: str, name: str = "Decisions") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def document(body: str, doctype: str = "", styles: str = "") -> str:
    return (
        f"<?xml version='1.0'?>{doctype}<office:document-content {SPACES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def ods(content: str | bytes, manifest: str = f"{MANIFEST}/>", **others: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, part in others.items():
            archive.writestr(name.replace("__", "/"), part)
    return out.getvalue()


def bomb(megabytes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("content.xml", "w", force_zip64=True) as stream:
            for _ in range(megabytes):
                stream.write(b" " * 1_000_000)
        archive.writestr("META-INF/manifest.xml", f"{MANIFEST}/>")
    return out.getvalue()


def answered(extra: str = "") -> str:
    """The Decisions sheet with every row answered, then `extra`."""
    rows = [row(*map(cell, HEADINGS))]
    for item in ITEMS:
        texts = [text.replace("\n", "</text:p><text:p>") for text in issued_texts(item)]
        texts[HEADINGS.index("Decision")] = "Keep"
        texts[HEADINGS.index("Reason")] = "Needed"
        rows.append(row(*(cell(text) for text in texts)))
    return document(sheet(*rows) + extra)


GOOD = answered()
HUGE = 'table:number-{}-repeated="{}"'
HOSTILE = {
    "doctype": (
        ods(document(sheet(row(cell("&a;"))), "<!DOCTYPE x [<!ENTITY a 'lol'>]>")),
        "holds a document type declaration",
    ),
    "external entity": (
        ods(document("", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')),
        "holds a document type declaration",
    ),
    "rows without end": (
        ods(document(sheet(row(cell("x"), more=" " + HUGE.format("rows", 10**6))))),
        "has more than 200,000 rows",
    ),
    "rows beyond number": (
        ods(document(sheet(row(cell("x"), more=" " + HUGE.format("rows", 10**30))))),
        "has more than 200,000 rows",
    ),
    "columns without end": (
        ods(document(sheet(row(cell("x", " " + HUGE.format("columns", 16384)))))),
        "something in column 16384 of row 1",
    ),
    "a billion cells": (
        ods(
            document(
                sheet(
                    row(
                        cell("x" * 60, " " + HUGE.format("columns", 64)),
                        more=" " + HUGE.format("rows", 200_000),
                    )
                )
            )
        ),
        "far more text than a review",
    ),
    "formulas without end": (
        ods(
            document(
                sheet(
                    row(
                        f'<table:table-cell table:formula="of:=1" {HUGE.format("columns", 64)}/>',
                        more=" " + HUGE.format("rows", 200_000),
                    )
                )
            )
        ),
        "far more text than a review",
    ),
    "spaces without end": (
        ods(document(sheet(row(cell(f'<text:s text:c="{10**12}"/>'))))),
        "far more text than a review",
    ),
    "merged without end": (
        ods(document(sheet(*[row(*[cell("x", ' table:number-rows-spanned="2"')] * 64)] * 200))),
        "more than 10,000 merged cells",
    ),
    "no repetition": (
        ods(document(sheet(row(cell("x"), more=" " + HUGE.format("rows", 0))))),
        "is damaged or incomplete",
    ),
    "fewer than no spaces": (
        ods(document(sheet(row(cell('<text:s text:c="-5"/>'))))),
        "is damaged or incomplete",
    ),
    "unknown value": (
        ods(document(sheet(row('<table:table-cell office:value-type="magic"/>')))),
        "is damaged or incomplete",
    ),
    "truncated": (ods(GOOD)[:-200], "is damaged or incomplete"),
    "broken xml": (ods(GOOD.replace("</table:table>", "")), "is damaged (mismatched tag"),
    "bomb": (bomb(600), "unpacks to far more than a review can hold"),
    "dense bomb": (bomb(40), "unpacks to far more than its size"),
    "password": (
        ods(
            b"\x00garbage",
            f"{MANIFEST}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
            "</manifest:manifest>",
        ),
        "is protected with a password",
    ),
    "password, new way": (ods("", **{"encrypted-package": b"x"}), "is protected with a password"),
    "macros": (ods(GOOD, **{"Basic__Standard__Module1.xml": b"x"}), "holds macros"),
    "a letter": (
        ods(GOOD.replace("office:spreadsheet", "office:text")),
        "is an OpenDocument file without sheets",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_in_one_sentence_and_at_once(name: str) -> None:
    content, sentence = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(TableError) as caught:
        read("ana.ods", content)
    assert time.process_time() - began < 5  # a hang would be minutes
    said = str(caught.value)
    assert said.startswith("ana.ods: ")
    assert sentence in said
    assert said.endswith(".")
    assert ";" in said


@pytest.mark.parametrize(
    "name", ["bomb", "rows without end", "a billion cells", "formulas without end"]
)
def test_refusing_takes_no_memory(name: str, tmp_path: Path) -> None:
    assert memory_to_refuse(HOSTILE[name][0], tmp_path) < 100


def test_the_good_file_that_the_others_are_made_of_is_taken(review: Path, tmp_path: Path) -> None:
    (tmp_path / "ana.ods").write_bytes(ods(GOOD))
    code, [receipt] = ingest(review, tmp_path / "ana.ods")
    assert not receipt["problems"]
    assert code == 1  # not signed
    assert receipt["kind"] == "OpenDocument workbook"
    assert {each["decision"] for each in recorded(review).values()} == {"Keep"}
    assert len(recorded(review)) == 12


def test_empty_cells_to_the_end_of_the_sheet_cost_nothing() -> None:
    empty = f"<table:table-cell {HUGE.format('columns', 16384)}/>"
    rest = row(empty, more=" " + HUGE.format("rows", 1_048_576))
    [found] = read("a.ods", ods(document(sheet(row(cell("x"), empty), rest)))).sheets
    assert [(each.number, dict(each.cells)) for each in found.rows] == [(1, {1: "x"})]


def test_repeated_rows_and_cells_are_as_many_as_they_say() -> None:
    twice = " " + HUGE.format("columns", 2)
    body = sheet(
        row(cell("a"), more=" " + HUGE.format("rows", 3)),
        row(cell("b", twice), cell("c")),
    )
    [found] = read("a.ods", ods(document(body))).sheets
    rows = [(each.number, dict(each.cells)) for each in found.rows]
    assert rows == [*((n, {1: "a"}) for n in (1, 2, 3)), (4, {1: "b", 2: "b", 3: "c"})]


def test_what_a_reader_sees_is_the_text_and_no_note_or_picture() -> None:
    inside = (
        "<table:table-cell office:value-type='string'><office:annotation><text:p>a note</text:p>"
        "</office:annotation><text:p>one <text:span>two<text:s text:c='3'/></text:span><text:tab/>"
        "<text:a>three</text:a><office:annotation><text:p>aside</text:p></office:annotation>"
        "<text:line-break/>four</text:p><text:p/><text:p>five</text:p></table:table-cell>"
    )
    [found] = read("a.ods", ods(document(sheet(row(inside))))).sheets
    assert found.rows[0].text(1) == "one two   \tthree\nfour\n\nfive"


def test_cells_of_a_table_that_is_no_sheet_are_left_alone() -> None:
    """A linked table, and a table within a cell."""
    table = sheet(row(cell("x")))
    link = f"<table:dde-links><table:dde-link>{table}</table:dde-link></table:dde-links>"
    within = f"<table:table-cell>{table}<text:p>y</text:p></table:table-cell>"
    body = sheet(row(within, cell("z"))) + link
    [found] = read("a.ods", ods(document(body))).sheets
    assert [dict(each.cells) for each in found.rows] == [{1: "y", 2: "z"}]


def test_formulas_and_hidden_sheets_are_known_as_such() -> None:
    cells = (
        '<table:table-cell table:formula="of:=A1" office:value-type="string"><text:p>Keep</text:p>'
        "</table:table-cell>",
        '<table:table-cell table:formula="of:=A1"/>',
        '<table:table-cell table:formula="of:=A1" office:value-type="float"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
    )
    hide = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="ta1">{hide}</style:style>'
    body = sheet(row(*cells)).replace("<table:table ", '<table:table table:style-name="ta1" ')
    [found] = read("a.ods", ods(document(body, styles=style))).sheets
    assert found.hidden
    assert found.formulas == {(1, 1)}
    assert found.valueless == {(1, 2), (1, 3)}
    assert dict(found.rows[0].cells) == {1: "Keep", 2: "", 3: "", 4: "TRUE"}


def sorted_part(columns: str) -> str:
    return answered(
        f'<table:database-ranges><table:database-range table:target-range-address="{columns}">'
        "<table:sort><table:sort-by/></table:sort></table:database-range></table:database-ranges>"
    )


def test_a_sort_that_left_columns_behind_is_remembered(review: Path, tmp_path: Path) -> None:
    content = ods(sorted_part("Decisions.Q2:Decisions.R13"))
    assert read("a.ods", content).sheets[0].sorted == (Area(2, 17, 13, 18),)
    (tmp_path / "ana.ods").write_bytes(content)
    code, [receipt] = ingest(review, tmp_path / "ana.ods")
    assert code == 4
    assert "was sorted without Item, Seal" in receipt["problems"][0]["says"]


def test_a_sort_of_everything_is_fine(review: Path, tmp_path: Path) -> None:
    (tmp_path / "ana.ods").write_bytes(ods(sorted_part("$Decisions.$A$2:.$U$13")))
    _, [receipt] = ingest(review, tmp_path / "ana.ods")
    assert receipt["outcome"] == "accepted"


def test_a_sheet_name_with_quotes_is_read() -> None:
    body = sheet(row(cell("x")), name="It's. mine")
    ranges = sorted_part("'It''s. mine'.A1:'It''s. mine'.B2").partition("<table:database-ranges>")
    content = document(body + "<table:database-ranges>" + ranges[2].partition("</office:s")[0])
    assert read("a.ods", ods(content)).sheets[0].sorted == (Area(1, 1, 2, 2),)


@pytest.mark.parametrize(
    "body",
    [
        cell("a"),  # of no row
        row(cell("a")) + cell("b"),  # it would join the row before
        row(row(cell("a"))),
    ],
)
def test_a_cell_that_is_of_no_one_row_is_damage(body: str) -> None:
    with pytest.raises(TableError, match="damaged or incomplete"):
        read("a.ods", ods(document(sheet(body))))


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_flipped_bytes_never_break_the_reader(seed: int) -> None:
    rng = random.Random(seed)
    text = bytearray(GOOD.encode())
    for _ in range(rng.randint(1, 8)):
        text[rng.randrange(len(text))] = rng.choice(b'<>"/= 0Ar9:\x00\xff')
    try:
        read("a.ods", ods(bytes(text)))
    except TableError as error:
        assert str(error).startswith("a.ods: ")


def test_names_are_those_of_the_standard() -> None:
    assert SPACE == "urn:oasis:names:tc:opendocument:xmlns:"
