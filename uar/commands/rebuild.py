"""uar rebuild: the snapshot again from the sealed answers, findings from it, the rest from both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click

from uar.commands._deriving import Derivation, difference, of_answers, of_detection, of_previous
from uar.commands._evidence import Before, Review, load, opened, settings_of
from uar.commands._shared import counted, json_option, put, put_json, say
from uar.commands._table import put_table
from uar.commands.verify import holding
from uar.errors import FolderError, SetupError
from uar.folder import CLOSE
from uar.maker import otherwise, ways_back
from uar.previous import UNDER
from uar.verify import CAMPAIGN, CLOSING, digest

PAGE = ".html"  # what templates are for
GIVEN = ("settings/", UNDER)  # what a step keeps of what it was given


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of templates that the reports were made with, if it was one of your own.",
)
@click.option(
    "--previous",
    "previous_path",
    metavar="FOLDER|PACK",
    type=click.Path(exists=True, path_type=Path),
    help="The review before, which uar detect or uar open was given: what is kept of it is "
    "compared with itself.",
)
@json_option
def command(
    path: Path, out: Path, templates: Path | None, previous_path: Path | None, as_json: bool
) -> None:
    """Make snapshot, findings, population, workbooks and reports again, in the folder OUT.

    The snapshot from the tenant's answers that are sealed with it, by the steps that made it and
    without asking the tenant; persons, links, findings and coverage from the sealed snapshot, as
    uar detect does; population, workbooks and reports from these and the decisions. What was given
    (uar.toml, exceptions.toml, persons.toml, HR's list, the review before without --previous), and
    what no answer tells (whose key it was, how many requests there were), is taken as it is sealed.

    Says of each file whether it is byte-identical to the one in FOLDER or PACK. One that differs
    was made by another uar, with other templates or with other libraries: both are named, it is no
    sign of tampering, and the exit code is 1. Or it is said to be made by this very uar, and does
    not follow from what it was made of: the rows of a table are named, and the exit code is 5.
    """
    holding(path)
    review = opened(path)
    if out.exists():
        raise SetupError(f"{out} is already there; name a folder that is not.")
    previous = _previous(review, previous_path)
    stages = (
        Stage("previous", "the review before", "What is kept of it", previous),
        Stage("snapshot", "the answers", "The snapshot", of_answers(review)),
        Stage("detection", "what uar detect was given", "What uar detect wrote",
              of_detection(review)),
        Stage("campaign", "what uar open was given", "What uar open and uar report wrote",
              of_campaign(review, templates)),
    )  # fmt: skip
    lines = {name: line for line in review.ledger() for name in line["wrote"]}
    made = {stage: [*_rows(review, stage, lines, out, templates)] for stage in stages}
    differing = [row for rows in made.values() for row in rows if not row["identical"]]
    same = not differing and not any(stage.again.failed for stage in stages)
    if as_json:
        made_by = sorted({line["version"] for line in review.ledger()})
        put_json({"identical": same, "made_by": made_by, **_document(made)})
    else:
        _tell(path, out, made, len(differing), same)
    if CAMPAIGN not in lines:
        say("Of workbooks and reports there are none yet: uar open has not run.")
    if previous_path is None and review.names(UNDER):
        say(
            f"The review before this one is taken as {UNDER} has it; --previous compares it with "
            "itself."
        )
    if not same:
        others = [lines[row["file"]] for row in differing if row["made_with_other"]]
        if others:
            say("No file was changed, for every digest holds. What differs was made with")
            for other in dict.fromkeys(
                each for row in differing for each in row["made_with_other"]
            ):
                say(f"  {other}")
        for way in ways_back(others):
            say(way)
        explained = others and len(others) == len(differing)
        raise click.exceptions.Exit(1 if explained else FolderError.exit_code)


def _previous(review: Review, path: Path | None) -> Derivation:
    """What is kept of the review before. SetupError: one is named, and none is kept."""
    if path is not None:
        if not review.names(UNDER):
            raise SetupError(f"--previous {path}: this review was made without one; leave it out.")
        holding(path)
    return of_previous(review, path)


class Stage(NamedTuple):
    """Files that follow from others: what they are, from what, what wrote them, and they again."""

    name: str
    source: str
    wrote: str
    again: Derivation


Made = Mapping[Stage, Sequence[Mapping[str, Any]]]  # the rows of each


def _rows(
    review: Review,
    stage: Stage,
    lines: Mapping[str, Mapping[str, Any]],
    out: Path,
    templates: Path | None,
) -> Iterator[dict[str, Any]]:
    """Each file of a stage, written to `out`, and how it compares. `lines`: who wrote what."""
    for name, content in stage.again.files():
        if content is not None:
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        line = lines.get(name)
        sealed = line["wrote"][name]["sha256"] if line else None
        same = content is not None and digest(content) == sealed
        other = [] if same or line is None else otherwise(line, name.endswith(PAGE), templates)
        says = ""
        if not same and not stage.again.failed:
            there = review.read(name, line["step"]) if line else None
            says = difference(name, there, content)
        yield {"file": name, "identical": same, "made_with_other": other, "says": says}


def _document(made: Made) -> dict[str, Any]:
    """Of each stage, None where it has not come yet; and of each file."""
    derived = {
        stage.name: {"derived": not stage.again.failed, "says": stage.again.failed}
        if rows or stage.again.failed
        else None
        for stage, rows in made.items()
    }
    return {**derived, "files": [row for rows in made.values() for row in rows]}


def _tell(path: Path, out: Path, made: Made, differing: int, same: bool) -> None:
    def word(row: Mapping[str, Any]) -> str:
        if row["identical"]:
            return "byte-identical"
        return "made otherwise" if row["made_with_other"] else "differs"

    files = [(row["file"], word(row)) for rows in made.values() for row in rows]
    put_table(("File", "Made again"), files)
    put()
    for stage, rows in made.items():
        if stage.again.failed:
            put(f"{stage.wrote} does not follow from {stage.source}. {stage.again.failed}")
        for row in rows:
            if row["says"]:
                follows = "" if row["made_with_other"] else f" does not follow from {stage.source}"
                put(f"{row['file']}{follows}: {row['says']}.")
    if same:
        put(f"All {counted(len(files), 'file')} are byte-identical.")
    elif differing:
        put(f"{counted(differing, 'file')} of {len(files):,} not as in {path}; see {out}.")


def of_campaign(review: Review, templates: Path | None = None) -> Derivation:
    """What uar open and uar report wrote; nothing before uar open."""
    from uar.reports import every

    reports = {report.file for report in every().values()}
    sealed = (
        name
        for line in review.ledger()
        for name in line["wrote"]
        if name in reports or (line["step"] == "open" and not name.startswith(GIVEN))
    )
    return Derivation(sealed, lambda: made_again(review, templates))


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
    if evidence.persons is None or evidence.links is None or evidence.findings is None:
        raise FolderError("Something that uar detect writes is not there.")
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
