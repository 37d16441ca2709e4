"""uar report: what there is so far, for the auditor."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from uar.commands._shared import folder_argument, iso, json_option, now, put, put_json, written
from uar.errors import SetupError, UarError
from uar.folder import Folder
from uar.maker import templates as templates_of

if TYPE_CHECKING:  # pandas is slow to load, and --help must not wait for it
    from uar.evidence import Evidence
    from uar.reports import Report
    from uar.tieout import TieOut


SUFFIXES = {
    "html": ".html",
    "pdf": ".pdf",
    "xlsx": ".xlsx",
    "csv": ".csv.zip",
    "oscal": ".oscal.json",
}
PAGES = ("html", "pdf")  # the other formats hold the review itself, whatever the report


@click.command()
@folder_argument
@click.argument("name", default="report")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(SUFFIXES)),
    default="html",
    show_default=True,
    help="pdf needs a Chromium, Chrome or Edge, and has the paper of [branding]; xlsx and csv are "
    "tables; oscal is for GRC tools.",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, and nothing to FOLDER; also once it is closed.",
)
@click.option(
    "--templates",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder whose templates come before ours.",
)
@click.option(
    "--later",
    metavar="FOLDER|PACK",
    type=click.Path(exists=True, path_type=Path),
    help="A newer uar sync of the same tenant: what was granted after this review's snapshot?",
)
@json_option
def command(
    folder: Path,
    name: str,
    kind: str,
    to: Path | None,
    templates: Path | None,
    later: Path | None,
    as_json: bool,
) -> None:
    """Write a report into FOLDER; without a NAME, the auditor's report, report.html.

    One HTML file that loads nothing. It can be written at every stage and again at any time: what
    is not there yet says so. uar list reports shows the names.

    What --later shows is kept in FOLDER, for this report and the one of uar close.
    """
    from uar.commands._evidence import load
    from uar.reports import every
    from uar.tieout import tie_out

    reports = every()
    if name not in reports:
        raise SetupError(f"there is no report {name}; known: {', '.join(reports)}.")
    if kind not in PAGES and name != "report":
        raise SetupError(f"{name} is a page: --format {' or '.join(PAGES)}.")
    file = name + SUFFIXES[kind]
    review = Folder(folder)
    if to is not None and later is not None:
        raise SetupError("--later writes into FOLDER, and --to nothing; give one of them.")
    with review.locked() if to is None else nullcontext():
        if later is not None:
            _read_later(review, later)
        evidence = load(review)
        tieout = tie_out(evidence)
        content = _content(reports[name], kind, evidence, tieout, templates)
        if to is not None:
            written(to, content)
        else:
            lines = [line for line in review.ledger() if line["step"] != "report"]
            read = list(dict.fromkeys(file for line in lines for file in line["wrote"]))
            facts = {"templates": templates_of(templates)} if templates else {}
            review.write(
                "report", {file: content}, at=iso(now()), read=read, facts=facts, replace=True
            )
    answers = [
        {"question": answer.question, "answer": answer.word, "why": list(answer.why)}
        for answer in tieout.answers
    ]
    path = to or folder / file
    if as_json:
        put_json({"file": str(path), "answers": answers})
        return
    put(f"{path}: {len(content):,} bytes.")
    for answer in tieout.answers:
        put(f"  {answer.word:7}  {answer.question} {' '.join(answer.why)}")


def _read_later(review: Folder, path: Path) -> None:
    """Write down what a newer snapshot shows; a look that was taken before is replaced."""
    from uar.commands._evidence import LATER, load, opened
    from uar.measures.later import later
    from uar.snapshot import json_bytes
    from uar.tieout import tie_out

    evidence = load(review)
    if evidence.items is None:
        raise SetupError(f"{review.path} has no items yet; run uar open first.")
    try:
        newer = load(opened(path))
    except (UarError, OSError) as error:
        raise SetupError(f"--later {path}: is no review that can be read: {error}") from error
    ours, its = evidence.snapshot.header, newer.snapshot.header
    if its.tenant_id != ours.tenant_id:
        raise SetupError(f"--later {path}: is of tenant {its.tenant_id}, not {ours.tenant_id}.")
    if its.started_at <= ours.finished_at:
        raise SetupError(
            f"--later {path}: was read at {its.started_at}, not after this review's snapshot "
            f"({ours.finished_at}); run uar sync into a new folder."
        )
    found = later(evidence, tie_out(evidence), newer.snapshot, str(newer.ledger[-1]["hash"]))
    counts = {name: len(found[name]) for name in ("granted", "back_again")}
    review.write("later", {LATER: json_bytes(found)}, at=iso(now()), counts=counts, replace=True)


def _content(
    report: Report, kind: str, evidence: Evidence, tieout: TieOut, templates: Path | None
) -> bytes:
    from uar import browser
    from uar.exports import csv_files, oscal
    from uar.measures.sheets import sheets
    from uar.workbooks.tables import workbook

    if kind == "html":
        return report.render(evidence, tieout, templates)
    if kind == "pdf":
        paper = evidence.settings.branding.paper
        return browser.pdf(report.render(evidence, tieout, templates, paper))
    if kind == "xlsx":
        return workbook(sheets(evidence, tieout), evidence.settings.branding.paper)
    if kind == "csv":
        return csv_files.archive(sheets(evidence, tieout))
    return oscal.document(evidence, tieout)
