"""uar list: what detections, sources and reports there are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys

import click

from uar.commands._shared import json_option, put, put_json
from uar.commands._table import flowing, put_table
from uar.detections import modules
from uar.detections._elsewhere import ELSEWHERE
from uar.errors import SetupError


@click.command()
@click.argument("what", type=click.Choice(("detections", "sources", "reports")))
@click.argument("name", required=False, metavar="[ID]")
@json_option
def command(what: str, name: str | None, as_json: bool) -> None:
    """List detections, sources or reports; with an ID, explain that one.

    For example: uar list detections DUP-06
    """
    rows = _detections() if what == "detections" else _plugins(what)
    if name is None:
        if as_json:
            put_json([{key: row[key] for key in row if key != "text"} for row in rows])
        else:
            keys = [key for key in rows[0] if key != "text"]
            heading = [key.capitalize() for key in keys]
            put_table(heading, ([row[key] for key in keys] for row in rows))
            if what == "detections":
                put("\nAbout the review itself, and seen to by another command:")
                elsewhere = [(id_, *both) for id_, both in ELSEWHERE.items()]
                put_table(("Id", "Title", "Where"), elsewhere)
        return
    chosen = [row for row in rows if row["id"].casefold() == name.casefold()]
    where = ELSEWHERE.get(name.upper()) if what == "detections" else None
    if where:
        chosen = [{"id": name.upper(), "title": where[0], "text": f"Seen to by {where[1]}."}]
    if not chosen:
        raise SetupError(f"{name} is none of the {what}; uar list {what} shows them all.")
    if as_json:
        put_json(chosen[0])
    else:
        put("  ".join(value for key, value in chosen[0].items() if key != "text"))
        put()
        text = chosen[0]["text"]
        put(flowing(text, sys.stdout) if what == "detections" else text)


def _detections() -> list[dict[str, str]]:
    return [
        {
            "id": module.DETECTION.id,
            "severity": module.DETECTION.severity,
            "title": module.DETECTION.title,
            "text": inspect.getdoc(module) or "",
        }
        for module in modules().values()
    ]


def _plugins(what: str) -> list[dict[str, str]]:
    """Sources (modules that can `read`) or reports (that hold a `REPORT`) and their first line."""
    sign = {"sources": "read", "reports": "REPORT"}[what]
    rows = []
    for found in pkgutil.iter_modules(importlib.import_module(f"uar.{what}").__path__):
        module = importlib.import_module(f"uar.{what}.{found.name}")
        if hasattr(module, sign) and not found.name.startswith("_"):
            text = inspect.getdoc(module) or ""
            rows.append({"id": found.name, "title": text.split("\n")[0], "text": text})
    return rows
