"""uar report: what there is so far, for the auditor."""

from __future__ import annotations

from pathlib import Path

import click

from uar.commands._shared import folder_argument, iso, json_option, now, put, put_json
from uar.errors import SetupError
from uar.folder import Folder


@click.command()
@folder_argument
@click.argument("name", default="report")
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose templates come before ours.",
)
@json_option
def command(folder: Path, name: str, templates: Path | None, as_json: bool) -> None:
    """Write a report into FOLDER; without a NAME, the auditor's report, report.html.

    One HTML file that loads nothing. It can be written at every stage and again at any time: what
    is not there yet says so. uar list reports shows the names.
    """
    from uar.commands._evidence import load
    from uar.reports import every
    from uar.tieout import tie_out

    reports = every()
    if name not in reports:
        raise SetupError(f"there is no report {name}; known: {', '.join(reports)}.")
    report = reports[name]
    with Folder(folder).locked() as review:
        evidence = load(review)
        tieout = tie_out(evidence)
        content = report.render(evidence, tieout, templates)
        read = [file for file in review.names("") if file not in {r.file for r in reports.values()}]
        review.write("report", {report.file: content}, at=iso(now()), read=read, replace=True)
    answers = [
        {"question": answer.question, "answer": answer.word, "why": list(answer.why)}
        for answer in tieout.answers
    ]
    if as_json:
        put_json({"file": str(folder / report.file), "answers": answers})
        return
    put(f"{folder / report.file}: {len(content):,} bytes.")
    for answer in tieout.answers:
        put(f"  {answer.word:7}  {answer.question} {' '.join(answer.why)}")
