"""One tenant read into one new review folder, and what an interrupted read leaves in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from uar.commands._shared import counted, iso, now, say
from uar.errors import FolderError, SourceError
from uar.folder import LOCK, READING, Folder
from uar.settings import Settings
from uar.snapshot import HEADER_FILE, Snapshot, to_files

if TYPE_CHECKING:
    from uar.sources._http import Client
    from uar.sources.jumpcloud import Spool


@dataclass(frozen=True)
class Wish:
    """How to read, and what goes into the snapshot with it. `resume`: only go on."""

    settings: Settings
    toml: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    resume: bool = False


def freeze(folder: Path, client: Client, wish: Wish) -> Snapshot:
    """The snapshot, written into the folder: whole, or not at all.

    What an error or a Ctrl-C interrupts can be gone on with; the folder then holds the answers.
    """
    from uar.sources.jumpcloud import read

    created = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        with Folder(folder).locked(create=not wish.resume) as review:
            if review.has(HEADER_FILE):
                raise FolderError(
                    f"{folder} already holds a snapshot; name a new folder for a new review."
                )
            with _answers(folder, wish) as spool, _Progress() as progress:
                snapshot = read(
                    client,
                    spool=spool,
                    in_flight=wish.settings.sync.in_flight,
                    leave_out=wish.settings.sync.leave_out,
                    cross_check=wish.settings.sync.cross_check,
                    progress=progress,
                )
                review.write(
                    "sync",
                    to_files(snapshot) | dict(wish.files),
                    at=iso(now()),
                    settings=wish.toml,
                    counts={
                        name: len(getattr(snapshot, name))
                        for name in ("accounts", "entitlements", "grants", "uses", "given", "gaps")
                    },
                    facts=wish.facts,
                )
            return snapshot
    except BaseException:
        _remove_empty(created)
        raise


@contextmanager
def _answers(folder: Path, wish: Wish) -> Iterator[Spool]:
    """Where the answers are kept while the tenant is read; gone when all of it has been written."""
    from uar.sources.jumpcloud import Spool

    path = folder / READING
    given = f" --roster {wish.facts['roster']}" if "roster" in wish.facts else ""
    again = f"uar sync {folder}{given} --resume"
    with _opened(path) as file:
        spool = Spool(file)
        if wish.resume and not spool.held:
            raise FolderError(f"{folder} holds no interrupted read; run uar sync {folder}.")
        if spool.held and not wish.resume:
            begun = spool.noted.get("started_at", "?")
            raise FolderError(
                f"{folder} holds a read of {spool.noted.get('host', '?')} that was interrupted, "
                f"begun at {begun}, with {counted(spool.held, 'answer')}. Go on with it: "
                f"{again}. Or delete {path} and begin again."
            )
        try:
            yield spool
        except (SourceError, KeyboardInterrupt):
            if spool.held:
                say(f"{counted(spool.held, 'answer')} kept: {again} goes on from here.")
            else:
                path.unlink()
            raise
        except FolderError:
            raise
        except BaseException:
            path.unlink()
            raise
    path.unlink()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("r+b") if path.exists() else path.open("x+b")
    except OSError as error:
        raise FolderError(f"{path}: cannot be written ({error.strerror}).") from error


class _Progress:
    """One line on stderr that overwrites itself; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, answered: int, known: int) -> None:
        if self._shown:
            click.echo(f"\rReading: {answered:,} of {known:,} requests\x1b[K", nl=False, err=True)


def _remove_empty(created: list[Path]) -> None:
    """Take away the folders that were made for a review which did not come to be."""
    for path in created:
        if not (path / READING).exists():
            (path / LOCK).unlink(missing_ok=True)
        try:
            path.rmdir()
        except OSError:
            return  # something is in it: not ours to take away
