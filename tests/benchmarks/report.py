"""How long the auditor's report takes: python -m tests.benchmarks.report [ITEMS]

100,000 items by default, made in memory; rendered in a process of its own, so that the peak memory
is its own; then opened in a headless Chromium that has started (it loads pages of its own first, on
the same cores), until two frames after load, with the memory of its processes (proportional set
size).
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pandas as pd

from tests.report import made
from uar import browser
from uar.evidence import Evidence
from uar.reports.report import REPORT
from uar.tables import DECISIONS, GRANTS, ITEMS, OUTCOMES
from uar.tieout import tie_out

STARTED = 4  # seconds, after which a Chromium is at rest
READY = """<script>
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
  document.title = `READY ${Math.round(performance.now())}`;
})));
</script>"""


def evidence(items: int) -> Evidence:
    """The review of tests.report.made, with its items repeated under new ids."""
    small = made.evidence()
    assert small.items is not None and small.campaign is not None
    rows = small.items.to_dict("records")
    big = [
        {
            **row,
            "item_id": f"UAR-{number:04X}-BENCH-{number:06}",
            "grant_id": f"{row['grant_id']}#{number}",
            "holder_name": f"Person {number % 20_000}",
            "login": f"person{number % 20_000}",
            "entitlement": f"Group {number % 2_000}",
            "reviewer": f"Reviewer {number % 400}",
            "reviewer_email": f"reviewer{number % 400}@junipertide.example",
        }
        for number, row in zip(range(items), itertools.cycle(rows), strict=False)
    ]
    table = ITEMS.frame(big)
    words = itertools.cycle(("Keep",) * 17 + ("Revoke", "Modify", "Not sure"))
    decisions = DECISIONS.frame(
        {
            "item_id": item["item_id"],
            "decision": word,
            "written": word,
            "reason": f"Needed for project {number % 50}." if number % 2 else None,
            "reviewer_email": item["reviewer_email"],
            "signed_name": item["reviewer"],
            "signed_email": item["reviewer_email"],
            "file": f"returned/{number % 400:04}-answers.xlsx",
            "cell": f"Decisions!L{number // 400 + 3}",
            "received_at": "2026-11-24T09:00:00Z",
        }
        for number, (item, word) in enumerate(zip(big, words, strict=False))
    )
    grants = pd.concat([small.snapshot.grants] * (items // len(small.snapshot.grants) + 1))
    grants = GRANTS.frame(grants.head(items).assign(grant_id=table["grant_id"].tolist()))
    revoked = decisions.loc[decisions["decision"] == "Revoke", "item_id"]
    about = {"plan": "plans/0001.json", "action": "remove", "outcome": "removed"}
    ended = [
        {**about, "item_id": item, "gone": True, "at": "2026-11-26T08:00:00Z"} for item in revoked
    ]
    seen = {"held": True, "reads": [{}, {}]}
    return replace(
        small,
        journal=[
            {
                "item": item,
                "phase": "result",
                "hash": "ab" * 32,
                "before": seen,
                "after": seen,
                "request": {"method": "POST", "path": f"/api/v2/usergroups/{item}/members"},
            }
            for item in revoked
        ],
        outcomes=OUTCOMES.frame(ended),
        items=table,
        decisions=decisions,
        given=[len(decisions)],
        snapshot=replace(small.snapshot, grants=grants),
    )


def render(items: int) -> tuple[bytes, str]:
    """The page, and how long it took."""
    review = evidence(items)
    started = time.perf_counter()
    tieout = tie_out(review)
    counted = time.perf_counter()
    html = REPORT.render(review, tieout, None)
    done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return html, (
        f"{items:,} items: tie-out {counted - started:.2f} s, rendering {done - counted:.2f} s, "
        f"{len(html) / 1e6:.1f} MB, peak {memory:.0f} MB"
    )


def open_page(html: bytes) -> str:
    """Milliseconds until the page is ready, and the memory of the browser then."""
    program = browser.find()
    if program is None:
        return "no Chromium here: not opened"
    html = re.sub(rb"<meta http-equiv[^>]+>", b"", html)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        page = Path(name) / "page.html"
        page.write_bytes(html.replace(b"</body>", READY.encode() + b"</body>"))
        flags = [flag for flag in browser.QUIET if "pdf" not in flag]
        running = subprocess.Popen(
            [program, *flags, "--no-sandbox", f"--user-data-dir={name}/profile",
             "--remote-debugging-port=0"],
            stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            time.sleep(STARTED)
            return _watched(running, page.as_uri())
        finally:
            running.kill()
            running.wait()


def _watched(running: subprocess.Popen[bytes], page: str) -> str:
    """Open it by the browser's own debugging port, and ask for the title until it says READY."""
    assert running.stderr is not None
    port = next(
        found[1]
        for line in running.stderr
        if (found := re.search(rb"ws://127\.0\.0\.1:(\d+)/", line))
    ).decode()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        own = client.put(f"/json/new?{page}", timeout=60).json()["id"]
        for _ in range(600):
            time.sleep(0.2)
            tabs = client.get("/json", timeout=60).json()
            title = next(tab["title"] for tab in tabs if tab["id"] == own)
            if title.startswith("READY"):
                return f"ready after {int(title.split()[1]):,} ms; {_memory(running.pid)}"
    return "never ready"


def _memory(root: int) -> str:
    """PSS of the browser's renderer, the largest of its processes, and of all of them."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(process.name)] = int(
                (process / "stat").read_text().rsplit(") ")[-1].split()[1]
            )
        except (OSError, IndexError):
            continue
    family = {root}
    for _ in range(6):
        family |= {child for child, parent in parents.items() if parent in family}
    sizes = []
    for process in family:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        sizes.append(int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) / 1024)  # type: ignore[index]
    return f"renderer {max(sizes):.0f} MB, all processes {sum(sizes):.0f} MB"


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        html, said = pool.apply(render, (items,))
    print(said)
    if os.name == "posix":
        print(open_page(html))


if __name__ == "__main__":
    main()
