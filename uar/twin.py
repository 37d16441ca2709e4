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

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.measures.personal import AS_IT_IS, PERSONAL, REPLACED, of
from uar.previous import Previous
from uar.snapshot import Snapshot
from uar.verify import (
    LEDGER,
    REDACTED_LEDGER,
    commitment,
    json_bytes,
    json_line,
    stamp,
    whole_lines,
)

# Keys and columns whose texts stay, wherever they stand: digests, times, our own words, and what
# an organisation calls its own things.
KEPT = frozenset({
    "campaign_id", "tenant_id", "file_id", "seal", "hash", "previous", "sha256", "digest",
    "settings", "signer", "population_root", "provider", "host", "version", "at", "due",
    "period", "issued_at", "snapshot_at", "started_at", "finished_at", "requested_at",
    "answered_at", "received_at", "verified_at", "created_at", "last_used_at", "accepted_until",
    "usage", "usage_from", "usage_to", "kind", "band", "since", "status", "membership", "sudo",
    "effective_sudo", "time_zone",
    "rule", "strength", "severity", "flag_severity", "detection", "decision", "last_decision",
    "outcome", "verified", "action", "phase", "step", "routed_by", "holder_kind",
    "entitlement_kind", "use_state", "last_on", "read_as", "method", "path", "op", "type",
    "what", "plan", "cell", "collection", "endpoint", "not_run", "department", "employee_type",
    "tenant", "tenant_name", "organisation", "event_id",
})  # fmt: skip
IDS = frozenset({
    "id", "subject", "accounts", "account_id", "holder_id", "person_id", "entitlement_id",
    "reviewer_id", "manager_id", "borrowed_from", "linked_admin_id", "account_a", "account_b",
    "item", "item_id", "grant_id", "link_id", "campaign", "credential_id",
})  # fmt: skip
SOURCE_IDS = frozenset({"source_id", "holder_source_id", "entitlement_source_id", "key_of"})
FILES = frozenset({"file", "replaces"})
MORE = {  # what stays in one file or table alone
    "campaign": frozenset({"name", "reason"}),
    "coverage": frozenset({"title"}),
    "entitlements": frozenset({"name"}),
    "excluded": frozenset({"reason"}),
    "items": frozenset({"entitlement"}),
    "later": frozenset({"entitlement"}),
    "plans": frozenset({"entitlement"}),
    "receipts": frozenset({"entitlement", "open"}),
    "closing": frozenset({"open", "left"}),
}
PARTS = {"plan": "plans", "emergencies": "plans"}  # part of the evidence -> its kind in MORE
ID = re.compile(
    r"(?:[A-Z]{2,4}-\d+:)*(?:person:)?jumpcloud:[\w:.>~ -]+|[A-Z]+(?:-[0-9A-Z]+)+|[0-9a-f]{8,}"
)
SOURCE_ID = re.compile(r"[\w-]+")
PLAIN = re.compile(r"[0-9a-f]{64}|\d{4}-\d\d-\d\d")  # a digest or a day, wherever it stands
COMMITTED = re.compile(rb"redacted:[0-9a-f]{32}")
MAYBE_DEVICE = ("device", "direct binding", "group binding")
WORD = re.compile(r"\w+")
SHORT = 3  # a name of one word and no more letters is taken for a common word


@dataclass
class Redactor:
    """Replaces texts. `key`: the snapshot's seal key; `names`: of people, wherever they stand.

    `opened`: every commitment that was made -> (salt, value).
    """

    key: str
    names: Mapping[str, list[tuple[str, ...]]]
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)
    _made: dict[str, str] = field(default_factory=dict)
    _free: dict[str, bool] = field(default_factory=dict)

    def text(self, value: str) -> str:
        """The commitment to a text; e-mail addresses are taken in small letters."""
        made = self._made.get(value)
        if made is None:
            plain = value.casefold() if "@" in value and " " not in value else value
            salt = hmac.digest(self.key.encode(), plain.encode("utf-8", "surrogatepass"), "sha256")
            made = commitment(salt.hex()[:32], plain) if plain else ""
            self._made[value] = made
            if made:
                self.opened[made] = (salt.hex()[:32], plain)
        return made

    def file(self, name: str) -> str:
        """The name of a file, without the person's in it."""
        folder, _, last = name.rpartition("/")
        if folder == "workbooks":
            return f"{folder}/{self.text(last)}"
        if folder == "returned":
            number, dash, own = last.partition("-")
            return f"{folder}/{number}{dash}{self.text(own)}"
        return name

    def word(self, key: str, value: str, more: frozenset[str]) -> str:
        """What stands under a key, or the commitment to it."""
        if PLAIN.fullmatch(value):
            return value
        if key in FILES:
            return self.file(value)
        if key in IDS:
            return value if ID.fullmatch(value) else self._half(value)
        if key in SOURCE_IDS:
            return value if SOURCE_ID.fullmatch(value) else self.text(value)
        return self.told(value) if key in KEPT or key in more else self.text(value)

    def told(self, value: str) -> str:
        """A text that stays unless it names somebody."""
        return value if self._names_nobody(value) else self.text(value)

    def document(self, value: Any, more: frozenset[str] = frozenset(), key: str = "") -> Any:
        """A JSON value; numbers and flags stay."""
        if isinstance(value, Mapping):
            if key == "tenant":
                more = more | {"name", "id"}
            if _device(value):
                more = more - {"entitlement", "name"}
            return {
                self.file(name): self.document(inner, more, name) for name, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.document(inner, more, key) for inner in value]
        return self.word(key, value, more) if isinstance(value, str) else value

    def frame(self, frame: pd.DataFrame, name: str) -> pd.DataFrame:
        """A table; columns that are no text stay."""
        more = MORE.get(name, frozenset())
        changed = {}
        for column in frame.columns:
            if not isinstance(frame[column].dtype, pd.StringDtype):
                continue
            codes, values = pd.factorize(frame[column])
            made = pd.array([self.word(column, str(v), more) for v in values], dtype="string")
            changed[column] = pd.Series(
                made.take(codes, allow_fill=True, fill_value=pd.NA), index=frame.index
            )
        for kind, shown in (("entitlement_kind", "entitlement"), ("kind", "name")):
            if name in ("items", "entitlements") and {kind, shown} <= set(frame.columns):
                device = (frame[kind] == "device") & frame[shown].notna()
                hidden = frame.loc[device, shown].map(self.text).astype("string")
                changed[shown] = changed[shown].where(~device, hidden.reindex(frame.index))
        return frame.assign(**changed)

    def _half(self, value: str) -> str:
        """The id of a finding about somebody who has no id of ours."""
        head, colon, rest = value.partition(":")
        return f"{head}:{self.text(rest)}" if colon and ID.fullmatch(head) else self.text(value)

    def _names_nobody(self, value: str) -> bool:
        free = self._free.get(value)
        if free is None:
            words = WORD.findall(value.casefold())
            free = "@" not in value and not any(
                tuple(words[at : at + len(name)]) == name
                for at, word in enumerate(words)
                for name in self.names.get(word, ())
            )
            self._free[value] = free
        return free


def redactor(evidence: Evidence) -> Redactor:
    """For one review: its key, and everybody it knows by name, login or e-mail."""
    frames = [evidence.snapshot.accounts]
    frames += [evidence.roster] if evidence.roster is not None else []
    frames += [evidence.previous.snapshot.accounts] if evidence.previous else []
    columns = ("name", "login", "email", "alternate_email", "recovery_email")
    known = pd.concat([frame[n] for frame in frames for n in columns if n in frame]).dropna()
    names: dict[str, list[tuple[str, ...]]] = {}
    for text in known.unique():
        words = tuple(WORD.findall(text.casefold()))
        if len(words) > 1 or (words and len(words[0]) > SHORT):
            names.setdefault(words[0], []).append(words)
    return Redactor(evidence.snapshot.header.seal_key, names)


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
        elif part.name == "answers":
            changed[part.name] = [red.frame(frame, "decisions") for frame in value]
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


def _device(row: Mapping[str, Any]) -> bool:
    """May what this row names be a device? Those are often called after people."""
    return row.get("entitlement_kind", row.get("kind")) in MAYBE_DEVICE
