"""A review's twin: the same story with commitments in place of names, under the same root hash.

    commitment   redacted:<32 digits>, the beginning of SHA-256 over "<salt>:<value>"
    salt         32 digits, made from the snapshot's seal key, so that the pack gives it again

A text that is not known to be free of personal data is replaced whole, because a sentence may name
somebody. The same value has the same commitment wherever it stands, so that rows still belong
together. What cannot be replaced in part (workbooks, raw answers, Parquet) is left out; the digest
of each stays in the ledger.

Closing a review records the digests of its twin in twin.json. So the twin hangs on the root hash
that is signed, and nobody can make another one afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.measures.personal import AS_IT_IS, PERSONAL, REPLACED, of
from uar.previous import Previous
from uar.redactor import MORE, Redactor
from uar.snapshot import Snapshot
from uar.verify import (
    LEDGER,
    REDACTED_LEDGER,
    json_bytes,
    json_line,
    stamp,
    whole_lines,
)

PARTS = {"plan": "plans", "emergencies": "plans"}  # part of the evidence -> its kind in MORE
COMMITTED = re.compile(rb"redacted:[0-9a-f]{32}")


def files(red: Redactor, originals: Mapping[str, bytes]) -> dict[str, bytes]:
    """The twin's files but its report. `originals`: all files before closing, and closing.json."""
    made = {}
    for name, content in originals.items():
        held = of(name).twin
        if name == LEDGER:
            made[REDACTED_LEDGER] = _lines(red, content, "ledger")
        elif held == REPLACED and name.endswith(".jsonl"):
            made[red.file(name)] = _lines(red, content, _kind(name))
        elif held == REPLACED and name.endswith(".json"):
            more = MORE.get(_kind(name), frozenset())
            made[name] = json_bytes(red.document(json.loads(content), more))
        elif held == AS_IT_IS:
            made[name] = content
    return made


def twin_json(made: Mapping[str, bytes]) -> bytes:
    """What closing records of the twin: every file's digest, and the list of personal data."""
    return json_bytes(
        {
            "commitment": 'redacted:<the first 32 digits of SHA-256 over "<salt>:<value>">',
            "files": {name: stamp(content) for name, content in made.items()},
            "personal_data": [
                {"files": held.files, "holds": held.holds, "twin": held.twin} for held in PERSONAL
            ],
        }
    )


def evidence_of(red: Redactor, evidence: Evidence) -> Evidence:
    """The review as its twin shows it: what a report of the twin is made from."""
    settings = evidence.settings
    known = replace(
        settings.campaign,
        name=red.told(settings.campaign.name),
        control=red.told(settings.campaign.control),
        organisation=red.told(settings.campaign.organisation),
        owner=red.text(settings.campaign.owner),
        prepared_by=red.text(settings.campaign.prepared_by),
        contact=red.text(settings.campaign.contact),
    )
    machines = settings.service_accounts
    analysis = replace(machines, risk_analysis=red.told(machines.risk_analysis))
    return replace(
        evidence,
        **_changed(red, evidence),
        settings=replace(settings, campaign=known, service_accounts=analysis),
        redacted=True,
    )


def _changed(red: Redactor, whole: Evidence | Previous) -> dict[str, Any]:
    """Every part of a review that may hold a text, redacted; one that nobody thought of too."""
    changed: dict[str, Any] = {}
    for part in fields(whole):
        value, more = getattr(whole, part.name), MORE.get(PARTS.get(part.name, part.name))
        if isinstance(value, pd.DataFrame):
            changed[part.name] = red.frame(value, part.name)
        elif isinstance(value, Snapshot):
            changed[part.name] = _snapshot(red, value)
        elif isinstance(value, Previous):
            changed[part.name] = replace(value, **_changed(red, value))
        elif isinstance(value, Mapping | list | tuple):
            changed[part.name] = red.document(value, more or frozenset())
    return changed


def openings(red: Redactor, made: Mapping[str, bytes]) -> bytes:
    """The operator's list: every commitment in the twin with its salt and value, a line each."""
    there = {found.decode() for content in made.values() for found in COMMITTED.findall(content)}
    return b"".join(
        json_line({"commitment": one, "salt": salt, "value": value})
        for one, (salt, value) in sorted(red.opened.items())
        if one in there
    )


def _snapshot(red: Redactor, snapshot: Snapshot) -> Snapshot:
    header = snapshot.header
    frames = {
        part.name: red.frame(value, part.name)
        for part in fields(snapshot)
        for value in [getattr(snapshot, part.name)]
        if isinstance(value, pd.DataFrame)
    }
    known = replace(header, credential_name=red.text(header.credential_name), seal_key="")
    return replace(snapshot, header=known, pages={}, **frames)


def _lines(red: Redactor, content: bytes, kind: str) -> bytes:
    more = MORE.get(kind, frozenset())
    return b"".join(
        json_line(red.document(json.loads(line), more)) for line in whole_lines(content)
    )


def _kind(name: str) -> str:
    """items.jsonl -> items, receipts/0001.json -> receipts."""
    return name.split("/")[0].split(".")[0] if "/" in name else name.split(".")[0]
