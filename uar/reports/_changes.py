"""Changes since the last review, as tables; each number is counted from the rows below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from uar.measures.changes import BACK, FIRST, GONE, SINCE, STILL, Changes
from uar.reports._listing import Cell, Link, Listing, lines, listing, records, spoken
from uar.reports._results import ANSWERS
from uar.tieout import TieOut

NOT_GIVEN = "No earlier review was given."
WORDS = {BACK: "Taken away in the last review, and back again"}


def said(found: Changes | None) -> str:
    """Which review it is compared with."""
    if found is None:
        return ""
    before = found.previous
    named = " ".join(filter(None, (before.name, before.period)))
    return (
        f"Compared with {named or 'a review without a name'}, snapshot of "
        f"{spoken(before.snapshot.header.finished_at)} UTC, which was given when this review was "
        f"made and lies in it under previous/. The hash of its last ledger entry, which "
        f"closing prints as the root hash, is {before.ledger_head}."
    )


def tables(found: Changes | None, tieout: TieOut) -> dict[str, Listing]:
    """Every table of the part; empty ones where no earlier review was given."""
    return {
        "changed_bands": _bands(found, tieout),
        "then_and_now": _then_and_now(found, tieout),
        "changed_findings": _findings(found),
        "joiners": _people(found, "joiners", "Joined", "Nobody joined."),
        "left": _people(found, "leavers", "Left", "Nobody left."),
        "reappeared": _grants(found, tieout, "reappeared", "Back again", "Nothing came back."),
        "gained": _grants(found, tieout, "gained", "Gained", "Nothing was gained."),
        "lost": _grants(found, tieout, "lost", "Lost", "Nothing was lost."),
    }


def _bands(found: Changes | None, tieout: TieOut) -> Listing:
    """How each band was treated."""
    columns = (("Items", "text"), ("Number", "number"), *((w, "number") for w in ANSWERS))
    name, caption = "changed-bands", "New, back again and held before: how each was decided"
    if found is None or tieout.standing is None:
        return listing(name, caption, columns, (), NOT_GIVEN)
    decision = tieout.standing.set_index("item_id")["decision"]
    table = _crossed(found.since, decision, SINCE, ANSWERS)
    rows: list[tuple[Cell, ...]] = [
        (WORDS.get(word, word.capitalize()), sum(row), *row) for word, row in table
    ]
    whole = [sum(column) for column in zip(*(row for _, row in table), strict=True)]
    return listing(name, caption, columns, rows, "No items.", ("All", sum(whole), *whole))


def _then_and_now(found: Changes | None, tieout: TieOut) -> Listing:
    columns = (("Decided then", "text"), ("Items", "number"), *((w, "number") for w in ANSWERS))
    name, caption = "then-and-now", "Items of both reviews: what was decided then, and now"
    if found is None or tieout.standing is None:
        return listing(name, caption, columns, (), NOT_GIVEN)
    decision = tieout.standing.set_index("item_id")["decision"]
    table = _crossed(found.then.dropna(), decision, ANSWERS, ANSWERS)
    rows: list[tuple[Cell, ...]] = [(word, sum(row), *row) for word, row in table if sum(row)]
    return listing(name, caption, columns, rows, "No item was in both.")


def _findings(found: Changes | None) -> Listing:
    columns = (("Severity", "text"), *((w.capitalize(), "number") for w in (FIRST, STILL, GONE)))
    name, caption = "changed-findings", "Findings, now and in the last review"
    if found is None:
        return listing(name, caption, columns, (), NOT_GIVEN)
    rows = found.findings
    whole = [sum(numbers) for numbers in list(zip(*rows, strict=True))[1:]]
    return listing(name, caption, columns, rows, "Nothing was looked for.", ("All", *whole))


def _people(found: Changes | None, part: str, caption: str, none: str) -> Listing:
    columns = (("Person", "text"), ("Account", "text"), ("Kind", "text"))
    if found is None:
        return listing(f"changes-{part}", caption, columns, (), NOT_GIVEN)
    frame: pd.DataFrame = getattr(found.compared, part)
    rows = [(row["person"], row["account"], row["kind"]) for row in records(frame)]
    return listing(f"changes-{part}", _with_number(caption, len(rows)), columns, rows, none)


def _grants(found: Changes | None, tieout: TieOut, part: str, caption: str, none: str) -> Listing:
    columns = (("Held by", "text"), ("Access", "text"), ("Item", "id"), ("Decision", "text"))
    if found is None or tieout.standing is None:
        return listing(f"changes-{part}", caption, columns, (), NOT_GIVEN)
    frame: pd.DataFrame = getattr(found.compared, part)
    items = tieout.standing.set_index("grant_id")[["item_id", "decision"]]
    known = frame.join(items, on="change_id")
    rows = list(_grant_rows(known))
    return listing(f"changes-{part}", _with_number(caption, len(rows)), columns, rows, none)


def _grant_rows(known: pd.DataFrame) -> Iterable[tuple[Cell, ...]]:
    for row in records(known):
        item: Cell = Link(row["item_id"], row["item_id"]) if row["item_id"] else "none"
        moved = f"the person has {row['person_change']}" if row["person_change"] else None
        yield (
            lines(row["person"], row["account"], moved),
            lines(row["entitlement"], row["kind"]),
            item,
            row["decision"] or "",
        )


def _crossed(
    rows: pd.Series[Any],
    columns: pd.Series[Any],
    row_words: tuple[str, ...],
    column_words: tuple[str, ...],
) -> list[tuple[str, tuple[int, ...]]]:
    """How many items have each pair of words; both series are by item_id."""
    both = columns.reindex(rows.index)
    table = pd.crosstab(rows.to_numpy(dtype=object), both.to_numpy(dtype=object))
    table = table.reindex(index=list(row_words), columns=list(column_words), fill_value=0)
    return [(str(word), tuple(int(n) for n in row)) for word, row in table.iterrows()]


def _with_number(caption: str, number: int) -> str:
    return f"{caption}: {number:,}" if number else caption
