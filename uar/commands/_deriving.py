"""The snapshot of a review once more, from the answers of the tenant that are sealed with it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from uar.commands._evidence import Review, settings_of
from uar.commands._shared import counted
from uar.errors import FolderError, UarError
from uar.snapshot import (
    HEADER_FILE,
    PAGES,
    READ_FILE,
    ROSTER_FILE,
    Header,
    Snapshot,
    to_files,
)
from uar.text import some
from uar.unlike import unlike

if TYPE_CHECKING:
    from uar.sources.jumpcloud import Sealed

NAMED = 3  # rows that are named of those that differ


class Derivation:
    """A snapshot derived again. `failed`: why none follows; "" where one does, or `files` is not
    through."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self.failed = ""

    def files(self) -> Iterator[tuple[str, bytes | None]]:
        """Every file of the snapshot and its answers; None for one that does not come out again.

        What was given to the snapshot, as HR's list is, follows from nothing and is not among them.
        """
        left = dict.fromkeys(
            name for name in self._review.names("snapshot/") if name != ROSTER_FILE
        )
        try:
            for name, content in self._made():
                left.pop(name, None)
                yield name, content
        except UarError as error:
            self.failed = str(error)
        yield from ((name, None) for name in left)

    def _made(self) -> Iterator[tuple[str, bytes]]:
        from uar.sources.jumpcloud import Sealed

        pages = self._review.names(PAGES)
        if READ_FILE not in pages:
            raise FolderError(f"{READ_FILE} is not there, so the answers are not all of them.")
        with tempfile.TemporaryFile() as file:
            sealed = Sealed(file, (self._review.read(name, "sync") for name in pages))
            files = to_files(self._snapshot(sealed))
            for name in sorted(files, key=lambda name: (name.startswith(PAGES), name)):
                yield name, files[name]

    def _snapshot(self, sealed: Sealed) -> Snapshot:
        from uar.sources.jumpcloud import derive

        header = Header(**json.loads(self._review.read(HEADER_FILE, "sync")))
        sync = settings_of(self._review, "sync").sync
        return derive(sealed, header, leave_out=sync.leave_out, cross_check=sync.cross_check)


def difference(name: str, sealed: bytes, made: bytes | None) -> str:
    """What a file of the snapshot says otherwise than its answers do, in words.

    `made`: None where it does not come out again although the snapshot does.
    """
    if made is None:
        return "no list needs it"
    found = unlike(name, sealed, made)
    if found is None:
        return "its answers are not those that the lists need, once and in order"
    parts = [
        f"{counted(len(names), found.what)} {does} ({some(names, NAMED)})"
        for names, does in (
            (found.only_here, "that the answers do not tell of"),
            (found.only_there, "missing that the answers tell of"),
            (found.otherwise, "otherwise than the answers tell"),
        )
        if names
    ]
    return "; ".join(parts) or f"the same {found.what}s, written otherwise"
