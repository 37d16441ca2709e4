"""Lists and single reads that are the same for many kinds of object (API.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Callable

from .collection import Collection
from .query import MAX_LIMIT, Test, names_in, stated, v1_filter, v2_filter, window
from .search import search_test
from .tenant import Tenant
from .wire import Refusal, Reply, Request, Row, answer, array, envelope, not_found

LDAP_FIELDS = ("id", "name", "userLockoutAction", "userPasswordExpirationAction")

PAGING = ("skip", "limit", "fields", "sort")

Handler = Callable[[Tenant, Request], Reply]


def v1_not_found() -> Refusal:
    return Refusal(404, {"error": "Not Found", "message": "Not Found: object not found"})


def found(collection: Collection, key: str, otherwise: Callable[[], Refusal]) -> Row:
    row = collection.get(key)
    if row is None:
        raise otherwise()
    return row


def eventual(request: Request) -> bool:
    """`$ew`, `$co` and `$nco` need this header (API.md 3.4)."""
    return request.headers.get("x-eventually-consistent", "").lower() == "true"


def v1_list(name: str, sort: str = "") -> Handler:
    """`{"totalCount", "results"}`; sort and fields are separated by spaces."""

    def handler(tenant: Tenant, request: Request) -> Reply:
        skip, limit = window(request, tenant.options.v1_max_limit, clip=False)
        fields = names_in(request.one("fields"))
        if fields and not tenant.options.application_fields_hide_config:
            fields = (*fields, "config")
        several = name == "organizations" and request.by.multi_tenant
        rows, total = getattr(tenant, "managed" if several else name).page(
            skip,
            limit,
            v1_filter(request.query, eventual(request)),
            names_in(request.one("sort") or sort),
            fields,
        )
        return envelope(rows, stated(request, total))

    return handler


def v1_get(name: str) -> Handler:
    def handler(tenant: Tenant, request: Request) -> Reply:
        row = found(getattr(tenant, name), request.ids[0], v1_not_found)
        fields = names_in(request.one("fields"))
        if fields:
            row = {key: row[key] for key in row if key in fields or key == "_id"}
        return answer(row)

    return handler


def v1_search(name: str) -> Handler:
    """Paging, sorting and fields may stand in the query string or in the body (API.md 3.4)."""

    def handler(tenant: Tenant, request: Request) -> Reply:
        body = request.object()
        skip, limit = window(request, tenant.options.v1_max_limit, clip=False, body=body)
        collection: Collection = getattr(tenant, name)
        in_body = search_test(body, eventual(request))
        _, in_query = v1_filter(request.query, eventual(request))
        key = _selection(body, request)
        test: Test = lambda row: in_body(row) and (in_query is None or in_query(row))  # noqa: E731
        sort = names_in(request.one("sort") or body.get("sort"))
        rows = collection.select(key, test, sort)
        page = rows[skip : skip + limit]
        fields = names_in(request.one("fields") or body.get("fields"))
        if name != "systemusers":
            sent = [collection.sent(row, fields) for row in page]
        else:
            sent = [_with_groups(tenant, collection, row, fields) for row in page]
        return envelope(sent, stated(request, len(rows)))

    return handler


def _selection(body: Row, request: Request) -> str:
    """What identifies a search, whatever page of it is asked for."""
    what = [
        sorted((name, repr(value)) for name, value in part.items() if name not in PAGING)
        for part in (body, request.query)
    ]
    return f"search {what} {eventual(request)}"


def _with_groups(
    tenant: Tenant, collection: Collection, row: Row, fields: tuple[str, ...]
) -> bytes:
    """A searched user carries `memberof` besides the list's fields (API.md 3.4)."""
    plain = collection.sent(row, fields)
    if fields and "memberof" not in fields:
        return plain
    groups = tenant.graph.near(("user", row["_id"]), "user_group")
    ids = ",".join(f'"{key}"' for key in groups)
    return plain[:-1] + f',"memberof":[{ids}]}}'.encode()


def v2_window(tenant: Tenant, request: Request) -> tuple[int, int]:
    return window(request, MAX_LIMIT, clip=tenant.options.v2_over_limit == "clip")


def total_header(
    tenant: Tenant, request: Request, total: int, seen: bool
) -> tuple[tuple[str, str], ...]:
    """`x-total-count`: recorded on a few lists only, so not to be relied on (API.md 3.2)."""
    sent = {"seen": seen, "all": True}.get(tenant.options.totals, False)
    return (("x-total-count", str(stated(request, total))),) if sent else ()


def v2_list(name: str, seen: bool = False, filters: frozenset[str] | None = None) -> Handler:
    """A bare array; sort and fields are separated by commas."""

    def handler(tenant: Tenant, request: Request) -> Reply:
        skip, limit = v2_window(tenant, request)
        selection = v2_filter(request.query, filters)
        fields = names_in(request.one("fields"))
        rows, total = getattr(tenant, name).page(
            skip, limit, selection, names_in(request.one("sort")), fields
        )
        return array(rows, total_header(tenant, request, total, seen))

    return handler


def v2_get(name: str) -> Handler:
    def handler(tenant: Tenant, request: Request) -> Reply:
        return answer(found(getattr(tenant, name), request.ids[0], not_found))

    return handler


def ldap_servers(tenant: Tenant, request: Request) -> Reply:
    """The directories that are LDAP servers, with the fields of their own list."""
    skip, limit = v2_window(tenant, request)
    key, test = v2_filter(request.query)
    servers: Test = lambda row: row["type"] == "ldap_server" and (test is None or test(row))  # noqa: E731
    asked = names_in(request.one("fields"))
    fields = tuple(name for name in LDAP_FIELDS if not asked or name in asked)
    sort = names_in(request.one("sort"))
    rows, total = tenant.directories.page(skip, limit, (f"ldap {key}", servers), sort, fields)
    return array(rows, total_header(tenant, request, total, seen=False))


def v2_application(tenant: Tenant, request: Request) -> Reply:
    """The v2 read of an application: what v1 has, and its provisioning (API.md 5.6)."""
    row = found(tenant.applications, request.ids[0], not_found)
    added = {"provision": None, "status": "", "catalogItem": None}
    return answer({**added, **row, "associatedOrganizationsCount": 0})


def v2_counted_list(name: str) -> Handler:
    """The v2 lists that do come in an envelope: roles and service accounts (API.md 3.2)."""

    def handler(tenant: Tenant, request: Request) -> Reply:
        skip, limit = v2_window(tenant, request)
        rows, total = getattr(tenant, name).page(
            skip,
            limit,
            v2_filter(request.query),
            names_in(request.one("sort")),
            names_in(request.one("fields")),
        )
        return envelope(rows, stated(request, total))

    return handler
