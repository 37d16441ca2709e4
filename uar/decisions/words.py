"""What a person typed -> one of the four decisions, nothing, or an honest "that is not clear".

Only words that can mean one thing are read. "Yes" and "No" are refused like Y, N, x and a check
mark: they answer a question that the column Decision does not ask, and a wrong guess would either
approve or remove somebody's access.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from uar.tables import DECISION_WORDS

ALIASES = {
    "Keep": ("keep", "kept", "ok", "okay", "approve", "approved", "certify", "certified",
             "maintain", "maintained", "retain", "retained"),
    "Revoke": ("revoke", "revoked", "remove", "removed", "deny", "denied", "delete", "deleted",
               "offboard", "offboarded"),
    "Modify": ("modify", "modified", "change", "changed", "reduce", "reduced"),
    "Not sure": ("not sure", "unsure", "not mine", "don't know", "do not know", "?", "??", "???"),
}  # fmt: skip
AMBIGUOUS = (
    "yes", "no", "y", "n", "x", "v", "1", "0", "true", "false", "on", "off", "ja", "nein", "j",
    "oui", "non", "si", "+", "-",
    "✓", "✔", "✗", "✘", "☐", "☑", "☒", "✅", "❌", "❎", "√", "\u00d7",
)  # fmt: skip
LIMIT = 2000
FOUR = "Keep, Revoke, Modify or Not sure"

_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that look like a space
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Without case, accents, width, spaces and invisible characters: what two cells compare by."""
    if text.isascii() and text.isprintable():  # most cells
        return text.casefold().replace(" ", "")
    return "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not char.isspace()
        and char not in _INVISIBLE
        and unicodedata.category(char) not in ("Mn", "Cf", "Cc", "Cs")
    )


@lru_cache(maxsize=20_000)
def fact(text: str) -> str:
    """A shown cell as it compares: spaces and line ends evened out, control characters gone."""
    if text.isascii() and text.isprintable():  # most cells
        return " ".join(unescaped(text).split())
    text = unicodedata.normalize("NFC", unescaped(text))
    return " ".join(
        "".join(
            " " if char.isspace() else char
            for char in text
            if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        ).split()
    )


def unescaped(text: str) -> str:
    """`_x000D_`, as spreadsheets store it, is the character itself; a lone surrogate is none."""

    def char(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(char, text) if "_x" in text else text


def cleaned(text: str) -> str:
    """Text for the record: no control or direction characters but line ends, none around it."""
    if text.isascii() and text.isprintable():  # most cells
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char
        for char in text
        if char in "\n\t"
        or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _BIDIRECTIONAL)
    ).strip()


def is_blank(text: str) -> bool:
    """Nothing to see: empty, spaces, no-break spaces, zero-width characters."""
    return not fold(text)


def is_reason(text: str) -> bool:
    """A reason has at least a letter or a digit: a dash is none."""
    return any(char.isalnum() for char in text)


@lru_cache(maxsize=1_000)
def understand(written: str) -> tuple[str, str]:
    """(decision, what is wrong with it). Both are empty for a blank cell."""
    word = fold(written).replace("\u2019", "'").strip("\"'.,;:!“”„«»")
    shown = cleaned(written)[:80]
    if is_blank(written):
        return "", ""
    if word in _MEANINGS:
        return _MEANINGS[word], ""
    if word in _AMBIGUOUS or _is_number(word):
        return "", f"{shown!r} can mean anything: write {FOUR}"
    found = [decision for decision in DECISION_WORDS if decision in _decisions_in(written)]
    if len(found) > 1:
        both = " and ".join(found)
        return "", f"{shown!r} says {both}: write one of them, or Modify with the rest as Reason"
    if found:
        return "", f"{shown!r} says more than {found[0]}: write {FOUR}, and the rest as Reason"
    return "", f"{shown!r} is no decision: write {FOUR}"


def _decisions_in(written: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", written))
    return {_MEANINGS[fold(word)] for word in words if fold(word) in _MEANINGS}


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?%?", word))


_MEANINGS = {fold(alias): decision for decision, aliases in ALIASES.items() for alias in aliases}
_AMBIGUOUS = frozenset(fold(word) for word in AMBIGUOUS)
