"""Random decisions and faults, many times over: python -m tests.benchmarks.faults --runs 1000

Each run reviews a small tenant, decides at random or plans from random findings, and applies with
up to four faults at random (403, 404, 409, 429, 5xx, resets, broken bodies, writes that do not
stick) while perhaps an object is deleted or the key's rights are taken away. The tenant is compared
with the planned state less exactly the items reported as not done; then again without faults. The
first difference ends it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.apply.test_faults import planned_minus_reported


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    runs, words = 0, Counter[str]()

    @seed(options.seed)
    @settings(
        max_examples=options.runs,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate,),  # making it smaller takes longer than looking at it
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def every(data: Any) -> None:
        nonlocal runs
        quiet = contextlib.redirect_stderr(io.StringIO())  # a run that stops says so
        with tempfile.TemporaryDirectory() as kept, quiet:
            words.update(planned_minus_reported(Path(kept) / "r", data).values())
        runs += 1

    started = time.perf_counter()
    every()
    took = time.perf_counter() - started
    print(f"Seed {options.seed}: {runs:,} runs, {words.total():,} removals, {took:.0f} s")
    for word, number in words.most_common():
        print(f"{number:>8,}  {word}")
    print("The tenant was always the planned state less exactly what was reported as not done.")


if __name__ == "__main__":
    main()
