"""Paging, filters, sorting and fields of both API versions (API.md 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .wire import Request, Row, bad_request

Test = Callable[[Row], bool]

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


def text(value: Any) -> str:
    """How a stored value compares with a value written in a filter."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def values(row: Any, name: str) -> list[Any]:
    """Everything found under a dotted name; lists are looked into, as MongoDB does."""
    if isinstance(row, list):
        return [found for item in row for found in values(item, name)]
    if not isinstance(row, dict):
        return []
    if name in row:
        value = row[name]
        return list(value) if isinstance(value, list) else [value]
    head, _, rest = name.partition(".")
    return values(row[head], rest) if rest and head in row else []


# Paging


def window(request: Request, most: int, clip: bool, body: Row | None = None) -> tuple[int, int]:
    """`skip` and `limit` from the query string or, for searches, from the body."""
    skip = _number(request, body, "skip", 0)
    limit = _number(request, body, "limit", DEFAULT_LIMIT)
    if limit > most:
        if not clip:
            raise bad_request(f'request parameter "limit" exceeds maximum value of {most}')
        limit = most
    return shifted(request, skip), limit


def shifted(request: Request, skip: int) -> int:
    """The faults that repeat or lose a row move the window by one (faults.py)."""
    if "missing-row" in request.mischief:
        return skip + 1
    if skip and "duplicate-row" in request.mischief:
        return skip - 1
    if skip and "shifting-pages" in request.mischief:
        return skip + 1
    return skip


def stated(request: Request, total: int) -> int:
    """The total to tell: one less when a row went away between two pages."""
    return total - ("shifting-pages" in request.mischief)


def _number(request: Request, body: Row | None, name: str, default: int) -> int:
    given: Any = request.one(name)
    if given is None and body is not None:
        given = body.get(name)
    if given is None or given == "":
        return default
    try:
        number = int(given)
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        raise bad_request(f'request parameter "{name}" must be a non-negative integer')
    return number


# Comparison


def _compare(op: str, stored: list[Any], given: str) -> bool:
    texts = [text(value) for value in stored]
    if op == "eq":
        return given in texts
    if op == "ne":
        return given not in texts
    if op in ("sw", "ew", "co", "nco"):
        found = any(
            value.startswith(given)
            if op == "sw"
            else value.endswith(given)
            if op == "ew"
            else given in value
            for value in texts
        )
        return found != (op == "nco")
    return any(_ordered(op, value, given) for value in stored if value is not None)


def _ordered(op: str, value: Any, given: str) -> bool:
    left: Any = text(value)
    right: Any = given
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            left, right = float(value), float(given)
        except ValueError:
            return False
    if op == "lt":
        return bool(left < right)
    if op in ("le", "lte"):
        return bool(left <= right)
    if op == "gt":
        return bool(left > right)
    return bool(left >= right)


# v1 filters: field:$op:value

V1_PLAIN = ("eq", "ne", "lt", "lte", "gt", "gte", "sw", "in", "nin")
V1_EVENTUAL = ("ew", "co", "nco")


def v1_term(written: str, eventual: bool) -> Test:
    name, _, rest = written.partition(":")
    op, colon, given = rest.partition(":")
    known = V1_PLAIN + V1_EVENTUAL if eventual else V1_PLAIN
    if not name or not colon or not op.startswith("$") or op[1:] not in known:
        raise bad_request(f"invalid filter {written!r}")
    op = op[1:]
    if op in ("in", "nin"):
        wanted = {part.replace("\\|", "|") for part in re.split(r"(?<!\\)\|", given)}
        return lambda row: (op == "in") == any(text(v) in wanted for v in values(row, name))
    return lambda row: _compare(op, values(row, name), given)


def v1_filter(query: Mapping[str, list[str]], eventual: bool) -> tuple[str, Test | None]:
    """All `filter` parameters as one test, with a text that identifies it for caching."""
    every: list[Test] = []
    some: list[Test] = []
    key: list[str] = []
    for name, written in query.items():
        if not name.startswith("filter"):
            continue
        bucket = some if name.startswith("filter[or]") else every
        for term in written:
            bucket.append(v1_term(term, eventual))
            key.append(f"{name}={term}")
    if not key:
        return "", None
    return (
        "&".join(key),
        lambda row: (
            all(test(row) for test in every) and (not some or any(test(row) for test in some))
        ),
    )


# v2 filters: field:op:value, comma separated

V2_OPS = ("eq", "ne", "gt", "ge", "lt", "le", "between", "search", "in")


def v2_term(written: str, allowed: frozenset[str] | None) -> Test:
    name, _, rest = written.partition(":")
    op, colon, given = rest.partition(":")
    if not name or not colon or op not in V2_OPS:
        raise bad_request(f"invalid filter {written!r}")
    if allowed is not None and name not in allowed:
        raise bad_request(f"filter on {name!r} is not supported")
    if op == "in":
        wanted = set(given.split("|"))
        return lambda row: any(text(value) in wanted for value in values(row, name))
    if op == "between":
        low, _, high = given.partition(":")
        return lambda row: any(
            _ordered("ge", v, low) and _ordered("le", v, high) for v in values(row, name)
        )
    if op == "search":
        return lambda row: any(given.lower() in text(v).lower() for v in values(row, name))
    if op in ("eq", "ne") and "*" in given:
        pattern = re.compile(".*".join(map(re.escape, given.split("*"))), re.DOTALL)
        return lambda row: (
            (op == "eq") == any(pattern.fullmatch(text(value)) for value in values(row, name))
        )
    return lambda row: _compare(op, values(row, name), given)


def v2_filter(
    query: Mapping[str, list[str]], allowed: frozenset[str] | None = None
) -> tuple[str, Test | None]:
    if any(name.startswith("filter[") for name in query):
        raise bad_request("filter must be one comma separated parameter")
    written = ",".join(query.get("filter", ()))
    if not written:
        return "", None
    tests = [v2_term(term, allowed) for term in written.split(",")]
    return written, lambda row: all(test(row) for test in tests)


# Sorting


def ordered(rows: list[Row], names: list[str]) -> list[Row]:
    """Sort by several fields, `-` for descending; unset values come first."""
    for name in reversed(names):
        field = name.lstrip("-")
        rows = sorted(rows, key=lambda row: _rank(values(row, field)), reverse=name[:1] == "-")
    return rows


def _rank(found: list[Any]) -> tuple[int, float, str]:
    value = found[0] if found else None
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (2, 0.0, text(value))


def names_in(written: Any, separators: str = " ,") -> tuple[str, ...]:
    """A `fields` or `sort` value as names: v1 separates by space, v2 by comma, both take either."""
    if isinstance(written, list):
        return tuple(map(str, written))
    return tuple(re.split(f"[{separators}]+", written.strip(separators))) if written else ()
