"""Items -> one workbook per reviewer. The same items make the same bytes, on every machine.

The template is made once with openpyxl; a workbook is the template with the reviewer's words in
place and his rows put in as XML (uar.workbooks._rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pandas as pd

from uar.processes import ahead
from uar.sheet import SHOWN, shortened, showable, shown_of
from uar.tables import objects
from uar.workbooks._grid import Sheet
from uar.workbooks._logo import media
from uar.workbooks._rows import rows_xml
from uar.workbooks._start import ACROSS, COUNTS, EMAIL, FILE, REVIEWER, ROWS, WHO, counts
from uar.workbooks._template import PLAIN, Template, template
from uar.workbooks._template import Brand as Brand
from uar.zipped import Member, zipped

Texts = Sequence[str]


class _Row(NamedTuple):
    """What is asked of an item beside its texts, by ITEMS."""

    item_id: str
    seal: str
    workbook: str
    entitlement_id: str
    holder_id: str
    holder_kind: str
    person_id: str | None


NEEDED = _Row._fields

ACCESS = [shown.heading for shown in SHOWN].index("Access")


def workbooks(
    items: pd.DataFrame,
    campaign: Mapping[str, Any],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
    shown: Mapping[str, Texts] | None = None,
    brand: Brand = PLAIN,
) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) for every reviewer, in the order of file names.

    `items`: NEEDED of ITEMS, in the order in which they are read; all of ITEMS where `shown` is
    not given. `gives`: a row of the sheet What it gives per
    entitlement_id. `people`: rows of the sheet People per person_id. `shown`: uar.sheet.cells per
    item_id, where they are known already.
    """
    shared = template(campaign, brand)
    texts = shown or shown_of(items)
    own: dict[str, list[_Row]] = {}
    for row in map(_Row, *(objects(items[name]) for name in NEEDED)):
        own.setdefault(row.workbook, []).append(row)

    def made(entry: Mapping[str, Any]) -> bytes:
        return _workbook(shared, entry, own[entry["workbook"]], texts, gives, people)

    entries = campaign["workbooks"]
    with ahead(made, entries, len(entries)) as pairs:
        for entry, early in pairs:
            yield entry["workbook"], made(entry) if early is None else early


def _workbook(
    shared: Template,
    entry: Mapping[str, Any],
    items: Sequence[_Row],
    texts: Mapping[str, Texts],
    gives: Mapping[str, Texts],
    people: Mapping[str, Sequence[Texts]],
) -> bytes:
    held = {item.entitlement_id for item in items}
    held |= {item.holder_id for item in items if item.holder_kind == "group"}
    named = {texts[item.item_id][ACCESS] for item in items}
    about = named.pop() if shared.several and len(named) == 1 else ""
    persons = dict.fromkeys(item.person_id for item in items if item.person_id)
    asked = ([item.item_id, *texts[item.item_id], "", "", "", "", item.seal] for item in items)
    given = sorted((gives[one] for one in held if one in gives), key=tuple)
    known = [row for person in persons for row in people.get(person, ())]
    fills = {
        sheet.part: (sheet, rows, count)
        for sheet, rows, count in (
            (shared.decisions, asked, len(items)),
            (shared.gives, given, len(given)),
            (shared.people, known, len(known)),
        )
    }
    # A table has a row also where there is nothing to tell.
    ends = {
        str(sheet.last): str(sheet.first + max(count, 1) - 1) for sheet, _, count in fills.values()
    }

    def parts() -> Iterator[Member]:
        for name, text in shared.parts.items():
            text = _named(text, entry, about)
            if name.startswith(("xl/worksheets/", "xl/tables/", "xl/workbook.xml")):
                for token, last in ends.items():
                    text = text.replace(token, last)
            pieces = _filled(text, *fills[name]) if name in fills else [text]
            yield name, (piece.encode("utf-8") for piece in pieces)
        if shared.picture is not None:
            yield media(shared.picture), [shared.picture.content]

    return zipped(parts())


def _filled(xml: str, sheet: Sheet, rows: Iterable[Texts], count: int) -> Iterator[str]:
    """A sheet with its rows, piece by piece, and the size that readers rely on."""
    head, end, tail = xml.partition("</sheetData>")
    last = sheet.first + count - 1
    yield re.sub(
        r'<dimension ref="A1:([A-Z]+)\d+"',
        lambda found: f'<dimension ref="A1:{found[1]}{last}"',
        head,
        count=1,
    )
    yield from rows_xml(rows, sheet.first, last, sheet.columns, sheet.formula)
    yield end + tail


def _named(text: str, entry: Mapping[str, Any], about: str) -> str:
    """The reviewer's words where the template leaves room for them."""
    if "\ue000" not in text:
        return text
    name, email = showable(entry["reviewer"]), showable(entry["reviewer_email"])
    words = {
        REVIEWER: shortened(name, ACROSS // 2),
        WHO: shortened(f"{shortened(name, ACROSS // 2)} <{email}>", ACROSS),
        EMAIL: email,
        FILE: entry["file_id"],
        ROWS: str(entry["items"]),
        COUNTS: counts(entry, about),
    }
    for token, word in words.items():
        text = text.replace(token, escape(word))
    return text
