"""uar rebuild: workbooks and reports made again from the sealed snapshot, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from uar import __version__
from uar.commands._evidence import Before, Review, load, opened, settings_of
from uar.commands._shared import counted, json_option, put, put_json, say
from uar.commands._table import put_table
from uar.commands.verify import holding
from uar.errors import FolderError, SetupError
from uar.folder import CLOSE
from uar.verify import CLOSING, digest


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@json_option
def command(path: Path, out: Path, as_json: bool) -> None:
    """Make population, workbooks and reports again, from the sealed snapshot, in the folder OUT.

    Says of each file whether it is byte-identical to the one in FOLDER or PACK, and exits with 5
    if one is not. A report made with --templates of one's own comes out as with ours.
    """
    holding(path)
    review = opened(path)
    recorded = {
        name: stamp["sha256"] for line in review.ledger() for name, stamp in line["wrote"].items()
    }
    if out.exists():
        raise SetupError(f"{out} is already there; name a folder that is not.")
    rows: list[dict[str, Any]] = []
    for name, content in made_again(review):
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        rows.append({"file": name, "identical": digest(content) == recorded.get(name)})
    differing = [row["file"] for row in rows if not row["identical"]]
    made_by = sorted({line["version"] for line in review.ledger()})
    if as_json:
        put_json({"identical": not differing, "made_by": made_by, "files": rows})
    else:
        said = {True: "byte-identical", False: "differs"}
        put_table(("File", "Made again"), [(row["file"], said[row["identical"]]) for row in rows])
        put(
            f"{counted(len(differing), 'file')} of {len(rows):,} not as in {path}."
            if differing
            else f"All {counted(len(rows), 'file')} are byte-identical."
        )
    if differing:
        if made_by != [__version__]:
            say(f"The review was made by uar {', '.join(made_by)}; this is {__version__}.")
        raise click.exceptions.Exit(FolderError.exit_code)


def made_again(review: Review) -> Iterator[tuple[str, bytes]]:
    """Every file that can be made from the snapshot and the answers, with the sealed settings."""
    from uar.commands.open import LOGO, Detected, Form, contents
    from uar.reports import every
    from uar.tieout import tie_out
    from uar.workbooks._logo import logo

    evidence = load(review)
    if evidence.items is None or evidence.campaign is None:
        raise FolderError("Nothing can be made again yet: uar open has not run.")
    assert evidence.persons is not None and evidence.links is not None  # noqa: S101 - before open
    assert evidence.findings is not None  # noqa: S101
    detected = Detected(
        evidence.snapshot, evidence.persons, evidence.links, evidence.findings, evidence.previous
    )
    settings = settings_of(review, "open")
    pictures = [logo(review.read(name, "open"), name) for name in review.names(LOGO)]
    form = Form(
        evidence.campaign["issued_at"],
        evidence.campaign.get("format", "xlsx"),
        next(iter(pictures), None),
    )
    yield from contents(detected, settings, str, form)[0].items()
    for report in every().values():
        wrote = [line for line in review.ledger() if report.file in line["wrote"]]
        if wrote:
            then = load(Before(review, wrote[-1]["number"]))
            if wrote[-1]["step"] == CLOSE:
                then = replace(then, closing=json.loads(review.read(CLOSING, "close")))
            yield report.file, report.render(then, tie_out(then), None)
