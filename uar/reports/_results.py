"""What reviewers answered, as tables."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from uar.evidence import Evidence
from uar.measures import exceptions
from uar.reports._listing import ITEM, Cell, Lines, Listing, item_link, lines, listing, records
from uar.reports._population import NOT_YET_OPENED
from uar.tables import DECISION_WORDS, ITEM_KINDS
from uar.text import counted
from uar.tieout import NOT_REVIEWED, TieOut

NOT_GIVEN, NO_EXCEPTION = "not given", "No exception was given."
ANSWERS = (*DECISION_WORDS, NOT_REVIEWED)
ANSWERED = (*ITEM, "reason", "reviewer")


def reviewers(tieout: TieOut) -> Listing:
    columns = (
        ("Reviewer", "text"),
        ("Items", "number"),
        *((word, "number") for word in ANSWERS),
        ("Kept", "number"),
    )
    caption = "Answers by reviewer"
    if tieout.standing is None:
        return listing("by-reviewer", caption, columns, (), NOT_YET_OPENED)
    table = by(tieout.standing, ["reviewer", "reviewer_email"])
    rows: list[tuple[Cell, ...]] = [
        (lines(*key), sum(numbers), *numbers, percent(numbers[0], sum(numbers)))
        for key, numbers in table
    ]
    total = total_of(tieout.standing)
    return listing(
        "by-reviewer", caption, columns, rows, "No items.",
        ("All", sum(total), *total, percent(total[0], sum(total))),
    )  # fmt: skip


def decisions_by_kind(
    standing: pd.DataFrame | None, name: str = "by-kind", whose: str = ""
) -> Listing:
    columns = (("Kind", "text"), ("Items", "number"), *((word, "number") for word in ANSWERS))
    caption = f"Decisions by kind of item{whose}"
    if standing is None:
        return listing(name, caption, columns, (), NOT_YET_OPENED)
    found = {key[0]: numbers for key, numbers in by(standing, ["kind"])}
    none = (0,) * len(ANSWERS)
    rows: list[tuple[Cell, ...]] = [
        (kind, sum(numbers), *numbers)
        for kind in ITEM_KINDS
        for numbers in (found.get(kind, none),)
    ]
    total = total_of(standing)
    return listing(name, caption, columns, rows, "No items.", ("All", sum(total), *total))


def overrides(evidence: Evidence, tieout: TieOut) -> Listing:
    columns = (
        ("Item", "id"), ("Flags, and the exception for them", "text"),
        ("Justification, and whose", "text"),
    )  # fmt: skip
    caption = "Kept against a critical or high flag"
    kept = exceptions.overrides(evidence, tieout)
    if kept is None:
        return listing("override-list", caption, columns, (), NOT_YET_OPENED)
    rows = (
        (
            item_link(row),
            _excepted(row["flags"], row["approver"], row["expires"]),
            Lines((row["reason"] or "none given", row["reviewer"]), even=True),
        )
        for row in records(kept[[*ANSWERED, "flags", "approver", "expires"]])
    )
    return listing("override-list", caption, columns, rows, "None.")


@lru_cache(maxsize=10_000)
def _excepted(flags: str, approvers: str | None, days: str | None) -> Lines:
    """Each flag on a line, and below them who accepted which finding until when."""
    if approvers is None or days is None:
        return Lines((*flags.split("\n"), NO_EXCEPTION), even=True)
    both = zip(approvers.split("\n"), days.split("\n"), strict=True)
    accepted = (f"Accepted by {approver} until {day}" for approver, day in both)
    return Lines((*flags.split("\n"), *accepted), even=True)


def closed_open(evidence: Evidence, tieout: TieOut) -> Listing:
    """What was open when the review was closed: why, by whom it was approved, until when."""
    columns = (
        ("Item", "id"), ("Left open", "text"), ("Reason", "text"), ("Approver", "text"),
        ("Last day", "time"),
    )  # fmt: skip
    name, caption = "closed-open", "What was closed though it was open"
    left = exceptions.left_open(evidence, tieout)
    if left is None:
        return listing(name, caption, columns, (), "Not yet: the review is not closed.")
    own, rest = left[left["own"]], left[~left["own"]]
    rows: list[tuple[Cell, ...]] = [
        (item_link(row), row["left"], *(row[word] or NOT_GIVEN for word in exceptions.GIVEN))
        for row in records(own[[*ITEM, "left", *exceptions.GIVEN]])
    ]
    of_rest = rest[[*exceptions.GIVEN]].head(1).fillna(NOT_GIVEN)
    rows += [
        (counted(int(number), "item"), str(word), *map(str, of_rest.iloc[0]))
        for word, number in rest["left"].value_counts().sort_index().items()
    ]
    return listing(name, caption, columns, rows, "Nothing was open.")


def open_questions(tieout: TieOut) -> Listing:
    """Not sure, with what the reviewer wrote."""
    columns = (("Item", "id"), ("Why not sure", "text"), ("Reviewer", "text"))
    caption = "Items the reviewer could not judge"
    if tieout.standing is None:
        return listing("unsure", caption, columns, (), NOT_YET_OPENED)
    rows = (
        (item_link(row), row["reason"] or "none given", row["reviewer"])
        for row in records(
            tieout.standing.loc[tieout.standing["decision"] == "Not sure", [*ANSWERED]]
        )
    )
    return listing("unsure", caption, columns, rows, "None.")


def by(standing: pd.DataFrame, keys: list[str]) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Groups in order, each with its numbers in the order of ANSWERS."""
    counts = standing.groupby([*keys, "decision"], sort=True).size()
    table = counts.unstack(fill_value=0).reindex(columns=list(ANSWERS), fill_value=0)
    groups = table.index.to_frame().astype(str).itertuples(index=False, name=None)
    return list(zip(groups, map(tuple, table.to_numpy().tolist()), strict=True))


def total_of(standing: pd.DataFrame) -> tuple[int, ...]:
    counts = standing["decision"].value_counts()
    return tuple(int(counts.get(word, 0)) for word in ANSWERS)


def percent(number: int, whole: int) -> str:
    """To one decimal; 100 % is all of them, and 0 % is none."""
    if number in (0, whole):
        return "-" if not whole else f"{100 * number // whole} %"
    return f"{min(max(round(100 * number / whole, 1), 0.1), 99.9)} %"
