"""Plain tables as one .xlsx for an auditor's own tests: text is text, the same bytes every time.

Written as XML, since a hundred thousand rows take openpyxl half a minute. Directory texts are
inline strings, so none can be a formula; only our own counts are numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from xml.sax.saxutils import escape

from uar.decisions.returned import letters
from uar.measures.sheets import Sheet, Value
from uar.sheet import showable
from uar.workbooks._look import ACCENT, FONT, LINE, PAPERS
from uar.workbooks._rows import lines
from uar.zipped import zipped

LONGEST = 32_000  # characters; a cell holds 32,767
HEAD, TEXT, NUMBER, WRAPPED = 1, 2, 3, 4  # places in cellXfs below
LONG = 16  # characters: from this width on a column's texts go on in the next line
ACROSS = {"A4": 137, "Letter": 128}  # characters across the paper, lying, at full size
GAP = 0.75  # characters: beside the text of every cell
HIGH = 13  # points: a line of text
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = f"""{XML}<styleSheet xmlns="{MAIN}">
<fonts count="2"><font><sz val="10"/><name val="{FONT}"/></font>
<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="{FONT}"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FF{ACCENT}"/></patternFill></fill></fills>
<borders count="2"><border/><border><left/><right/><top/>
<bottom style="thin"><color rgb="FF{LINE}"/></bottom><diagonal/></border></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="5"><xf/>
<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">\
<alignment vertical="center" wrapText="1"/></xf>
<xf numFmtId="49" borderId="1" quotePrefix="1" applyNumberFormat="1" applyAlignment="1">\
<alignment vertical="top"/></xf>
<xf numFmtId="3" borderId="1" applyNumberFormat="1" applyAlignment="1">\
<alignment horizontal="right" vertical="top" indent="1"/></xf>
<xf numFmtId="49" borderId="1" quotePrefix="1" applyNumberFormat="1" applyAlignment="1">\
<alignment vertical="top" wrapText="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def workbook(sheets: Sequence[Sheet], paper: str = "A4") -> bytes:
    """One sheet a table: headings frozen, every column with a filter.

    On paper (A4 or Letter, lying) as wide as one page, or as many as the table turns; headings and,
    after a turn, the first column stand on every one.
    """
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
            f'ContentType="{TYPE}.worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
            + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": STYLES,
        "xl/workbook.xml": _book(sheets),
    }
    parts |= {
        f"xl/worksheets/sheet{n}.xml": _sheet(s, paper)
        for n, s in zip(numbers, sheets, strict=True)
    }
    return zipped((name, [text.encode("utf-8")]) for name, text in parts.items())


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _book(sheets: Sequence[Sheet]) -> str:
    """Names, and for each sheet the filter's range and the headings that every page repeats."""
    names = "".join(
        f'<sheet name="{sheet.name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    defined = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'
        f"'{sheet.name}'!{_range(sheet, absolute=True)}</definedName>"
        for place, sheet in enumerate(sheets)
    ) + "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'
        f"{_repeated(sheet)}</definedName>"
        for place, sheet in enumerate(sheets)
    )
    return (
        f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets>'
        f"<definedNames>{defined}</definedNames></workbook>"
    )


def _repeated(sheet: Sheet) -> str:
    """What stands on every page: the headings; the first column where a row takes several."""
    rows = f"'{sheet.name}'!$1:$1"
    return f"'{sheet.name}'!$A:$A,{rows}" if sheet.turns else rows


def _sheet(sheet: Sheet, paper: str) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, (_, width) in enumerate(sheet.columns, 1)
    )
    head = "".join(_text(heading, HEAD) for heading, _ in sheet.columns)
    wrapped = [(place, width) for place, (_, width) in enumerate(sheet.columns) if width >= LONG]
    styles = [WRAPPED if width >= LONG else TEXT for _, width in sheet.columns]
    rows = "".join(
        f'<row ht="{_high(row, wrapped)}">{"".join(map(_cell, row, styles))}</row>'
        for row in sheet.rows
    )
    fit = "" if sheet.turns else '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    return (
        f'{XML}<worksheet xmlns="{MAIN}">{fit}'
        f'<dimension ref="{_range(sheet)}"/>'
        '<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" topLeftCell="B2" '
        'activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row ht="40" customHeight="1">{head}</row>{rows}'
        f'</sheetData><autoFilter ref="{_range(sheet)}"/>{_on_paper(sheet, paper)}</worksheet>'
    )


def _high(row: Sequence[Value], wrapped: Sequence[tuple[int, int]]) -> int:
    """Points that a row needs: a program that opens the file does not always look."""
    texts = ((row[place], width) for place, width in wrapped)
    return HIGH * max(
        (_lines(text, width) for text, width in texts if isinstance(text, str) and text), default=1
    )


@lru_cache(maxsize=50_000)
def _lines(text: str, width: int) -> int:
    """A program may also turn after a hyphen."""
    return lines(text.replace("-", "- "), width) if len(text) * 2 > width else 1


def _on_paper(sheet: Sheet, paper: str) -> str:
    """Margins in inches; the scale is what the widest page needs."""
    turns = [place for place, (name, _) in enumerate(sheet.columns) if name in sheet.turns]
    widths = [width + GAP for _, width in sheet.columns]
    pages = [sum(widths[a:b]) for a, b in pairwise([0, *turns, len(widths)])]
    needed = max([pages[0], *(widths[0] + page for page in pages[1:])])
    scale = (
        f'scale="{int(100 * ACROSS[paper] / needed)}"'
        if turns
        else 'fitToWidth="1" fitToHeight="0"'
    )
    breaks = "".join(f'<brk id="{turn}" max="1048575" man="1"/>' for turn in turns)
    return (
        '<pageMargins left="0.4" right="0.4" top="0.4" bottom="0.6" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="{PAPERS[paper]}" {scale} pageOrder="overThenDown" '
        'orientation="landscape"/>'
        "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter>"
        "</headerFooter>"
        + (f'<colBreaks count="{len(turns)}" manualBreakCount="{len(turns)}">{breaks}</colBreaks>'
           if turns else "")
    )  # fmt: skip


def _cell(value: Value, style: int) -> str:
    if isinstance(value, int):
        return f'<c s="{NUMBER}"><v>{value}</v></c>'
    return f'<c s="{style}"/>' if not value else _text(value, style)


@lru_cache(maxsize=50_000)
def _text(text: str, style: int) -> str:
    shown = "\n".join(showable(line) for line in text.split("\n"))
    shown = shown if len(shown) <= LONGEST else shown[:LONGEST] + " …"
    inside = f'<is><t xml:space="preserve">{escape(shown)}</t></is>'
    return f'<c s="{style}" t="inlineStr">{inside}</c>'


def _range(sheet: Sheet, absolute: bool = False) -> str:
    last, rows = letters(len(sheet.columns)), len(sheet.rows) + 1
    return f"$A$1:${last}${rows}" if absolute else f"A1:{last}{rows}"
