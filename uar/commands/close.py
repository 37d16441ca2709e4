"""uar close: the final report, then everything in one sealed pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uar import verify
from uar.commands._shared import (
    beside,
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
from uar.errors import FolderError, SetupError
from uar.exceptions import FILE, Open, may_stay_open
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
    from uar.tieout import TieOut

SHOWN = 10  # open items of a refusal


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
    "--approver",
    metavar="NAME",
    default="",
    help="Who approved what is closed --with-exceptions.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day that it may stay open, such as 2027-01-31.",
)
@click.option(
    "--exceptions",
    "exceptions_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Items that may stay open, each as [[open]] with item, reason, approver, expires.  "
    "[default: exceptions.toml beside uar.toml if it is there]",
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
    approver: str,
    expires: dt.datetime | None,
    exceptions_path: Path | None,
    manager: str,
    key: Path | None,
    settings_path: Path | None,
    as_json: bool,
) -> None:
    """Write the final report and seal everything in FOLDER/pack.zip.

    Refused while an item is not reviewed or Not sure, a removal is not done and verified, a Modify
    is to be done by hand, or a number does not tie out: unless exceptions.toml says of each item
    why it may stay open, who approved that and until when, or --with-exceptions of all the rest.
    Afterwards nothing can be added to FOLDER.

    Signed with your key if there is one (see uar key), and time stamped if uar.toml names an
    authority in close.tsa_url.
    """
    signer = _signer(key)
    settings = load(settings_path)[0]
    if (approver or expires) and not exceptions:
        raise SetupError("--approver and --expires are of --with-exceptions REASON; give it too.")
    path, content = beside(settings_path, exceptions_path, FILE)
    named = () if content is None else may_stay_open(content, path)
    with Folder(folder).locked(step=SEAL) as review:
        steps = [line["step"] for line in review.ledger()]
        if CLOSE not in steps:
            words = {
                "exceptions": exceptions.strip(),
                "approver": approver.strip(),
                "expires": expires.date().isoformat() if expires else "",
                "acknowledged_by": manager.strip(),
                "prepared_by": settings.campaign.prepared_by.strip(),
            }
            _close(review, words, named, signer.fingerprint if signer else "")
        files = {name: (folder / name).read_bytes() for name in {LEDGER, *review.names("")}}
        root = review.root()
        seals = _seals(root_text(root), signer, settings.close.tsa_url)
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


def _close(review: Folder, words: Mapping[str, str], named: Sequence[Open], signer: str) -> None:
    """The last step of the review itself: why it may be closed, and the report of it.

    `words`: the operator's own, "" for what was not given; `named`: items that may stay open.
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
    tied, at = tie_out(evidence), iso(now())
    left = _left(tied)
    items = _excused(named, left, at)
    others = {item: word for item, word in left.items() if item not in {e["item"] for e in items}}
    if tied.open and not words["exceptions"] and (others or tied.amiss):
        raise FolderError(_refused(review.path, tied.open, others))
    words = {**words, "prepared_by": words["prepared_by"] or evidence.prepared_by}
    closing = {**words, "at": at, "open": list(tied.open), "items": items, "signer": signer}
    closed = replace(evidence, closing=closing)
    report = REPORT.render(closed, tie_out(closed), None)
    last = {CLOSING: json_bytes(closing), VERIFIER: Path(verify.__file__).read_bytes()}
    there = {name: review.read(name, "sync") for name in review.names("") if name != REPORT.file}
    ledger = (review.path / LEDGER).read_bytes()
    twin = twin_of(closed, {**there, **last, LEDGER: ledger})
    review.write(
        CLOSE,
        {**last, REPORT.file: report, TWIN: twin.recorded},
        at=at,
        counts={"open": len(tied.open), "exceptions": len(items)},
        replace=True,
    )


def _left(tied: TieOut) -> dict[str, str]:
    """Item -> what is left to do of it."""
    if tied.standing is None:
        return {}
    left = tied.left()
    return dict(zip(left["item_id"], left["left"], strict=True))


def _excused(named: Sequence[Open], left: Mapping[str, str], at: str) -> list[dict[str, str]]:
    """What goes on record of each item that may stay open. SetupError: one is not, or no longer."""
    for one in named:
        if one.item not in left:
            raise SetupError(
                f"{one.line}: {one.item} is not open; take it out, or correct the item."
            )
        if one.expires.isoformat() < at[:10]:
            raise SetupError(f"{one.line}: the last day of {one.item}, {one.expires}, is over.")
    return [
        {
            "item": one.item,
            "left": left[one.item],
            "reason": one.reason.strip(),
            "approver": one.approver.strip(),
            "expires": one.expires.isoformat(),
        }
        for one in named
    ]


def _refused(path: Path, open_: Sequence[str], others: Mapping[str, str]) -> str:
    """What is open, and the two ways on."""
    shown = [f"  {item}  {word}" for item, word in [*others.items()][:SHOWN]]
    more = len(others) - SHOWN
    return "\n  ".join(
        (
            f"{path} cannot be closed yet:",
            *open_,
            *shown,
            *([f"  and {more:,} more; uar report {path} shows all of them."] if more > 0 else []),
            "Finish it; or say of each item in exceptions.toml why it may stay open ([[open]] with "
            "item, reason, approver, expires); or of all of it with --with-exceptions REASON.",
        )
    )
