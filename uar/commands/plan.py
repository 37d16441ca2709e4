"""uar plan: exactly what would be removed, with side effects, and what stands in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from uar.commands._journal import Document, made_from, make
from uar.commands._shared import (
    counted,
    folder_argument,
    iso,
    json_option,
    now,
    put,
    put_csv,
    put_json,
    say,
    settings_option,
)
from uar.folder import Folder
from uar.settings import load
from uar.snapshot import json_bytes

LISTS = ("removals", "blocked", "todo")
COLUMNS = ("item", "kind", "account", "entitlement", "why")
EFFECTS = ("does", "loses", "keeps", "warnings", "do")


@click.command()
@folder_argument
@settings_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
def command(folder: Path, settings_path: Path | None, as_json: bool, as_csv: bool) -> None:
    """Show exactly what would be removed, what else is lost by it, and what stands in the way.

    Nothing is changed in JumpCloud. The plan is kept in FOLDER/plans; uar apply carries out the
    newest one and no other. Exits with 1 when something in it needs a person.
    """
    _, toml = load(settings_path)
    with Folder(folder).locked() as review:
        document = make(review, toml)
        name = _keep(review, document, toml)
    if as_json:
        put_json(document)
    elif as_csv:
        put_csv(("list", *COLUMNS, *EFFECTS), _flat(document))
    else:
        _show(name, document)
    if document["blocked"] or document["todo"]:
        raise click.exceptions.Exit(1)


def _keep(review: Folder, document: Document, toml: bytes) -> str:
    """The file the plan stands in; the same plan is not written again."""
    names = review.names("plans/")
    content = json_bytes(document)
    if names and review.read(names[-1], "plan") == content:
        say(f"Nothing has changed since {names[-1]} was made; it still stands.")
        return names[-1]
    name = f"plans/{len(names) + 1:04}.json"
    counts = {each: len(document[each]) for each in LISTS}
    read = ("items.jsonl", *made_from(review))
    facts = {"digest": document["digest"]}
    review.write(
        "plan", {name: content}, at=iso(now()), read=read, counts=counts, settings=toml, facts=facts
    )
    return name


def _flat(document: Document) -> list[list[Any]]:
    def cell(value: Any) -> Any:
        return "; ".join(value) if isinstance(value, list) else value

    return [
        [each, *(cell(row.get(column, "")) for column in (*COLUMNS, *EFFECTS))]
        for each in LISTS
        for row in document[each]
    ]


def _show(name: str, document: Document) -> None:
    counts = ", ".join(f"{word} {number:,}" for word, number in document["counts"].items())
    put(f"Plan {name} for {document['tenant']['name'] or document['tenant']['id']}")
    put(f"{counted(document['population'], 'item')}: {counts}")
    _show_list("To be removed", document["removals"])
    _show_list("Blocked: Revoke was decided, and it will not be removed", document["blocked"])
    _show_list("To do by a person", document["todo"])
    put()
    removals = len(document["removals"])
    if removals > document["limit"]:
        put(
            f"{counted(removals, 'removal')} of {counted(document['population'], 'item')}: more "
            f"than {document['limit']:,}, so uar apply asks for --max-removals {removals}."
        )
    put(f"Digest    {document['digest']}")
    put("Approved  ______________________________  on ____________")


def _show_list(title: str, rows: list[dict[str, Any]]) -> None:
    put(f"\n{title}: {len(rows):,}")
    for row in rows:
        put(f"\n  {row['item']}  {row['kind']}: {row['account']}, {row['entitlement']}")
        for text in _said(row):
            put(f"      {text}")


def _said(row: dict[str, Any]) -> list[str]:
    """What there is to say of a row, one sentence a line."""
    lost = ", ".join(row.get("loses", ()))
    texts = [
        row["why"],
        row.get("does", ""),
        f"Lost by it: {lost}." if lost else "",
        *(f"{text}." for text in row.get("keeps", ())),
        *(f"Look: {text}" for text in row.get("warnings", ())),
        f"Do: {row['do']}" if row.get("do") else "",
    ]
    return [text for text in texts if text]
