"""A filled-in workbook as Excel and as Google Sheets save it, all parts of it, and Google's CSV.

Neither program runs here. What they write follows ECMA-376 and what is known of their files: Excel
shares strings, marks rows and cells with extensions, keeps tables and the order of calculation;
Google Sheets writes every number with a decimal point, ranges with dollar signs, a row for each of
its grid, no properties of the document, no print titles and no table.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MICROSOFT = "http://schemas.microsoft.com/office"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Prefixes that both declare at the top of a sheet.
COMMON = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:x14ac="{MICROSOFT}/spreadsheetml/2009/9/ac"'
)
GOOGLES = (
    f'{COMMON} xmlns:mx="{MICROSOFT}/mac/excel/2008/main" '
    'xmlns:mv="urn:schemas-microsoft-com:mac:vml" '
    f'xmlns:x14="{MICROSOFT}/spreadsheetml/2009/9/main" xmlns:xm="{MICROSOFT}/excel/2006/main"'
)  # fmt: skip
EXCELS = (
    f'{COMMON} mc:Ignorable="x14ac xr" xmlns:xr="{MICROSOFT}/spreadsheetml/2014/revision" '
    'xr:uid="{00000000-0001-0000-0100-000000000000}"'
)
STYLES = (  # the second look is a date, the third a text, as answers are
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>'
    '<fonts count="1"><font><sz val="10.0"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="lightGray"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf borderId="0" fillId="0" fontId="0" numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf borderId="0" fillId="0" fontId="0" numFmtId="0" xfId="0"/>'
    '<xf borderId="0" fillId="0" fontId="0" numFmtId="164" xfId="0"/>'
    '<xf borderId="0" fillId="0" fontId="0" numFmtId="49" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle xfId="0" name="Normal" builtinId="0"/></cellStyles>'
    '<dxfs count="1"><dxf><font/><fill><patternFill patternType="solid"/></fill></dxf></dxfs>'
)  # fmt: skip
GRID = 1000  # rows that Google Sheets has, whether filled or not


class Program:
    """What Excel and Google Sheets do alike; each says what it does otherwise.

    `days_in_words`: dates as ISO 8601 in cells of type d, as a strict workbook may hold them.
    `since_1904`: the first day of all is that of Excel for Macintosh.
    """

    space = ""

    def __init__(
        self, book: Workbook, *, days_in_words: bool = False, since_1904: bool = False
    ) -> None:
        self._book = book
        self._first_day = dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)
        self._since = ' date1904="1"' if since_1904 else ""
        self._days_in_words = days_in_words
        self._strings: dict[str, int] = {}
        self._uses = 0

    def saved(self) -> bytes:
        sheets = [self.sheet(sheet) for sheet in self._book.worksheets]
        parts = {f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, 1)}
        parts |= {
            "xl/workbook.xml": self.workbook(),
            "xl/_rels/workbook.xml.rels": self.relations(),
            "xl/sharedStrings.xml": self.strings(),
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>',
            "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
            **self.more(),
        }
        parts["[Content_Types].xml"] = _content_types(parts)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(name, HEAD + text)
        return out.getvalue()

    def more(self) -> dict[str, str]:
        return {}

    def workbook(self) -> str:
        tabs = "".join(
            f'<sheet state="{sheet.sheet_state}" name={quoteattr(sheet.title)} sheetId="{n}" '
            f'r:id="rId{n + 3}"/>'
            for n, sheet in enumerate(self._book.worksheets, 1)
        )
        return (
            f"<workbook {self.space}><workbookPr{self._since}/><sheets>{tabs}</sheets>"
            f"<definedNames>{self.names()}</definedNames><calcPr/></workbook>"
        )

    def names(self) -> str:
        return ""

    def relations(self) -> str:
        sheets = range(1, len(self._book.worksheets) + 1)
        return _relations(
            [
                ("theme", "theme/theme1.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                *(("worksheet", f"worksheets/sheet{n}.xml") for n in sheets),
            ]
        )

    def strings(self) -> str:
        inside = "".join(f"<si>{self.text(text)}</si>" for text in self._strings)
        counts = f'count="{self._uses}" uniqueCount="{len(self._strings)}"'
        return f'<sst xmlns="{MAIN}" {counts}>{inside}</sst>'

    def text(self, text: str) -> str:
        keeps = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        return f"<t{keeps}>{escape(text)}</t>"

    def sheet(self, sheet: Worksheet) -> str:
        raise NotImplementedError

    def rows(self, sheet: Worksheet, last: int) -> Iterator[str]:
        for number in range(1, last + 1):
            cells = "".join(self.cell(cell) for cell in sheet[number])
            hidden = ' hidden="1"' if sheet.row_dimensions[number].hidden else ""
            yield f'<row r="{number}"{self.mark(sheet)}{hidden}>{cells}</row>'

    def mark(self, sheet: Worksheet) -> str:
        raise NotImplementedError

    def cell(self, cell: Any) -> str:
        value, at = cell.value, f'<c r="{cell.coordinate}"'
        if value is None:
            return f'{at} s="2"/>'
        if isinstance(value, bool):
            return f'{at} s="2" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, (int, float)):
            return f'{at} s="0"><v>{self.number(value)}</v></c>'
        if isinstance(value, (dt.date, dt.datetime)):
            return f'{at} s="1"{self.day(value)}</v></c>'
        if cell.data_type == "f":
            return f'{at} s="2" t="str">{self.formula(str(value))}<v>Complete</v></c>'
        self._uses += 1
        return f'{at} s="2" t="s"><v>{self._strings.setdefault(value, len(self._strings))}</v></c>'

    def day(self, value: dt.date) -> str:
        day = dt.date(value.year, value.month, value.day)
        if self._days_in_words:
            return f' t="d"><v>{day.isoformat()}T00:00:00'
        return f"><v>{self.number((day - self._first_day).days)}"

    def number(self, value: float) -> str:
        return str(value)

    def formula(self, text: str) -> str:
        return f"<f>{escape(text.removeprefix('='))}</f>"


class Excel(Program):
    space = EXCELS

    def more(self) -> dict[str, str]:
        core = f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"/>'
        chain = f'<calcChain xmlns="{MAIN}"><c r="T3" i="2" l="1"/><c r="T4"/></calcChain>'
        wide = get_column_letter(self._book["Decisions"].max_column)
        table = (
            f'<table xmlns="{MAIN}" id="1" name="Decisions" displayName="Decisions" '
            f'ref="A2:{wide}14"><autoFilter ref="A2:{wide}14"/>'
            f'<sortState ref="A3:{wide}14"><sortCondition ref="H3:H14"/></sortState></table>'
        )
        return {
            "docProps/app.xml": f'<Properties xmlns="{DOCUMENT}/extended-properties"/>',
            "docProps/core.xml": core,
            "xl/theme/theme1.xml": "<theme/>",
            "xl/calcChain.xml": chain,
            "xl/tables/table1.xml": table,
            "xl/worksheets/_rels/sheet2.xml.rels": _relations([("table", "../tables/table1.xml")]),
            "xl/printerSettings/printerSettings1.bin": "\x00\x01",
        }

    def names(self) -> str:
        return (
            '<definedName name="_xlnm.Print_Titles" localSheetId="1">Decisions!$1:$2</definedName>'
        )

    def text(self, text: str) -> str:
        """With what Excel keeps of a text in two looks, and of how it is to be pronounced."""
        if not text.startswith("Reason"):
            return super().text(text)
        runs = f'<r><t>{text[:3]}</t></r><r><rPr><b/><sz val="11"/></rPr><t>{text[3:]}</t></r>'
        return f'{runs}<rPh sb="0" eb="1"><t>aloud</t></rPh><phoneticPr fontId="1"/>'

    def sheet(self, sheet: Worksheet) -> str:
        inside = "".join(self.rows(sheet, sheet.max_row))
        table = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
        return (
            f'<worksheet {self.space}><dimension ref="{sheet.dimensions}"/><sheetViews>'
            '<sheetView workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" '
            f'x14ac:dyDescent="0.25"/><sheetData>{inside}</sheetData>'
            f"{table if sheet.title == 'Decisions' else ''}</worksheet>"
        )

    def mark(self, sheet: Worksheet) -> str:
        return f' spans="1:{sheet.max_column}" ht="38.25" customHeight="1" x14ac:dyDescent="0.25"'


class GoogleSheets(Program):
    space = GOOGLES

    def more(self) -> dict[str, str]:
        drawing = '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/x"/>'
        parts = {"xl/theme/theme1.xml": "<theme/>"}
        for number in range(1, len(self._book.worksheets) + 1):
            link = _relations([("drawing", f"../drawings/drawing{number}.xml")])
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = link
            parts[f"xl/drawings/drawing{number}.xml"] = drawing
        return parts

    def names(self) -> str:
        return (
            '<definedName name="uar_file">"FILE-ANAA-2345"</definedName><definedName hidden="1" '
            'name="_xlnm._FilterDatabase" localSheetId="1">Decisions!$A$2:$U$14</definedName>'
        )

    def sheet(self, sheet: Worksheet) -> str:
        filled = "".join(self.rows(sheet, sheet.max_row))
        empty = "".join(
            f'<row r="{number}" ht="15.75" customHeight="1"/>'
            for number in range(sheet.max_row + 1, GRID + 1)
        )
        lists = (
            '<autoFilter ref="$A$2:$U$14"><sortState ref="A2:U14"><sortCondition ref="H2:H14"/>'
            '</sortState></autoFilter><conditionalFormatting sqref="Q3:Q14">'
            '<cfRule type="expression" dxfId="0" priority="1"><formula>$Q3="Keep"</formula>'
            "</cfRule></conditionalFormatting>"
            '<dataValidations><dataValidation type="list" allowBlank="1" showErrorMessage="1" '
            'sqref="Q3:Q14"><formula1>"Keep,Revoke,Modify,Not sure"</formula1></dataValidation>'
            "</dataValidations>"
        )
        return (
            f'<worksheet {self.space}><sheetPr><outlinePr summaryBelow="0" summaryRight="0"/>'
            '</sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr '
            'customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/>'
            f"<sheetData>{filled}{empty}</sheetData>{lists if sheet.title == 'Decisions' else ''}"
            '<drawing r:id="rId1"/></worksheet>'
        )

    def mark(self, sheet: Worksheet) -> str:
        return ' ht="15.75" customHeight="1"'

    def number(self, value: float) -> str:
        return str(float(value))

    def as_text(self, delimiter: str) -> bytes:
        """The Decisions sheet as a file with commas, or with tabs: then nothing is in quotes."""
        out = io.StringIO(newline="")
        rows = [
            ["" if value is None else self.shown(value) for value in row]
            for row in self._book["Decisions"].iter_rows(values_only=True)
        ]
        if delimiter == "\t":
            lines = ("\t".join(re.sub(r"[\t\n]", " ", cell) for cell in row) for row in rows)
            return "\r\n".join(lines).encode()
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        return out.getvalue().removesuffix("\r\n").encode()

    def shown(self, value: object) -> str:
        return "Complete" if str(value).startswith("=IF(") else str(value)


def _relations(links: list[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _content_types(parts: dict[str, str]) -> str:
    kinds = {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "styles": "styles"}
    overrides = "".join(
        f'<Override ContentType="{TYPE}.{kinds.get(stem, "worksheet")}+xml" PartName="/{name}"/>'
        for name in parts
        if (stem := name.rpartition("/")[2].removesuffix(".xml")) in kinds or "sheets/sheet" in name
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default ContentType="application/xml" '
        f'Extension="xml"/><Default ContentType="{relations}" Extension="rels"/>{overrides}</Types>'
    )
