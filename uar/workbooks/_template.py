"""The workbook of one campaign without its items: made once with openpyxl, filled many times.

Every workbook of a campaign differs from it in the reviewer's words and in rows of texts only.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from uar.settings import Branding
from uar.sheet import DECISION, SHEET, SIGN_OFF
from uar.text import plain
from uar.workbooks._decisions import AT, decisions, ranges
from uar.workbooks._grid import HEADER, Asked, Sheet, as_table, filled, headings
from uar.workbooks._logo import Logo, placed
from uar.workbooks._logo import parts as logo_parts
from uar.workbooks._look import FACT, FONT, LEAD, NAME, PAPERS, coloured, page
from uar.workbooks._sign_off import machine_room, sign_off
from uar.workbooks._start import EMAIL, FILE, ROWS, VERSION, several, start

# Each stands for the number of the last row of a sheet, as LAST does: What it gives, People.
LAST_GIVEN, LAST_PERSON = 987655, 987656


@dataclass(frozen=True)
class Template:
    """The parts of the file as text, and the three sheets that rows are put into."""

    parts: Mapping[str, str]
    decisions: Sheet
    gives: Sheet
    people: Sheet
    several: bool  # a reviewer has more than one workbook
    picture: Logo | None = None


@dataclass(frozen=True)
class Brand:
    """What uar.toml says of the look, and the picture that it names."""

    settings: Branding = field(default_factory=Branding)
    picture: Logo | None = None


PLAIN = Brand()

GIVES = (
    ("Access", 26, NAME),
    ("Kind", 15, FACT),
    ("Opens", 38, FACT),
    ("Held by", 20, FACT),
    ("Membership", 16, FACT),
    ("Description", 36, FACT),
    ("Flags", 50, FACT),
)
PEOPLE = (
    ("Person", 22, NAME),
    ("Account", 24, NAME),
    ("Account kind", 15, FACT),
    ("Status", 12, FACT),
    ("Job title", 20, FACT),
    ("Department", 16, FACT),
    ("Manager", 18, FACT),
    ("One person because", 22, FACT),
    ("Flags", 50, FACT),
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
    counted = ranges()
    said = {1: start(cover, campaign, counted, brand.settings.instructions)}
    asked = decisions(book.create_sheet(SHEET), campaign, counted)
    gives = _listing(book.create_sheet("What it gives"), 3, GIVES, LAST_GIVEN)
    people = _listing(book.create_sheet("People"), 4, PEOPLE, LAST_PERSON)
    said |= {2: {f"{AT[DECISION]}1": f"0 of {ROWS} decided"}}
    said |= {5: sign_off(book.create_sheet(SIGN_OFF), counted)}
    machine_room(book.create_sheet("_uar"), campaign)
    _properties(book, campaign)
    for sheet in book.worksheets:
        sheet.page_setup.paperSize = PAPERS[brand.settings.paper]
    parts = coloured(_parts(book, said), brand.settings.colour)
    if brand.picture is not None:
        first, types = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
        parts[first], parts[types] = placed(parts[first], parts[types], brand.picture)
        parts |= logo_parts(brand.picture, f"Logo of {plain(campaign['organisation'])}")
    return Template(parts, asked, gives, people, several(campaign), brand.picture)


def _listing(sheet: Worksheet, place: int, columns: Asked, last: int) -> Sheet:
    """A sheet to read only: a title, headings, rows."""
    LEAD.put(sheet, "A1", TITLES[sheet.title])
    sheet.row_dimensions[1].height = 24
    headings(sheet, HEADER, columns)
    as_table(sheet, columns, sheet.title.replace(" ", "_"), last)
    sheet.freeze_panes = f"B{HEADER + 1}"
    sheet.print_title_rows = f"1:{HEADER}"
    page(sheet, FILE, landscape=True)
    return filled(sheet, place, columns, last)


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
