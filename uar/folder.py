"""The review folder: every step adds files, none edits one, and a ledger chains them all.

    ledger.jsonl   one line a step: what it read and wrote (SHA-256, bytes), counts, settings, what
                   made it, and the hash of the line before
    settings/      the uar.toml bytes a step worked with, named by their hash

Files are written whole (temporary file, fsync, rename), then the ledger line that makes them count.
Before the first of them .pending names them all: what an interrupted step left without a ledger
line is cleared away when the folder is next opened for writing.
Only the journal of removals is appended to; the ledger states how far it was recorded.
"""

from __future__ import annotations

import json
import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, cast

from filelock import FileLock, Timeout

from uar import __version__
from uar.errors import FolderError
from uar.maker import maker
from uar.verify import JOURNAL as JOURNAL
from uar.verify import LEDGER as LEDGER
from uar.verify import LOCK as LOCK
from uar.verify import SEAL as SEAL
from uar.verify import Broken, check, json_line, stamp, whole_lines
from uar.verify import digest as digest

PARTIAL = ".partial"
PENDING = ".pending"
AT_ONCE = 8  # files that the disk is waited for
NOWHERE = "{path}: there is no such folder; run uar sync first."
READING = ".reading"  # the answers so far, while uar sync reads the tenant
CLOSE = "close"  # the last step but one: the final report; SEAL adds the pack


@dataclass(frozen=True)
class Step:
    """What a command adds. `at`: UTC, ISO 8601; `read`: recorded names it worked from.

    `facts`: what else the step wants remembered, small and plain.
    """

    name: str
    files: Mapping[str, bytes]
    at: str
    read: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    settings: bytes = b""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """A review on disk."""

    path: Path

    @contextmanager
    def locked(self, create: bool = False, step: str = "") -> Iterator[Folder]:
        """Hold the folder for writing; a second writer is refused, and any once it is closed.

        `create`: make it if missing. `step`: only sealing is still let in after closing.
        """
        if create:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise FolderError(f"{self.path}: cannot be created ({error.strerror}).") from error
        elif not self.path.is_dir():
            raise FolderError(NOWHERE.format(path=self.path))
        try:
            held = FileLock(self.path / LOCK, timeout=0).acquire()
        except Timeout as error:
            raise FolderError(
                f"{self.path}: another uar command is working in this folder; wait until it ends."
            ) from error
        except OSError as error:
            raise FolderError(f"{self.path}: cannot be written ({error.strerror}).") from error
        with held:
            self._clear_interrupted()
            self._refuse_when_sealed(step)
            yield self

    def has(self, name: str) -> bool:
        """Does a finished step stand behind this file?"""
        return name in self._stamps()

    def read(self, name: str, step: str) -> bytes:
        """A file's bytes, checked against the ledger. `step`: the command that writes it."""
        recorded = self._stamps().get(name)
        if recorded is None:
            if not self.path.is_dir():
                raise FolderError(NOWHERE.format(path=self.path))
            raise FolderError(f"{name} is not there; run uar {step} {self.path} first.")
        try:
            content = (self.path / name).read_bytes()
        except FileNotFoundError as error:
            raise FolderError(f"{name} has been taken away from {self.path}.") from error
        content = content[: recorded["bytes"]] if name == JOURNAL else content
        if digest(content) != recorded["sha256"]:
            raise FolderError(
                f"{name} is not what uar wrote; run uar verify {self.path}, "
                "then take the original back from a copy."
            )
        return content

    def names(self, under: str) -> list[str]:
        """Recorded files whose name begins so, in the order they were written."""
        return [name for line in self.ledger() for name in line["wrote"] if name.startswith(under)]

    def write(
        self,
        step: str,
        files: Mapping[str, bytes],
        *,
        at: str,
        read: Sequence[str] = (),
        counts: Mapping[str, int] | None = None,
        settings: bytes = b"",
        facts: Mapping[str, Any] | None = None,
        replace: bool = False,
    ) -> None:
        """Add a step: its files, then its ledger line; see Step. Needs the lock.

        A recorded name is refused, unless `replace`: only for what can be made again from the rest,
        such as a report.
        """
        added = Step(step, files, at, read, counts or {}, settings, facts or {})
        self.write_all([added], replace=replace)

    def write_all(self, steps: Sequence[Step], *, replace: bool = False) -> None:
        """Add several steps at once: a crash leaves all of them or none. See `write`."""
        known = self._stamps()
        self._refuse(steps, known, replace)
        added: list[Mapping[str, bytes]] = []  # of each step
        names = set(known)
        for step in steps:
            added.append(_with_settings(step, names))
            names.update(added[-1])
        written = [name for files in added for name in files]
        new = [_safe(name).as_posix() for name in written if name not in known]
        self._draft(PENDING, json_line(new))
        self._settle([PENDING])
        lines = []
        for step, files in zip(steps, added, strict=True):
            wrote = {name: self._draft(name, files[name]) for name in files}
            lines.append(_line(step, wrote, known))
        self._settle(written)
        self._append_ledger(lines)
        (self.path / PENDING).unlink()

    def _refuse(
        self, steps: Sequence[Step], known: Mapping[str, Mapping[str, Any]], replace: bool
    ) -> None:
        """Whatever speaks against it is said before anything is written."""
        for name in {step.name for step in steps}:
            self._refuse_when_sealed(name)
        seen = set() if replace else set(known)
        for step in steps:
            for name in step.read:
                if name not in known:
                    raise FolderError(f"{name} is not recorded in {self.path}/{LEDGER}.")
            for name in step.files:
                if name in seen:
                    raise FolderError(f"{name} is already there; a step is never done twice.")
                seen.add(name)

    def record_journal(self, step: str, *, at: str, counts: Mapping[str, int]) -> None:
        """Bring the ledger up to the journal as it stands now."""
        self._refuse_when_sealed(step)
        content = (self.path / JOURNAL).read_bytes()
        wrote = {JOURNAL: stamp(content)}
        self._append_ledger([_line(Step(step, {}, at, counts=counts), wrote, {})])

    def ledger(self) -> list[dict[str, Any]]:
        """Every finished step, oldest first; a line cut off by a crash is not one."""
        return list(_parsed(*self._ledger_now()))

    def root(self) -> str:
        """The hash of the newest ledger line: it stands for everything in the folder."""
        lines = self.ledger()
        return str(lines[-1]["hash"]) if lines else ""

    def verify(self) -> tuple[int, Broken | None]:
        """(files whose hashes hold, first broken link). Reads every file; touches nothing."""
        if (self.path / PENDING).exists():
            return 0, Broken(PENDING, "stands for a step that was cut off; run that command again")
        found = (path for path in self.path.rglob("*") if path.is_file())
        names = {path.relative_to(self.path).as_posix() for path in found}
        return check(names - {LOCK, READING}, lambda name: (self.path / name).read_bytes())

    def _refuse_when_sealed(self, step: str) -> None:
        """After `close` only the pack is added, and after the pack nothing."""
        steps = {line["step"] for line in self.ledger()}
        if SEAL in steps or (CLOSE in steps and step != SEAL):
            raise FolderError(
                f"{self.path} is closed; nothing can be added to it. What only reads it goes on: "
                "uar verify, prove, sample, compare, and uar report --to FILE."
            )

    def _clear_interrupted(self) -> None:
        """Take away what a step that was cut off had written: no ledger line speaks of it."""
        for partial in self.path.rglob(f"*{PARTIAL}"):
            partial.unlink()
        if self.ledger():
            (self.path / READING).unlink(missing_ok=True)  # the snapshot is there
        try:
            names = json.loads((self.path / PENDING).read_bytes())
        except FileNotFoundError:
            return
        known = {name for line in self.ledger() for name in line["wrote"]}
        for name in names:
            if name not in known:
                (self.path / _safe(name)).unlink(missing_ok=True)
        self._drop_empty(names)
        (self.path / PENDING).unlink()

    def _drop_empty(self, names: Iterable[str]) -> None:
        for folder in {(self.path / _safe(name)).parent for name in names} - {self.path}:
            with suppress(OSError):  # not empty, or never made
                folder.rmdir()

    def _draft(self, name: str, content: bytes) -> dict[str, Any]:
        """A file beside the place it will have. The content is not kept: it may be large."""
        partial = _partial(self.path / _safe(name))
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        return stamp(content)

    def _settle(self, names: Iterable[str]) -> None:
        """Drafts take their places, each whole, and are on the disk when this returns."""
        targets = [self.path / _safe(name) for name in names]
        # Together: the disk is waited for once, not once a file.
        with ThreadPoolExecutor(AT_ONCE) as disk:
            list(disk.map(_flush, map(_partial, targets)))
        for target in targets:
            _partial(target).replace(target)

    def _stamps(self) -> Mapping[str, Mapping[str, Any]]:
        """Recorded name -> hash and size of what was written under it last."""
        return _stamps(*self._ledger_now())

    def _ledger_now(self) -> tuple[Path, tuple[int, ...]]:
        """Which ledger, and what tells it from what it was before."""
        try:
            seen = (self.path / LEDGER).stat()
        except FileNotFoundError:
            return self.path, ()
        except NotADirectoryError as error:
            raise FolderError(f"{self.path}: is a file, not a review folder.") from error
        return self.path, (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)

    def _append_ledger(self, added: Iterable[Mapping[str, Any]]) -> None:
        raw = _raw(self.path)
        whole = [raw[: raw.rfind(b"\n") + 1]]
        lines = whole_lines(raw)
        previous = str(json.loads(lines[-1])["hash"]) if lines else ""
        for number, line in enumerate(added, len(lines) + 1):
            body = {**line, "number": number, "previous": previous}
            body["hash"] = previous = digest(json_line(body))
            whole.append(json_line(body))
        self._draft(LEDGER, b"".join(whole))
        self._settle([LEDGER])


def _line(
    step: Step, wrote: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What the ledger says of a step, but for its place in the chain."""
    return {
        "step": step.name,
        "at": step.at,
        "version": __version__,
        "made_with": dict(maker()),
        "settings": digest(step.settings) if step.settings else "",
        "read": {name: str(known[name]["sha256"]) for name in step.read},
        "wrote": wrote,
        "counts": dict(step.counts),
        "facts": dict(step.facts),
    }


def _with_settings(step: Step, known: Set[str]) -> Mapping[str, bytes]:
    """A step's files, and its settings where they are not there yet; none is read by this."""
    config = f"settings/{digest(step.settings)[:16]}.toml"
    if not step.settings or config in known:
        return step.files
    return ChainMap({config: step.settings}, cast(dict[str, bytes], step.files))


def _partial(target: Path) -> Path:
    return target.with_name(target.name + PARTIAL)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


# Read many times by a step, so parsed once as long as the file is the same. Nobody changes them.


@lru_cache(maxsize=4)
def _parsed(path: Path, _seen: tuple[int, ...]) -> tuple[dict[str, Any], ...]:
    """The ledger's lines."""
    return tuple(json.loads(line) for line in whole_lines(_raw(path)))


def _raw(path: Path) -> bytes:
    try:
        return (path / LEDGER).read_bytes()
    except FileNotFoundError:
        return b""


@lru_cache(maxsize=4)
def _stamps(path: Path, seen: tuple[int, ...]) -> Mapping[str, Mapping[str, Any]]:
    return {name: stamp for line in _parsed(path, seen) for name, stamp in line["wrote"].items()}


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise FolderError(f"{name!r} would lie outside the review folder.")
    return path
