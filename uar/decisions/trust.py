"""Does a row still say what was issued, and did its cells stay together?

An answer is only as good as the row it stands in. Three things tell: the seal, the cells that name
whose access to what is meant, and what cannot happen to whole rows: an answer without an item,
values that changed places within a column, a sort that left some columns behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from uar.decisions.form import FRESH, Form
from uar.decisions.population import Item
from uar.decisions.returned import Row
from uar.decisions.words import cleaned, fact, is_blank
from uar.sheet import DECISION, ITEM, REASON, SEAL, SHOWN, cells_of_each, seal

HEADINGS = tuple(shown.heading for shown in SHOWN)
NAMES = tuple(shown.heading for shown in SHOWN if shown.names)
OTHERS = tuple(shown.heading for shown in SHOWN if not shown.names)
BINDING = (ITEM, DECISION, REASON, SEAL, *NAMES)
AT_ONCE = 1_000  # rows whose texts are made together, which says once what they have in common


@dataclass(frozen=True)
class Problem:
    """Why something is not taken. `row`: only this row falls; None: the whole file does."""

    cell: str
    says: str
    row: int | None = None
    item: str = ""


@dataclass(frozen=True)
class Asked:
    """A row with the item it belongs to, and where it does not say what was issued.

    `changed`: heading -> (found, issued), both as they compare.
    """

    row: Row
    item: Item
    changed: Mapping[str, tuple[str, str]]


def asked(form: Form, rows: Sequence[tuple[Row, Item]], key: str) -> list[Asked]:
    """Pair rows with their items; only the headings that came back are compared.

    `key`: what seals were made with. A row that gives its seal again says what was issued.
    """
    touched = [(row, item) for row, item in rows if not _is_intact(form, row, item, key)]
    changed = {
        row.number: _changed(form, row, item, issued)
        for start in range(0, len(touched), AT_ONCE)
        for (row, item), issued in _with_texts(touched[start : start + AT_ONCE])
    }
    return [Asked(row, item, changed.get(row.number, {})) for row, item in rows]


def _is_intact(form: Form, row: Row, item: Item, key: str) -> bool:
    """Do the texts that came back give the seal that was issued, and is it the one beside them?"""
    made = seal(key, str(item["item_id"]), form.shown(row))
    return bool(made == item["seal"] == form.text(row, SEAL))


def _with_texts(
    rows: Sequence[tuple[Row, Item]],
) -> Iterator[tuple[tuple[Row, Item], list[str]]]:
    return zip(rows, cells_of_each([item for _, item in rows]), strict=True)


def _changed(
    form: Form, row: Row, item: Item, issued: Sequence[str]
) -> Mapping[str, tuple[str, str]]:
    found = form.shown(row)
    if form.is_sealed:
        issued = [*issued, str(item["seal"])]
        found.append(form.text(row, SEAL))
    return {
        heading: (fact(text), fact(was))
        for heading, text, was in zip((*HEADINGS, SEAL), found, issued, strict=False)
        if text != was and heading in form.columns and fact(text) != fact(was)
    }


def altered(form: Form, rows: Sequence[Asked], own: Sequence[Item]) -> Iterator[Problem]:
    """Cells that name the item, or its seal, and no longer say what was issued.

    A new text is one row's trouble. An empty cell, or what was issued for another of the reviewer's
    `own` items, means that cells have slipped: then no row of the file can be trusted.
    """
    touched = [each for each in rows if each.changed]
    for heading in (*NAMES, SEAL):
        changed = [each for each in touched if heading in each.changed]
        elsewhere = set(_issued_texts(heading, own)) if changed else set()
        for each in changed:
            found, _ = each.changed[heading]
            slipped = found in elsewhere or not found
            yield Problem(
                form.cell(each.row, heading),
                _difference(heading, each)
                + ("; cells have slipped from their rows" if slipped else "")
                + (f": {FRESH}" if slipped or heading == SEAL else ""),
                None if slipped else each.row.number,
                str(each.item["item_id"]),
            )


def _issued_texts(heading: str, items: Iterable[Item]) -> list[str]:
    if heading == SEAL:
        return [str(item["seal"]) for item in items]
    place = HEADINGS.index(heading)
    return [fact(texts[place]) for texts in cells_of_each(list(items))]


def _difference(heading: str, each: Asked) -> str:
    if heading == SEAL:
        return "the seal is not the one issued for this item"
    found, issued = each.changed[heading]
    return f"{heading} says {found[:80]!r}, issued was {issued[:80]!r}: put it back"


def edited(
    form: Form, rows: Sequence[Asked], own: Sequence[Item]
) -> tuple[list[Problem], list[Problem]]:
    """Other shown cells that were changed: (slipped columns, harmless edits), a sentence each.

    A text that now stands beside another item, and nowhere more often than issued, was moved there
    from its own item; a correction would make it one more. An empty cell may be what a move left
    behind, unless somebody has cleared the whole column.
    """
    slipped, harmless = [], []
    present = {each.item["item_id"] for each in rows}
    touched = [each for each in rows if each.changed]
    for heading in OTHERS:
        changed = [each for each in touched if heading in each.changed]
        if not changed:
            continue
        absent = (item for item in own if item["item_id"] not in present)
        issued = Counter(_issued_texts(heading, (*absent, *(each.item for each in rows))))
        found = Counter(fact(form.text(each.row, heading)) for each in rows)
        # Cells that were pulled up or cut leave blanks, and only them: no other cell may tell.
        emptied = [each for each in changed if not each.changed[heading][0]]
        cleared = len(emptied) > 1 and not any(found)
        moved = [
            each
            for each in changed
            if (text := each.changed[heading][0]) and found[text] <= issued[text]
        ]
        if moved or (emptied and not cleared):
            says = f"{heading} stands beside other items than issued"
            if not moved:
                says = f"{heading} is empty, as where cells have slipped from their rows"
            place = form.cells([each.row for each in moved or emptied], heading)
            slipped.append(Problem(place, f"{says}: {FRESH}"))
        else:
            says = f"{heading} was changed; what was issued counts"
            harmless.append(Problem(form.cells([each.row for each in changed], heading), says))
    return slipped, harmless


def strays(form: Form) -> Iterator[Problem]:
    """Answers in rows without an item: cells were pushed down, or belong to nobody."""
    for row in form.rows:
        if is_blank(form.text(row, ITEM)):
            for heading in (DECISION, REASON):
                text = form.text(row, heading)
                if not is_blank(text) or form.has_no_value(row, heading):
                    yield Problem(
                        form.cell(row, heading),
                        f"{cleaned(text)[:80]!r} stands in a row without an {ITEM}: "
                        "clear it, or put the row's cells back together",
                    )


def torn_sorts(form: Form) -> Iterator[Problem]:
    """The file remembers a sort that took some of these columns along and left others behind."""
    bound = [heading for heading in (ITEM, DECISION, REASON, SEAL) if heading in form.columns]
    for area in form.sheet.sorted:
        inside = [name for name in bound if area.left <= form.columns[name] <= area.right]
        touched = any(area.top <= row.number <= area.bottom for row in form.rows)
        if touched and inside and len(inside) < len(bound):
            left = ", ".join(name for name in bound if name not in inside)
            yield Problem(
                f"{form.sheet.name}!{area}",
                f"this block was sorted without {left}, so answers stand beside the wrong items: "
                f"{FRESH}",
            )


def merged(form: Form) -> Iterator[Problem]:
    """Merged cells keep one value: whose it is cannot be told."""
    columns = {form.columns[heading]: heading for heading in BINDING if heading in form.columns}
    for area in form.sheet.merged:
        over = [name for column, name in columns.items() if area.left <= column <= area.right]
        rows = [row for row in form.rows if area.top <= row.number <= area.bottom]
        if over and any(not is_blank(form.text(row, ITEM)) for row in rows):
            says = f"cells are merged over {', '.join(over)}: unmerge them and answer row by row"
            for row in rows:
                yield Problem(f"{form.sheet.name}!{area}", says, row.number)
