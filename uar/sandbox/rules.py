"""Whom the rule of a dynamic group selects (API.md 5.5, 8.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .query import text, values
from .wire import Row

Selects = Callable[[Row], bool]

AUTOMATED = "DYNAMIC_AUTOMATED"
REVIEWED = "DYNAMIC_REVIEW_REQUIRED"


def rule_of(group: Row) -> Selects | None:
    """The group's rule, or None when it has none that can be evaluated."""
    if group.get("membershipMethod") not in (AUTOMATED, REVIEWED):
        return None
    filters = (group.get("memberQuery") or {}).get("filters") or []
    tests = [_test(each) for each in filters]
    if not tests or None in tests:
        return None
    return lambda row: all(test(row) for test in tests if test)


def exempt(group: Row) -> set[str]:
    """Members handled by hand, whatever the rule says."""
    return {each["id"] for each in group.get("memberQueryExemptions") or ()}


def _test(written: Any) -> Selects | None:
    """One filter: `operator` in the first form of rules, `operation` in the second."""
    if not isinstance(written, dict) or "field" not in written:
        return None
    name = str(written["field"])
    op = str(written.get("operator") or written.get("operation") or "eq").lower().lstrip("$")
    given = written.get("value")
    many = given if isinstance(given, list) else text(given).split("|")
    wanted = {text(each) for each in many}

    def found(row: Row) -> set[str]:
        return {text(value) for value in _user_values(row, name)}

    if op in ("eq", "in"):
        return lambda row: bool(found(row) & wanted)
    if op in ("ne", "nin", "not_in"):
        return lambda row: not found(row) & wanted
    if op in ("sw", "startswith"):
        return lambda row: any(each.startswith(tuple(wanted)) for each in found(row))
    if op in ("ew", "endswith"):
        return lambda row: any(each.endswith(tuple(wanted)) for each in found(row))
    if op in ("co", "contains", "like"):
        return lambda row: any(part in each for each in found(row) for part in wanted)
    return None


def _user_values(row: Row, name: str) -> list[Any]:
    """A field of a user; `attributes.NAME` is the custom attribute of that name."""
    head, _, rest = name.partition(".")
    if head == "attributes" and rest:
        return [a.get("value") for a in row.get("attributes") or () if a.get("name") == rest]
    return values(row, name)
