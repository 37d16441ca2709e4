"""Item ids survive spreadsheets and slips; a seal holds exactly what was shown."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from uar.sheet import ALPHABET, cells, cells_of, is_item_id, item_id, seal
from uar.tables import FLAG, ITEMS

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


WORDS = ("", "direct binding", "group", "app", "=1", "a\nb", "\u202ex", "y" * 1200)
FACTS = st.fixed_dictionaries(
    {
        column.name: st.booleans()
        if column.type == FLAG
        else st.sampled_from([*column.one_of, *WORDS] + [None] * (not column.needed))
        for column in ITEMS.columns
    }
)


@given(st.lists(FACTS, min_size=1, max_size=6))
def test_many_items_say_what_each_says_alone(items: list[dict[str, Any]]) -> None:
    columns = {name: [item[name] for item in items] for name in items[0]}
    assert cells_of(columns) == [cells(item) for item in items]
