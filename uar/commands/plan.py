"""uar plan: exactly what would be removed, with side effects, and what stands in the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from uar.commands._journal import Document, make, make_emergency, read_by
from uar.commands._shared import (
    counted,
    csv_bytes,
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
from uar.errors import SetupError
from uar.folder import Folder
from uar.plan import Approval
from uar.settings import load
from uar.snapshot import json_bytes
from uar.text import EMAIL

LISTS = ("removals", "blocked", "todo")
COLUMNS = ("item", "kind", "account", "entitlement", "why")
EFFECTS = ("does", "loses", "keeps", "warnings", "do")
HEADER = ("list", *COLUMNS, *EFFECTS, "write")


@click.command()
@folder_argument
@settings_option
@click.option(
    "--finding",
    "findings",
    metavar="ID",
    multiple=True,
    help="An emergency: plan straight from what uar detect found, such as LIF-01, or one finding.",
)
@click.option("--approver", metavar="E-MAIL", help="Who approves the emergency plan.")
@click.option("--reason", help="Why the emergency cannot wait for the review.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
def command(
    folder: Path,
    settings_path: Path | None,
    findings: tuple[str, ...],
    approver: str | None,
    reason: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show exactly what would be removed, what else is lost by it, and what stands in the way.

    Nothing is changed in JumpCloud. The plan is kept in FOLDER/plans; uar apply carries out the
    newest one and no other. What a person has to do is in FOLDER/todo, for a spreadsheet.

    With --finding the plan comes straight from findings, before anybody was asked: people who have
    left are suspended, and their administrator accounts removed. It is marked as an emergency
    everywhere, and needs --approver and --reason.

    Exits with 1 when something in it needs a person.
    """
    given = load(settings_path)
    approval = _approval(findings, approver, reason)
    with Folder(folder).locked() as review:
        document = make_emergency(review, *given, approval) if approval else make(review, *given)
        name = _keep(review, document, given[1])
    if as_json:
        put_json(document)
    elif as_csv:
        put_csv(HEADER, _flat(document, LISTS))
    else:
        _show(folder, name, document)
    if document["blocked"] or document["todo"]:
        raise click.exceptions.Exit(1)


def _approval(
    findings: tuple[str, ...], approver: str | None, reason: str | None
) -> Approval | None:
    """None: an ordinary plan, from decisions."""
    approver, reason = (approver or "").strip(), (reason or "").strip()
    if not findings:
        if approver or reason:
            raise SetupError("--approver and --reason belong to --finding; say which finding.")
        return None
    if not re.fullmatch(EMAIL, approver):
        raise SetupError("An emergency plan needs --approver E-MAIL: who answers for it.")
    if not reason:
        raise SetupError("An emergency plan needs --reason TEXT: why it cannot wait.")
    return Approval(findings, approver, reason, now())


def _keep(review: Folder, document: Document, toml: bytes) -> str:
    """The file the plan stands in; the same plan is not written again."""
    names = review.names("plans/")
    content = json_bytes(document)
    if names and review.read(names[-1], "plan") == content:
        say(f"Nothing has changed since {names[-1]} was made; it still stands.")
        return names[-1]
    number = f"{len(names) + 1:04}"
    name = f"plans/{number}.json"
    files = {name: content}
    if document["todo"]:
        rows = _flat(document, ("todo",))
        files[f"todo/{number}.csv"] = csv_bytes(HEADER, rows)
    review.write(
        "plan",
        files,
        at=iso(now()),
        read=read_by(document),
        counts={each: len(document[each]) for each in LISTS},
        settings=toml,
        facts={"digest": document["digest"]}
        | ({"emergency": document["emergency"]} if "emergency" in document else {}),
    )
    return name


def _flat(document: Document, lists: tuple[str, ...]) -> list[list[Any]]:
    def cell(value: Any) -> Any:
        return "; ".join(value) if isinstance(value, list) else value

    return [
        [each, *(cell(row.get(column, "")) for column in (*COLUMNS, *EFFECTS)), _write(row)]
        for each in lists
        for row in document[each]
    ]


def _show(folder: Path, name: str, document: Document) -> None:
    counts = ", ".join(f"{word} {number:,}" for word, number in document["counts"].items())
    tenant = document["tenant"]["name"] or document["tenant"]["id"]
    emergency = document.get("emergency")
    if emergency:
        put(f"EMERGENCY PLAN {name} for {tenant}")
        put(f"From {', '.join(emergency['findings'])}: {counts}. No reviewer was asked.")
        put(f"Approved by {emergency['approver']} at {emergency['at']}: {emergency['reason']}")
    else:
        put(f"Plan {name} for {tenant}")
        put(f"{counted(document['population'], 'item')}: {counts}")
    removals = document["removals"]
    conflicts = sum(bool(row["warnings"]) for row in removals)
    look = f", {counted(conflicts, 'removal')} to look at" if conflicts else ""
    put(
        f"{counted(len(removals), 'removal')}, {len(document['blocked']):,} blocked, "
        f"{len(document['todo']):,} for a person{look}."
    )
    _show_list("To be removed", removals)
    _show_list("Blocked: it should go, and it will not be removed", document["blocked"])
    _show_list("To do by a person", document["todo"])
    put()
    if document["todo"]:
        put(f"For a spreadsheet: {folder}/todo/{Path(name).stem}.csv")
    if len(removals) > document["limit"]:
        of = "account" if emergency else "item"
        put(
            f"{counted(len(removals), 'removal')} of {counted(document['population'], of)}: more "
            f"than {document['limit']:,}, so uar apply asks for --max-removals {len(removals)}."
        )
    put(f"Digest    {document['digest']}")
    put("Approved  ______________________________  on ____________")


def _show_list(title: str, rows: list[dict[str, Any]]) -> None:
    put(f"\n{title}: {len(rows):,}")
    for row in rows:
        put(f"\n  {row['item']}  {row['kind']}: {row['account']}, {row['entitlement']}")
        for text in _said(row):
            put(f"      {text}")


def _write(row: dict[str, Any]) -> str:
    """Which write, on which object, as whom; "" where nothing is written."""
    if "request" not in row:
        return ""
    request = row["request"]
    op = (request["body"] or {}).get("op")
    return (
        f"{request['method']} {request['path']}{f' ({op})' if op else ''}, with the key of "
        f"{'an' if row['needs'][0] in 'AEIOU' else 'a'} {row['needs']}"
    )


def _said(row: dict[str, Any]) -> list[str]:
    """What there is to say of a row, one sentence a line."""
    lost = ", ".join(row.get("loses", ()))
    texts = [
        row["why"],
        row.get("does", ""),
        f"Write: {_write(row)}." if "request" in row else "",
        f"Lost by it: {lost}." if lost else "",
        *(f"{text}." for text in row.get("keeps", ())),
        *(f"Look: {text}" for text in row.get("warnings", ())),
        f"Do: {row['do']}" if row.get("do") else "",
    ]
    return [text for text in texts if text]
