"""uar check: can the tenant be reached, with which rights, and what would be missing?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from uar.commands._shared import json_option, put, put_json
from uar.commands._table import put_table
from uar.errors import SourceError

if TYPE_CHECKING:
    from uar.sources.jumpcloud import Check

APPLY_KEY = "UAR_APPLY_API_KEY"


@click.command()
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """What may be read, what may be changed, and what would be missing, before anything is read.

    Tests the credentials in the environment: one small request a collection, nothing is kept.
    Exits with 1 if something cannot be read without which there is no review.
    """
    from uar.sources._http import Patience
    from uar.sources.jumpcloud import check, connect

    with connect(os.environ, patience=Patience(tries=3)) as client:
        found = check(client)
        apply_key = _apply_key(os.environ)
        if as_json:
            put_json(
                {
                    "host": client.host,
                    "tenant": {"id": found.tenant_id, "name": found.tenant_name},
                    "key": asdict(found.owner),
                    "apply_key": apply_key,
                    "collections": [asdict(probe) for probe in found.probes],
                    "enough": found.enough,
                }
            )
        else:
            _show(client.host, found, apply_key)
    context.exit(0 if found.enough and apply_key["answers"] is not False else 1)


def _apply_key(environ: Mapping[str, str]) -> dict[str, Any]:
    """Is the key for removals there, and does it answer? Nothing is changed with it."""
    from uar.sources._http import Patience
    from uar.sources.jumpcloud import Owner, connect, key_owner

    if not environ.get(APPLY_KEY):
        return {"set": False, "answers": None, **asdict(Owner()), "says": ""}
    with connect(environ, write=True, patience=Patience(tries=3)) as client:
        try:
            return {"set": True, "answers": True, **asdict(key_owner(client)), "says": ""}
        except SourceError as error:
            return {"set": True, "answers": False, **asdict(Owner()), "says": str(error)}


def _show(host: str, found: Check, apply_key: Mapping[str, Any]) -> None:
    put(f"Tenant     {found.tenant_name or 'without a name'} ({found.tenant_id or '?'}) at {host}")
    put(f"Key        {_owner(found.owner.email, found.owner.roles)}")
    if not apply_key["set"]:
        put(f"Apply key  {APPLY_KEY} is not set: uar apply will need it, nothing else does")
    elif apply_key["answers"]:
        put(f"Apply key  {_owner(apply_key['email'], apply_key['roles'])}")
    else:
        put(f"Apply key  does not work: {apply_key['says']}")
    for name, writes in (("The key", found.owner.writes), ("The apply key", apply_key["writes"])):
        if name == "The key" or apply_key["answers"]:
            put(_changes(name, writes))
    put()
    put_table(
        ("collection", "readable", "rows"),
        (
            (
                probe.collection,
                "yes" if probe.readable else "no, and it must be" if probe.needed else "no",
                "-" if probe.total is None else f"{probe.total:,}",
            )
            for probe in found.probes
        ),
    )
    put()
    reasons: dict[str, list[str]] = {}
    for probe in found.probes:
        if probe.why_not:
            reasons.setdefault(probe.why_not, []).append(probe.collection)
    for why_not, collections in reasons.items():
        put(f"{', '.join(collections)}: {why_not}")
    for probe in found.probes:
        if probe.why_not and probe.without:
            put(f"Without {probe.collection}, the review misses {probe.without}.")
    put(
        "A review can be made with this key: uar sync FOLDER."
        if found.enough
        else "A review cannot be made with this key."
    )


def _changes(name: str, writes: Mapping[str, bool | None]) -> str:
    """What a key may change, and what it may not, as far as its roles tell."""
    if not any(may is not False for may in writes.values()):
        return f"{name} can only read: nothing can be changed with it."
    said = [
        f"{words} {', '.join(what for what, may in writes.items() if may is answer)}"
        for words, answer in (
            (f"{name} may change", True),
            ("may not change", False),
            ("its roles do not tell about", None),
        )
        if answer in writes.values()
    ]
    return "; ".join(said)[:1].upper() + "; ".join(said)[1:] + "."


def _owner(email: str, roles: tuple[str, ...]) -> str:
    if not email:
        return "whose it is cannot be told"
    return f"of {email}" + (f" ({', '.join(roles)})" if roles else "")
