"""Item ids survive spreadsheets and slips; a seal holds exactly what was shown."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from uar.decisions.words import unescaped
from uar.sheet import (
    ALPHABET,
    HEADINGS,
    LONGEST,
    SAID,
    SAID_WITH,
    SHOWN,
    cells,
    cells_of,
    cells_of_each,
    is_item_id,
    item_id,
    seal,
)
from uar.snapshot import to_lines
from uar.tables import FLAG, ITEMS, Column, objects, records

KEY = "00ff" * 16


@given(st.text(min_size=1))
def test_an_id_is_well_formed_and_always_the_same(grant_id: str) -> None:
    if grant_id.encode("utf-8", "ignore").decode() != grant_id:
        return
    found = item_id(grant_id)
    assert found == item_id(grant_id)
    assert is_item_id(found)
    assert found.startswith("UAR-")


@given(st.integers(0, 10**6), st.integers(4, 18), st.sampled_from(ALPHABET))
def test_every_single_slip_in_an_id_shows(number: int, place: int, char: str) -> None:
    good = item_id(f"jumpcloud:group:{number}>user:1")
    slipped = good[:place] + char + good[place + 1 :]
    assert is_item_id(slipped) == (slipped == good)


def test_ids_differ() -> None:
    assert len({item_id(f"jumpcloud:group:{n}>user:1") for n in range(20_000)}) == 20_000


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_a_seal_belongs_to_one_row(one: list[str], other: list[str]) -> None:
    same = "\x1f".join(one) == "\x1f".join(other)
    assert (seal(KEY, "UAR-1", one) == seal(KEY, "UAR-1", other)) == same
    assert seal(KEY, "UAR-1", one) != seal(KEY, "UAR-2", one)
    assert seal("01" * 32, "UAR-1", one) != seal(KEY, "UAR-1", one)


WORDS = (
    "direct binding", "group binding", "=1", "a\nb\n\nc", "\u202ex\u0007", "y" * 1200, " z ",
    "_x0041_", "True", "None", "nan", "\u00e9 \u2028",
    "One. (T-01)\nTwo. (T-01)\nThree. (T-01)\nFour. (T-01)",
)  # fmt: skip


def facts(column: Column) -> st.SearchStrategy[Any]:
    known: st.SearchStrategy[Any] = st.sampled_from(WORDS) | st.text(min_size=1, max_size=9)
    if column.type == FLAG:
        known = st.booleans()
    elif column.one_of:
        known = st.sampled_from(column.one_of)
    return known if column.needed else known | st.none()


ROWS = st.lists(
    st.fixed_dictionaries({column.name: facts(column) for column in ITEMS.columns}),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row["item_id"],
)


@given(ROWS)
def test_what_is_sealed_is_what_is_written_and_what_is_compared(rows: list[dict[str, Any]]) -> None:
    """From a table when a review opens, from rows of it for a workbook, from JSON on return."""
    frame = ITEMS.frame(rows)
    sealed = cells_of({name: objects(frame[name]) for name in SAID_WITH})
    returned = [json.loads(line) for line in to_lines(frame).splitlines()]
    assert [cells(row) for row in records(frame)] == sealed
    assert [cells(row) for row in returned] == sealed
    assert cells_of_each(returned) == sealed
    for text in (text for texts in sealed for text in texts):
        assert len(text) <= LONGEST
        assert not {unicodedata.category(char) for char in text if char != "\n"} & {"Cc", "Cf"}
        assert unescaped(text) == text


@given(ROWS, st.sampled_from(ITEMS.columns), st.data())
def test_a_fact_is_said_where_it_belongs_and_nowhere_else(
    rows: list[dict[str, Any]], column: Column, data: st.DataObject
) -> None:
    row = rows[0]
    other = {**row, column.name: data.draw(facts(column))}
    changed = {
        shown.column
        for shown, one, two in zip(SHOWN, cells(row), cells(other), strict=True)
        if one != two
    }
    said_with = {name for name, (_, more) in SAID.items() if column.name in more}
    assert changed <= {column.name} | said_with


def test_every_fact_of_a_column_is_seen_there() -> None:
    """Two rows that differ in one shown text never look, or seal, alike."""
    row = dict.fromkeys(ITEMS.names, "x") | {"kind": "group", "revocable": True, "borrowed": False}
    row |= {"reason_on_keep": False, "band": "other", "last_decision": "Keep", "since": "new"}
    for place, shown in enumerate(SHOWN):
        one, other = (cells({**row, shown.column: text}) for text in ("one", "other"))
        assert one[place] != other[place]
        assert seal(KEY, "UAR-1", one) != seal(KEY, "UAR-1", other)


def test_an_account_that_is_no_users_says_what_it_is() -> None:
    place = HEADINGS.index("Account") - 1
    kinds = {"user": "x", "admin": "x\n(administrator)", "service": "x\n(service account)"}
    for kind, says in kinds.items():
        assert cells({"login": "x", "holder_kind": kind})[place] == says
    assert cells({"holder_kind": "group"})[place] == "(group)"
