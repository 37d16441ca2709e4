"""What people do to workbooks, as the field has seen it, each thing done in a real LibreOffice.

The file is the workbook as `uar open` writes it, every row answered and signed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.calc import Edit, edit
from tests.ingest.review import (
    COLUMN,
    HEADER,
    HEADINGS,
    answered_by,
    filled,
    ingest,
    items_of,
    make_review,
    recorded,
)
from uar.sheet import DECISION, ITEM, REASON, SEAL

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)
ITEMS = items_of("ana")
FIRST, LAST = HEADER, HEADER + 11  # rows of items, counted from 0 as LibreOffice does
WIDE = len(HEADINGS) - 1
AT = {heading: column - 1 for heading, column in COLUMN.items()}


def area(left: int, top: int, right: int, bottom: int) -> str:
    return f"Sheet.getCellRangeByPosition({left}, {top}, {right}, {bottom})"


def cell(heading: str, row: int) -> str:
    return f"Sheet.getCellByPosition({AT[heading]}, {FIRST + row})"


def typed(heading: str, row: int, text: str) -> str:
    """As if typed: numbers, dates and formulas become what LibreOffice makes of them."""
    quoted = text.replace('"', '""')
    return f'{cell(heading, row)}.FormulaLocal = "{quoted}"\n'


def formula(heading: str, row: int, text: str) -> str:
    """The cells for answers take what is typed for text, until somebody formats them anew."""
    return f"{cell(heading, row)}.NumberFormat = 0\n{typed(heading, row, text)}"


def pasted(heading: str, row: int, text: str) -> str:
    """As text, letter by letter; some cannot stand in a Basic program."""
    codes = " & ".join(f"Chr({ord(char)})" for char in text)
    return f"{cell(heading, row)}.String = {codes}\n"


def sorted_by(heading: str, left: int, right: int) -> str:
    return f"""
Dim Fields(0) As New com.sun.star.table.TableSortField
Fields(0).Field = {AT[heading] - left}
Fields(0).IsAscending = False
{area(left, FIRST, right, LAST)}.sort(Array(Argument("SortFields", Fields())))
"""


def signed(place: str, text: str) -> str:
    sheet = 'Doc.Sheets.getByName("Sign-off")'
    return f'{sheet}.getCellRangeByName("{place}").FormulaLocal = "{text}"\n'


def copied(row: int, target: int) -> str:
    source = f"{area(0, FIRST + row, WIDE, FIRST + row)}.RangeAddress"
    return f"Sheet.copyRange(Sheet.getCellByPosition(0, {target}).CellAddress, {source})\n"


FILTERED = f"""
Dim Fields(0) As New com.sun.star.sheet.TableFilterField
Dim Filter
Filter = {area(0, FIRST - 1, WIDE, LAST)}.createFilterDescriptor(True)
Fields(0).Field = {AT["Access"]}
Fields(0).StringValue = "Finance"
Fields(0).Operator = com.sun.star.sheet.FilterOperator.EQUAL
Filter.setFilterFields(Fields())
Filter.ContainsHeader = True
{area(0, FIRST - 1, WIDE, LAST)}.filter(Filter)
"""
FROM_BEN = f"""
Other = Opened("BEN")
{area(0, LAST + 1, WIDE, LAST + 1)}.setDataArray(Other.Sheets.getByName("Decisions") _
  .getCellRangeByPosition(0, {FIRST + 2}, {WIDE}, {FIRST + 2}).getDataArray())
Other.close(True)
"""
REARRANGED = f"""
Sheet.Rows.insertByIndex(1, 3)
Sheet.getCellByPosition(2, 2).String = "Please answer, Ana"
Sheet.getCellByPosition({AT["Manager"]}, {FIRST + 2}).String = "Responsable"
Sheet.Columns.removeByIndex({AT["Job title"]}, 1)
Sheet.Columns.insertByIndex(0, 2)
Sheet.getCellByPosition(1, {FIRST + 2}).String = "Ticket"
Sheet.moveRange(Sheet.getCellByPosition(0, 0).CellAddress, _
  Sheet.Columns.getByIndex({AT[DECISION] + 1}).RangeAddress)
Sheet.getCellByPosition(0, {FIRST + 2}).String = "DÉCISION "
"""
MERGED = f"{area(AT[DECISION], FIRST, AT[DECISION], FIRST + 3)}.merge(True)"
MACRO = """
Doc.BasicLibraries.createLibrary("Mine")
Doc.BasicLibraries.getByName("Mine").insertByName("Own", "Sub A")
"""
WORDS = ("ok", "REMOVE", "Certified", "retain", "Not mine", "offboard", " Keep ", "denied")
UNCLEAR = ("Y", "n", "x", "1", "true", "✓", "keep for now, remove after audit", "N/A", "None")
BLANKS = ("", " ", "\u00a0", "\u200b")

FINE = {
    "sorted": Edit(sorted_by("Access", 0, WIDE)),
    "sorted ods": Edit(sorted_by("Access", 0, WIDE), "ods"),
    "filtered": Edit(FILTERED),
    "filtered ods": Edit(FILTERED, "ods"),
    "rearranged": Edit(REARRANGED),
    "rearranged ods": Edit(REARRANGED, "ods"),
    "again": Edit(copied(0, LAST + 1)),
    "seal gone": Edit(f"Sheet.Columns.removeByIndex({AT[SEAL]}, 1)"),
    "worked out": Edit(formula(DECISION, 0, '=IF(1=1;"Keep";"Revoke")')),
}
CSV = {  # separator, quote, character set: 76 is UTF-8, 1 is Windows-1252, 65535 is UTF-16
    "comma, utf-8": "44,34,76,1,,0,false,true,false,false,false,2",
    "semicolon, cp1252": "59,34,1,1,,0,false,true,false,false,false,2",
    "tab, utf-16": "9,34,65535,1,,0,false,true,false,false,false,2",
    "comma, every cell quoted": "44,34,76,1,,0,true,true,false,false,false,2",
}
# name -> (the edit, the cell, what is said of it)
D = [f"Decisions!{chr(65 + AT[DECISION])}{row}" for row in range(FIRST + 1, LAST + 3)]
REFUSED: dict[str, tuple[Edit, str, str]] = {
    "from a colleague": (Edit(FROM_BEN), f"Decisions!A{LAST + 2}", "was put to Ben"),
    "twice, not the same": (
        Edit(copied(0, LAST + 1) + pasted(DECISION, 12, "Revoke")),
        f"{D[0]}, {D[12]}",
        "more than once with different answers",
    ),
    "person corrected": (
        Edit(pasted("Person", 0, "Ana Fixed")), f"Decisions!B{FIRST + 1}", "issued was"
    ),
    "number without its zeros": (
        Edit(f"{cell('Access', 1)}.Value = 123"),
        f"Decisions!C{FIRST + 2}",
        "issued was '00123'",
    ),
    "id typed anew": (Edit(pasted(ITEM, 0, "5e10")), f"Decisions!A{FIRST + 1}", "a slip in typ"),
    "merged": (Edit(MERGED), f"{D[0]}:{D[3].partition('!')[2]}", "unmerge them"),
    "merged ods": (Edit(MERGED, "ods"), f"{D[0]}:{D[3].partition('!')[2]}", "unmerge them"),
    "decisions sorted alone": (
        Edit(sorted_by(DECISION, AT[DECISION], AT[DECISION]), "ods"), "", "was sorted without"
    ),
    "decision gone": (
        Edit(f"Sheet.Columns.removeByIndex({AT[DECISION]}, 1)"), "", "no sheet has the headings"
    ),
    "error value": (Edit(typed(DECISION, 0, "=1/0")), D[0], "is no decision"),
}  # fmt: skip
ODD = {
    "words": Edit("".join(pasted(DECISION, row, text) for row, text in enumerate(WORDS))),
    "unclear": Edit("".join(pasted(DECISION, row, text) for row, text in enumerate(UNCLEAR))),
    "unclear, typed": Edit(typed(DECISION, 0, "1") + typed(DECISION, 1, "TRUE"), "ods"),
    "blank": Edit("".join(pasted(DECISION, row, text) for row, text in enumerate(BLANKS) if text)
                  + f'{cell(DECISION, 0)}.String = ""'),
    "rows gone": Edit(f"Sheet.Rows.removeByIndex({FIRST + 2}, 3)"),
    "department": Edit(pasted("Department", 0, "Sales and Marketing")),
    "long": Edit(f'{cell(REASON, 0)}.String = String(3000, "x")'),
    "formula as reason": Edit(formula(REASON, 0, "=1+1") + typed(REASON, 1, "=1+1")),
    "none as reason": Edit(pasted(REASON, 0, "None") + pasted(REASON, 1, "n/a")),
    "signed on a date": Edit(signed("C10", "2026-11-24")),
    "signed on one of two days": Edit(signed("C10", "'03/04/2026")),
    "signed by another": Edit(signed("C9", "ben@example.com")),
    "corrected": Edit(pasted(DECISION, 0, "Revoke") + pasted(REASON, 0, "Left on Friday")),
}  # fmt: skip
CLOSED = {
    "password": (Edit(form="ods", password="secret"), "is protected with a password"),
    "only the first sheet": (
        Edit(form="csv", options="44,34,76,1,,0,false,true,false"),
        "nor a CSV file with the headings Item and Decision; return the workbook",
    ),
    "old": (Edit(form="xls"), "is an old Excel file (.xls)"),
    "printed": (Edit(form="pdf"), "is a PDF"),
    "macro": (
        Edit(MACRO, "ods"),
        "holds macros",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("by-hand")
    review, inbox = make_review(base / "q4"), base / "inbox"
    sent = filled(review, inbox)
    ben = filled(review, inbox, reviewer="ben").as_uri()
    edits = {**FINE, **ODD}
    edits |= {name: one for name, (one, *_) in (REFUSED | CLOSED).items()}
    edits |= {name: Edit(form="csv", options=options) for name, options in CSV.items()}
    edits["from a colleague"] = Edit(FROM_BEN.replace("BEN", ben))
    return edit(base, sent, edits)


def expected() -> dict[str, tuple[str, str]]:
    return {item["item_id"]: answered_by(FIRST + n + 1) for n, item in enumerate(ITEMS)}


def taken(review: Path) -> dict[str, tuple[str, str]]:
    return {key: (row["decision"], row["reason"]) for key, row in recorded(review).items()}


def said(receipt: dict[str, Any], kind: str = "problems") -> dict[str, str]:
    return {each["cell"]: each["says"] for each in receipt[kind]}


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_is_taken(review: Path, files: dict[str, Path], name: str) -> None:
    code, [receipt] = ingest(review, files[name])
    assert not receipt["problems"], said(receipt)
    assert (code, receipt["outcome"]) == (0, "accepted"), receipt["warnings"]
    assert taken(review) == expected()


@pytest.mark.parametrize("name", CSV)
def test_csv_of_any_kind_is_taken(review: Path, files: dict[str, Path], name: str) -> None:
    code, [receipt] = ingest(review, files[name])
    assert not receipt["problems"], said(receipt)
    assert code == 1  # a CSV file has no sign-off
    assert "not signed" in said(receipt, "warnings")[""]
    assert taken(review) == expected()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trusted_is_refused(review: Path, files: dict[str, Path], name: str) -> None:
    _, place, sentence = REFUSED[name]
    code, [receipt] = ingest(review, files[name])
    assert (code, receipt["outcome"]) == (4, "refused")
    found = [each for each in receipt["problems"] if sentence in each["says"]]
    assert place in [each["cell"] for each in found] or (found and not place), said(receipt)
    assert not taken(review)


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_no_plain_workbook_is_refused(
    review: Path, files: dict[str, Path], name: str
) -> None:
    code, [receipt] = ingest(review, files[name])
    assert (code, receipt["outcome"]) == (4, "refused")
    assert CLOSED[name][1] in said(receipt)[""]
    assert not taken(review)


def test_words_are_read_and_echoed(review: Path, files: dict[str, Path]) -> None:
    _, [receipt] = ingest(review, files["words"])
    read = {each["written"]: each["read_as"] for each in receipt["words"]}
    assert read == {
        "ok": "Keep", "REMOVE": "Revoke", "Certified": "Keep", "retain": "Keep",
        "Not mine": "Not sure", "offboard": "Revoke", "denied": "Revoke",
    }  # fmt: skip
    assert not receipt["problems"]
    assert taken(review)[ITEMS[6]["item_id"]][0] == "Keep"


def test_unclear_words_are_refused_row_by_row(review: Path, files: dict[str, Path]) -> None:
    code, [receipt] = ingest(review, files["unclear"])
    assert code == 4
    assert list(said(receipt)) == D[: len(UNCLEAR)]
    assert "says Keep and Revoke" in said(receipt)[D[6]]
    code, [receipt] = ingest(review, files["unclear, typed"])
    assert code == 4
    assert list(said(receipt)) == D[:2]


def test_what_only_looks_filled_is_not_reviewed(review: Path, files: dict[str, Path]) -> None:
    _, [receipt] = ingest(review, files["blank"])
    assert receipt["rows"]["blank"] == 4
    assert receipt["open"] == [item["item_id"] for item in ITEMS[:4]]
    assert not receipt["problems"]


def test_deleted_rows_are_missing(review: Path, files: dict[str, Path]) -> None:
    code, [receipt] = ingest(review, files["rows gone"])
    gone = [item["item_id"] for item in ITEMS[2:5]]
    assert (code, receipt["missing"]) == (0, gone)
    assert not taken(review).keys() & set(gone)


def test_a_corrected_fact_is_said_and_what_was_issued_counts(
    review: Path, files: dict[str, Path]
) -> None:
    code, [receipt] = ingest(review, files["department"])
    assert code == 1
    assert "what was issued counts" in said(receipt, "warnings")[f"Decisions!G{FIRST + 1}"]
    assert taken(review) == expected()


def test_reasons_stay_what_was_typed(review: Path, files: dict[str, Path]) -> None:
    for name in ("long", "formula as reason", "none as reason"):
        _, [receipt] = ingest(review, files[name], "--replace")
        assert not receipt["problems"], said(receipt)
        reasons = [taken(review)[item["item_id"]][1] for item in ITEMS[:2]]
        if name == "long":
            assert reasons[0] == "x" * 2000
            assert any("the first 2,000 of 3,000 characters" in note for note in receipt["notes"])
        elif name == "formula as reason":
            assert reasons == ["2", "=1+1"]  # the second cell is still one for text
            assert any("a formula; the value it showed" in note for note in receipt["notes"])
        else:
            assert reasons == ["None", "n/a"]


@pytest.mark.parametrize(
    ("name", "on", "warning"),
    [
        ("signed on a date", "2026-11-24", ""),
        ("signed on one of two days", None, "write it as 2026-04-03"),
        ("signed by another", "2026-11-24", "signed by ben@example.com"),
    ],
)
def test_the_sign_off(
    review: Path, files: dict[str, Path], name: str, on: str | None, warning: str
) -> None:
    code, [receipt] = ingest(review, files[name])
    assert code == (1 if warning else 0)
    assert warning in str(receipt["warnings"])
    assert recorded(review)[ITEMS[0]["item_id"]]["signed_on"] == on


def test_a_correction_counts_when_it_is_asked_for(review: Path, files: dict[str, Path]) -> None:
    ingest(review, files["sorted"])
    code, [receipt] = ingest(review, files["corrected"])
    assert code == 4
    assert "says Keep (Reason 3): take the new answers with --replace" in said(receipt)[D[0]]
    code, [receipt] = ingest(review, files["corrected"], "--replace")
    assert (code, receipt["rows"]["accepted"], receipt["rows"]["unchanged"]) == (0, 1, 11)
    assert taken(review)[ITEMS[0]["item_id"]] == ("Revoke", "Left on Friday")
