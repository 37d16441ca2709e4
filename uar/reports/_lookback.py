"""Was access used while it was not right, and what was granted after the snapshot?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from uar.evidence import Evidence
from uar.measures.lookback import ANSWERS, LEAVER, REVOKED, UNSHOWN, USED, Lookback
from uar.reports._charts import Bar, Part, bars
from uar.reports._listing import (
    ITEM,
    Cell,
    Link,
    Listing,
    item_link,
    lines,
    listing,
    moment,
    records,
    spoken,
)
from uar.text import counted
from uar.tieout import TieOut

NOT_LATER = "Not collected: no later reading of the tenant was given (uar report --later FOLDER)."
USAGE = {  # why there is no log
    "not collected": "Directory Insights was not read for this review",
    "not licensed": "The tenant has no Directory Insights",
    "not permitted": "The credential may not read Directory Insights",
}
LOG_PARTS = (
    Part("Before the log begins", "open"),
    Part("In the log", "keep"),
    Part("After the snapshot", "unsure"),
)


def said(found: Lookback | None) -> str:
    """What the log can prove, or why there is none."""
    if found is None:
        return ""
    if found.first is None or found.last is None:
        return (
            f"{USAGE[found.usage]}: whether access was used until it was removed is not known. "
            "From which day it was inappropriate stands here all the same."
        )
    rows = found.rows
    proven = int(rows["covered"].sum())
    return (
        f"The log was read from {spoken(found.first.isoformat())} to "
        f"{spoken(found.last.isoformat())} UTC. Over all items it can prove use on {proven:,} of "
        f"{int(rows['days'].sum()):,} days; on the others use can be neither shown nor ruled out. "
        "A sign-in to a group's application counts for the membership. Each item names its newest "
        "event; uar prove shows that event as the tenant sent it."
    )


def tables(evidence: Evidence, tieout: TieOut, found: Lookback | None) -> dict[str, Listing]:
    """Every table of the part."""
    return {
        "lookback": answers(found),
        "lookback_items": items(found, tieout),
        "granted": granted(evidence),
        "regranted": regranted(evidence),
    }


def bar(found: Lookback | None) -> Markup | None:
    """Which days the log can prove, from the first that matters to the last."""
    if found is None or not sum(found.span):
        return None
    words = f"{found.span[1]:,} of {sum(found.span):,} days in the log"
    row = Bar("Days, over all items", found.span, words)
    return bars("chart-log", "Days that the log can prove", LOG_PARTS, [row])


def answers(found: Lookback | None) -> Listing:
    """How many revoked items and items of leavers were used, and how many cannot be told."""
    columns = (
        ("Whose", "text"),
        ("Items", "number"),
        *((word.capitalize(), "number") for word in ANSWERS),
    )
    name, caption = "lookback-answers", "Used after it became inappropriate?"
    if found is None or found.first is None:
        return listing(name, caption, columns, (), "Not known: there is no log.")
    rows: list[tuple[Cell, ...]] = []
    for why, words in ((LEAVER, "Held by leavers"), (REVOKED, "Revoked, of all others")):
        of = found.rows[found.rows["why"] == why]["answer"].value_counts()
        numbers = [int(of.get(word, 0)) for word in ANSWERS]
        rows.append((words, sum(numbers), *numbers))
    whole = [sum(numbers) for numbers in zip(*(row[1:] for row in rows), strict=True)]
    return listing(name, caption, columns, rows, "Nothing.", ("All", *whole))


def items(found: Lookback | None, tieout: TieOut) -> Listing:
    columns = (
        ("Item", "id"), ("Inappropriate since (UTC)", "time"), ("Seen to be gone (UTC)", "time"),
        ("Used?", "text"), ("Days the log has", "text"),
    )  # fmt: skip
    name, caption = "lookback-items", "Each item: used between becoming inappropriate and its end?"
    if found is None or tieout.standing is None:
        return listing(name, caption, columns, (), "Not yet: uar open has not run.")
    known = tieout.standing[[*ITEM]].set_index("item_id")
    table = found.rows.join(known).rename_axis("item_id").reset_index()
    order = {word: place for place, word in enumerate(ANSWERS)}
    if found.first is not None:
        table = table.sort_values(
            ["answer", "item_id"], key=lambda c: c.map(order) if c.name == "answer" else c
        )
    rows = (
        (
            item_link(row),
            lines(None if row["since"] is None else spoken(row["since"].isoformat()),
                  row["because"]),
            "still held" if row["until"] is None else moment(row["until"]),
            _used(row, found.usage),
            _covered(row),
        )
        for row in records(table)
    )  # fmt: skip
    return listing(
        name, caption, columns, rows, "Nothing was revoked, and no leaver held anything."
    )


def later_said(evidence: Evidence) -> str:
    """When the tenant was read again, and what that showed."""
    found = evidence.later
    if found is None:
        return NOT_LATER
    again = len(found["back_again"])
    return (
        f"The tenant was read again from {spoken(found['started_at'])} to "
        f"{spoken(found['finished_at'])} UTC. Of {counted(found['removed'], 'removal')} "
        f"{again:,} {'is' if again == 1 else 'are'} there again. What was granted after the "
        "snapshot is outside this population; the next review asks about it."
    )


def granted(evidence: Evidence) -> Listing:
    columns = (("Held by", "text"), ("Access", "text"))
    caption = "Granted after the snapshot"
    if evidence.later is None:
        return listing("late-grants", caption, columns, (), NOT_LATER)
    rows = (_late(row) for row in evidence.later["granted"])
    none = "Nothing was granted after the snapshot."
    return listing("late-grants", caption, columns, rows, none)


def regranted(evidence: Evidence) -> Listing:
    columns = (("Item", "id"), ("Held by", "text"), ("Access", "text"))
    caption = "Removed in this review, and there again"
    if evidence.later is None:
        return listing("re-grants", caption, columns, (), NOT_LATER)
    rows = ((Link(row["item"], row["item"]), *_late(row)) for row in evidence.later["back_again"])
    none = "Nothing that was removed is there again."
    return listing("re-grants", caption, columns, rows, none)


def _late(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    joined = "new since the snapshot" if row["joined"] else None
    return lines(row["person"], row["account"], joined), lines(row["entitlement"], row["kind"])


def _used(row: Mapping[str, Any], usage: str) -> Cell:
    if usage != "observed":
        return usage
    if row["last_used"] is None:
        return row["answer"] if row["answer"] != UNSHOWN else "not shown by any event"
    word = row["answer"] if row["answer"] != USED or row["since"] is not None else "used in the log"
    uses = counted(int(row["uses"]), "use")
    last = f"last {spoken(row['last_used'].isoformat())}, {uses} in the log"
    return lines(word, last, f"event {row['event'] or 'without an id'}")


def _covered(row: Mapping[str, Any]) -> Cell:
    return f"{row['covered']:,} of {row['days']:,}" if "covered" in row else "none"
