"""How long an apply takes beside what it cannot be faster than: python -m tests.benchmarks.apply

    bound   4 requests x latency x removals / removals in flight
    waits   requests that were made x latency / removals in flight
    apply   carrying out the plan; ratio is apply / bound
    fsync   the part of it in which the journal was being written to the disk, line after line
    CPU     of the applying process, per removal

Every removal is a group membership: it is read, removed, and read again. The group and the
applications that it opens are read for all removals of ten seconds alike.
The emulated tenant runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from tests.apply import house as h
from tests.benchmarks.sync import tenant
from uar.folder import Folder
from uar.snapshot import to_files, to_lines
from uar.sources._http import Client
from uar.sources.jumpcloud import connect, read

HEADING = (
    "removals", "latency", "in flight", "requests", "a removal", "bound s", "waits s", "apply s",
    "ratio", "lines", "fsync s", "CPU ms/removal",
)  # fmt: skip
REQUESTS = 4


class Disk:
    """os.fsync, with its time taken."""

    def __init__(self) -> None:
        self.lines, self.seconds = 0, 0.0

    def sync(self, fd: int) -> None:
        started = time.perf_counter()
        os.fsync(fd)
        self.seconds += time.perf_counter() - started
        self.lines += 1


class Counted:
    """A client that counts its requests."""

    def __init__(self, client: Client) -> None:
        self.client, self.requests, self.credential = client, 0, client.credential

    def request(self, method: str, path: str, **more: Any) -> Any:
        self.requests += 1  # a lost count among threads would make the ratio look worse, not better
        return self.client.request(method, path, **more)

    def stop(self) -> None:
        self.client.stop()


def planned(path: Path, url: str, key: str, removals: int, in_flight: int) -> Folder:
    """A review in which so many memberships were revoked."""
    with connect({"JUMPCLOUD_BASE_URL": url, "JUMPCLOUD_API_KEY": key}) as client:
        snapshot = read(client)
    items = h.items(snapshot)
    members = items[(items["kind"] == "group membership") & items["revocable"]]
    users = snapshot.accounts[snapshot.accounts["status"].eq("active")].dropna(subset=["email"])
    reviewer = users[users["kind"] == "user"].iloc[0]
    members = members[members["holder_id"] != reviewer["account_id"]]
    folder = Folder(path)
    with folder.locked(create=True):
        folder.write("sync", to_files(snapshot), at=h.AT)
        folder.write("open", {"items.jsonl": to_lines(items)}, at=h.AT)
        revoked = dict.fromkeys(members["item_id"].head(removals), "Revoke")
        h.answer(folder, revoked, by=reviewer["email"])
        h.planned(folder, f"[apply]\nin_flight = {in_flight}\n".encode())
    return folder


def row(removals: int, latency_ms: float, in_flight: int) -> tuple[str, ...]:
    with tenant("M", latency_ms) as box, tempfile.TemporaryDirectory() as kept:
        folder = planned(Path(kept) / "r", box["url"], box["api_key"], removals, in_flight)
        environ = {"JUMPCLOUD_BASE_URL": box["url"], "UAR_APPLY_API_KEY": box["apply_api_key"]}
        disk = Disk()
        with connect(environ, write=True) as client:
            counted = Counted(client)
            started, worked = time.perf_counter(), time.process_time()
            outcomes = pd.Series(h.carry_out(folder, counted, disk.sync))
            took, worked = time.perf_counter() - started, time.process_time() - worked
    assert (outcomes == "removed").all(), outcomes.value_counts()
    done = len(outcomes)
    bound = REQUESTS * latency_ms / 1000 * done / in_flight
    return (
        f"{done:,}",
        f"{latency_ms:g} ms",
        str(in_flight),
        f"{counted.requests:,}",
        f"{counted.requests / done:.2f}",
        f"{bound:.1f}",
        f"{counted.requests * latency_ms / 1000 / in_flight:.1f}",
        f"{took:.1f}",
        f"{took / bound:.2f}",
        f"{disk.lines:,}",
        f"{disk.seconds:.1f}",
        f"{worked * 1000 / done:.2f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--removals", type=int, default=5000)
    parser.add_argument("--latency-ms", type=float, default=30.0)
    parser.add_argument("--in-flight", type=int, nargs="*", default=(1, 4))
    options = parser.parse_args()
    print(*HEADING, sep="\t")
    for in_flight in options.in_flight:
        print(*row(options.removals, options.latency_ms, in_flight), sep="\t", flush=True)


if __name__ == "__main__":
    main()
