"""A process of its own that applies or undoes plans and is killed at any point that a test names.

    python -m tests.apply.killed    reads one JSON object a line: do, folder, url, key and a Kill
                                    answers each with how the process that did it ended

Every command runs in a forked child. Points count what happens in order, in whichever thread:
before and after each request, before and after each line of the journal reaches the disk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet  # noqa: F401  # loaded once here, not in every child

from tests.apply import house as h
from uar.folder import Folder
from uar.sources._http import Client
from uar.sources.jumpcloud import connect


@dataclass(frozen=True)
class Kill:
    """When to kill with SIGKILL. 0: not at all."""

    point: int = 0
    line: int = 0  # as this line of the run is written
    torn: int = 0  # and of that line so many bytes do not arrive

    def is_none(self) -> bool:
        return not (self.point or self.line)


class Points:
    """Counts, and kills where it was told."""

    def __init__(self, kill: Kill) -> None:
        self.kill, self.passed, self.lines = kill, 0, 0
        self.lock = threading.Lock()

    def point(self) -> None:
        with self.lock:
            self.passed += 1
            if self.passed == self.kill.point:
                os.kill(os.getpid(), signal.SIGKILL)

    def sync(self, fd: int) -> None:
        """In place of os.fsync: the line is written, and perhaps only a part of it arrives."""
        self.lines += 1  # the journal lets in one thread at a time
        if self.lines == self.kill.line:
            os.ftruncate(fd, os.fstat(fd).st_size - self.kill.torn)
            os.kill(os.getpid(), signal.SIGKILL)
        self.point()
        os.fsync(fd)
        self.point()


class Watched:
    """A client with a point before and after each request."""

    def __init__(self, client: Client, points: Points) -> None:
        self.client, self.points, self.credential = client, points, client.credential

    def request(self, method: str, path: str, **more: Any) -> Any:
        self.points.point()
        answer = self.client.request(method, path, **more)
        self.points.point()
        return answer

    def stop(self) -> None:
        self.client.stop()


DOING: dict[str, Callable[..., object]] = {"apply": h.carry_out, "undo": h.put_back}


def work(order: dict[str, Any]) -> None:
    environ = {"JUMPCLOUD_BASE_URL": order["url"], "UAR_APPLY_API_KEY": order["key"]}
    kill = Kill(**order["kill"])
    points = Points(kill)
    with connect(environ, write=True) as client:
        DOING[order["do"]](Folder(Path(order["folder"])), Watched(client, points), points.sync)
    if kill.is_none():
        told = {"points": points.passed, "lines": points.lines}
        Path(order["folder"] + ".points").write_text(json.dumps(told))


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            work(order)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
