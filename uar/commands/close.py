"""uar close: the final report, then everything in one sealed pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uar import verify
from uar.commands._shared import (
    folder_argument,
    iso,
    json_option,
    key_option,
    key_path,
    now,
    put,
    put_json,
    settings_option,
)
from uar.errors import FolderError
from uar.folder import CLOSE, LEDGER, SEAL, Folder
from uar.settings import load
from uar.snapshot import json_bytes
from uar.verify import (
    CLOSING,
    PACK,
    ROOT_TEXT,
    SIGNATURE,
    SIGNER,
    TIME_STAMP,
    TWIN,
    VERIFIER,
    pack,
    root_text,
)

if TYPE_CHECKING:
    from uar.signing import Key


@click.command()
@folder_argument
@click.option(
    "--with-exceptions",
    "exceptions",
    metavar="REASON",
    default="",
    help="Close though something is open; the reason goes on record.",
)
@click.option(
    "--acknowledged-by",
    "manager",
    metavar="NAME",
    default="",
    help="Who in management has read the report and acknowledges its results; goes on record.",
)
@key_option
@settings_option
@json_option
def command(
    folder: Path,
    exceptions: str,
    manager: str,
    key: Path | None,
    settings_path: Path | None,
    as_json: bool,
) -> None:
    """Write the final report and seal everything in FOLDER/pack.zip.

    Refused while an item is not reviewed or Not sure, a removal is not done and verified, or a
    number does not tie out. Afterwards nothing can be added to FOLDER.

    Signed with your key if there is one (see uar key), and time stamped if uar.toml names an
    authority in close.tsa_url.
    """
    signer = _signer(key)
    tsa_url = load(settings_path)[0].close.tsa_url
    with Folder(folder).locked(step=SEAL) as review:
        steps = [line["step"] for line in review.ledger()]
        if CLOSE not in steps:
            words = {"exceptions": exceptions.strip(), "acknowledged_by": manager.strip()}
            _close(review, words, signer.fingerprint if signer else "")
        files = {name: (folder / name).read_bytes() for name in {LEDGER, *review.names("")}}
        root = review.root()
        seals = _seals(root_text(root), signer, tsa_url)
        content = pack({**files, **seals}, root)
        checked = verify.check_pack(content)
        if checked.broken:
            raise FolderError(
                f"{checked.broken.path} {checked.broken.says}; nothing was sealed. "
                "Finish with the key that uar close began with."
            )
        review.write(SEAL, {PACK: content}, at=iso(now()), counts={"files": len(files)})
    if as_json:
        put_json(
            {
                "pack": str(folder / PACK),
                "files": len(files),
                "root": root,
                "signer": checked.signer or None,
                "stamped": checked.stamped or None,
            }
        )
        return
    put(f"{folder / PACK}: {len(files):,} files, {len(content):,} bytes.")
    put(f"Root hash: {root}")
    put(f"Signed by {checked.signer}." if checked.signer else "Not signed: see uar key.")
    if checked.stamped:
        put(f"Time stamped {checked.stamped}.")
    put("Give the root hash to the auditor apart from the pack; uar verify prints it again.")


def _signer(key: Path | None) -> Key | None:
    """The key that was named, or the operator's own if there is one."""
    from uar import signing

    path = key_path(key)
    return signing.load(path) if key or path.exists() else None


def _seals(text: bytes, signer: Key | None, tsa_url: str) -> dict[str, bytes]:
    """What a pack has beside the review: the root hash, signature, public key, time stamp."""
    seals = {ROOT_TEXT: text}
    if signer:
        seals |= {SIGNATURE: signer.sign(text), SIGNER: signer.public}
    if tsa_url:
        from uar import timestamp

        seals[TIME_STAMP] = timestamp.fetch(tsa_url, text)
    return seals


def _close(review: Folder, words: Mapping[str, str], signer: str) -> None:
    """The last step of the review itself: why it may be closed, and the report of it.

    `words`: the operator's own, `exceptions` and `acknowledged_by`; "" for what was not given.
    """
    from uar.commands._evidence import load as load_review
    from uar.commands._twin import twin_of
    from uar.commands.verify import check
    from uar.reports.report import REPORT
    from uar.tieout import tie_out

    broken = check(review.path).broken
    if broken:
        raise FolderError(f"{broken.path} {broken.says}; nothing was closed.")
    evidence = load_review(review)
    open_ = tie_out(evidence).open
    if open_ and not words["exceptions"]:
        raise FolderError(
            "\n  ".join(
                (
                    f"{review.path} cannot be closed yet. Finish what is open, or close it "
                    "--with-exceptions REASON:",
                    *open_,
                )
            )
        )
    at = iso(now())
    closing = {**words, "at": at, "open": list(open_), "signer": signer}
    closed = replace(evidence, closing=closing)
    report = REPORT.render(closed, tie_out(closed), None)
    last = {CLOSING: json_bytes(closing), VERIFIER: Path(verify.__file__).read_bytes()}
    there = {name: review.read(name, "sync") for name in review.names("") if name != REPORT.file}
    ledger = (review.path / LEDGER).read_bytes()
    twin = twin_of(closed, {**there, **last, LEDGER: ledger})
    review.write(
        CLOSE,
        {
            **last,
            REPORT.file: report,
            TWIN: twin.recorded,
        },
        at=at,
        counts={"open": len(open_)},
        replace=True,
    )
