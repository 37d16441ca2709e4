"""The earlier review that a command is given: read, checked, and frozen with this one."""

from __future__ import annotations

from pathlib import Path

import click

from uar.commands._evidence import kept_previous, load, opened
from uar.errors import FolderError, SetupError
from uar.evidence import previous_of
from uar.folder import Folder
from uar.previous import Previous, files_of
from uar.snapshot import Snapshot

previous_option = click.option(
    "--previous",
    "previous_path",
    metavar="FOLDER",
    type=click.Path(exists=True, path_type=Path),
    help="The review before this one, folder or pack: what is new, changed or back is told by it.",
)


def earlier(
    review: Folder, path: Path | None, snapshot: Snapshot
) -> tuple[Previous | None, dict[str, bytes]]:
    """(the earlier review, the files to write with this step so that it stays known).

    One that an earlier step was given stays given. Raises SetupError where another one is named
    now, or one of another tenant, or of a later snapshot.
    """
    kept = kept_previous(review)
    if path is None:
        return kept, {}
    given = _read(path)
    if kept is not None:
        if given.ledger_head != kept.ledger_head:
            raise SetupError(
                f"--previous {path}: {review.path} already builds on another review "
                f"({kept.called}), or on an older state of it; leave --previous out."
            )
        return kept, {}
    before, now = given.snapshot.header, snapshot.header
    if before.tenant_id != now.tenant_id:
        raise SetupError(
            f"--previous {path}: is of tenant {before.tenant_id}, {review.path} of tenant "
            f"{now.tenant_id}; name the last review of the same tenant."
        )
    if before.finished_at >= now.finished_at:
        raise SetupError(
            f"--previous {path}: its snapshot ({before.finished_at}) is not earlier than "
            f"this one's ({now.finished_at})."
        )
    return given, files_of(given)


def _read(path: Path) -> Previous:
    try:
        return previous_of(load(opened(path)))
    except (FolderError, OSError) as error:
        raise SetupError(f"--previous {path}: is no review that can be read: {error}") from error
