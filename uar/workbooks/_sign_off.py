"""The sheets Sign-off and _uar: what a reviewer signs last, and what he never sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from uar.workbooks._look import (
    ACCENT,
    ACCENT_WASH,
    LABEL,
    LEAD,
    LINE,
    SECTION,
    TEXT,
    TITLE,
    Style,
    page,
)
from uar.workbooks._start import EMAIL, FILE, ROWS, VERSION, WHO, Ranges

LABELS = (
    ("Name", "", "Your name."),
    ("E-mail", "", "Your e-mail address."),
    ("Date", "", "Such as 2026-12-15."),
    ("Number of items I reviewed", "", "As you count them. It is compared with the file."),
    ("Conflict of interest", '"No,Yes"', "Yes if you decided about access that serves yourself."),
)
STATEMENT = (
    "I looked at every item that I decided. I know the people and the work well enough to decide, "
    "or I chose Not sure. I gave the reasons in my own words."
)


def sign_off(sheet: Worksheet, ranges: Ranges) -> dict[str, str]:
    """Lay out Sign-off: labels in B, what is written in C. Returns the first count."""
    for letter, width in zip("ABCDE", (3, 30, 40, 48, 3), strict=True):
        sheet.column_dimensions[letter].width = width
    TITLE.put(sheet, "B2", "Sign-off")
    LEAD.put(sheet, "B3", f"This file was made for {WHO}")
    sheet.merge_cells("B5:D5")
    Style(size=11).put(sheet, "B5", STATEMENT)
    for row, points in {2: 30, 3: 20, 5: 34}.items():
        sheet.row_dimensions[row].height = points
    SECTION.put(sheet, "B7", "Please fill in")
    for letter in "CD":
        SECTION.put(sheet, f"{letter}7")
    for row, (label, choices, hint) in enumerate(LABELS, 8):
        sheet.row_dimensions[row].height = 24
        Style(bold=True, line=LINE).put(sheet, f"B{row}", label)
        Style(size=11, paper=ACCENT_WASH, line=ACCENT, text=True).put(sheet, f"C{row}")
        Style(colour=LABEL.colour, indent=1).put(sheet, f"D{row}", hint)
        if choices:
            choice = DataValidation(
                "list", formula1=choices, allow_blank=True, showErrorMessage=True
            )
            choice.errorTitle, choice.error = label, "Please choose No or Yes."
            choice.add(f"C{row}")
            sheet.add_data_validation(choice)
    LEAD.formula(sheet, "B14", f'="In this file: "&{ranges.decided}&" of "&{ranges.all}&" decided"')
    page(sheet, FILE)
    return {"B14": f"In this file: 0 of {ROWS} decided"}


def machine_room(sheet: Worksheet, campaign: Mapping[str, Any]) -> None:
    """The hidden sheet _uar: which file this is, for whoever looks after it."""
    sheet.sheet_state = "hidden"
    facts = {
        "format": VERSION,
        "campaign": campaign["campaign_id"],
        "file": FILE,
        "reviewer": EMAIL,
        "rows": ROWS,
        "population root": campaign["population_root"],
    }
    for row, (label, text) in enumerate(facts.items(), 1):
        LABEL.put(sheet, f"A{row}", label)
        TEXT.put(sheet, f"B{row}", text)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 72
