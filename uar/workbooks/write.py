"""Items -> one workbook per reviewer. The same items make the same bytes, on every machine.

The template is made once with openpyxl; a workbook is the template with the reviewer's words in
place and his rows put in as XML (uar.workbooks._rows).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from uar.sheet import cells, showable
from uar.tables import BANDS, records
from uar.workbooks._rows import rows_xml
from uar.workbooks._start import COUNTS, EMAIL, FILE, REVIEWER, ROWS
from uar.workbooks._template import LAST, Sheet, Template, template

Texts = Sequence[str]
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier time


def workbooks(
    items: pd.DataFrame,
    campaign: Mapping[str, Any],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for every reviewer, in the order of file names.

    `items`: in the order in which they are read. `gives`: a row of the sheet What it gives per
    entitlement_id. `people`: rows of the sheet People per person_id.
    """
    shared = template(campaign)
    own: dict[str, list[dict[str, Any]]] = {}
    for item in records(items):
        own.setdefault(item["workbook"], []).append(item)
    for entry in campaign["workbooks"]:
        name = entry["workbook"]
        yield name, _workbook(shared, entry, own[name], gives, people)


def _workbook(
    shared: Template,
    entry: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
) -> bytes:
    held = {item["entitlement_id"] for item in items}
    held |= {item["holder_id"] for item in items if item["holder_kind"] == "group"}
    persons = dict.fromkeys(item["person_id"] for item in items)
    fills: list[tuple[Sheet, Sequence[Texts]]] = [
        (shared.decisions, [_row(item) for item in items]),
        (shared.gives, sorted((gives[one] for one in held if one in gives), key=tuple)),
        (shared.people, [row for person in persons for row in people.get(person, ())]),
    ]
    parts = dict(shared.parts)
    last = shared.decisions.first + len(items) - 1
    for name, text in parts.items():
        if name.startswith(("xl/worksheets/", "xl/tables/", "xl/workbook.xml")):
            parts[name] = text.replace(str(LAST), str(last))
    for sheet, rows in fills:
        parts[sheet.part] = _filled(parts[sheet.part], sheet, rows)
    return _zipped({name: _named(text, entry) for name, text in parts.items()})


def _row(item: Mapping[str, Any]) -> Texts:
    return [item["item_id"], *cells(item), "", "", "", "", item["seal"]]


def _filled(xml: str, sheet: Sheet, rows: Sequence[Texts]) -> str:
    """A sheet with its rows, and the size that readers rely on."""
    widths = [
        0 if not style.wrap else width * 10 / style.size / (1.08 if style.bold else 1) - 1
        for _, width, style in sheet.columns
    ]
    made = rows_xml(rows, sheet.first, sheet.numbers, widths, sheet.formula)
    xml = xml.replace("</sheetData>", made + "</sheetData>")
    return re.sub(
        r'<dimension ref="A1:([A-Z]+)\d+"',
        lambda found: f'<dimension ref="A1:{found[1]}{sheet.first + len(rows) - 1}"',
        xml,
        count=1,
    )


def _named(text: str, entry: Mapping[str, Any]) -> str:
    """The reviewer's words where the template leaves room for them."""
    if "\ue000" not in text:
        return text
    words = {
        REVIEWER: showable(entry["reviewer"]),
        EMAIL: showable(entry["reviewer_email"]),
        FILE: entry["file_id"],
        ROWS: str(entry["items"]),
        COUNTS: _counts(entry),
    }
    for token, word in words.items():
        text = text.replace(token, escape(word))
    return text


def _counts(entry: Mapping[str, Any]) -> str:
    """52 items: 9 privileged, 12 flagged, 3 new, 28 unchanged."""
    each = ", ".join(f"{entry[band]:,} {band}" for band in BANDS if entry.get(band))
    return f"{entry['items']:,} item{'' if entry['items'] == 1 else 's'}: {each}"


def _zipped(parts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # the same on Windows and elsewhere
            archive.writestr(member, text.encode("utf-8"))
    return buffer.getvalue()
