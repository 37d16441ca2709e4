"""No decision ever lands on another item than the one it was made for, whatever people do."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.edits import issued, judge, made
from tests.ingest.review import items_of

ITEMS = items_of("ana")
ISSUED = issued()


@settings(max_examples=400)
@given(st.randoms(use_true_random=False))
def test_decisions_stay_with_their_items(rng: random.Random) -> None:
    verdict = judge(made(rng, ITEMS), ISSUED)
    assert not verdict.wrong
    assert not verdict.unreported
    rows = verdict.receipt.rows
    parts = rows.accepted + rows.unchanged + rows.blank + rows.refused
    assert rows.seen == parts + rows.held_back + rows.repeated
    assert min(rows.held_back, rows.accepted) >= 0
    assert rows.accepted == verdict.accepted
    assert verdict.receipt.problems or verdict.receipt.outcome == "accepted"
