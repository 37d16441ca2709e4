"""How a workbook looks: one accent colour, quiet greys, one font that every program has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

INK, SOFT, LINE, HAIR, WASH = "1A2325", "526066", "D5DDDF", "E6EBEC", "F4F7F7"
ACCENT, ACCENT_WASH, ASK_WASH, BAD = "0B5F6E", "E6F1F2", "FFF3D6", "9C2318"
# Paper and ink of each decision; the word itself always stands in the cell as well.
DECIDED = {
    "Keep": ("DDEFE6", "14532D"),
    "Revoke": ("FBE3DD", "8A2A12"),
    "Modify": ("FDF0CF", "6B4A00"),
    "Not sure": ("E9E6F5", "443A78"),
}
FONT = "Arial"
PAPERS = {"A4": 9, "Letter": 1}  # as files number them
ENOUGH = 4.5  # contrast of text


@dataclass(frozen=True)
class Style:
    """What a cell looks like. `text`: what is typed into it stays text."""

    size: float = 10
    bold: bool = False
    colour: str = INK
    paper: str = ""
    line: str = ""  # colour of the line below
    side: str = ""  # colour of the line on the right: texts of two columns never read as one
    across: str = "left"
    upright: str = "center"
    wrap: bool = True
    indent: int = 0
    quoted: bool = False  # from the directory: stays text, also when somebody edits it
    text: bool = False

    def put(self, sheet: Worksheet, place: str, value: object = None) -> None:
        """Write a value with this look. Text never becomes a formula; see `formula`."""
        cell: Any = sheet[place]
        if value is not None:
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
        self._dress(cell)

    def formula(self, sheet: Worksheet, place: str, formula: str) -> None:
        """Write a formula of ours with this look."""
        cell: Any = sheet[place]
        cell.value = formula
        self._dress(cell)

    def number(self, sheet: Worksheet) -> int:
        """The number that stands for this look in the XML of a cell."""
        cell: Any = sheet["ZZ1"]
        self._dress(cell)
        number = int(cell.style_id)
        del sheet._cells[cell.row, cell.column]
        return number

    def _dress(self, cell: Any) -> None:
        cell.font = Font(name=FONT, size=self.size, bold=self.bold, color=self.colour)
        cell.alignment = Alignment(
            horizontal=self.across, vertical=self.upright, wrap_text=self.wrap, indent=self.indent
        )
        if self.paper:
            cell.fill = PatternFill("solid", fgColor=self.paper)
        if self.line:
            right = Side("thin", color=self.side) if self.side else None
            cell.border = Border(bottom=Side("thin", color=self.line), right=right)
        if self.text:
            cell.number_format = "@"
        cell.protection = Protection(locked=False)
        cell.quotePrefix = self.quoted


FACT = Style(line=LINE, side=HAIR, quoted=True)
NAME = Style(line=LINE, side=HAIR, quoted=True, bold=True)
SMALL = Style(size=8, colour=SOFT, line=LINE, side=HAIR, quoted=True)
SEALED = Style(size=8, colour="9AA6AA", line=LINE, quoted=True, across="fill", wrap=False)
ANSWER = Style(line=LINE, side=LINE, paper=WASH, text=True)
WORD = Style(line=LINE, side=LINE, paper=WASH, text=True, bold=True)
SHORT = Style(size=7, colour=SOFT, wrap=False)
ASKED = Style(size=9, colour=SOFT, line=LINE)
HEAD = Style(size=9, bold=True, colour=SOFT, paper=ACCENT_WASH, line=ACCENT)
HEAD_ASKED = Style(size=9, bold=True, colour="FFFFFF", paper=ACCENT, line=ACCENT)
TITLE = Style(size=20, bold=True, wrap=False)
LEAD = Style(size=11, colour=SOFT, wrap=False)
SECTION = Style(size=11, bold=True, colour=ACCENT, line=ACCENT, wrap=False)
LABEL = Style(colour=SOFT)
TEXT = Style()
STRONG = Style(bold=True)
COUNT = Style(bold=True, across="right")


def coloured(parts: Mapping[str, str], colour: str) -> dict[str, str]:
    """Parts of a file in another accent colour, such as #7A1FA2; "": as they are."""
    if not colour:
        return dict(parts)
    own = readable(colour.removeprefix("#").upper())
    wash = _mixed(own, "FFFFFF", 0.9)
    return {
        name: text.replace(f'rgb="00{ACCENT}"', f'rgb="00{own}"').replace(
            f'rgb="00{ACCENT_WASH}"', f'rgb="00{wash}"'
        )
        for name, text in parts.items()
    }


def readable(colour: str) -> str:
    """The colour, or the first darker one on which white can be read, and which can on white."""
    darker = colour
    for step in range(101):
        darker = _mixed(colour, "000000", step / 100)
        if contrast(darker, "FFFFFF") >= ENOUGH:
            break
    return darker


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white), as WCAG 2 reckons it."""
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _light(colour: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4
        for share in (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, other: str, share: float) -> str:
    """A colour with so much of another one in it."""
    pairs = ((int(each[at : at + 2], 16) for each in (colour, other)) for at in (0, 2, 4))
    return "".join(f"{round(own + (more - own) * share):02X}" for own, more in pairs)


def page(
    sheet: Worksheet, footer: str, *, landscape: bool = False, across: int = 1, pages: int = 0
) -> None:
    """`across` sheets of paper wide and `pages` long (0: as it takes); no grid on the screen."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = across, pages
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
    sheet.page_margins.header = sheet.page_margins.footer = 0.3
    below: Any = sheet.oddFooter
    below.left.text, below.right.text = footer, "Page &P of &N"
    below.left.size = below.right.size = 8
