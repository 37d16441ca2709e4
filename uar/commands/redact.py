"""uar redact: a twin of a sealed pack without names, which still leads to the same root hash."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import click

from uar import verify
from uar.commands._shared import json_option, put, put_json, say
from uar.commands.verify import holding
from uar.errors import FolderError, SetupError
from uar.maker import otherwise, ways_back
from uar.verify import ENTRY, LEDGER, PACK, SEALS, TWIN


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.argument("to", metavar="TWIN", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--salts",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the list of names and salts goes.  [default: TWIN with .salts.jsonl behind it]",
)
@json_option
def command(path: Path, to: Path, salts: Path | None, as_json: bool) -> None:
    """Make a twin of a closed review that can leave the company: commitments in place of names.

    It has the same root hash, signature and time stamp; uar verify and verify.py check it.
    Workbooks, raw answers and tables of the directory are left out, each with its digest.

    The salts stay with you. To open one name for an auditor, give them its line of that file:
    verify.py TWIN --opening LINES says whether it is the one.
    """
    from uar.commands._evidence import load, opened

    listed = salts or to.with_name(to.name + ".salts.jsonl")
    checked = holding(path)
    sealed = path / PACK if path.is_dir() and (path / LEDGER).exists() else path
    if not sealed.exists():
        raise FolderError(f"{path} is not closed yet; run uar close {path} first.")
    files = verify.opened_files(sealed)
    if ENTRY in files:
        raise SetupError(f"{path} is a redacted twin already.")
    if TWIN not in files:
        raise FolderError(f"{path} was closed by a uar that recorded no twin; none can be made.")
    for target in (to, listed):
        if any((above / LEDGER).exists() for above in target.absolute().parents):
            raise SetupError(f"{target} lies in a review folder; name another place.")
    from uar.commands._twin import before_closing, twin_of

    evidence = load(opened(sealed))
    evidence = replace(evidence, ledger=evidence.ledger[:-1])
    made = twin_of(evidence, before_closing(files))
    if made.recorded != files[TWIN]:
        closed = json.loads(files[LEDGER].splitlines()[-1])
        other = otherwise(closed, page=True)
        raise FolderError(
            f"{path}: the twin that was recorded at closing cannot be made again: it was made with "
            f"{'; '.join(other) or 'something that no digest of this uar tells'}. "
            f"{' '.join(ways_back([closed]))}"
        )
    seals = {name: files[name] for name in SEALS if name in files}
    entry = files[LEDGER].splitlines(keepends=True)[-1]
    content = verify.pack({**made.files, TWIN: made.recorded, ENTRY: entry, **seals}, checked.root)
    broken = verify.check_pack(content).broken
    if broken:
        raise FolderError(f"{broken.path} {broken.says}; no twin was written.")
    _write(listed, made.openings, 0o600)
    _write(to, content, 0o644)
    number = made.openings.count(b"\n")
    if as_json:
        put_json({"twin": str(to), "salts": str(listed), "root": checked.root, "redacted": number})
        return
    put(f"{to}: {len(made.files):,} files, {len(content):,} bytes, {number:,} texts redacted.")
    put(f"Root hash: {checked.root}, the same as the pack's.")
    put(f"{listed}: the salts. Keep them, and give single lines on request.")
    say("Whoever has all of that file can read every name in the twin.")


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole; a file that is there is replaced, and read by nobody else on the way."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        raise SetupError(f"{path}: cannot be written ({error.strerror}).") from error
