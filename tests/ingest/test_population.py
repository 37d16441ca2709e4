"""Items looked up without reading the rows of other reviewers."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from uar.decisions.population import Population
from uar.verify import json_line

HOSTILE = '","item_id":"UAR-1","reviewer_email":"other@example.com","x":"'
TEXT = st.text(max_size=8) | st.sampled_from([HOSTILE, HOSTILE + "\\", '\\"', "é\u2028\n"])
ROWS = st.lists(
    st.fixed_dictionaries({"aaa": TEXT, "item_id": TEXT, "login": TEXT, "reviewer_email": TEXT}),
    max_size=12,
    unique_by=lambda row: row["item_id"],
)


@given(ROWS)
def test_whatever_a_row_says_it_is_found_and_whose_it_is(rows: list[dict[str, str]]) -> None:
    found = Population(map(json_line, rows))
    for email in {row["reviewer_email"] for row in rows}:
        own = [row for row in rows if row["reviewer_email"] == email]
        assert list(found.of(email).values()) == own
    assert dict(found) == {row["item_id"]: row for row in rows}
    assert found.most == max(Counter(row["reviewer_email"] for row in rows).values(), default=0)
    assert not found.of("nobody@example.com") and "nobody" not in found
