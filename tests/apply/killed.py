"""A process of its own that applies plans and is killed, at any point that a test names.

    python -m tests.apply.killed        reads one JSON object a line: folder, url, key, point, torn
                                        answers each with how the process that did it ended

Every command runs in a forked child. `point` counts what happens in order: before and after each
request, before and after each line of the journal reaches the disk; at that number the child is
killed with SIGKILL. 0: not at all. `torn`: a killed write leaves the line without its end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet  # noqa: F401  # loaded once here, not in every child

from tests.apply import house as h
from uar.folder import Folder
from uar.sources._http import Client
from uar.sources.jumpcloud import connect


class Points:
    """Counts, and kills at the one it was told."""

    def __init__(self, last: int, torn: int) -> None:
        self.last, self.torn, self.passed = last, torn, 0
        self.written: list[int] = []  # points at which a line has been written

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def sync(self, fd: int) -> None:
        """In place of os.fsync: the line is written, and perhaps only a part of it arrives."""
        self.written.append(self.passed + 1)
        if self.torn and self.passed + 1 == self.last:
            os.ftruncate(fd, os.fstat(fd).st_size - self.torn)
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


def work(order: dict[str, Any]) -> None:
    environ = {"JUMPCLOUD_BASE_URL": order["url"], "UAR_APPLY_API_KEY": order["key"]}
    points = Points(order["point"], order["torn"])
    with connect(environ, write=True) as client:
        h.carry_out(Folder(Path(order["folder"])), Watched(client, points), points.sync)
    if not order["point"]:
        told = {"points": points.passed, "written": points.written}
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
