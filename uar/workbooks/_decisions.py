"""The sheet Decisions without its items: columns, drop-downs, what a row still lacks, colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from uar.sheet import (
    BEFORE,
    CHECK,
    COMMENT,
    DECISION,
    ITEM,
    NEEDS_REASON,
    REASON,
    SEAL,
    SHOWN,
    SINCE,
    SINCE_WORDS,
    STAYS,
    shortened,
)
from uar.tables import DECISION_WORDS
from uar.text import plain
from uar.workbooks._grid import HEADER, Sheet, as_table, filled, headings
from uar.workbooks._look import (
    ACCENT,
    ACCENT_WASH,
    ANSWER,
    ASK_WASH,
    ASKED,
    BAD,
    DECIDED,
    FACT,
    NAME,
    SEALED,
    SHORT,
    SMALL,
    WORD,
    Style,
    page,
)
from uar.workbooks._rows import LETTERS
from uar.workbooks._start import FILE, REVIEWER, Ranges

LAST = 987654  # stands for the number of the last row
LONGEST_REASON = 2_000
ASKING = 190  # number of the number format that asks for a reason; below 164 they are Excel's own

DECISIONS = (
    (ITEM, 12, SMALL),
    *((shown.heading, shown.width, NAME if shown.names else FACT) for shown in SHOWN),
    (DECISION, 17, WORD),
    (REASON, 28, ANSWER),
    (COMMENT, 16, ANSWER),
    (CHECK, 15, ASKED),
    (SEAL, 8, SEALED),
)
AT = {heading: letter for letter, (heading, _, _) in zip(LETTERS, DECISIONS, strict=False)}
MOVES = LETTERS[LETTERS.index(AT[STAYS]) + 1]  # the first column that scrolls away
# How New or changed looks where it begins so; the word always stands there too.
TOLD = {
    SINCE_WORDS["new"]: (ACCENT_WASH, ACCENT),
    SINCE_WORDS["changed"]: DECIDED["Modify"],
    "Back again": DECIDED["Revoke"],
    "Given": (ACCENT_WASH, ACCENT),
}
CALLED = 30  # characters of a name in the line above the headings


def ranges() -> Ranges:
    return Ranges(AT["Flags"], AT[DECISION], AT[REASON], HEADER + 1, LAST)


def decisions(sheet: Worksheet, campaign: Mapping[str, Any], of: Ranges) -> Sheet:
    sheet.sheet_properties.tabColor = ACCENT
    called = [plain(campaign[name]) for name in ("organisation", "name", "period")]
    line = [shortened(text, CALLED) for text in called if text]
    SHORT.put(sheet, "A1", FILE)  # both ids stand on every page
    SHORT.put(sheet, "B1", campaign["campaign_id"])
    Style(bold=True, wrap=False).put(sheet, f"{MOVES}1", " · ".join([*line, f"for {REVIEWER}"]))
    Style(bold=True, colour=ACCENT, wrap=False).formula(
        sheet, f"{AT[DECISION]}1", f'={of.decided}&" of "&{of.all}&" decided"'
    )
    headings(sheet, HEADER, DECISIONS, asked=(DECISION, REASON, COMMENT))
    if not campaign.get("previous"):
        for heading in (*BEFORE, *(() if campaign.get("given") else (SINCE,))):
            sheet.column_dimensions[AT[heading]].hidden = True
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = f"{MOVES}{HEADER + 1}"
    as_table(sheet, DECISIONS, "Decisions", LAST)
    sheet.print_title_rows, sheet.print_title_cols = f"1:{HEADER}", f"A:{AT[STAYS]}"
    sheet.print_area = f"A1:{AT[COMMENT]}{LAST}"  # nobody reads seals on paper
    sheet.sheet_view.zoomScale = 85
    _choices(sheet)
    _colours(sheet)
    page(sheet, FILE, landscape=True, across=2)
    told = AT[CHECK], check_formula(HEADER + 1)
    return replace(filled(sheet, 2, DECISIONS, LAST), formula=told)


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
    since = f"${AT[SINCE]}{first}"
    for word, (paper, ink) in TOLD.items():
        look = {"font": Font(color=ink), "fill": PatternFill(bgColor=paper)}
        _rule(sheet, SINCE, f'LEFT({since},{len(word)})="{word}"', **look)
    for word, (paper, ink) in DECIDED.items():
        look = {"font": Font(color=ink, bold=True), "fill": PatternFill(bgColor=paper)}
        _rule(sheet, DECISION, f'{decision}="{word}"', **look)


def _rule(sheet: Worksheet, heading: str, formula: str, **look: Any) -> None:
    rule = Rule(type="expression", dxf=DifferentialStyle(**look), formula=[formula])
    sheet.conditional_formatting.add(f"{AT[heading]}{HEADER + 1}:{AT[heading]}{LAST}", rule)
