"""uar detect: persons, findings and coverage of a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._evidence import given_roster
from uar.commands._looking import FINDINGS_FILE, PERSONS_FILE, Told, look
from uar.commands._previous import earlier, previous_option
from uar.commands._shared import (
    beside,
    counted,
    folder_argument,
    iso,
    json_option,
    load_snapshot,
    now,
    put,
    put_json,
    settings_option,
)
from uar.commands._table import put_table
from uar.errors import FolderError, SetupError
from uar.exceptions import FILE
from uar.folder import Folder
from uar.previous import Previous, names
from uar.settings import load
from uar.snapshot import ROSTER_FILE, file_names
from uar.tables import SEVERITIES, records
from uar.unmatched import unmatched

COUNTS = ("found", "looked_at", "cannot_tell", "accepted")
CORRECT = "Correct what is named there, or take it out; nothing was written."
MOST_LISTED = 20  # findings of one detection that a terminal shows


@click.command()
@folder_argument
@settings_option
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 if there is a finding of this severity or a worse one.",
)
@click.option(
    "--exceptions",
    "exceptions_path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Accepted findings.  [default: exceptions.toml beside uar.toml if it is there]",
)
@click.option(
    "--persons",
    "persons_path",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Which accounts are one person, and which not.  [default: persons.toml, likewise]",
)
@previous_option
@json_option
def command(
    folder: Path,
    settings_path: Path | None,
    fail_on: str | None,
    exceptions_path: Path | None,
    persons_path: Path | None,
    previous_path: Path | None,
    as_json: bool,
) -> None:
    """Put accounts together to persons and look for what is wrong with them.

    What exceptions.toml accepts is still shown, and does not count for --fail-on. With --previous
    each finding has an age, and what changed since that review is looked at too.
    Writes persons, links between accounts, findings and coverage into FOLDER. It may be run again,
    after a change of uar.toml or exceptions.toml, until uar open or uar plan works from them.
    """
    settings, toml = load(settings_path)
    path, accepted = beside(settings_path, exceptions_path, FILE)
    persons_file, said = beside(settings_path, persons_path, PERSONS_FILE)
    told = Told(said or b"", accepted or b"", persons_file, path)
    with Folder(folder).locked() as review:
        _refuse_when_used(review)
        snapshot = load_snapshot(review)
        wrong = unmatched(settings, snapshot)
        if wrong:
            raise SetupError("\n".join([*wrong, CORRECT]))
        previous, kept = earlier(review, previous_path, snapshot)
        roster = given_roster(review)
        seen = look(snapshot, settings, told, roster, previous)
        people, findings, coverage = seen.people, seen.findings, seen.coverage
        review.write(
            "detect",
            {
                **seen.files(),
                **_as_given(review, {FILE: accepted, PERSONS_FILE: said}),
                **kept,
            },
            at=iso(now()),
            read=(
                *file_names(),
                *([] if roster is None else [ROSTER_FILE]),
                *(names() if previous and not kept else ()),
            ),
            counts={
                "accounts": len(people),
                "persons": people["person_id"].nunique(),
                "findings": len(findings),
            },
            settings=toml,
            replace=True,
        )
    if as_json:
        put_json(_with_coverage(findings, coverage))
    else:
        _show(people, findings, coverage, previous)
    worst = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    if (findings["severity"].isin(worst) & findings["accepted_until"].isna()).any():
        raise click.exceptions.Exit(1)


def _refuse_when_used(review: Folder) -> None:
    """Findings may be made anew until a step has worked from them; a report is written again."""
    for line in review.ledger():
        if line["step"] != "report" and FINDINGS_FILE in line["read"]:
            raise FolderError(
                f"{review.path}: uar {line['step']} has worked from its findings already, so they "
                "stay as they are. To look again, run uar sync into a new folder, and uar detect "
                "there."
            )


def _as_given(review: Folder, files: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """Files of the operator's to keep with the findings: one that was given before and is gone now
    is kept as empty, so that none stands there which these findings were not made with."""
    return {name: said or b"" for name, said in files.items() if said or review.has(name)}


def _with_coverage(findings: pd.DataFrame, coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """The findings, each with what its detection found, looked at, could not tell and accepted."""
    counts = {row["detection"]: {name: row[name] for name in COUNTS} for row in records(coverage)}
    return [{**row, "coverage": counts[row["detection"]]} for row in records(findings)]


def _listed(findings: pd.DataFrame) -> pd.DataFrame:
    """What a person reads on a terminal: the context aside, and some of each kind."""
    told = findings[findings["severity"] != "info"]
    return told[told.groupby("detection").cumcount() < MOST_LISTED]


def _where_to_read_on(findings: pd.DataFrame, listed: pd.DataFrame) -> str:
    """What the list leaves out, and where the ids stand that exceptions.toml asks for."""
    info = int((findings["severity"] == "info").sum())
    more = len(findings) - len(listed) - info
    left = [f"{info:,} of severity info"] if info else []
    left += [f"{more:,} beyond the first {MOST_LISTED} of a detection"] if more else []
    omitted = f"Not listed here: {' and '.join(left)}. " if left else ""
    every = f"{FINDINGS_FILE}, --json and uar report --format xlsx have every finding and its id."
    return omitted + every


def _against(findings: pd.DataFrame, previous: Previous) -> str:
    """Since 2026-Q3: 12 new, 103 found again, 33 not found any more."""
    known = findings["reviews"].dropna()
    new, again = int((known == 1).sum()), int((known > 1).sum())
    gone = int((~previous.findings["id"].isin(findings["id"])).sum())
    blind = len(findings) - len(known)
    return (
        f"Since {previous.called}: {new:,} new, {again:,} found again, "
        f"{gone:,} not found any more"
        + (f"; {blind:,} of detections that did not run then" if blind else "")
        + "."
    )


def _show(
    people: pd.DataFrame,
    findings: pd.DataFrame,
    coverage: pd.DataFrame,
    previous: Previous | None,
) -> None:
    number = people["person_id"].nunique()
    put(f"{counted(len(people), 'account')} of {counted(number, 'person', 'persons')}.")
    counts = findings["severity"].value_counts()
    each = [f"{counts[name]:,} {name}" for name in SEVERITIES if name in counts]
    put(f"{counted(len(findings), 'finding')}{': ' if each else ''}{', '.join(each)}.")
    if previous is not None:
        put(_against(findings, previous))
    listed = _listed(findings)
    if len(listed):
        put()
        shown = {"Severity": "severity", "Detection": "detection", "Who": "subject_name"}
        shown |= {"What": "says", "Reviews in a row": "reviews", "Accepted": "accepted"}
        accepted = "until " + listed["accepted_until"] + " by " + listed["accepted_by"] + ": "
        listed = listed.assign(accepted=accepted + listed["accepted_because"])
        # What nobody has is no column: a terminal is narrow.
        shown = {head: name for head, name in shown.items() if listed[name].notna().any()}
        texts = listed[list(shown.values())].astype("string").fillna("")
        put_table(tuple(shown), texts.itertuples(index=False))
    if len(findings):
        put()
        put(_where_to_read_on(findings, listed))
    put()
    put_table(*_of_coverage(coverage))


def _of_coverage(coverage: pd.DataFrame) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Headings and rows; why something did not run is a column only where there is such a thing."""
    shown = {"Detection": "detection", "Looks for": "title", "Found": "found"}
    shown |= {"Looked at": "looked_at", "Cannot tell": "cannot_tell", "Accepted": "accepted"}
    if coverage["not_run"].notna().any():
        shown["Not run"] = "not_run"
    numbers = {name: coverage[name].map("{:,}".format, na_action="ignore") for name in COUNTS}
    texts = coverage.assign(**numbers)[list(shown.values())].astype(object)
    rows = texts.fillna(dict.fromkeys(COUNTS, "-") | {"not_run": ""}).itertuples(index=False)
    return tuple(shown), rows
