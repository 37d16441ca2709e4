"""Make samples/review and samples/returned again: `python -m tests.samples`.

A review of the sample organisation as far as `uar open`, and the files its reviewers send back:
as they first arrive, some badly filled in, and corrected. Needed when a table or sheet changes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from uar.demo.story import READ_ON, Stage, day_of, fill_in, tenant

SAMPLES = Path(__file__).parents[1] / "samples"
REVIEW = SAMPLES / "review"
RETURNED = SAMPLES / "returned"


def run(words: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "uar", *words], stdout=sys.stderr).returncode


def main() -> None:
    for folder in (REVIEW, RETURNED):
        shutil.rmtree(folder, ignore_errors=True)
    roster = SAMPLES / "hr_roster.csv"
    stage = Stage(
        folder=REVIEW,
        inbox=RETURNED,
        following=SAMPLES / "next",  # not played
        settings=SAMPLES / "uar.toml",
        roster=roster,
        run=run,
        tell=lambda text: None,
    )
    settings = ("--settings", str(stage.settings))
    with tenant() as address, day_of(address, READ_ON):
        stage.command("sync", str(REVIEW), *settings, "--roster", str(roster))
        for name in ("detect", "open"):
            stage.command(name, str(REVIEW), *settings)
    fill_in(stage)


if __name__ == "__main__":
    main()
