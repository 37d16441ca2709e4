"""Single values of JumpCloud's JSON: absent, null and "" are one unknown (API.md 5.1).

Texts are kept as they are, hostile or not; only lone surrogates, which no file can hold, become
U+FFFD. A value of a kind that does not belong there is a ValueError that names it, never a guess.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]

ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # 24 hexadecimal characters so far (API.md 0)
SURROGATE = re.compile("[\ud800-\udfff]")
ZERO_DATE = "0001-01-01"  # how a Go program writes "never"


def identity(row: Json, *names: str) -> str:
    """The first of these that is set; it becomes part of ids and addresses, so it must look so."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            if not isinstance(value, str) or not ID.fullmatch(value):
                raise ValueError(f"{name} is not an id")
            return value
    raise ValueError(f"a row has no {' or '.join(names)}")


def reference(row: Json, name: str) -> str:
    """An id that may be unset: then ""."""
    return identity(row, name) if row.get(name) not in (None, "") else ""


def text(row: Json, name: str) -> str | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return SURROGATE.sub("\ufffd", value)


def flag(row: Json, name: str) -> bool | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def count(row: Json, name: str) -> int | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError(f"{name} is not a count")
    return value


def moment(row: Json, name: str) -> dt.datetime | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a time")
    if value.startswith(ZERO_DATE):
        return None
    try:
        then = dt.datetime.fromisoformat(value)
        return then.replace(tzinfo=then.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is not a time") from None


def inner(row: Json, name: str) -> Json:
    """An object within; {} where it is unset."""
    value = row.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is not an object")
    return value


def several(row: Json, name: str) -> list[Any]:
    """A list within; [] where it is unset."""
    value = row.get(name)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return value


def objects(row: Json, name: str) -> list[Json]:
    """A list of objects within; [] where it is unset."""
    return [inner({name: value}, name) for value in several(row, name)]


def either(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued or: true if one is true, false if all are false, else unknown."""
    known = list(answers)
    if True in known:
        return True
    return None if None in known or not known else False
