"""However a returned file was damaged, it is taken or refused: no traceback, no hang."""

from __future__ import annotations

from tests.benchmarks.damage import run


def test_damaged_files_are_taken_or_refused() -> None:
    outcomes, wrong = run(seed=7, count=400)
    assert not wrong
    assert len(outcomes) > 2  # some are still good, some are refused, some cannot be read
