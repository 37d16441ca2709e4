"""What follows in a review from its answers, and what from all that uar detect was given."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from uar.commands._evidence import (
    Before,
    Review,
    given_roster,
    kept_previous,
    kept_settings,
    load,
    opened,
    settings_of,
)
from uar.commands._looking import DETECTED_FILES, PERSONS_FILE, Told, look
from uar.commands._shared import counted
from uar.errors import FolderError, UarError
from uar.evidence import previous_of
from uar.exceptions import FILE
from uar.folder import LEDGER
from uar.previous import UNDER, files_of
from uar.snapshot import (
    HEADER_FILE,
    PAGES,
    READ_FILE,
    ROSTER_FILE,
    Header,
    Snapshot,
    file_names,
    from_files,
    to_files,
)
from uar.text import some
from uar.unlike import unlike
from uar.verify import UNREADABLE

if TYPE_CHECKING:
    from uar.sources.jumpcloud import Sealed

Made = Iterator[tuple[str, bytes]]
NAMED = 3  # rows that are named of those that differ


class Derivation:
    """Files derived again. `failed`: why they do not come out; "" where they do, or `files` is not
    through."""

    def __init__(self, sealed: Iterable[str], made: Callable[[], Made]) -> None:
        """`sealed`: the names of those that there are; `made`: raises UarError."""
        self._sealed = sealed
        self._made = made
        self.failed = ""

    def files(self) -> Iterator[tuple[str, bytes | None]]:
        """Each that is sealed or made; None for one that does not come out again."""
        left = dict.fromkeys(self._sealed)
        try:
            for name, content in self._made():
                left.pop(name, None)
                yield name, content
        except UarError as error:
            self.failed = str(error)
        except UNREADABLE as error:
            # The command that wrote them went through with what it had; so it had something else.
            kind = type(error).__name__
            self.failed = f"What is sealed of it is not what uar writes ({kind}: {error})."
        yield from ((name, None) for name in left)


def of_answers(review: Review) -> Derivation:
    """The snapshot and its answers.

    What was given to the snapshot, as HR's list is, follows from nothing and is not among them.
    """
    names = (name for name in review.names("snapshot/") if name != ROSTER_FILE)
    return Derivation(names, lambda: _snapshot_files(review))


def of_detection(review: Review) -> Derivation:
    """What uar detect wrote; nothing of a review that it has not seen."""
    there = [name for name in review.names("") if name in DETECTED_FILES]
    lines = [line for line in review.ledger() if line["step"] == "detect"]

    def made() -> Made:
        if not lines:
            raise FolderError(f"{LEDGER} does not tell of uar detect.")
        then = Before(review, lines[-1]["number"] + 1)
        yield from _detected_files(then, lines[-1]["settings"])

    return Derivation(there, made if there or lines else lambda: iter(()))


def of_previous(review: Review, path: Path | None) -> Derivation:
    """What is kept of the review before, from itself; nothing where it is not at hand.

    `path`: a folder or pack, which holds. FolderError where it never was that review.
    """
    kept = kept_previous(review) if path is not None else None
    if path is None or kept is None:
        return Derivation((), lambda: iter(()))
    earlier = opened(path)
    then = [line for line in earlier.ledger() if line["hash"] == kept.ledger_head]
    if not then:
        raise FolderError(
            f"--previous {path}: no entry of its {LEDGER} has the hash {kept.ledger_head}, which "
            f"the review before ({kept.called}) ended with; name that one."
        )
    before = Before(earlier, then[0]["number"] + 1)
    return Derivation(
        review.names(UNDER), lambda: iter(files_of(previous_of(load(before))).items())
    )


def _snapshot_files(review: Review) -> Made:
    from uar.sources.jumpcloud import Sealed

    pages = review.names(PAGES)
    if READ_FILE not in pages:
        raise FolderError(f"{READ_FILE} is not there, so the answers are not all of them.")
    with tempfile.TemporaryFile() as file:
        sealed = Sealed(file, (review.read(name, "sync") for name in pages))
        files = to_files(_snapshot(review, sealed))
        for name in sorted(files, key=lambda name: (name.startswith(PAGES), name)):
            yield name, files[name]


def _snapshot(review: Review, sealed: Sealed) -> Snapshot:
    from uar.sources.jumpcloud import derive

    header = Header(**json.loads(review.read(HEADER_FILE, "sync")))
    sync = settings_of(review, "sync").sync
    return derive(sealed, header, leave_out=sync.leave_out, cross_check=sync.cross_check)


def _detected_files(then: Review, settings: str) -> Made:
    """`then`: the review as uar detect left it; `settings`: the digest of those it worked with."""
    there = set(then.names(""))
    persons, exceptions = (
        then.read(name, "detect") if name in there else b"" for name in (PERSONS_FILE, FILE)
    )
    snapshot = from_files({name: then.read(name, "sync") for name in file_names()})
    seen = look(
        snapshot,
        kept_settings(then, settings),
        Told(persons, exceptions),
        given_roster(then),
        kept_previous(then),
    )
    yield from seen.files().items()


def difference(name: str, sealed: bytes | None, made: bytes | None) -> str:
    """What a file says otherwise than it must, in words; "" of one that is neither table nor
    answers.

    `sealed`: None where it is not there; `made`: None where it does not come out again although
    others do.
    """
    if sealed is None:
        return "it is not there"
    if made is None:
        return "nothing needs it"
    found = unlike(name, sealed, made)
    if found is None:
        answers = "its answers are not those that the lists need, once and in order"
        return answers if name.startswith(PAGES) else ""
    parts = [
        f"{counted(len(names), found.what)} {how} ({some(names, NAMED)})"
        for names, how in (
            (found.only_here, "too many"),
            (found.only_there, "missing"),
            (found.otherwise, "different"),
        )
        if names
    ]
    return "; ".join(parts) or f"the same {found.what}s, written otherwise"
