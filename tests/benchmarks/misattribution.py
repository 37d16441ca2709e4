"""How many decisions land on the wrong item, over many randomly edited files? It must be none.

python -m tests.benchmarks.misattribution --files 5000
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

from tests.ingest.edits import issued, judge
from tests.ingest.review import items_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    items, population = items_of("ana"), issued()
    began, outcomes, accepted, invisible = time.perf_counter(), Counter[str](), 0, 0
    wrong: list[str] = []
    unreported: list[str] = []
    for number in range(options.files):
        verdict = judge(random.Random(options.seed * 1_000_003 + number), population, items)
        outcomes[verdict.receipt.outcome] += 1
        accepted += verdict.accepted
        invisible += verdict.invisible
        wrong += [f"file {number}: {each}" for each in verdict.wrong]
        unreported += [f"file {number}: {each}" for each in verdict.unreported]
    seconds = time.perf_counter() - began
    print(f"{options.files:,} files in {seconds:.1f} s: {dict(outcomes)}")
    print(f"decisions accepted:                 {accepted:,}")
    print(f"on the wrong item:                  {len(wrong):,}")
    print(f"neither accepted nor reported:      {len(unreported):,}")
    print(f"moves of answers that nothing shows: {invisible:,} (counted as typed where they stand)")
    print("\n".join([*wrong[:20], *unreported[:20]]))
    raise SystemExit(1 if wrong or unreported else 0)


if __name__ == "__main__":
    main()
