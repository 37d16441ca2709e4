"""Items -> one workbook per reviewer. The same items make the same bytes, on every machine.

The template is made once with openpyxl; a workbook is the template with the reviewer's words in
place and his rows put in as XML (uar.workbooks._rows).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from uar.sheet import cells, showable
from uar.tables import BANDS, records
from uar.workbooks._logo import media
from uar.workbooks._rows import rows_xml
from uar.workbooks._start import COUNTS, EMAIL, FILE, REVIEWER, ROWS
from uar.workbooks._template import LAST, PLAIN, Sheet, Template, template
from uar.workbooks._template import Brand as Brand

Texts = Sequence[str]
SOME = 5_000  # rows
EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier time


def workbooks(
    items: pd.DataFrame,
    campaign: Mapping[str, Any],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
    shown: Mapping[str, Texts] | None = None,
    brand: Brand = PLAIN,
) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for every reviewer, in the order of file names.

    `items`: in the order in which they are read. `gives`: a row of the sheet What it gives per
    entitlement_id. `people`: rows of the sheet People per person_id. `shown`: uar.sheet.cells per
    item_id, where they are known already.
    """
    shared = template(campaign, brand)
    needed = ["item_id", "seal", "workbook", "entitlement_id", "holder_id", "holder_kind"]
    rows = records(items[[*needed, "person_id"]])
    texts = shown or _shown(items)
    own: dict[str, list[dict[str, Any]]] = {}
    for item in rows:
        own.setdefault(item["workbook"], []).append(item)

    def made(entry: Mapping[str, Any]) -> bytes:
        return _workbook(shared, entry, own[entry["workbook"]], texts, gives, people)

    names = [entry["workbook"] for entry in campaign["workbooks"]]
    with ThreadPoolExecutor(2) as pool:  # while one is compressed, the next is written
        yield from zip(names, pool.map(made, campaign["workbooks"]), strict=True)


def _shown(items: pd.DataFrame) -> dict[str, Texts]:
    """uar.sheet.cells per item_id; some at a time, for rows as dictionaries are large."""
    parts = (records(items.iloc[at : at + SOME]) for at in range(0, len(items), SOME))
    return {item["item_id"]: cells(item) for part in parts for item in part}


def _workbook(
    shared: Template,
    entry: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    texts: Mapping[str, Texts],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
) -> bytes:
    held = {item["entitlement_id"] for item in items}
    held |= {item["holder_id"] for item in items if item["holder_kind"] == "group"}
    persons = dict.fromkeys(item["person_id"] for item in items)
    fills = {
        sheet.part: (sheet, rows)
        for sheet, rows in (
            (shared.decisions, [_row(item, texts[item["item_id"]]) for item in items]),
            (shared.gives, sorted((gives[one] for one in held if one in gives), key=tuple)),
            (shared.people, [row for person in persons for row in people.get(person, ())]),
        )
    }
    last = str(shared.decisions.first + len(items) - 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in shared.parts.items():
            text = _named(text, entry)
            if name.startswith(("xl/worksheets/", "xl/tables/", "xl/workbook.xml")):
                text = text.replace(str(LAST), last)
            pieces = _filled(text, *fills[name]) if name in fills else [text]
            with archive.open(_member(name), "w") as part:
                for piece in pieces:
                    part.write(piece.encode("utf-8"))
        if shared.picture is not None:
            with archive.open(_member(media(shared.picture)), "w") as part:
                part.write(shared.picture.content)
    return buffer.getvalue()


def _row(item: Mapping[str, Any], texts: Texts) -> Texts:
    return [item["item_id"], *texts, "", "", "", "", item["seal"]]


def _filled(xml: str, sheet: Sheet, rows: Sequence[Texts]) -> Iterator[str]:
    """A sheet with its rows, piece by piece, and the size that readers rely on."""
    head, end, tail = xml.partition("</sheetData>")
    yield re.sub(
        r'<dimension ref="A1:([A-Z]+)\d+"',
        lambda found: f'<dimension ref="A1:{found[1]}{sheet.first + len(rows) - 1}"',
        head,
        count=1,
    )
    yield from rows_xml(rows, sheet.first, sheet.columns, sheet.formula)
    yield end + tail


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


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, EARLIEST)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 0  # the same on Windows and elsewhere
    return member
