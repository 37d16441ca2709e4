"""uar status: who has answered, who is late, what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from uar.commands._shared import (
    counted,
    folder_argument,
    json_option,
    load_decisions,
    load_items,
    now,
    put,
    put_json,
    say,
)
from uar.commands._table import put_table
from uar.decisions.progress import progress
from uar.decisions.reminder import reminder
from uar.errors import SetupError
from uar.folder import Folder
from uar.tables import DECISION_WORDS, records
from uar.when import UTC, day, day_of, end_of_day


@click.command()
@folder_argument
@click.option(
    "--mail",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a reminder (.eml) for each reviewer with open items into this new folder.",
)
@json_option
def command(folder: Path, mail: Path | None, as_json: bool) -> None:
    """Show per reviewer what is decided and what is not reviewed.

    Reminders hold counts and no names. Exits with 1 as long as an item is not reviewed.
    """
    if mail:
        _refuse_place(mail, folder)
    review = Folder(folder)
    campaign = json.loads(review.read("campaign.json", "open"))
    table = progress(load_items(review), load_decisions(review), _last_files(review))
    due, zone = campaign["due"], campaign.get("time_zone", UTC)
    late = bool(due) and day_of(now(), zone).isoformat() > due
    table["late"] = table["not_reviewed"] * late
    total = {str(name): int(sum_) for name, sum_ in table.sum(numeric_only=True).items()}
    if mail:
        _write_reminders(mail, table, campaign)
    if as_json:
        put_json({"due": due, "late": late, "total": total, "reviewers": table.to_dict("records")})
    else:
        _show(table, total, _due(due, zone), late)
    if total["not_reviewed"]:
        raise click.exceptions.Exit(1)


def _refuse_place(mail: Path, folder: Path) -> None:
    """Not into the evidence, and not among reminders of another day."""
    if mail.resolve().is_relative_to(folder.resolve()):
        raise SetupError(f"--mail: {mail} lies inside the review folder; name one outside.")
    if mail.exists() and any(mail.iterdir()):
        raise SetupError(f"--mail: {mail} is not empty; name a new folder.")


def _write_reminders(mail: Path, table: pd.DataFrame, campaign: Mapping[str, Any]) -> None:
    waiting = [row for row in records(table) if row["not_reviewed"]]
    mail.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(waiting, 1):
        name = re.sub(r"[^a-z0-9]+", "-", row["reviewer_email"].casefold()).strip("-")
        content = reminder(
            row["reviewer_email"], row["not_reviewed"], row["items"], campaign, now()
        )
        (mail / f"{number:03} {name}.eml").write_bytes(content)
    say(f"{counted(len(waiting), 'reminder')} written to {mail}.")


def _last_files(review: Folder) -> dict[str, str]:
    """Reviewer e-mail -> what became of their last file, and where it is."""
    found = {}
    for name in review.names("receipts/"):
        receipt: dict[str, Any] = json.loads(review.read(name, "ingest"))
        if receipt["reviewer_email"]:
            found[receipt["reviewer_email"]] = f"{receipt['outcome']}: {receipt['file']}"
    return found


def _briefly(last_file: str) -> str:
    """accepted: returned/0008-ana.xlsx -> 0008 accepted; the receipt has the same number."""
    outcome, _, path = last_file.partition(": returned/")
    return f"{path.partition('-')[0]} {outcome}" if path else "none yet"


def _due(due: str, zone: str) -> str:
    return f"Due on {day(due)}, {end_of_day(due, zone)}" if due else ""


def _show(table: pd.DataFrame, total: dict[str, int], due: str, late: bool) -> None:
    put(
        f"{counted(total['items'], 'item')} = {total['decided']:,} decided + "
        f"{total['not_reviewed']:,} not reviewed."
    )
    if due:
        put(f"{due}{': late' if late and total['not_reviewed'] else ''}.")
    put()
    numbers = ["items", "decided", *DECISION_WORDS, "not_reviewed"]
    rows = [
        [row["reviewer"], *(f"{row[name]:,}" for name in numbers),
         _briefly(row["last_file"])]
        for row in table.to_dict("records")
    ]  # fmt: skip
    rows.append(["Total", *(f"{total[name]:,}" for name in numbers), ""])
    # After the last day, what is not reviewed is late: one number, not two.
    words = ["Items", "Decided", *DECISION_WORDS, "Not reviewed" + (", late" if late else "")]
    put_table(("Reviewer", *words, "Last file"), rows)
