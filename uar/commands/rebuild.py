"""uar rebuild: the snapshot derived again from the sealed answers, and all the rest from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import click

from uar.commands._deriving import Derivation, difference
from uar.commands._evidence import Before, Review, load, opened, settings_of
from uar.commands._shared import counted, json_option, put, put_json, say
from uar.commands._table import put_table
from uar.commands.verify import holding
from uar.errors import FolderError, SetupError
from uar.folder import CLOSE
from uar.maker import otherwise, ways_back
from uar.verify import CLOSING, digest

PAGE = ".html"  # what templates are for
SNAPSHOT = "snapshot/"
CAMPAIGN = "campaign.json"


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
    """Make the snapshot, population, workbooks and reports again, in the folder OUT.

    The snapshot from the tenant's answers that are sealed with it, by the steps that made it and
    without asking the tenant; the rest from the sealed snapshot. HR's list, and what no answer
    tells (whose key it was, how many requests there were), are taken as they are sealed.

    Says of each file whether it is byte-identical to the one in FOLDER or PACK. Everything in it
    holds (uar verify), so a file that differs was not changed since: it was made by another uar,
    with other templates or with other libraries, and both are named. Exits with 1 then, and with 5
    if a file differs that this very uar made: so a table that does not follow from the answers.
    """
    holding(path)
    review = opened(path)
    if out.exists():
        raise SetupError(f"{out} is already there; name a folder that is not.")
    lines = {name: line for line in review.ledger() for name in line["wrote"]}
    derivation = Derivation(review)
    rows: list[dict[str, Any]] = []
    for name, content in chain(derivation.files(), made_again(review, templates)):
        if content is not None:
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        line = lines.get(name)
        sealed = line["wrote"][name]["sha256"] if line else None
        same = content is not None and digest(content) == sealed
        other = [] if same or line is None else otherwise(line, name.endswith(PAGE), templates)
        says = ""
        if line and not same and name.startswith(SNAPSHOT) and not derivation.failed:
            says = difference(name, review.read(name, "sync"), content)
        rows.append({"file": name, "identical": same, "made_with_other": other, "says": says})
    differing = [row for row in rows if not row["identical"]]
    if as_json:
        made_by = sorted({line["version"] for line in review.ledger()})
        derived = {"derived": not derivation.failed, "says": derivation.failed}
        said = {"identical": not differing, "made_by": made_by, "snapshot": derived}
        put_json({**said, "files": rows})
    else:
        _tell(path, rows, len(differing), derivation.failed)
    if CAMPAIGN not in lines:
        say("Of workbooks and reports there are none yet: uar open has not run.")
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


def _tell(path: Path, rows: Sequence[Mapping[str, Any]], differing: int, failed: str) -> None:
    def word(row: Mapping[str, Any]) -> str:
        if row["identical"]:
            return "byte-identical"
        return "made otherwise" if row["made_with_other"] else "differs"

    put_table(("File", "Made again"), [(row["file"], word(row)) for row in rows])
    if failed:
        put(f"The snapshot does not follow from its answers. {failed}")
    for row in rows:
        if row["says"]:
            follows = ":" if row["made_with_other"] else " does not follow from the answers:"
            put(f"{row['file']}{follows} {row['says']}.")
    put(
        f"{counted(differing, 'file')} of {len(rows):,} not as in {path}."
        if differing
        else f"All {counted(len(rows), 'file')} are byte-identical."
    )


def made_again(review: Review, templates: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """Every file that can be made from the snapshot and the decisions, with the sealed settings.

    Nothing before uar open. `templates`: those that come before ours in reports.
    """
    from uar.commands.open import LOGO, Detected, Form, contents
    from uar.reports import every
    from uar.tieout import tie_out
    from uar.workbooks._logo import logo

    evidence = load(review)
    if evidence.items is None or evidence.campaign is None:
        return
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
