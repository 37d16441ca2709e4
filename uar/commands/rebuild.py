"""uar rebuild: workbooks and reports made again from the sealed snapshot, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from uar.commands._evidence import Before, Review, load, opened, settings_of
from uar.commands._shared import counted, json_option, put, put_json, say
from uar.commands._table import put_table
from uar.commands.verify import holding
from uar.errors import FolderError, SetupError
from uar.folder import CLOSE
from uar.maker import otherwise, ways_back
from uar.verify import CLOSING, digest

PAGE = ".html"  # what templates are for


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of templates that the reports were made with, if it was one of your own.",
)
@json_option
def command(path: Path, out: Path, templates: Path | None, as_json: bool) -> None:
    """Make population, workbooks and reports again, from the sealed snapshot, in the folder OUT.

    Says of each file whether it is byte-identical to the one in FOLDER or PACK. Everything in it
    holds (uar verify), so a file that differs was not changed: it was made by another uar, with
    other templates or with other libraries, and both are named. Exits with 1 then, and with 5 if
    a file differs that this very uar made.
    """
    holding(path)
    review = opened(path)
    lines = {name: line for line in review.ledger() for name in line["wrote"]}
    if out.exists():
        raise SetupError(f"{out} is already there; name a folder that is not.")
    rows: list[dict[str, Any]] = []
    for name, content in made_again(review, templates):
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        line = lines.get(name)
        same = line is not None and digest(content) == line["wrote"][name]["sha256"]
        other = [] if same or line is None else otherwise(line, name.endswith(PAGE), templates)
        rows.append({"file": name, "identical": same, "made_with_other": other})
    differing = [row for row in rows if not row["identical"]]
    if as_json:
        made_by = sorted({line["version"] for line in review.ledger()})
        put_json({"identical": not differing, "made_by": made_by, "files": rows})
    else:
        _tell(path, rows, len(differing))
    if differing:
        others = [lines[row["file"]] for row in differing if row["made_with_other"]]
        if others:
            say("No file was changed, for every digest holds. What differs was made with")
            for other in dict.fromkeys(
                each for row in differing for each in row["made_with_other"]
            ):
                say(f"  {other}")
        for way in ways_back(others):
            say(way)
        raise click.exceptions.Exit(1 if len(others) == len(differing) else FolderError.exit_code)


def _tell(path: Path, rows: Sequence[Mapping[str, Any]], differing: int) -> None:
    def word(row: Mapping[str, Any]) -> str:
        if row["identical"]:
            return "byte-identical"
        return "made otherwise" if row["made_with_other"] else "differs"

    put_table(("File", "Made again"), [(row["file"], word(row)) for row in rows])
    put(
        f"{counted(differing, 'file')} of {len(rows):,} not as in {path}."
        if differing
        else f"All {counted(len(rows), 'file')} are byte-identical."
    )


def made_again(review: Review, templates: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file that can be made from the snapshot and the answers, with the sealed settings.

    `templates`: those that come before ours in reports.
    """
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
            uses = "templates" in wrote[-1]["facts"]
            if wrote[-1]["step"] == CLOSE:
                then = replace(then, closing=json.loads(review.read(CLOSING, "close")))
            yield report.file, report.render(then, tie_out(then), templates if uses else None)
