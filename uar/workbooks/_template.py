"""The workbook of one campaign without its items: made once with openpyxl, filled many times.

Every workbook of a campaign differs from it in the reviewer's words and in rows of texts only.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from uar.settings import Branding
from uar.sheet import (
    BEFORE,
    CHECK,
    COMMENT,
    DECISION,
    ITEM,
    NEEDS_REASON,
    REASON,
    SEAL,
    SHEET,
    SHOWN,
    SIGN_OFF,
)
from uar.tables import DECISION_WORDS
from uar.text import plain
from uar.workbooks._logo import Logo, placed
from uar.workbooks._logo import parts as logo_parts
from uar.workbooks._look import (
    ACCENT,
    ANSWER,
    ASK_WASH,
    ASKED,
    BAD,
    DECIDED,
    FACT,
    FONT,
    HEAD,
    HEAD_ASKED,
    LEAD,
    NAME,
    SEALED,
    SHORT,
    SMALL,
    WORD,
    Style,
    coloured,
    page,
)
from uar.workbooks._rows import LETTERS, Column
from uar.workbooks._start import (
    EMAIL,
    FILE,
    REVIEWER,
    ROWS,
    VERSION,
    Ranges,
    machine_room,
    sign_off,
    start,
)

# Each stands for the number of the last row of a sheet: Decisions, What it gives, People.
LAST, LAST_GIVEN, LAST_PERSON = 987654, 987655, 987656
HEADER = 2
LONGEST_REASON = 2_000
PAPERS = {"A4": 9, "Letter": 1}  # as files number them
ASKING = 190  # number of the number format that asks for a reason; below 164 they are Excel's own


@dataclass(frozen=True)
class Sheet:
    """A sheet that rows are put into: its part in the file, and its columns."""

    part: str
    columns: Sequence[Column]
    first: int  # row
    last: int  # what stands for the number of the last one
    formula: tuple[str, str] = ("", "")  # a column's letter, and what the first row says in it


@dataclass(frozen=True)
class Template:
    """The parts of the file as text, and the three sheets that rows are put into."""

    parts: Mapping[str, str]
    decisions: Sheet
    gives: Sheet
    people: Sheet
    picture: Logo | None = None


@dataclass(frozen=True)
class Brand:
    """What uar.toml says of the look, and the picture that it names."""

    settings: Branding = field(default_factory=Branding)
    picture: Logo | None = None


PLAIN = Brand()


DECISIONS = (
    (ITEM, 12, SMALL),
    *((shown.heading, shown.width, NAME if shown.names else FACT) for shown in SHOWN),
    (DECISION, 14, WORD),
    (REASON, 28, ANSWER),
    (COMMENT, 16, ANSWER),
    (CHECK, 15, ASKED),
    (SEAL, 5, SEALED),
)
AT = {heading: letter for letter, (heading, _, _) in zip(LETTERS, DECISIONS, strict=False)}
GIVES = (
    ("Access", 28, NAME),
    ("Kind", 14, FACT),
    ("Opens", 44, FACT),
    ("Held by", 18, FACT),
    ("Membership", 22, FACT),
    ("Description", 46, FACT),
)
PEOPLE = (
    ("Person", 26, NAME),
    ("Account", 32, NAME),
    ("Account kind", 16, FACT),
    ("Status", 12, FACT),
    ("Job title", 26, FACT),
    ("Department", 20, FACT),
    ("Manager", 22, FACT),
    ("One person because", 36, FACT),
)


TITLES = {
    "What it gives": "What each access in this file gives",
    "People": "Whose access is in this file, with all accounts",
}


def template(campaign: Mapping[str, Any], brand: Brand = PLAIN) -> Template:
    """Everything that the workbooks of a campaign share."""
    book = Workbook()
    plain_style: Any = book._named_styles["Normal"]  # type: ignore[attr-defined]
    plain_style.font = Font(name=FONT, size=10)  # column widths are counted in its digits
    cover = book.active
    assert isinstance(cover, Worksheet)  # noqa: S101 - for the type checker: a new book has one
    cover.title = "Start here"
    ranges = _ranges()
    said = {1: start(cover, campaign, ranges, brand.settings.instructions)}
    decisions = _decisions(book.create_sheet(SHEET), campaign, ranges)
    gives = _listing(book.create_sheet("What it gives"), 3, GIVES, LAST_GIVEN)
    people = _listing(book.create_sheet("People"), 4, PEOPLE, LAST_PERSON)
    said |= {2: {f"{AT[DECISION]}1": f"0 of {ROWS} decided"}}
    said |= {5: sign_off(book.create_sheet(SIGN_OFF), ranges)}
    machine_room(book.create_sheet("_uar"), campaign)
    _properties(book, campaign)
    for sheet in book.worksheets:
        sheet.page_setup.paperSize = PAPERS[brand.settings.paper]
    parts = coloured(_parts(book, said), brand.settings.colour)
    if brand.picture is not None:
        first, types = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
        parts[first], parts[types] = placed(parts[first], parts[types], brand.picture)
        parts |= logo_parts(brand.picture, f"Logo of {plain(campaign['organisation'])}")
    return Template(parts, decisions, gives, people, brand.picture)


def _ranges() -> Ranges:
    return Ranges(AT["Flags"], AT[DECISION], AT[REASON], HEADER + 1, LAST)


def _decisions(sheet: Worksheet, campaign: Mapping[str, Any], ranges: Ranges) -> Sheet:
    sheet.sheet_properties.tabColor = ACCENT
    called = [plain(campaign[name]) for name in ("organisation", "name", "period")]
    line = " · ".join([*filter(None, called), f"for {REVIEWER}", campaign["campaign_id"]])
    SHORT.put(sheet, "A1", FILE)  # beside the title, which paper does not repeat
    Style(bold=True, wrap=False).put(sheet, "C1", line)
    Style(bold=True, colour=ACCENT, wrap=False).formula(
        sheet, f"{AT[DECISION]}1", f'={ranges.decided}&" of "&{ranges.all}&" decided"'
    )
    _headings(sheet, HEADER, DECISIONS, asked=(DECISION, REASON, COMMENT))
    if not campaign.get("previous"):
        for heading in BEFORE:
            sheet.column_dimensions[AT[heading]].hidden = True
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = f"C{HEADER + 1}"
    _table(sheet, DECISIONS, "Decisions", LAST)
    sheet.print_title_rows, sheet.print_title_cols = f"1:{HEADER}", "A:B"
    sheet.print_area = f"A1:{AT[COMMENT]}{LAST}"  # nobody reads seals on paper
    sheet.sheet_view.zoomScale = 85
    _choices(sheet)
    _colours(sheet)
    page(sheet, FILE, landscape=True, across=2)
    told = AT[CHECK], check_formula(HEADER + 1)
    return replace(_sheet(sheet, 2, DECISIONS, LAST), formula=told)


def _table(
    sheet: Worksheet, columns: Sequence[tuple[str, float, Style]], name: str, last: int
) -> None:
    """Headings that programs and screen readers know as such, with a filter on each."""
    ref = f"A{HEADER}:{LETTERS[len(columns) - 1]}{last}"
    headed = [
        TableColumn(number, name=heading) for number, (heading, _, _) in enumerate(columns, 1)
    ]
    sheet.add_table(
        Table(displayName=name, ref=ref, tableColumns=headed, autoFilter=AutoFilter(ref=ref))
    )


def _choices(sheet: Worksheet) -> None:
    """The drop-down of Decision, and what a Reason is for, told while typing."""
    words = DataValidation(
        "list", formula1=f'"{",".join(DECISION_WORDS)}"', allow_blank=True, showErrorMessage=True
    )
    words.errorTitle = DECISION
    words.error = f"Please choose {', '.join(DECISION_WORDS[:-1])} or {DECISION_WORDS[-1]}."
    words.add(f"{AT[DECISION]}{HEADER + 1}:{AT[DECISION]}{LAST}")
    reason = DataValidation(
        "textLength", operator="lessThanOrEqual", formula1=str(LONGEST_REASON), allow_blank=True,
        showErrorMessage=True, showInputMessage=True,
    )  # fmt: skip
    reason.promptTitle = REASON
    reason.prompt = (
        "Needed for Revoke, for Modify (what to change), and for a Keep where Flags says "
        f"{NEEDS_REASON}."
    )
    reason.errorTitle = REASON
    reason.error = f"Please stay below {LONGEST_REASON:,} characters."
    reason.add(f"{AT[REASON]}{HEADER + 1}:{AT[REASON]}{LAST}")
    sheet.add_data_validation(words)
    sheet.add_data_validation(reason)


def check_formula(row: int) -> str:
    """What an answer still lacks, told in its own row while it is typed; without the equals sign.

    Only functions that Excel, LibreOffice and Google Sheets all have.
    """
    decision, reason, flags = (f"{AT[name]}{row}" for name in (DECISION, REASON, "Flags"))
    known = ",".join(f'{decision}="{word}"' for word in DECISION_WORDS)
    return (
        f'IF(LEN(TRIM({decision}))=0,IF(LEN(TRIM({reason}))=0,"","Decision missing"),'
        f'IF(NOT(OR({known})),"Choose from the list",'
        f'IF(LEN(TRIM({reason}))>0,"Complete",'
        f'IF({decision}="Modify","Reason missing: what to change",'
        f'IF(OR({decision}="Revoke",AND({decision}="Keep",'
        f'ISNUMBER(SEARCH("{NEEDS_REASON}",{flags})))),"Reason missing","Complete")))))'
    )


def _colours(sheet: Worksheet) -> None:
    """Colours that follow what is typed. The word always says the same."""
    first = HEADER + 1
    decision, flags, check = (f"${AT[name]}{first}" for name in (DECISION, "Flags", CHECK))
    missing = f'LEFT({check},6)="Reason"'
    severe = f'OR(ISNUMBER(SEARCH("Critical: ",{flags})),ISNUMBER(SEARCH("High: ",{flags})))'
    ask = {"fill": PatternFill(bgColor=ASK_WASH)}
    _rule(sheet, DECISION, missing, **ask, numFmt=NumberFormat(ASKING, '@" - reason?"'))
    _rule(sheet, REASON, missing, **ask)
    _rule(
        sheet,
        CHECK,
        f'AND({check}<>"",{check}<>"Complete")',
        **ask,
        font=Font(color=BAD, bold=True),
    )
    _rule(sheet, "Flags", severe, font=Font(color=BAD))
    for word, (paper, ink) in DECIDED.items():
        look = {"font": Font(color=ink, bold=True), "fill": PatternFill(bgColor=paper)}
        _rule(sheet, DECISION, f'{decision}="{word}"', **look)


def _rule(sheet: Worksheet, heading: str, formula: str, **look: Any) -> None:
    rule = Rule(type="expression", dxf=DifferentialStyle(**look), formula=[formula])
    sheet.conditional_formatting.add(f"{AT[heading]}{HEADER + 1}:{AT[heading]}{LAST}", rule)


def _listing(
    sheet: Worksheet, place: int, columns: Sequence[tuple[str, float, Style]], last: int
) -> Sheet:
    """A sheet to read only: a title, headings, rows."""
    LEAD.put(sheet, "A1", TITLES[sheet.title])
    sheet.row_dimensions[1].height = 24
    _headings(sheet, HEADER, columns)
    _table(sheet, columns, sheet.title.replace(" ", "_"), last)
    sheet.freeze_panes = f"B{HEADER + 1}"
    sheet.print_title_rows = f"1:{HEADER}"
    page(sheet, FILE, landscape=True)
    return _sheet(sheet, place, columns, last)


def _headings(
    sheet: Worksheet,
    row: int,
    columns: Sequence[tuple[str, float, Style]],
    asked: Iterable[str] = (),
) -> None:
    sheet.row_dimensions[row].height = 28
    for letter, (heading, width, _) in zip(LETTERS, columns, strict=False):
        (HEAD_ASKED if heading in asked else HEAD).put(sheet, f"{letter}{row}", heading)
        sheet.column_dimensions[letter].width = width


def _sheet(
    sheet: Worksheet, place: int, columns: Sequence[tuple[str, float, Style]], last: int
) -> Sheet:
    letters = [*LETTERS[: len(columns)], ""]
    made = [
        Column(letter, style.number(sheet), _fitting(width, style), then)
        for letter, then, (_, width, style) in zip(letters, letters[1:], columns, strict=False)
    ]
    return Sheet(f"xl/worksheets/sheet{place}.xml", made, HEADER + 1, last)


def _fitting(width: float, style: Style) -> float:
    """How many characters of a style fit into a column; 0 where they are not wrapped."""
    return width * 10 / style.size / (1.08 if style.bold else 1) - 1 if style.wrap else 0


def _properties(book: Workbook, campaign: Mapping[str, Any]) -> None:
    taken = dt.datetime.fromisoformat(campaign["snapshot_at"]).astimezone(dt.UTC)
    book.properties.title = plain(campaign["name"])
    book.properties.creator = "uar"
    book.properties.created = book.properties.modified = taken.replace(tzinfo=None)
    facts = {
        "format": VERSION,
        "campaign": campaign["campaign_id"],
        "file": FILE,
        "reviewer": EMAIL,
    }
    own: Any = book  # types-openpyxl does not know custom properties
    for name, value in facts.items():
        own.custom_doc_props.append(StringProperty(name=f"uar {name}", value=value))
    book.defined_names["uar_file"] = DefinedName("uar_file", attr_text=f'"{FILE}"')


def _parts(book: Workbook, said: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
    """The parts as text; formulas carry what they say while nothing is decided, so that a preview
    that does not calculate shows it too."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # Workbook.save would write the time of the day.
        writer: Any = ExcelWriter(book, archive)
        writer.write_data()
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    for place, texts in said.items():
        name = f"xl/worksheets/sheet{place}.xml"
        for cell, text in texts.items():
            pattern = rf'(<c r="{cell}"[^>]*)>(<f>[^<]*</f>)<v\s*/?>(?:</v>)?'
            parts[name] = re.sub(
                pattern, rf'\g<1> t="str">\g<2><v>{text}</v>', parts[name], count=1
            )
    return parts
