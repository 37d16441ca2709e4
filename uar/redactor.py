"""Texts of a review -> what its twin shows: ours as they are, names and free texts hidden."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.verify import commitment

# Keys and columns whose texts stay, wherever they stand: digests, times and our own words, whatever
# somebody may be called (a login may well be "admin") ...
OURS = frozenset({
    "campaign_id", "tenant_id", "file_id", "seal", "hash", "previous", "sha256", "digest",
    "settings", "signer", "population_root", "provider", "version", "at", "due",
    "issued_at", "snapshot_at", "started_at", "finished_at", "requested_at",
    "answered_at", "received_at", "verified_at", "created_at", "last_used_at", "accepted_until",
    "usage", "usage_from", "usage_to", "kind", "band", "since", "status", "membership", "sudo",
    "effective_sudo", "time_zone", "strength", "severity", "flag_severity", "detection",
    "decision", "last_decision", "outcome", "verified", "action", "phase", "step", "routed_by",
    "holder_kind", "entitlement_kind", "use_state", "last_on", "read_as", "method", "op", "type",
    "plan", "event_id",
})  # fmt: skip
# ... and what an organisation calls its own things, unless it names somebody.
KEPT = frozenset({
    "host", "period", "rule", "path", "what", "cell", "collection", "endpoint", "not_run",
    "department", "employee_type", "tenant", "tenant_name", "organisation",
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
ID = re.compile(
    r"(?:[A-Z]{2,4}-\d+:)*(?:person:)?jumpcloud:[\w:.>~ -]+|[A-Z]+(?:-[0-9A-Z]+)+|[0-9a-f]{8,}"
)
OWN_PARTS = frozenset({"user", "admin", "service", "group", "person"})  # of ids
NAMED = re.compile(r"[^\W\d_]{4}")  # letters enough for a name
SOURCE_ID = re.compile(r"[\w-]+")
PLAIN = re.compile(r"[0-9a-f]{64}|\d{4}-\d\d-\d\d")  # a digest or a day, wherever it stands
MAYBE_DEVICE = ("device", "direct binding", "group binding")
WORD = re.compile(r"\w+")
CAPITAL = r"[^\W\d_a-z][\w'’.-]+"  # noqa: RUF001 - a word as names have it
PERSON = re.compile(rf"{CAPITAL}(?: {CAPITAL}){{1,3}}")  # two to four of them
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
        if key in OURS or (key == "title" and key in more):  # of a detection
            return value
        if key in IDS:
            return value if ID.fullmatch(value) and self._plain_id(value) else self._half(value)
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

    def _plain_id(self, value: str) -> bool:
        """A finding's id may end with the name of a rule, which somebody has thought of."""
        parts = (part for part in value.split(":") if part not in OWN_PARTS)
        return all(self._names_nobody(part) for part in parts if NAMED.search(part))

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
    """For one review: its key, and everybody it knows by name, login or e-mail, by the first or the
    last name; and what devices are called.
    """
    snapshots = [evidence.snapshot]
    snapshots += [evidence.previous.snapshot] if evidence.previous else []
    frames = [snapshot.accounts for snapshot in snapshots]
    frames += [evidence.roster] if evidence.roster is not None else []
    columns = ("name", "login", "email", "alternate_email", "recovery_email")
    known = [frame[n] for frame in frames for n in columns if n in frame]
    for snapshot in snapshots:
        devices = snapshot.entitlements["kind"] == "device"
        known.append(snapshot.entitlements.loc[devices, "name"])
    names: dict[str, list[tuple[str, ...]]] = {}
    people = {text for frame in frames for text in frame["name"].dropna() if PERSON.fullmatch(text)}
    single = {word for text in people for word in WORD.findall(text)}
    for text in (*sorted(single), *pd.concat(known).dropna().unique()):
        words = tuple(WORD.findall(text.casefold()))
        if len(words) > 1 or (words and len(words[0]) > SHORT):
            names.setdefault(words[0], []).append(words)
    return Redactor(evidence.snapshot.header.seal_key, names)


def _device(row: Mapping[str, Any]) -> bool:
    """May what this row names be a device? Those are often called after people."""
    return row.get("entitlement_kind", row.get("kind")) in MAYBE_DEVICE
