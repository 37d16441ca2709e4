"""uar verify: does every link hold, from the tenant's answers to the proof of removal?"""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from uar import verify
from uar.commands._shared import json_option, put, put_json
from uar.errors import FolderError, SetupError, UarError
from uar.verify import Broken, Checked

NOWHERE = "{path}: there is no such folder or pack."


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.option(
    "--signer",
    metavar="FILE|FINGERPRINT",
    default="",
    help="Demand a signature by this public key: its file, or its fingerprint.",
)
@click.option(
    "--opening",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of a redacted twin: lines of the operator's list of salts; says where each name stands.",
)
@json_option
def command(path: Path, signer: str, opening: Path | None, as_json: bool) -> None:
    """Check offline that nothing in a review folder or pack.zip was changed, added or taken away.

    Recomputes every digest, the ledger's chain, items' seals, whose answer belongs to which item,
    plans, the journal, the signature; of a redacted twin, that closing recorded it. Names the
    first broken link and exits with 5. Every pack holds a verify.py that does the same, but for
    items' seals, without uar.
    """
    if not path.exists():
        raise FolderError(NOWHERE.format(path=path))
    try:
        demanded = verify.demanded_fingerprint(signer) if signer else ""
    except (ValueError, OSError) as error:
        raise SetupError(
            f"--signer {signer}: neither a fingerprint of 64 digits nor a file with an Ed25519 "
            "public key; give the one that uar key printed."
        ) from error
    checked = check(path, demanded)
    opened: list[str] = []
    wrong = ""
    if opening and not checked.broken:
        if not checked.twin:
            raise SetupError(f"--opening: {path} is no redacted twin; its names can be read.")
        opened, wrong = verify.check_openings(verify.opened_files(path), opening.read_bytes())
    if as_json:
        put_json({**_document(checked), "opened": opened, "not_opened": wrong or None})
    else:
        for sentence in (*verify.sentences(checked), *opened):
            put(sentence)
        if wrong:
            put(f"Not opened: {wrong}.")
    if checked.broken or wrong:
        raise click.exceptions.Exit(FolderError.exit_code)


def check(path: Path, demanded: str = "") -> Checked:
    """Everything verify.py checks, and then what only the tables can tell."""
    checked = verify.check_path(path, demanded)
    if checked.broken or checked.twin:  # what the tables tell is not in a twin
        return checked
    return replace(checked, broken=_misfit(path))


def holding(path: Path) -> Checked:
    """A review or pack of which everything holds; else FolderError names what does not."""
    if not path.exists():
        raise FolderError(NOWHERE.format(path=path))
    checked = check(path)
    if checked.broken:
        raise FolderError(f"{checked.broken.path} {checked.broken.says}; nothing can be proven.")
    return checked


def _misfit(path: Path) -> Broken | None:
    """The first thing in a review, whole as its hashes are, that does not fit the rest."""
    from uar.checks import misfits
    from uar.commands._evidence import load, opened

    try:
        review = opened(path)
        found = next(misfits(load(review), set(review.names(""))), None)
    except UarError as error:
        return Broken("the review", f"cannot be read: {error}")
    except (*verify.UNREADABLE, OSError, EOFError, zlib.error) as error:
        # Only somebody who made every hash fit can have brought it here.
        return Broken("the review", f"does not hold what uar writes ({type(error).__name__})")
    return Broken(found.path, found.says) if found else None


def _document(checked: Checked) -> dict[str, Any]:
    broken = checked.broken
    return {
        "twin": checked.twin,
        "holds": broken is None,
        "files": checked.files,
        "root": checked.root,
        "signer": checked.signer or None,
        "stamped": checked.stamped or None,
        "broken": {"path": broken.path, "says": broken.says} if broken else None,
    }
