"""Directory Insights: events, their count, and distinct values (API.md 9)."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from .events import Mark, milliseconds, moment
from .query import shifted, text, values
from .tenant import Tenant
from .wire import Reply, Request, Row, answer, array, encode, insights_refusal

RETENTION = dt.timedelta(days=90)
DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000
UNSEARCHABLE = frozenset({"changes", "useragent", "system_timestamp"})
SERVICES = [
    "all",
    "access_management",
    "ai_admin",
    "aigw",
    "alerts",
    "asset_management",
    "directory",
    "generic_di",
    "genai",
    "ldap",
    "mdm",
    "notifications",
    "object_storage",
    "password_manager",
    "password_vault",
    "radius",
    "reports",
    "saas_app_management",
    "software",
    "sso",
    "systems",
    "workflows",
]

Found = Iterator[tuple[Mark, Row]]


def events(tenant: Tenant, request: Request) -> Reply:
    """One page; the next one is asked for with the last row's `X-Search_after`."""
    body = _body(tenant, request)
    limit = _limit(body.get("limit"))
    newest_first = body.get("sort") in ("DESC", "desc")
    after = _after(body.get("search_after"))
    skip = body.get("skip") if isinstance(body.get("skip"), int) and not after else 0
    skip = shifted(request, max(0, skip or 0))
    page = list(islice(_matching(tenant, body, after, newest_first), skip, skip + limit))
    last = list(page[-1][0]) if page else list(after or ())
    names = _fields(tenant, body)
    rows = [encode(_shown(event, names)) for _, event in page]
    return array(
        rows,
        (
            ("X-Result-Count", str(len(page))),
            ("X-Limit", str(limit)),
            ("X-Sort", "DESC" if newest_first else "ASC"),
            ("X-Search_after", json.dumps(last, separators=(",", ":"))),
            ("X-Request-Id", tenant.new_id()),
        ),
    )


def count(tenant: Tenant, request: Request) -> Reply:
    return answer({"count": sum(1 for _ in _matching(tenant, _body(tenant, request)))})


def distinct(tenant: Tenant, request: Request) -> Reply:
    body = _body(tenant, request)
    name = body.get("field")
    if not isinstance(name, str) or not name:
        raise insights_refusal(400, "field is required")
    counts = Counter(
        text(value)
        for _, event in _matching(tenant, body)
        for value in values(event, name)
        if not isinstance(value, dict)
    )
    return answer(
        {
            "buckets": [{"key": key, "doc_count": n} for key, n in counts.most_common()],
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
        }
    )


def _body(tenant: Tenant, request: Request) -> Row:
    if not tenant.options.insights:
        raise insights_refusal(402, "Directory Insights is not enabled for this organization")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise insights_refusal(400, "invalid request body") from None
    if not isinstance(body, dict):
        raise insights_refusal(400, "invalid request body")
    services = body.get("service")
    if not isinstance(services, list) or not services:
        raise insights_refusal(400, "service is required")
    for name in services:
        if name not in SERVICES:
            raise insights_refusal(
                400, f"unknown service {name!r}; valid are {', '.join(SERVICES)}"
            )
    return body


def _limit(given: Any) -> int:
    """Nonsense falls back to the default (API.md 9)."""
    if not isinstance(given, int) or isinstance(given, bool) or given <= 0:
        return DEFAULT_LIMIT
    return min(given, MAX_LIMIT)


def _after(given: Any) -> Mark | None:
    if not given:
        return None
    if not isinstance(given, list) or len(given) != 2 or not isinstance(given[0], int):
        raise insights_refusal(400, "invalid search_after")
    return given[0], str(given[1])


def _time(body: Row, name: str) -> dt.datetime | None:
    given = body.get(name)
    if not given:
        return None
    try:
        return moment(given)
    except (TypeError, ValueError):
        raise insights_refusal(400, f"invalid {name}") from None


def _matching(
    tenant: Tenant, body: Row, after: Mark | None = None, newest_first: bool = False
) -> Found:
    start = _time(body, "start_time")
    if start is None:
        raise insights_refusal(400, "start_time is required")
    now = tenant.now()
    if start < now - RETENTION:
        raise insights_refusal(400, "start_time is before the 90 days that are kept")
    end = _time(body, "end_time") or now
    services = None if "all" in body["service"] else frozenset(body["service"])
    test = _terms(body.get("search_term"))
    found = tenant.events.between(milliseconds(start), milliseconds(end), after, newest_first)
    return (
        (mark, event)
        for mark, event in found
        if (services is None or event.get("service") in services) and test(event)
    )


def _fields(tenant: Tenant, body: Row) -> list[str] | None:
    """Asking for no field, or for unknown ones only, is refused (API.md 9)."""
    names = body.get("fields")
    if names is None:
        return None
    known = tenant.events.fields
    if not isinstance(names, list) or not names:
        raise insights_refusal(400, "fields has no known field")
    # Without an event no field is known to be wrong.
    if known and not any(str(name).partition(".")[0] in known for name in names):
        raise insights_refusal(400, "fields has no known field")
    return [str(name) for name in names]


def _shown(event: Row, names: list[str] | None) -> Row:
    if names is None:
        return event
    shown: Row = {}
    for name in names:
        head, _, rest = name.partition(".")
        if head not in event:
            continue
        inner = event[head]
        if not rest:
            shown[head] = inner
        elif isinstance(inner, dict):
            shown.setdefault(head, {}).update(_shown(inner, [rest]))
    return shown


# search_term

Test = Callable[[Row], bool]


def _terms(written: Any) -> Test:
    """`and`, `or` and `not`, each a list of terms; all parts given must hold."""
    if not written:
        return lambda event: True
    if not isinstance(written, dict):
        raise insights_refusal(400, "invalid search_term")
    tests = [_part(op, terms) for op, terms in written.items()]
    return lambda event: all(test(event) for test in tests)


def _part(op: str, terms: Any) -> Test:
    if op not in ("and", "or", "not"):
        raise insights_refusal(400, f"invalid search_term {op!r}")
    tests = [
        test for term in (terms if isinstance(terms, list) else [terms]) for test in _term(term)
    ]
    if op == "or":
        return lambda event: any(test(event) for test in tests)
    if op == "not":
        return lambda event: not any(test(event) for test in tests)
    return lambda event: all(test(event) for test in tests)


def _term(term: Any) -> list[Test]:
    if not isinstance(term, dict):
        raise insights_refusal(400, "invalid search_term")
    if set(term) & {"and", "or", "not"}:
        return [_terms(term)]
    if {"field", "operator"} <= set(term):
        return [_compared(str(term["field"]), str(term["operator"]), term.get("value"))]
    return [_compared(name, "in", value) for name, value in term.items()]


def _compared(name: str, op: str, given: Any) -> Test:
    """Stored values are compared in lower case, given ones as they are (API.md 9)."""
    if name in UNSEARCHABLE:
        raise insights_refusal(400, f"{name} is not searchable")
    wanted = [text(each) for each in (given if isinstance(given, list) else [given])]
    test = COMPARISONS.get(op)
    if test is None:
        raise insights_refusal(400, f"invalid operator {op!r}")
    negative = op in ("ne", "not_in")
    return lambda event: (
        negative != any(test(value, each) for value in values(event, name) for each in wanted)
    )


def _number(compare: Callable[[float, float], bool]) -> Callable[[Any, str], bool]:
    def test(stored: Any, given: str) -> bool:
        try:
            return compare(float(stored), float(given))
        except (TypeError, ValueError):
            return False

    return test


def _moment(compare: Callable[[dt.datetime, dt.datetime], bool]) -> Callable[[Any, str], bool]:
    def test(stored: Any, given: str) -> bool:
        try:
            return compare(moment(stored), moment(given))
        except (TypeError, ValueError):
            return False

    return test


def _equal(stored: Any, given: str) -> bool:
    return text(stored).lower() == given


COMPARISONS: dict[str, Callable[[Any, str], bool]] = {
    "eq": _equal,
    "ne": _equal,
    "in": _equal,
    "not_in": _equal,
    "contains": lambda stored, given: given in text(stored).lower(),
    "startsWith": lambda stored, given: text(stored).lower().startswith(given),
    "endsWith": lambda stored, given: text(stored).lower().endswith(given),
    "lt": _number(lambda one, other: one < other),
    "lte": _number(lambda one, other: one <= other),
    "gt": _number(lambda one, other: one > other),
    "gte": _number(lambda one, other: one >= other),
    "before": _moment(lambda one, other: one < other),
    "after": _moment(lambda one, other: one > other),
}
