"""The snapshot of a review once more, from the answers of the tenant that are sealed with it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator

from uar.commands._evidence import Review, settings_of
from uar.errors import FolderError
from uar.snapshot import HEADER_FILE, PAGES, READ_FILE, ROSTER_FILE, Header, to_files


def derived(review: Review) -> Iterator[tuple[str, bytes]]:
    """Every file of the snapshot that follows from the answers, and the answers themselves.

    Raises FolderError, before the first of them, where the answers do not make a snapshot.
    """
    from uar.sources.jumpcloud import Sealed, derive

    header = Header(**json.loads(review.read(HEADER_FILE, "sync")))
    pages = review.names(PAGES)
    if READ_FILE not in pages:
        raise FolderError(
            f"{READ_FILE} is not in the snapshot, so that it does not hold every answer."
        )
    sync = settings_of(review, "sync").sync
    with tempfile.TemporaryFile() as file:
        sealed = Sealed(file, (review.read(name, "sync") for name in pages))
        files = to_files(
            derive(sealed, header, leave_out=sync.leave_out, cross_check=sync.cross_check)
        )
        for name in sorted(files):
            yield name, files[name]


def to_derive(review: Review) -> list[str]:
    """The files of a snapshot that must follow from its answers: all but what was given to it."""
    return [name for name in review.names("snapshot/") if name != ROSTER_FILE]
