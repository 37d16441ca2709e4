"""What a reviewer is shown of an item, column by column; the item's name; the seal over the row.

Writer, reader and seal share this one list, so what was shown is what is sealed and compared.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from uar.tables import objects
from uar.text import plain

SHEET, SIGN_OFF = "Decisions", "Sign-off"
ITEM, DECISION, REASON, COMMENT, SEAL = "Item", "Decision", "Reason", "Comment", "Seal"
CHECK = "Check"  # a formula of ours that says what an answer still lacks; nobody reads it back
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread


@dataclass(frozen=True)
class Shown:
    """A read-only column: heading, items column, width in characters.

    `names`: it says whose access to what; a changed cell here makes the row untrustworthy.
    """

    heading: str
    column: str
    width: int
    names: bool = False


# After Item and before Decision, from left to right.
SHOWN = (
    Shown("Person", "holder_name", 16, names=True),
    Shown("Access", "entitlement", 18, names=True),
    Shown("Kind", "kind", 14, names=True),
    Shown("Account", "login", 19, names=True),
    Shown("Job title", "title", 14),
    Shown("Department", "department", 14),
    Shown("Manager", "manager", 14),
    Shown("Opens", "opens", 18),
    Shown("After a Revoke", "also_held", 19),
    Shown("Last use", "last_use", 17),
    Shown("Peers", "peers", 9),
    Shown("New or changed", "since", 19),
    Shown("Last decision", "last_decision", 15),
    Shown("Last reason", "last_reason", 20),
    Shown("Flags", "flags", 46),
)
STAYS = "Access"  # it and what stands before it is seen while a Decision is typed, also on paper
SINCE = "New or changed"  # empty where neither the log nor an earlier review tells
BEFORE = ("Last decision", "Last reason")  # empty without an earlier review
HEADINGS = (
    ITEM, *(shown.heading for shown in SHOWN), DECISION, REASON, COMMENT, CHECK, SEAL,
)  # fmt: skip
SINCE_WORDS = {
    "new": "New", "changed": "Changed", "back again": "Back again: it was taken away",
    "unchanged": "Unchanged",
}  # fmt: skip
ACCOUNT_WORDS = {"admin": "(administrator)", "service": "(service account)", "group": "(group)"}
NEEDS_REASON = "a Keep needs a reason"  # stands in Flags wherever that is so
# Where people say it otherwise than the snapshot.
BOUND = {"radius": "RADIUS server", "password item": "password"}
ALIKE = 2  # sentences of one detection that a row shows; People and What it gives have them all
LONGEST = 1_000  # characters of one text that are shown: what a row of a sheet can hold


def cells(item: Mapping[str, Any]) -> list[str]:
    """The texts of an item's SHOWN columns, by ITEMS; unknown is "", a borrowed value says so.

    What is shown is what is sealed and compared: without control and bidirectional characters,
    and no longer than LONGEST.
    """
    [shown] = cells_of_each([item])
    return shown


def cells_of_each(items: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The `cells` of many items; what they have in common is said once."""
    return cells_of({name: [item.get(name) for item in items] for name in SAID_WITH})


def shown_of(items: pd.DataFrame) -> dict[str, list[str]]:
    """The `cells` of ITEMS, by item_id."""
    texts = cells_of({name: objects(items[name]) for name in SAID_WITH})
    return dict(zip(objects(items["item_id"]), texts, strict=True))


def cells_of(items: Mapping[str, Sequence[Any]]) -> list[list[str]]:
    """The `cells` of many items, given column by column: those of SAID_WITH."""
    columns = []
    for column, say, others in _SAYING:
        known: dict[Any, str] = {}
        texts = []
        for facts in zip(*(items[name] for name in (column, *others)), strict=True):
            text = known.get(facts)
            if text is None:
                text = known[facts] = _said(say, *map(_fact, facts))
            texts.append(text)
        columns.append(texts)
    return [list(texts) for texts in zip(*columns, strict=True)]


def _fact(value: Any) -> Any:
    """A text, or a flag; unknown is ""."""
    if type(value) is str or value is True or value is False:
        return value
    return "" if value is None or value is pd.NA or value != value else str(value)


def _said(say: Say | None, *facts: Any) -> str:
    return shortened(say(*facts) if say else showable(facts[0]) if facts[0] else "")


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning with three points behind it."""
    return text if len(text) <= longest else text[: longest - 2] + " …"


def _lines(*texts: str) -> str:
    return "\n".join([showable(text) for text in texts if text])


# How a column is said: with its own value first, then those of the columns that SAID names.


def _flags(
    text: str, revocable: bool, why_not: str, reason_on_keep: bool, band: str, severity: str
) -> str:
    why = "Privileged access" if band == "privileged" else f"Flagged {severity}"
    return _lines(
        f"{why}: {NEEDS_REASON}." if reason_on_keep else "",
        *few_alike(text.split("\n")),
        "" if revocable else f"A Revoke is carried out by hand: {why_not}",
    )


def few_alike(sentences: Sequence[str]) -> list[str]:
    """Of one detection only ALIKE sentences, then how many more there are: "... (MGR-02)"."""
    if len(sentences) <= ALIKE + 1:
        return list(sentences)
    told: dict[str, list[str]] = {}
    for sentence in sentences:
        told.setdefault(sentence.rpartition(" (")[2], []).append(sentence)
    found = []
    for detection, alike in told.items():
        more = len(alike) - ALIKE
        few = more > 1 and detection.endswith(")")
        found += alike[:ALIKE] if few else alike
        found += [f"And {more:,} more like it. ({detection}"] if few else []
    return found


def _borrowed(text: str, borrowed: bool) -> str:
    return showable(text) + (" (from the user account)" if text and borrowed else "")


def _after_a_revoke(stays: str, goes: str, holder_kind: str) -> str:
    """What goes with it, and what does not. A group's grant goes for its members."""
    word = "Gone for" if holder_kind == "group" else "Also gone:"
    return _lines(f"{word} {goes}." if goes else "", f"Stays: {stays}." if stays else "")


def _since(text: str, changes: str, given: str) -> str:
    told = f"Given {given}" if given else ""
    said = changes.split("\n") if text else ()
    return _lines(SINCE_WORDS.get(text, text), *said, told)


def _last_use(text: str) -> str:
    return _lines(*text.split("\n"))


def _last_decision(text: str, by: str, on: str) -> str:
    return _lines(text, by, on) if text else ""


def _account(text: str, holder_kind: str) -> str:
    """The login, and what kind of account it is where it is no user's."""
    return _lines(text, ACCOUNT_WORDS.get(holder_kind, ""))


def _kind(text: str, entitlement_kind: str, sudo: str, effective_sudo: str) -> str:
    """A binding is called by what somebody is bound to, with the rights that it gives there."""
    if text not in ("direct binding", "group binding"):
        return showable(text)
    what = BOUND.get(entitlement_kind, entitlement_kind)
    for_group = " for a group" if text == "group binding" else ""
    return what + for_group + (", as administrator" if sudo or effective_sudo else "")


Say = Callable[..., str]
SAID: Mapping[str, tuple[Say, tuple[str, ...]]] = {
    "flags": (_flags, ("revocable", "why_not", "reason_on_keep", "band", "flag_severity")),
    "title": (_borrowed, ("borrowed",)),
    "department": (_borrowed, ("borrowed",)),
    "manager": (_borrowed, ("borrowed",)),
    "login": (_account, ("holder_kind",)),
    "kind": (_kind, ("entitlement_kind", "sudo", "effective_sudo")),
    "also_held": (_after_a_revoke, ("takes_away", "holder_kind")),
    "since": (_since, ("changes", "given")),
    "last_decision": (_last_decision, ("last_by", "last_on")),
    "last_use": (_last_use, ()),
}
_SAYING = tuple((shown.column, *SAID.get(shown.column, (None, ()))) for shown in SHOWN)
SAID_WITH = tuple(dict.fromkeys(name for one, _, more in _SAYING for name in (one, *more)))


@lru_cache(maxsize=20_000)
def showable(text: str) -> str:
    """A text of the directory as every program shows it alike."""
    # In a workbook's XML _x0041_ stands for the letter A; a space keeps such a text as it is.
    return re.sub("_x(?=[0-9A-Fa-f]{4}_)", "_x ", plain(text)).strip()


def item_id(grant_id: str) -> str:
    """UAR-XXXX-XXXX-XXXXC: 60 bits of the grant's hash and a check character.

    The same grant has the same id next quarter. It starts with letters, so no spreadsheet makes it
    a number or a date; the check character catches a mistyped one.
    """
    bits = int.from_bytes(hashlib.sha256(grant_id.encode()).digest()[:8], "big") >> 4
    pairs = [bits >> shift & 1023 for shift in range(50, -1, -10)]
    a, b, c, d, e, f = texts = [_PAIRS[pair] for pair in pairs]
    return f"UAR-{a}{b}-{c}{d}-{e}{f}{_check(texts)}"


def is_item_id(text: str) -> bool:
    """Well formed, with the right check character?"""
    parts = text.split("-")
    if [len(part) for part in parts] != [3, 4, 4, 5] or parts[0] != "UAR":
        return False
    body = "".join(parts[1:])
    pairs = [body[at : at + 2] for at in range(0, len(body) - 1, 2)]
    return all(pair in _SUMS for pair in pairs) and _check(pairs) == body[-1]


def seal(key: str, identifier: str, shown: list[str]) -> str:
    """Keyed hash over an item's id and the texts shown with it: 16 base32 characters, 80 bits.

    `key`: the snapshot's seal_key. Without the review folder nobody can make one.
    """
    message = "\x1f".join([identifier, *shown]).encode("utf-8", "surrogatepass")
    code = hmac.digest(bytes.fromhex(key), message, hashlib.sha256)[:10]
    return base64.b32encode(code).decode()


_ONCE = {char: code for code, char in enumerate(ALPHABET)}
_TWICE = {char: 2 * code // 32 + 2 * code % 32 for char, code in _ONCE.items()}


_PAIRS = tuple(one + other for one in ALPHABET for other in ALPHABET)
_SUMS = {pair: _ONCE[pair[0]] + _TWICE[pair[1]] for pair in _PAIRS}


def _check(pairs: Iterable[str]) -> str:
    """Luhn's check over 32 characters: every single slip shows, and nearly every swap."""
    return ALPHABET[-sum([_SUMS[pair] for pair in pairs]) % 32]
