"""How long items and workbooks take: python -m tests.benchmarks.workbooks [L]

300 workbooks of 200 items, one of 10,000 and one of 100,000; with L also the items of 20,000 users
and 400,000 grants. Each case runs in a process of its own, so that the peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from tests.review.world import access_of, entitlement, person, world
from uar.folder import digest
from uar.review.campaign import campaign
from uar.review.cards import gives, people
from uar.review.items import Known, in_order, population
from uar.settings import Campaign, Reviewers, Settings
from uar.snapshot import to_lines
from uar.tables import LINKS
from uar.workbooks.write import NEEDED, workbooks

AT = "2026-11-20T09:00:00Z"


def organisation(managers: int, users: int, grants: int) -> Known:
    """Users in equal teams, holding groups and applications; a third of the groups open some."""
    random = np.random.default_rng(1)
    bosses = [person(f"m{n}", manager="m0" if n else "m1") for n in range(managers)]
    staff = [person(f"u{n}", manager=f"m{n % managers}") for n in range(users)]
    size = max(users // 10, 50)
    things = [entitlement(f"group:g{n}", name=f"Group {n}") for n in range(size)]
    things += [entitlement(f"app:a{n}", name=f"Application {n}") for n in range(size // 4)]
    pairs = {
        (f"jumpcloud:{'app:a' if app else 'group:g'}{thing % (size // 4 if app else size)}", user)
        for thing, user, app in zip(
            random.integers(0, size, grants),
            random.integers(0, users, grants),
            random.random(grants) < 0.1,
            strict=True,
        )
    }
    held = [access_of(thing, f"jumpcloud:user:u{user}") for thing, user in pairs]
    held += [
        access_of(f"jumpcloud:app:a{n % (size // 4)}", f"jumpcloud:group:g{n}")
        for n in range(0, size, 3)
    ]
    flagged = pd.DataFrame(
        {
            "id": [f"ATR-01:jumpcloud:user:u{n}" for n in range(0, users, 3)],
            "detection": "ATR-01",
            "severity": "low",
            "subject": [f"jumpcloud:user:u{n}" for n in range(0, users, 3)],
            "subject_name": "Somebody",
            "says": "The user has no department.",
            "accounts": [f"jumpcloud:user:u{n}" for n in range(0, users, 3)],
        }
    )
    return world(bosses + staff, things, held, flagged)


def write(managers: int, users: int, grants: int) -> str:
    """Items, then workbooks; what was made and how long each took."""
    known = organisation(managers, users, grants)
    settings = Settings(Campaign(period="2026-Q4"), Reviewers(fallback="m0@example.com"))
    started, worked = time.perf_counter(), _worked()
    asked = population(known, settings, str, None)
    root = digest(to_lines(asked.items))
    facts = campaign(asked.items, root, known.snapshot, settings.campaign, AT)
    cards = gives(known), people(known, LINKS.empty())
    ordered = in_order(asked.items, NEEDED)
    found = time.perf_counter()
    size = [len(content) for _, content in workbooks(ordered, facts, *cards, asked.shown)]
    written = time.perf_counter()
    worked = _worked() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{len(asked.items):,} items, {len(size)} workbooks ({sum(size) / 1e6:.1f} MB): items "
        f"{found - started:.2f} s, workbooks {written - found:.2f} s, of that "
        f"{worked:.2f} s at work, peak {memory:.0f} MB"
    )


def _worked() -> float:
    """Seconds of the processor, with those of processes that are done."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


CASES: dict[str, tuple[int, int, int]] = {
    "300 x 200": (300, 3_000, 62_000),
    "1 x 10,000": (1, 500, 12_000),
    "1 x 100,000": (1, 5_000, 103_000),
    "L": (1_000, 20_000, 400_000),
}


def main(run: Callable[[int, int, int], str] = write) -> None:
    names = ["300 x 200", "1 x 10,000", "1 x 100,000", *sys.argv[1:]]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as pool:
        for name in names:
            print(f"{name}: {pool.submit(run, *CASES[name]).result()}")


if __name__ == "__main__":
    main()
