"""The body of `POST /api/search/...`: filter and searchFilter (API.md 3.4)."""

from __future__ import annotations

import re
from typing import Any

from .query import Test, text, v1_term, values
from .wire import Row, bad_request


def search_test(body: Row, eventual: bool) -> Test:
    """What a row must fulfil; a body without any filter selects everything."""
    test = _condition(body.get("filter"), eventual)
    wanted = body.get("searchFilter")
    if not wanted:
        return test
    if not isinstance(wanted, dict):
        raise bad_request("searchFilter must be an object")
    term = wanted.get("searchTerm", "")
    terms = [str(part).lower() for part in (term if isinstance(term, list) else [term])]
    fields = [str(name) for name in wanted.get("fields") or ()]
    return lambda row: (
        test(row)
        and any(
            part in text(value).lower()
            for name in fields
            for value in values(row, name)
            for part in terms
        )
    )


def _condition(written: Any, eventual: bool) -> Test:
    if not written:
        return lambda row: True
    if isinstance(written, str):
        return v1_term(written, eventual)
    if isinstance(written, list):
        every = [_condition(part, eventual) for part in written]
        return lambda row: all(test(row) for test in every)
    if not isinstance(written, dict):
        raise bad_request("invalid filter")
    return _all([_entry(name, value, eventual) for name, value in written.items()])


def _all(tests: list[Test]) -> Test:
    return lambda row: all(test(row) for test in tests)


def _entry(name: str, value: Any, eventual: bool) -> Test:
    if name.lstrip("$") in ("and", "or"):
        parts = [
            _condition(part, eventual) for part in (value if isinstance(value, list) else [value])
        ]
        joined = all if name.lstrip("$") == "and" else any
        return lambda row: joined(test(row) for test in parts)
    if isinstance(value, dict):
        return _all([_operator(name, op, given) for op, given in value.items()])
    return lambda row: any(_same(stored, value) for stored in values(row, name))


def _same(stored: Any, given: Any) -> bool:
    return bool(stored == given) or (given is not None and text(stored) == text(given))


def _operator(name: str, op: str, given: Any) -> Test:
    """The MongoDB operators that clients are known to send."""
    if op == "$regex":
        try:
            pattern = re.compile(str(given))
        except re.error:
            raise bad_request("invalid regular expression") from None
        return lambda row: any(pattern.search(text(stored)) for stored in values(row, name))
    if op in ("$eq", "$ne"):
        return lambda row: (op == "$eq") == any(_same(v, given) for v in values(row, name))
    if op in ("$in", "$nin") and isinstance(given, list):
        return lambda row: (
            (op == "$in") == any(_same(stored, g) for stored in values(row, name) for g in given)
        )
    if op in ("$gt", "$gte", "$lt", "$lte"):
        return v1_term(f"{name}:{op}:{given}", eventual=False)
    raise bad_request(f"invalid operator {op!r}")
