"""HR's list of employees, .xlsx or .csv -> ROSTER, or every cell that cannot be understood at once.

The first row that is filled holds the headings: the names of ROSTER_COLUMNS, or what
[roster.columns] says instead. Other columns are not looked at. A cell that says nothing, by
attributes.placeholders, is as good as empty: "n/a" as the employee id of two people is nobody's.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from uar.decisions.returned import Row, Sheet
from uar.errors import TableError
from uar.settings import ROSTER_COLUMNS, Roster, Settings
from uar.tables import ROSTER
from uar.text import EMAIL, is_placeholder
from uar.workbooks.read_csv import decoded
from uar.workbooks.read_xlsx import read_xlsx

DATES = ("start_date", "end_date")
IDENTIFY = ("employee_id", "email")
ALSO_CALLED = {"manager": "manager_email"}
SHOWN = 50  # problems in one message


def read_roster(name: str, content: bytes, settings: Settings) -> pd.DataFrame:
    """The roster of a file. Raises TableError with every cell that is wrong."""
    try:
        sheet, epoch = _sheet(content)
    except TableError as error:
        raise TableError(f"{name}: {error}") from error
    if not sheet.rows:
        raise TableError(f"{name}: is empty.")
    head, *rows = sheet.rows
    if not rows:
        raise TableError(f"{name}: holds headings and nobody under them.")
    columns = _columns(name, head, settings, "line" if sheet.by_line else "row")
    problems = [
        f"{_place(sheet, row.number, columns, column)}: a formula without a stored value; open the "
        "file in a spreadsheet program and save it"
        for row in rows
        for column, at in columns.items()
        if (row.number, at) in sheet.valueless
    ]
    nothing = _nothing(rows, columns, settings.attributes.placeholders)
    people = [
        _person(row, sheet, columns, epoch, settings.roster, nothing, problems) for row in rows
    ]
    problems += _repeated(people, sheet, columns)
    if problems:
        more = len(problems) - SHOWN
        shown = problems[:SHOWN] + ([f"and {more:,} more"] if more > 0 else [])
        raise TableError(f"{name}: HR's list does not hold what it must:", tuple(shown))
    return ROSTER.frame(people)


def _sheet(content: bytes) -> tuple[Sheet, dt.date]:
    """The first sheet that is filled, and the day its numbers count from."""
    if content.startswith(b"PK\x03\x04"):
        book = read_xlsx(content)
        filled = [sheet for sheet in book.sheets if sheet.rows]
        first = filled[0] if filled else Sheet("", ())
        return first, dt.date.fromisoformat(book.epoch)
    text = decoded(content)[0]
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t|", key=first_line.count)
    return Sheet("", tuple(_lines(text, delimiter)), by_line=True), dt.date.min


def _place(sheet: Sheet, row: int, columns: Mapping[str, int], column: str) -> str:
    return sheet.address(row, columns[column], column)


def _lines(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for values in reader:
            cells = {column: value for column, value in enumerate(values, 1) if value.strip()}
            if cells:
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"line {line} is no line of a CSV file ({error}).") from error


def _columns(name: str, head: Row, settings: Settings, word: str) -> dict[str, int]:
    """Where each of our columns stands."""
    found: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for column in ROSTER_COLUMNS:
        given = settings.roster.columns.get(column)
        wanted = {_plain(given or name) for name in (column, ALSO_CALLED.get(column, column))}
        places = [place for place, heading in head.cells.items() if _plain(heading) in wanted]
        if len(places) > 1:
            wrong[column] = f"the heading {head.cells[places[0]]} stands more than once"
        elif places:
            found[column] = places[0]
        elif given:
            line = settings.where.section("roster.columns").line(column)
            wrong[column] = f"{line}: roster.columns: there is no heading {given}"
    known = {*found, *wrong}
    problems = list(wrong.values())
    problems += [] if "status" in known else ["there is no heading status"]
    if not set(IDENTIFY) & known:
        problems.append("there is neither a heading employee_id nor email")
    if problems:
        hint = f"Say in {settings.where.name}, [roster.columns], what the headings are called:"
        problems.append(f"the headings, in {word} {head.number}: {', '.join(head.cells.values())}")
        raise TableError(f"{name}: {hint}", tuple(problems))
    return found


def _plain(heading: str) -> str:
    """E-mail is email, and Start Date is start_date."""
    return re.sub(r"[\s_-]+", "", heading.casefold())


def _nothing(
    rows: Iterable[Row], columns: Mapping[str, int], placeholders: Iterable[str]
) -> set[str]:
    """What stands in cells and says nothing."""
    cells = {row.text(at).strip() for row in rows for at in columns.values()}
    said = pd.Series(sorted(cells), dtype="string")
    return set(said[is_placeholder(said, placeholders).fillna(False)])


def _person(
    row: Row,
    sheet: Sheet,
    columns: Mapping[str, int],
    epoch: dt.date,
    settings: Roster,
    nothing: set[str],
    problems: list[str],
) -> dict[str, Any]:
    """A row of ROSTER; what is wrong with it is added to the problems."""
    person: dict[str, Any] = {column: row.text(at).strip() for column, at in columns.items()}
    person |= {name: "" for name, said in person.items() if said in nothing and name != "status"}

    def wrong(column: str, what: str) -> None:
        problems.append(f"{_place(sheet, row.number, columns, column)}: {what}")

    for column in DATES:
        if person.get(column):
            day = _day(person[column], epoch)
            if day is None:
                wrong(column, f"{person[column]!r} is not a date such as 2026-12-15")
            person[column] = f"{day}T00:00:00Z" if day else None
    if person.get("email") and not re.fullmatch(EMAIL, person["email"]):
        wrong("email", f"{person['email']!r} is not an e-mail address")
    word = person["status"].casefold()
    words = {"employed": settings.employed, "left": settings.left}
    said = [status for status, of in words.items() if word in {one.casefold() for one in of}]
    if not said:
        wrong("status", f"{person['status']!r} is no word of roster.employed or roster.left")
    if not any(person.get(column) for column in IDENTIFY):
        place = sheet.address(row.number, min(columns.values()), "employee_id")
        problems.append(f"{place}: neither employee id nor e-mail is filled")
    start, end = (person.get(column) for column in DATES)
    if start and end and end < start:
        wrong("end_date", "lies before the start date")
    return {**person, "row": row.number, "status": said[0] if said else None}


def _day(text: str, epoch: dt.date) -> dt.date | None:
    """2026-12-15; in a workbook also the number that a date is stored as. A time of day is left."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?", text):
            return dt.datetime.fromisoformat(text).date()
        if epoch != dt.date.min and re.fullmatch(r"\d{5}(\.\d+)?", text):
            return epoch + dt.timedelta(days=int(float(text)))
    except ValueError:
        pass
    return None


def _repeated(
    people: Iterable[Mapping[str, Any]], sheet: Sheet, columns: Mapping[str, int]
) -> Iterator[str]:
    first: dict[tuple[str, str], int] = {}
    for person in people:
        for column in IDENTIFY:
            value = str(person.get(column) or "").casefold()
            earlier = first.setdefault((column, value), person["row"])
            if value and earlier != person["row"]:
                place = _place(sheet, person["row"], columns, column)
                word = "line" if sheet.by_line else "row"
                yield f"{place}: {person[column]} stands in {word} {earlier} too"
