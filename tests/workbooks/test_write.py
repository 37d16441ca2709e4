"""Workbooks: what is in the directory stays text, nothing is cut, the same items the same bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.review.world import HEADER, Row, access_of, entitlement, finding, person, world
from uar import processes
from uar.folder import digest
from uar.review.campaign import campaign
from uar.review.cards import gives, people
from uar.review.items import Known, in_order, items
from uar.settings import Campaign, Reviewers, Settings
from uar.sheet import (
    BEFORE,
    CHECK,
    DECISION,
    HEADINGS,
    REASON,
    SEAL,
    SHEET,
    SHOWN,
    SINCE_WORDS,
    cells,
    cells_of_each,
    few_alike,
)
from uar.snapshot import to_lines
from uar.tables import BANDS, DECISION_WORDS, LINKS, SINCE, records
from uar.workbooks._decisions import AT, TOLD, ranges
from uar.workbooks._rows import TALLEST, lines
from uar.workbooks._start import counts, start
from uar.workbooks.write import workbooks

SETTINGS = Settings(Campaign(period="2026-Q4", contact="=1+1"), Reviewers("boss@example.com"))
HOSTILE = (
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "#N/A", "#REF!", "TRUE", "0012", "1E5",
    "2026-01-01", "http://x.example/", "'quoted", "</t></is></c>", "&amp;", "_x0041_", "_x000D_",
    "a\tb", "line\nbreak", "bell\x07", "nul\x00", "\u202eevil", "\ufffe", " padded ",
    "👩\u200d💻 Zoë", "İstanbul", "x" * 40_000, "\ue0000\ue001", "987654", "{reviewer}",
)  # fmt: skip
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="soffice is not installed")


def office(text: str = "Ann Doe", count: int = 1, *more: str) -> Known:
    """Items whose every text is `text`, and one named by each of `more`; the boss has the
    fallback."""
    profile = {"name": text, "login": text, "title": text, "department": text}
    accounts = [person("ann", **profile), person("boss", name=text)]
    names = enumerate((*[text] * count, *more))
    things = [entitlement(f"app:a{n}", name=name, description=name) for n, name in names]
    grants = [access_of(each["entitlement_id"], "jumpcloud:user:ann") for each in things]
    found = [finding("jumpcloud:user:ann", text, "high")]
    return world(accounts, things, grants, found, replace(HEADER, tenant_name=text))


def written(known: Known, asked: Settings = SETTINGS) -> tuple[list[Row], dict[str, bytes]]:
    """The items in their order, and the workbooks."""
    population = items(known, asked, str)
    root = digest(to_lines(population))
    facts = campaign(population, root, known.snapshot, SETTINGS.campaign, "2026-11-20T10:00:00Z")
    cards: Any = gives(known), people(known, LINKS.empty())
    ordered = in_order(population)
    return records(ordered), dict(workbooks(ordered, facts, *cards))


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def shown(book: Workbook) -> list[list[str]]:
    """The rows below the headings as a reader gets them."""
    rows = list(book[SHEET].iter_rows(min_row=2, values_only=True))
    assert tuple(rows[0]) == HEADINGS
    check = HEADINGS.index(CHECK)
    return [
        ["" if cell is None or at == check else str(cell) for at, cell in enumerate(row)]
        for row in rows[1:]
    ]


def expected(rows: list[Row]) -> list[list[str]]:
    return [[row["item_id"], *cells(row), "", "", "", "", row["seal"]] for row in rows]


def no_formula_but_ours(book: Workbook) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "e"
                if cell.data_type == "f":
                    assert SHEET in str(cell.value) or cell.column_letter == AT[CHECK]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_stays_text(text: str) -> None:
    rows, books = written(office(text))
    for content in books.values():
        book = opened(content)
        assert shown(book) == expected(rows)
        no_formula_but_ours(book)


@settings(max_examples=12)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=12))
def test_any_text_stays_text(texts: list[str]) -> None:
    rows, books = written(office(texts[0], 1, *texts[1:]))
    (content,) = books.values()
    assert shown(opened(content)) == expected(rows)


@needs_office
def test_hostile_text_and_the_counter_through_libreoffice(tmp_path: Path) -> None:
    text = "|".join(word for word in HOSTILE if word.isprintable() and len(word) < 100)
    rows, books = written(office("=1+1&" + text, count=5))
    book = opened(next(iter(books.values())))
    for row, word in enumerate(DECISION_WORDS, 3):
        book[SHEET].cell(row, len(SHOWN) + 2).value = word
    book.save(tmp_path / "in.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(OFFICE), home, "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "out"), str(tmp_path / "in.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    back = load_workbook(tmp_path / "out" / "in.xlsx", data_only=True)
    assert back["Start here"]["B6"].value == "4 of 5 decided"
    # Revoke and Modify, and the Keep of a flagged item.
    assert back["Start here"]["B8"].value == "1 not reviewed yet, 3 reasons are missing"
    said = [back[SHEET][f"{AT[CHECK]}{row}"].value for row in range(3, 8)]
    assert said == [
        "Reason missing", "Reason missing", "Reason missing: what to change", "Complete", None,
    ]  # fmt: skip
    assert back["Sign-off"]["B14"].value == "In this file: 4 of 5 decided"
    place = slice(1, len(SHOWN) + 1)
    assert [row[place] for row in shown(back)] == [row[place] for row in expected(rows)]
    assert len(back[SHEET].data_validations.dataValidation) == 2


def test_the_same_items_make_the_same_bytes() -> None:
    first, again = written(office(count=3))[1], written(office(count=3))[1]
    assert first == again
    with zipfile.ZipFile(io.BytesIO(next(iter(first.values())))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-20T09:00:00" in archive.read("docProps/core.xml")


def test_processes_write_what_one_alone_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    bosses = [person(f"m{n}", manager="m0" if n else "m1") for n in range(processes.WORTH + 4)]
    things = [entitlement("app:a")]
    grants = [access_of("jumpcloud:app:a", f"jumpcloud:user:m{n}") for n in range(len(bosses))]
    staff = [person(f"u{n}", manager=f"m{n}") for n in range(len(bosses))]
    grants += [access_of("jumpcloud:app:a", f"jumpcloud:user:u{n}") for n in range(len(staff))]
    known = world([person("boss"), *bosses, *staff], things, grants)
    _, together = written(known)
    assert len(together) >= processes.WORTH
    monkeypatch.setattr(processes, "WORTH", len(together) + 1)
    _, alone = written(known)
    assert [*together.items()] == [*alone.items()]


def test_it_is_laid_out_for_reading() -> None:
    rows, books = written(office("A rather long name of a thing that has to be wrapped", count=12))
    book = opened(next(iter(books.values())))
    assert book.sheetnames == ["Start here", SHEET, "What it gives", "People", "Sign-off", "_uar"]
    assert book["_uar"].sheet_state == "hidden"
    sheet = book[SHEET]
    assert sheet.freeze_panes == "D3"
    (table,) = sheet.tables.values()
    assert table.ref == table.autoFilter.ref == f"A2:{AT[SEAL]}14"
    assert tuple(table.column_names) == HEADINGS
    assert not sheet.merged_cells.ranges and not sheet.auto_filter.ref
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_cols == "$A:$C"
    assert sheet.dimensions == f"A1:{AT[SEAL]}14"
    for number, row in enumerate(expected(rows), 3):
        height = sheet.row_dimensions[number].height
        needed = max(
            lines(text, column.width) for column, text in zip(SHOWN, row[1:], strict=False)
        )
        assert min(needed * 12.5, TALLEST) <= height <= TALLEST
    for name, last in (("What it gives", 14), ("People", 3)):
        (table,) = book[name].tables.values()
        headings = [cell.value for cell in book[name][2]]
        assert table.ref == f"A2:{'ABCDEFGHI'[len(headings) - 1]}{last}"
        assert table.column_names == headings
        assert len(list(book[name].rows)) == last
    ranges = [str(rule.sqref) for rule in sheet.data_validations.dataValidation]
    assert ranges == [f"{AT[name]}3:{AT[name]}14" for name in (DECISION, REASON)]


def test_of_many_flags_alike_a_row_shows_some_and_people_all() -> None:
    """A boss who is suspended is flagged once for each of his reports, in each of his rows."""
    accounts = [person("ann"), person("boss")]
    grants = [access_of("jumpcloud:app:pay", "jumpcloud:user:ann")]
    found = [finding("jumpcloud:user:ann", f"Report {n}.", "high") for n in range(5)]
    found += [finding("jumpcloud:app:pay", f"Thing {n}.", "low") for n in range(20)]
    rows, books = written(world(accounts, [entitlement("app:pay")], grants, found))
    book = opened(next(iter(books.values())))
    flags = str(book[SHEET][f"{AT['Flags']}3"].value).split("\n")
    assert flags == [
        "Flagged high: a Keep needs a reason.", "High: Report 0. (T-01)", "High: Report 1. (T-01)",
        "And 23 more like it. (T-01)",
    ]  # fmt: skip
    assert str(rows[0]["flags"]).count("\n") == 24  # the report has them all
    told = [str(book[name].cell(3, len(list(book[name].columns))).value).split("\n")
            for name in ("People", "What it gives")]  # fmt: skip
    assert told[0] == [f"High: Report {n}. (T-01)" for n in range(5)]
    assert len(told[1]) == 13
    assert told[1][-1] == "And 8 more, which the report lists."


@pytest.mark.parametrize(
    ("sentences", "shown"),
    [
        (["A. (X-1)", "B. (X-1)", "C. (X-1)"], ["A. (X-1)", "B. (X-1)", "C. (X-1)"]),
        (["A. (X-1)", "B. (X-2)", "C. (X-1)", "D. (X-1)", "E. (X-1)"],
         ["A. (X-1)", "C. (X-1)", "And 2 more like it. (X-1)", "B. (X-2)"]),
        (["a"] * 9, ["a"] * 9),
        (["a (b"] * 9, ["a (b"] * 9),
    ],
)  # fmt: skip
def test_flags_alike_are_those_of_one_detection(sentences: list[str], shown: list[str]) -> None:
    assert few_alike(sentences) == shown


def test_long_names_leave_room_for_the_counter() -> None:
    book = opened(next(iter(written(office("Wolfeschlegelstein " * 30))[1].values())))
    line = str(book[SHEET][f"{AT['Kind']}1"].value)
    assert line.endswith(" …") and "2026-Q4" in line
    assert len(line) < sum(shown.width for shown in SHOWN[2:] if shown.heading not in BEFORE)
    for name, place in (("Start here", "B2"), ("Start here", "B4"), ("Sign-off", "B3")):
        assert len(str(book[name][place].value)) < 120


def test_rows_fit_themselves_to_their_texts_after_a_sort() -> None:
    """Only a height that is no custom one follows what stands in the row."""
    content = next(iter(written(office(count=5))[1].values()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{place}.xml").decode() for place in (2, 3, 4)]
    for sheet in sheets:
        rows = re.findall(r"<row [^>]*>", sheet)[2:]  # below title and headings
        assert rows
        assert all(" ht=" in row and "customHeight" not in row for row in rows)


def test_a_file_says_which_it_is() -> None:
    book = opened(next(iter(written(office())[1].values())))
    facts = {row[0]: row[1] for row in book["_uar"].iter_rows(values_only=True)}
    assert facts["reviewer"] == "boss@example.com"
    assert facts["rows"] == "1"
    assert str(facts["file"]) in str(book[SHEET]["A1"].value)
    assert str(facts["campaign"]) in str(book[SHEET]["B1"].value)
    assert book.defined_names["uar_file"].value == f'"{facts["file"]}"'
    own: Mapping[str, Any] = {prop.name: prop.value for prop in book.custom_doc_props.props}
    assert own["uar campaign"] == facts["campaign"]
    assert len(str(facts["population root"])) == 64


def test_nothing_is_decided_beforehand_and_the_counter_says_so() -> None:
    content = next(iter(written(office(count=2))[1].values()))
    values = load_workbook(io.BytesIO(content), data_only=True)
    assert values["Start here"]["B6"].value == "0 of 2 decided"
    assert values[SHEET][f"{AT[DECISION]}1"].value == "0 of 2 decided"
    place = HEADINGS.index(DECISION)
    assert all(row[place : place + 4] == [""] * 4 for row in shown(values))
    choices = opened(content)[SHEET].data_validations.dataValidation[0]
    assert choices.formula1 == '"Keep,Revoke,Modify,Not sure"'


def test_sign_off_can_be_found_by_its_labels() -> None:
    sheet = opened(next(iter(written(office())[1].values())))["Sign-off"]
    labels = [str(sheet.cell(row, 2).value) for row in range(8, 13)]
    assert [label.split()[0] for label in labels] == [
        "Name",
        "E-mail",
        "Date",
        "Number",
        "Conflict",
    ]
    assert all(sheet.cell(row, 3).value is None for row in range(8, 13))


def test_a_wrapped_text_takes_the_lines_it_takes() -> None:
    assert lines("one", 10) == 1
    assert lines("one\ntwo", 10) == 2
    assert lines("aaaa bbbb cccc", 10) == 2
    assert lines("a" * 25, 10) == 3
    assert lines("漢字" * 5, 10) == 3


def test_a_file_about_one_access_says_so_and_the_counts_are_not_cut() -> None:
    people_ = [person(who) for who in ("ann", "bob", "boss", "owner")]
    things = [entitlement("app:pay"), entitlement("app:wiki")]
    held = [("pay", "ann"), ("pay", "bob"), ("wiki", "ann"), ("wiki", "bob")]
    known = world(
        people_, things, [access_of(f"jumpcloud:app:{a}", f"jumpcloud:user:{b}") for a, b in held]
    )
    for way, says in (
        ("application", "2 items: 2 other; all of Pay"),
        ("reviewer", "4 items: 4 other"),
    ):
        owners = {"Pay": "owner@example.com", "Wiki": "owner@example.com"}
        reviewers = Reviewers("boss@example.com", owners=owners, workbook_per=way)
        books = written(known, replace(SETTINGS, reviewers=reviewers))[1]
        sheet = opened(books[min(books)])["Start here"]
        (row,) = (row for row in range(10, 16) if sheet.cell(row, 2).value == "Items")
        assert sheet.cell(row, 3).value == says
    entry: dict[str, Any] = {"items": 98_765, "reviewer_email": "a"}
    entry |= dict.fromkeys(BANDS, 12_345) | {"since": dict.fromkeys(SINCE, 12_345)}
    words = ("organisation", "name", "period", "contact", "due", "tenant", "owner")
    facts = {**dict.fromkeys(words, ""), "campaign_id": "C", "snapshot_at": HEADER.finished_at}
    cover = Workbook().active
    assert isinstance(cover, Worksheet)
    start(cover, {**facts, "workbooks": [entry]}, ranges(), "")
    (row,) = (row for row in range(10, 16) if cover.cell(row, 2).value == "Items")
    needed = lines(counts(entry, ""), 71)
    assert needed > 1
    assert (cover.row_dimensions[row].height or 0) >= 12.5 * needed


def test_times_are_told_in_utc_and_by_the_clocks_that_the_settings_name() -> None:
    words = ("organisation", "name", "period", "contact", "tenant", "owner")
    book = {"items": 1, "reviewer_email": "a", **dict.fromkeys(BANDS, 0)}
    facts = {
        **dict.fromkeys(words, ""), "campaign_id": "C", "workbooks": [book], "due": "2026-12-15",
        "snapshot_at": "2026-11-20T23:30:00Z", "time_zone": "Asia/Tokyo",
        "previous": {"name": "Q3", "period": "", "snapshot_at": "2026-08-20T01:00:00Z"},
    }  # fmt: skip
    cover = Workbook().active
    assert isinstance(cover, Worksheet)
    start(cover, facts, ranges(), "")
    said = {cover.cell(row, 2).value: str(cover.cell(row, 3).value) for row in range(10, 19)}
    assert said["Due"] == ("Tuesday, 15 December 2026, until midnight in Asia/Tokyo (15:00 UTC)")
    read = "20 November 2026, 23:30 UTC (21 November, 08:30 in Asia/Tokyo)"
    assert said["Read from the tenant"].startswith(read)
    assert "of 20 August 2026, 01:00 UTC (10:00 in Asia/Tokyo). " in said["Compared with"]


def test_what_is_new_or_back_is_counted_over_all_bands() -> None:
    bands = dict.fromkeys(BANDS, 0) | {"privileged": 2, "new": 1}
    entry: dict[str, Any] = {"items": 3, "reviewer_email": "a", **bands}
    assert counts(entry, "") == "3 items: 2 privileged, 1 new"
    entry["since"] = {"new": 2, "changed": 0, "back again": 1, "unchanged": 0}
    says = "3 items: 2 privileged, 1 new. In all since the review before: 2 new, 1 back again"
    assert counts(entry, "") == says


def test_whatever_is_told_of_since_has_its_look_and_unchanged_has_none() -> None:
    told = [SINCE_WORDS[word] for word in SINCE if word != "unchanged"]
    told.append(cells_of_each([{"given": "12 Nov 2026"}])[0][HEADINGS.index("New or changed") - 1])
    assert all(any(text.startswith(word) for word in TOLD) for text in told)
    assert not SINCE_WORDS["unchanged"].startswith(tuple(TOLD))
    assert all(any(text.startswith(word) for text in told) for word in TOLD)
