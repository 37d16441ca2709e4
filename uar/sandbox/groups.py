"""User groups: create, replace, delete, and suggestions (API.md 5.5, 8.2)."""

from __future__ import annotations

from typing import Any

from .lists import found, total_header, v2_list, v2_window
from .query import names_in, v2_filter
from .rules import REVIEWED, exempt, rule_of
from .tenant import Tenant
from .wire import (
    Reply,
    Request,
    Row,
    already_exists,
    answer,
    array,
    bad_request,
    encode,
    invalid_argument,
    not_found,
)

FILTERS = frozenset(
    [
        "name",
        "disabled",
        "type",
        "membershipMethod",
        "memberQueryErrorFlags",
        "suggestionCounts.add",
        "suggestionCounts.remove",
        "suggestionCounts.total",
        "attributes.sudo.enabled",
        "attributes.sudo.withoutPassword",
    ]
)
METHODS = ("NOTSET", "STATIC", "DYNAMIC_REVIEW_REQUIRED", "DYNAMIC_AUTOMATED")
WRITABLE: dict[str, Any] = {
    "name": "",
    "description": "",
    "email": "",
    "attributes": None,
    "membershipMethod": "NOTSET",
    "memberQuery": None,
    "memberQueryExemptions": [],
    "memberSuggestionsNotify": False,
}
"""What a write may carry, with what it becomes when left out of a PUT."""

_plain_list = v2_list("usergroups", seen=True, filters=FILTERS)


def list_groups(tenant: Tenant, request: Request) -> Reply:
    """The list leaves out the rule, also when `fields` asks for it (switch)."""
    fields = names_in(request.one("fields"))
    if not fields or not tenant.options.group_fields_show_rules:
        return _plain_list(tenant, request)
    skip, limit = v2_window(tenant, request)
    sort = names_in(request.one("sort"))
    rows = tenant.usergroups.select(*v2_filter(request.query, FILTERS), sort)
    shown = [
        encode({name: row[name] for name in row if name in fields or name == "id"})
        for row in rows[skip : skip + limit]
    ]
    return array(shown, total_header(tenant, request, len(rows), seen=True))


def all_groups(tenant: Tenant, request: Request) -> Reply:
    """`GET /groups`: user and system groups together (API.md 5.5)."""
    skip, limit = v2_window(tenant, request)
    key, test = v2_filter(request.query)
    sort = names_in(request.one("sort"))
    both = (tenant.usergroups, tenant.systemgroups)
    rows = [(each, row) for each in both for row in each.select(key, test, sort)]
    fields = names_in(request.one("fields"))
    sent = [each.sent(row, fields) for each, row in rows[skip : skip + limit]]
    headers = total_header(tenant, request, len(rows), seen=False)
    if request.headers.get("x-unfiltered-total-count"):
        headers = (*headers, ("x-unfiltered-total-count", str(sum(map(len, both)))))
    return array(sent, headers)


def create(tenant: Tenant, request: Request) -> Reply:
    group: Row = {"id": tenant.new_id(), "type": "user_group"}
    _write(tenant, request, group, request.object())
    tenant.log(request.by, "group_create", resource=_resource(group))
    return answer(group, 201)


def replace(tenant: Tenant, request: Request) -> Reply:
    """PUT replaces everything that may be written (API.md 10, point 18)."""
    group = found(tenant.usergroups, request.ids[0], not_found)
    _write(tenant, request, group, request.object())
    tenant.log(request.by, "group_update", resource=_resource(group))
    return answer(group)


def delete(tenant: Tenant, request: Request) -> Reply:
    group = tenant.delete(("user_group", request.ids[0]))
    tenant.log(request.by, "group_delete", resource=_resource(group))
    return answer(group)


def _write(tenant: Tenant, request: Request, group: Row, body: Row) -> None:
    name = body.get("name")
    if not name or not isinstance(name, str):
        raise bad_request("name is required")
    if any(each["name"] == name and each["id"] != group["id"] for each in tenant.usergroups):
        raise already_exists()
    if body.get("membershipMethod", "NOTSET") not in METHODS:
        raise invalid_argument("unknown membershipMethod")
    query = body.get("memberQuery")
    newer = request.headers.get("x-query-dsl") == "v2"
    if query and "queryType" not in query and not newer:
        raise invalid_argument("memberQuery.queryType is required")
    for each in body.get("memberQueryExemptions") or ():
        if not isinstance(each, dict) or each.get("type") != "USER":
            raise bad_request("member query exemptions must be of type user")
    if "sticky" in request.mischief:
        return
    for field, default in WRITABLE.items():
        group[field] = body.get(field, default)
    # The server fills in the LDAP name itself (API.md 5.5).
    attributes = dict(group["attributes"] or {})
    attributes.setdefault("ldapGroups", [{"name": name}])
    group["attributes"] = attributes
    tenant.usergroups.put(group)
    tenant.rules_after_write(group)


def _suggestions(tenant: Tenant, group: Row) -> list[tuple[str, str]]:
    """What the rule would change, as (add or remove, user id)."""
    selects = rule_of(group)
    if selects is None or group["membershipMethod"] != REVIEWED:
        return []
    members = tenant.graph.near(("user_group", group["id"]), "user")
    by_hand = exempt(group)
    return [
        ("remove" if user["_id"] in members else "add", user["_id"])
        for user in tenant.systemusers
        if user["_id"] not in by_hand and selects(user) != (user["_id"] in members)
    ]


def suggestions(tenant: Tenant, request: Request) -> Reply:
    skip, limit = v2_window(tenant, request)
    group = found(tenant.usergroups, request.ids[0], not_found)
    rows = [
        encode({"object": {"id": key, "type": "user"}, "op": op})
        for op, key in _suggestions(tenant, group)
    ]
    return array(rows[skip : skip + limit])


def apply_suggestions(tenant: Tenant, request: Request) -> Reply:
    group = found(tenant.usergroups, request.ids[0], not_found)
    waiting = {key: op for op, key in _suggestions(tenant, group)}
    wanted = request.object().get("user_ids")
    if not isinstance(wanted, list):
        raise bad_request("user_ids is required")
    for key in wanted:
        if key in waiting:
            node, user = ("user_group", group["id"]), ("user", key)
            tenant.change_edge(request.by, waiting[key], node, user, None)
    return answer(
        {
            "suggestions_found": [key for key in wanted if key in waiting],
            "suggestions_not_found": [key for key in wanted if key not in waiting],
        }
    )


def _resource(group: Row) -> Row:
    return {"id": group["id"], "type": "user_group", "name": group["name"]}
