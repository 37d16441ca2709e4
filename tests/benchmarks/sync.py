"""How long a sync takes beside what it cannot be faster than: python -m tests.benchmarks.sync

    bound   requests x latency / requests in flight
    fetch   reading every list and event, with the cross-check; ratio is fetch / bound
    tables  lists -> typed tables -> the bytes of the snapshot's files
    wall    fetch and tables; target: 1.25 x bound + 2 s
    CPU     of the reading process, per request, while it fetches
    memory  the largest the reading process became, and before it read anything

--load 1000000 instead loads a snapshot of so many grants, in a process that does nothing else.

The emulated tenant runs in a process of its own, and so does every measurement.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

HEADING = (
    "size", "latency", "in flight", "requests", "bound s", "fetch s", "ratio", "tables s", "wall s",
    "CPU ms/request", "MB before", "MB at most",
)  # fmt: skip


@contextmanager
def tenant(size: str, latency_ms: float) -> Iterator[dict[str, Any]]:
    """The emulated tenant's address and keys."""
    words = ["sandbox", "--port", "0", "--size", size, "--latency-ms", str(latency_ms), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "uar", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url: str, key: str, in_flight: int) -> dict[str, float]:
    """One sync, in this process."""
    from uar.folder import Folder
    from uar.settings import Sync
    from uar.snapshot import to_files
    from uar.sources._assemble import snapshot_of
    from uar.sources._resume import begin
    from uar.sources._spool import Spool
    from uar.sources._tenant import Pages
    from uar.sources.jumpcloud import connect, fetch

    before, cross_check = megabytes(), Sync().cross_check
    with connect({"JUMPCLOUD_BASE_URL": url, "JUMPCLOUD_API_KEY": key}) as client:
        started, worked = time.perf_counter(), time.process_time()
        answered = 0

        def progress(done: int, known: int) -> None:
            nonlocal answered
            answered = max(answered, done)

        now = dt.datetime.now(dt.UTC)
        with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as base:
            spool = Spool(file)
            begin(spool, client, now)
            read = fetch(
                client, spool, in_flight=in_flight, cross_check=cross_check, progress=progress
            )
            fetched, worked = time.perf_counter(), time.process_time() - worked
            snapshot = snapshot_of(read, client, "0" * 64)
            snapshot = replace(snapshot, pages=Pages(read, spool))
            del read
            folder = Folder(Path(base) / "q4")
            with folder.locked(create=True):
                folder.write("sync", to_files(snapshot), at=now.isoformat())
    return {
        "requests": answered,
        "fetch": fetched - started,
        "tables": time.perf_counter() - fetched,
        "cpu": worked,
        "before": before,
        "most": megabytes(),
        "grants": len(snapshot.grants),
    }


def row(size: str, latency_ms: float, in_flight: int) -> tuple[str, ...]:
    with tenant(size, latency_ms) as box:
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.sync", "--measure", box["url"],
             "--key", box["api_key"], "--in-flight", str(in_flight)],
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
    found = json.loads(child.stdout)
    bound = found["requests"] * latency_ms / 1000 / in_flight
    return (
        size,
        f"{latency_ms:g} ms",
        str(in_flight),
        f"{found['requests']:,}",
        f"{bound:.2f}",
        f"{found['fetch']:.2f}",
        f"{found['fetch'] / bound:.2f}" if bound else "-",
        f"{found['tables']:.2f}",
        f"{found['fetch'] + found['tables']:.2f}",
        f"{found['cpu'] * 1000 / found['requests']:.2f}",
        f"{found['before']:.0f}",
        f"{found['most']:.0f}",
    )


LOAD = """
import pathlib, sys
from uar.snapshot import file_names, from_files
folder = pathlib.Path(sys.argv[1])
snapshot = from_files({name: (folder / name).read_bytes() for name in file_names()})
print(len(snapshot.grants))
"""


def load(grants: int) -> tuple[int, float, float]:
    """(grants, wall seconds, CPU seconds) of a process that does nothing but load a snapshot."""
    from uar.snapshot import Header, Snapshot, to_files
    from uar.tables import ACCOUNTS, COLLECTIONS, ENTITLEMENTS, GAPS, GRANTS

    groups, users = grants // 500, 50_000
    rows = (
        {
            "grant_id": f"jumpcloud:group:{n % groups:024x}>user:{n // groups * 97 % users:024x}",
            "holder_id": f"jumpcloud:user:{n // groups * 97 % users:024x}",
            "holder_kind": "user",
            "entitlement_id": f"jumpcloud:group:{n % groups:024x}",
            "revocable": True,
        }
        for n in range(grants)
    )
    tables = (ACCOUNTS, ENTITLEMENTS, GRANTS, COLLECTIONS, GAPS)
    frames = [GRANTS.frame(rows) if table is GRANTS else table.empty() for table in tables]
    header = Header("jumpcloud", *[""] * 9)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in to_files(Snapshot(header, *frames)).items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        before, started = os.times(), time.perf_counter()
        child = subprocess.run(
            [sys.executable, "-c", LOAD, folder], stdout=subprocess.PIPE, check=True
        )
        wall, after = time.perf_counter() - started, os.times()
    worked = sum(after[2:4]) - sum(before[2:4])
    return int(child.stdout), wall, worked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--large", action="store_true", help="also L: some minutes to generate")
    parser.add_argument("--load", type=int, help="only load a snapshot of so many grants")
    parser.add_argument("--in-flight", type=int, default=12)
    parser.add_argument("--measure", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--key", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.key, options.in_flight)))
        return
    if options.load:
        loaded, wall, cpu = load(options.load)
        print(f"{loaded:,} grants loaded: {wall:.2f} s, {cpu:.2f} s of CPU, whole process")
        return
    print(*HEADING, sep="\t")
    for size in ("S", "M", "L") if options.large else ("S", "M"):
        for latency_ms in (0.0, 30.0):
            print(*row(size, latency_ms, options.in_flight), sep="\t", flush=True)


if __name__ == "__main__":
    main()
