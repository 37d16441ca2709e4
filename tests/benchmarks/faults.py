"""Random decisions and faults, many times over: python -m tests.benchmarks.faults --runs 1000

Each run reviews a small tenant, decides at random, applies with up to three faults at random, and
compares the tenant with the planned state less exactly the items reported as not done; then again
without faults. The first difference ends it with the smallest example of it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apply.test_faults import planned_minus_reported


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    runs, words = 0, Counter[str]()

    @settings(
        max_examples=parser.parse_args().runs,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def every(data: Any) -> None:
        nonlocal runs
        with tempfile.TemporaryDirectory() as kept:
            words.update(planned_minus_reported(Path(kept) / "r", data).values())
        runs += 1

    started = time.perf_counter()
    every()
    print(f"{runs:,} runs, {words.total():,} removals, {time.perf_counter() - started:.0f} s")
    for word, number in words.most_common():
        print(f"{number:>8,}  {word}")
    print("The tenant was always the planned state less exactly what was reported as not done.")


if __name__ == "__main__":
    main()
