"""uar reassign: open items of one reviewer -> another, with the reason on record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import pandas as pd

from uar.commands._evidence import settings_of
from uar.commands._shared import (
    counted,
    folder_argument,
    iso,
    json_option,
    load_decisions,
    load_detected,
    load_items,
    load_snapshot,
    now,
    put,
    put_json,
    say,
)
from uar.commands.open import LOGO
from uar.decisions.words import cleaned, is_reason
from uar.errors import SetupError
from uar.folder import Folder
from uar.review.campaign import workbooks as entries
from uar.review.candidates import Candidate, find
from uar.review.cards import gives, people
from uar.review.items import Known, in_order
from uar.review.moves import assigned, moved, unmovable
from uar.sheet import shown_of
from uar.snapshot import to_lines
from uar.workbooks._logo import logo
from uar.workbooks.write import Brand, workbooks
from uar.workbooks.write_csv import csv_files


@click.command()
@folder_argument
@click.option("--from", "giver", required=True, metavar="EMAIL", help="Whose items are moved.")
@click.option("--to", "receiver", required=True, metavar="EMAIL", help="Who decides them now.")
@click.option("--item", "chosen", multiple=True, help="Only this item; may be given repeatedly.")
@click.option("--reason", required=True, help="Why; it goes on record.")
@json_option
def command(
    folder: Path, giver: str, receiver: str, chosen: Sequence[str], reason: str, as_json: bool
) -> None:
    """Move items that are not reviewed yet to another reviewer.

    Writes a new workbook for the one who decides now, and the reason, into FOLDER. Nobody gets an
    item about themselves. Answers in the earlier workbook to items that were moved are refused.
    """
    because = cleaned(reason)
    if not is_reason(because):
        raise SetupError("--reason must say why the items are moved.")
    with Folder(folder).locked() as review:
        items = load_items(review)
        picked = _picked(items, set(load_decisions(review)["item_id"]), giver, chosen)
        snapshot, settings = load_snapshot(review), settings_of(review, "open")
        persons, links, findings = load_detected(review)
        to = _eligible(find(snapshot.accounts, persons, settings, receiver), receiver, picked)
        campaign = json.loads(review.read("campaign.json", "open"))
        number = f"{len(review.names('reassignments/')) + 1:04}"
        moves = moved(picked, to, campaign, number, because)
        own = assigned(picked, [moves])
        entry = {**entries(own, campaign["campaign_id"])[0], "file_id": moves["file_id"].iloc[0]}
        known = Known(snapshot, persons, findings)
        told, ordered = {**campaign, "workbooks": [entry]}, in_order(own)
        if campaign.get("format") == "csv":
            [(name, book)] = csv_files(ordered, told, shown_of(ordered))
        else:
            pictures = [logo(review.read(name, "open"), name) for name in review.names(LOGO)]
            brand = Brand(settings.branding, pictures[0] if pictures else None)
            cards = gives(known), people(known, links)
            [(name, book)] = workbooks(ordered, told, *cards, brand=brand)
        review.write(
            "reassign",
            {f"reassignments/{number}.jsonl": to_lines(moves), f"workbooks/{name}": book},
            at=iso(now()),
            read=("items.jsonl", "campaign.json", *review.names("reassignments/")),
            counts={"items": len(own)},
            facts={"from": giver, "to": to.email, "reason": because},
        )
    if as_json:
        put_json({"from": giver, "to": to.email, "reason": because, "workbook": name,
                  "items": list(own["item_id"])})  # fmt: skip
    else:
        put(f"{counted(len(own), 'item')} moved from {giver} to {to.name} <{to.email}>.")
        put(f"Workbook: {name}")
        say(f"Send {folder / 'workbooks' / name} to {to.name}.")


def _picked(
    items: pd.DataFrame, answered: set[str], giver: str, chosen: Sequence[str]
) -> pd.DataFrame:
    """The items to be moved. Raises SetupError where one is not open, or not the giver's."""
    own = items[items["reviewer_email"].str.casefold() == giver.strip().casefold()]
    if own.empty:
        raise SetupError(f"--from: {giver} has no item in this review; uar status lists who has.")
    unanswered = own[~own["item_id"].isin(answered)]
    wrong = [
        f"{item}: "
        + (
            "is no item of this review"
            if item not in set(items["item_id"])
            else f"is not put to {giver}"
            if item not in set(own["item_id"])
            else "is answered already"
        )
        for item in dict.fromkeys(chosen)
        if item not in set(unanswered["item_id"])
    ]
    if wrong:
        raise SetupError("\n  ".join(["nothing was moved:", *wrong]))
    picked = unanswered[unanswered["item_id"].isin(chosen)] if chosen else unanswered
    if picked.empty:
        raise SetupError(f"--from: every item of {giver} is answered already; nothing to move.")
    return picked


def _eligible(to: Candidate | None, email: str, items: pd.DataFrame) -> Candidate:
    if to is None:
        raise SetupError(f"--to: {email} is the e-mail of no user; name an active user.")
    if to.account_id in set(items["reviewer_id"]):
        raise SetupError(f"--to: {to.name} has these items already.")
    wrong = [f"{to.name} {to.unfit}"] if to.unfit else unmovable(items, to)
    if wrong:
        raise SetupError("\n  ".join([f"--to: {email} cannot decide; nothing was moved:", *wrong]))
    return to
