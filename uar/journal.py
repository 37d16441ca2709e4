"""The journal of removals: what was about to be done, what came of it, line by line, append only.

    run      who acts on which plan, with which version
    intent   what is about to be sent, and the read before it; on disk before the request leaves
    step     the answer to a write that another one follows, and the read between the two
    result   the answer and the read after it, as one of the outcomes of uar.tables
    verify   a later look: still gone, back again, unknown
    cut      a line that a crash had torn was taken off before going on

Each line carries the hash of the line before, so that none can be changed, taken out or put in.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from io import FileIO
from typing import Any

import pandas as pd

from uar.errors import FolderError
from uar.tables import OUTCOMES
from uar.verify import chain, digest, json_line

Line = dict[str, Any]
GONE = {
    ("remove", "removed"): True,
    ("remove", "already gone"): True,
    ("remove", "unknown"): None,
    ("restore", "unknown"): None,
    ("restore", "failed"): True,  # nothing was put back
}
CUT_OFF = "The run was cut off before the result was known; run uar {command} again."


def lines(raw: bytes) -> list[Line]:
    """Every whole line, oldest first; FolderError names the first that is not what was written."""
    found, wrong = chain(raw)
    if wrong:
        raise FolderError(f"The journal, line {wrong}, has been changed since it was written.")
    return found


def outcomes(raw: bytes) -> pd.DataFrame:
    """The last outcome per item, as the OUTCOMES table, in the order items were first touched."""
    rows: dict[str, Line] = {}
    for line in lines(raw):
        if line["phase"] == "intent":
            rows[line["item"]] = _row(line, "unknown", CUT_OFF.format(command=_command(line)))
        elif line["phase"] == "result":
            rows[line["item"]] = _row(line, line["outcome"], line["detail"])
        elif line["phase"] == "verify" and line["item"] in rows:
            rows[line["item"]] |= {"verified": line["outcome"], "verified_at": line["at"]}
            if line["outcome"] == "back again":
                rows[line["item"]] |= {"detail": line["detail"]}
    return OUTCOMES.frame(rows.values())


def _row(line: Line, outcome: str, detail: str) -> Line:
    return {
        "item_id": line["item"],
        "plan": line["plan"],
        "action": line["action"],
        "outcome": outcome,
        "gone": GONE.get((line["action"], outcome), False),
        "at": line["at"],
        "detail": detail,
        "status": (line.get("answer") or {}).get("status"),
        "verified": None,
        "verified_at": None,
    }


def _command(line: Line) -> str:
    return "undo" if line["action"] == "restore" else "apply"


class Journal:
    """An open journal, written by any number of threads, one line at a time.

    `file`: for reading and appending. `sync` makes what is written last.
    """

    def __init__(
        self,
        file: FileIO,
        now: Callable[[], str],
        sync: Callable[[int], None] = os.fsync,
    ) -> None:
        self._file = file
        self._now = now
        self._sync = sync
        self._lock = threading.Lock()
        self._sound = True
        file.seek(0)
        raw = file.readall()
        self.lines = lines(raw)
        self._end = _whole(raw)
        torn = raw[self._end :]
        if torn:
            self._file.truncate(self._end)
            self.append("cut", bytes=len(torn), sha256=digest(torn))

    def append(self, phase: str, **facts: Any) -> Line:
        """Add a line; when this returns it is on disk. After one that failed there is none."""
        with self._lock:
            if not self._sound:
                raise FolderError("The journal could not be written, so nothing more is done.")
            self._sound = False
            line = self._append(phase, facts)
            self._sound = True
        return line

    def _append(self, phase: str, facts: Line) -> Line:
        previous = self.lines[-1]["hash"] if self.lines else ""
        line: Line = {
            **facts,
            "phase": phase,
            "at": self._now(),
            "number": len(self.lines) + 1,
            "previous": previous,
        }
        line["hash"] = digest(json_line(line))
        text = json_line(line)
        if self._file.write(text) != len(text):
            self._file.truncate(self._end)
            raise FolderError("The journal cannot be written; is the disk full?")
        self._sync(self._file.fileno())
        self._end += len(text)
        self.lines.append(line)
        return line


def open_ended(journal: Iterable[Line], action: str) -> frozenset[str]:
    """Items that were sent without anybody knowing the end: cut off, or not readable after."""
    ends: dict[str, bool] = {}
    for line in journal:
        if line["phase"] in ("intent", "result"):
            sent = line["phase"] == "intent" or line["outcome"] == "unknown"
            ends[line["item"]] = sent and line["action"] == action
    return frozenset(item for item, is_open in ends.items() if is_open)


def _whole(raw: bytes) -> int:
    """How many bytes are whole lines."""
    return raw.rfind(b"\n") + 1
