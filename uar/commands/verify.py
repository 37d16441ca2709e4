"""uar verify: does every link hold, from the tenant's answers to the proof of removal?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from uar.commands._evidence import Review, Unpacked, load
from uar.commands._shared import counted, json_option, put, put_json
from uar.errors import FolderError, UarError
from uar.folder import Broken, Folder, check, digest


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@json_option
def command(path: Path, as_json: bool) -> None:
    """Check offline that nothing in a review folder or pack.zip was changed, added or taken away.

    Recomputes every digest, the ledger's chain, items' seals, whose answer belongs to which item,
    plans and the journal. Names the first broken link and exits with 5.
    """
    if not path.exists():
        raise FolderError(f"{path}: there is no such folder or pack.")
    files, broken, root = _folder(Folder(path)) if path.is_dir() else _pack(path.read_bytes())
    if as_json:
        link = {"path": broken.path, "says": broken.says} if broken else None
        put_json({"holds": broken is None, "files": files, "root": root, "broken": link})
    elif broken:
        put(f"Broken: {broken.path} {broken.says}.")
    else:
        put(f"Everything holds: {counted(files, 'file')}.")
        put(f"Root hash: {root}")
        put("It must be the root hash you were given when the review was closed.")
    if broken:
        raise click.exceptions.Exit(FolderError.exit_code)


def first_broken(review: Folder) -> Broken | None:
    """The first broken link of a folder."""
    return _folder(review)[1]


def _folder(review: Folder) -> tuple[int, Broken | None, str]:
    held, broken = review.verify()
    if broken:
        return held, broken, ""
    names = review.names("")
    broken = _misfit(review, names, lambda name: (review.path / name).read_bytes())
    return held, broken, review.root_of_review()


def _pack(raw: bytes) -> tuple[int, Broken | None, str]:
    from uar.pack import unpack

    opened = unpack(raw)
    if opened.says:
        return 0, Broken(opened.path, opened.says), ""
    held, broken = check(opened.files, opened.files.__getitem__)
    if broken:
        return held, broken, ""
    review = Unpacked(opened.files)
    if review.ledger()[-1]["hash"] != opened.root:
        return held, Broken("manifest.json", "names another root hash than the ledger"), ""
    return held, _misfit(review, opened.files, opened.files.__getitem__), opened.root


def _misfit(review: Review, names: Iterable[str], read: Callable[[str], bytes]) -> Broken | None:
    """The first thing in a review, whole as its hashes are, that does not fit the rest."""
    from uar.checks import misfits

    try:
        evidence = load(review)
        found = next(misfits(evidence, {name: digest(read(name)) for name in names}), None)
    except UarError as error:
        return Broken("the review", f"cannot be read: {error}")
    return Broken(found.path, found.says) if found else None
