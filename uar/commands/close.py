"""uar close: the final report, then everything in one sealed pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from uar import verify
from uar.commands._shared import folder_argument, iso, json_option, now, put, put_json
from uar.errors import FolderError
from uar.folder import CLOSE, LEDGER, SEAL, Folder
from uar.snapshot import json_bytes
from uar.verify import CLOSING, PACK, ROOT_TEXT, VERIFIER, pack, root_text


@click.command()
@folder_argument
@click.option(
    "--with-exceptions",
    "exceptions",
    metavar="REASON",
    default="",
    help="Close though something is open; the reason goes on record.",
)
@json_option
def command(folder: Path, exceptions: str, as_json: bool) -> None:
    """Write the final report and seal everything in FOLDER/pack.zip.

    Refused while an item is not reviewed or Not sure, a removal is not done and verified, or a
    number does not tie out. Afterwards nothing can be added to FOLDER.
    """
    with Folder(folder).locked(step=SEAL) as review:
        steps = [line["step"] for line in review.ledger()]
        if CLOSE not in steps:
            _close(review, exceptions.strip())
        files = {name: (folder / name).read_bytes() for name in {LEDGER, *review.names("")}}
        root = review.root()
        content = pack({**files, ROOT_TEXT: root_text(root)}, root)
        review.write(SEAL, {PACK: content}, at=iso(now()), counts={"files": len(files)})
    if as_json:
        put_json({"pack": str(folder / PACK), "files": len(files), "root": root})
        return
    put(f"{folder / PACK}: {len(files):,} files, {len(content):,} bytes.")
    put(f"Root hash: {root}")
    put("Give the root hash to the auditor apart from the pack; uar verify prints it again.")


def _close(review: Folder, exceptions: str) -> None:
    """The last step of the review itself: why it may be closed, and the report of it."""
    from uar.commands._evidence import load
    from uar.commands.verify import check
    from uar.reports.report import REPORT
    from uar.tieout import tie_out

    broken = check(review.path).broken
    if broken:
        raise FolderError(f"{broken.path} {broken.says}; nothing was closed.")
    evidence = load(review)
    open_ = tie_out(evidence).open
    if open_ and not exceptions:
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
    closing = {"at": at, "exceptions": exceptions, "open": list(open_), "signer": ""}
    closed = replace(evidence, closing=closing)
    report = REPORT.render(closed, tie_out(closed), None)
    review.write(
        CLOSE,
        {
            CLOSING: json_bytes(closing),
            REPORT.file: report,
            VERIFIER: Path(verify.__file__).read_bytes(),
        },
        at=at,
        counts={"open": len(open_)},
        replace=True,
    )
