"""Direct edges, effective access with its paths, and the writes that change edges (API.md 6, 8)."""

from __future__ import annotations

from functools import lru_cache

from .graph import Node, Path, Step, merge
from .lists import Handler, total_header, v2_window
from .query import names_in, v2_filter
from .rules import AUTOMATED, exempt, rule_of
from .tenant import DIRECTORY_TYPES, Tenant
from .wire import (
    Reply,
    Request,
    Row,
    array,
    bad_request,
    encode,
    invalid_argument,
    not_found,
    nothing,
)

TYPES = {
    "users": "user",
    "usergroups": "user_group",
    "applications": "application",
    "systems": "system",
    "systemgroups": "system_group",
    "gsuites": "g_suite",
    "office365s": "office_365",
    "ldapservers": "ldap_server",
    "activedirectories": "active_directory",
    "radiusservers": "radius_server",
    "passwordmanageritems": "password_manager_item",
}
"""A segment of the address -> the graph's word for it."""

HOLDERS = frozenset({"user", "user_group"})
HELD = frozenset(
    [
        "active_directory",
        "application",
        "g_suite",
        "idp_routing_policy",
        "ldap_server",
        "office_365",
        "password_manager_item",
        "policy",
        "policy_group",
        "radius_server",
        "system",
        "system_group",
    ]
)
MANAGED = frozenset({"command", "policy", "policy_group", "user", "user_group"})
TARGETS: dict[str, frozenset[str]] = {
    "user": HELD,
    "user_group": HELD,
    "application": HOLDERS | {"agent_group"},
    "system": MANAGED,
    "system_group": MANAGED | {"radius_server"},
    "g_suite": HOLDERS,
    "office_365": HOLDERS,
    "ldap_server": HOLDERS,
    "active_directory": HOLDERS,
    "radius_server": HOLDERS | {"system_group"},
    "password_manager_item": HOLDERS | {"command"},
}
"""Which types may stand on the other end of an association (API.md 6.2)."""

GROUPS = ("user_group", "system_group")
"""Their own attributes (LDAP names, sudo) travel with every path through them (API.md 6.1)."""

MEMBER_FILTERS = frozenset({"object_id", "type"})
OPERATIONS = ("add", "remove", "update")


# Reading


def known(tenant: Tenant, node: Node) -> None:
    """Graph lists answer 200 and [] for an id that does not exist (API.md 4)."""
    if tenant.options.unknown_graph_id == "not_found" and tenant.object(node) is None:
        raise not_found()


def edges(tenant: Tenant, request: Request, node: Node, kinds: tuple[str, ...]) -> Reply:
    """Direct edges. Rows carry ids and types, never names (API.md 6.1)."""
    skip, limit = v2_window(tenant, request)
    known(tenant, node)
    steps = tenant.graph.neighbours(node, kinds)
    rows = [_edge(attributes, _end(node)) for attributes, node in steps[skip : skip + limit]]
    return array(rows, total_header(tenant, request, len(steps), seen=False))


def associations(segment: str) -> Handler:
    owner = TYPES[segment]

    def handler(tenant: Tenant, request: Request) -> Reply:
        kinds = tuple(
            name for each in request.query.get("targets", ()) for name in names_in(each, ",")
        )
        if not kinds:
            raise bad_request("targets is required")
        for kind in kinds:
            if kind not in TARGETS[owner]:
                raise bad_request(f"{kind!r} is not a target of {owner!r}")
        return edges(tenant, request, (owner, request.ids[0]), kinds)

    return handler


def members(container: str, kind: str) -> Handler:
    def handler(tenant: Tenant, request: Request) -> Reply:
        return edges(tenant, request, (container, request.ids[0]), (kind,))

    return handler


def traversal(
    segment: str, kinds: tuple[str, ...], seen: bool = False, only_ids: bool = False
) -> Handler:
    """Everything reachable, one row per object with every path (API.md 6.1)."""
    owner = TYPES[segment]
    allowed = MEMBER_FILTERS if only_ids else None

    def handler(tenant: Tenant, request: Request) -> Reply:
        skip, limit = v2_window(tenant, request)
        _, test = v2_filter(request.query, allowed)
        origin = (owner, request.ids[0])
        known(tenant, origin)
        reached = tenant.graph.reach(origin, kinds)
        nodes = list(reached)
        if test is not None:
            nodes = [node for node in nodes if test(_filtered(node))]
        if only_ids and request.one("sort"):
            backwards = (request.one("sort") or "").startswith("-")
            nodes.sort(key=lambda node: node[1], reverse=backwards)
        rows = Rows(tenant)
        page = [rows.row(node, reached[node]) for node in nodes[skip : skip + limit]]
        return array(page, total_header(tenant, request, len(nodes), seen))

    return handler


def _filtered(node: Node) -> Row:
    return {"id": node[1], "object_id": node[1], "type": node[0]}


class Rows:
    """Writes the rows of one page. What many rows share, such as a group, is encoded once."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._ends: dict[Node, bytes] = {}
        self._compiled: dict[tuple[Node, ...], bytes] = {}

    def row(self, node: Node, paths: list[Path]) -> bytes:
        sent = b",".join(
            b"[" + b",".join(_edge(edge, self._to(passed)) for edge, passed in path) + b"]"
            for path in paths
        )
        return b'%s,"compiledAttributes":%s,"paths":[%s]}' % (
            _head(node),
            self._compile(paths),
            sent,
        )

    def _to(self, node: Node) -> bytes:
        """The end of an edge on a path; a group brings its own attributes along."""
        if node[0] not in GROUPS:
            return _end(node)
        if node not in self._ends:
            end = {"attributes": self._own(node), "id": node[1], "type": node[0]}
            self._ends[node] = encode(end)
        return self._ends[node]

    def _own(self, node: Node) -> Row | None:
        return (self._tenant.object(node) or {}).get("attributes")

    def _compile(self, paths: list[Path]) -> bytes:
        groups = tuple([node for path in paths for _, node in path if node[0] in GROUPS])
        if any(edge for path in paths for edge, _ in path):
            met = [part for path in paths for step in path for part in self._parts(step)]
            return encode(merge(met))
        if groups not in self._compiled:
            self._compiled[groups] = encode(merge([self._own(node) for node in groups]))
        return self._compiled[groups]

    def _parts(self, step: Step) -> tuple[Row | None, Row | None]:
        edge, node = step
        return edge, self._own(node) if node[0] in GROUPS else None


def _edge(attributes: Row | None, end: bytes) -> bytes:
    return b'{"attributes":%s,"to":%s}' % (
        b"null" if attributes is None else encode(attributes),
        end,
    )


@lru_cache(maxsize=1 << 18)
def _head(node: Node) -> bytes:
    return encode({"id": node[1], "type": node[0]})[:-1]


@lru_cache(maxsize=1 << 18)
def _end(node: Node) -> bytes:
    """The far end of a direct edge: an id and a type, nothing else."""
    return encode({"attributes": None, "id": node[1], "type": node[0]})


# Writing


def _operation(request: Request) -> tuple[str, str, str, Row | None]:
    body = request.object()
    op, kind, key = body.get("op"), body.get("type"), body.get("id")
    if op not in OPERATIONS:
        raise bad_request("op must be add, remove or update")
    if not isinstance(kind, str) or not isinstance(key, str):
        raise bad_request("type and id are required")
    return str(op), kind, key, body.get("attributes")


def associate(segment: str) -> Handler:
    owner = TYPES[segment]

    def handler(tenant: Tenant, request: Request) -> Reply:
        op, kind, key, attributes = _operation(request)
        if kind not in TARGETS[owner]:
            raise bad_request(f"{kind!r} cannot be associated with {owner!r}")
        one, other = (owner, request.ids[0]), (kind, key)
        if tenant.object(one) is None or tenant.object(other) is None:
            raise not_found()
        without_rights = op == "update" and not _sudo(attributes)
        taken = "remove" if without_rights else op
        if not _does_not_stick(tenant, request, taken, one, other):
            tenant.change_edge(request.by, op, one, other, attributes)
        return nothing()

    return handler


def _sudo(attributes: Row | None) -> bool:
    sudo = (attributes or {}).get("sudo")
    return isinstance(sudo, dict) and sudo.get("enabled") is True


def change_user_member(tenant: Tenant, request: Request) -> Reply:
    """`POST /usergroups/{id}/members`; the rule of a dynamic group has the last word (8.2)."""
    op, kind, key, attributes = _operation(request)
    if kind != "user":
        raise bad_request("type must be user")
    group = tenant.usergroups.get(request.ids[0])
    if group is None:
        raise invalid_argument("user_group not found")
    user = tenant.systemusers.get(key)
    if user is None:
        raise not_found()
    one, other = ("user_group", group["id"]), ("user", key)
    selects = rule_of(group)
    ruled = group.get("membershipMethod") == AUTOMATED and key not in exempt(group)
    if ruled and op == "add" and selects is not None and not selects(user):
        return nothing()
    if not _does_not_stick(tenant, request, op, one, other):
        tenant.change_edge(request.by, op, one, other, attributes)
        tenant.rules_after_write(group, user)
    return nothing()


def change_system_member(tenant: Tenant, request: Request) -> Reply:
    op, kind, key, attributes = _operation(request)
    if kind != "system":
        raise bad_request("type must be system")
    one, other = ("system_group", request.ids[0]), ("system", key)
    if tenant.object(one) is None:
        raise invalid_argument("system_group not found")
    if tenant.object(other) is None:
        raise not_found()
    if not _does_not_stick(tenant, request, op, one, other):
        tenant.change_edge(request.by, op, one, other, attributes)
    return nothing()


def _does_not_stick(tenant: Tenant, request: Request, op: str, one: Node, other: Node) -> bool:
    """The fault `sticky`: a removal is accepted and nothing changes (faults.py)."""
    return "sticky" in request.mischief and op == "remove" and tenant.graph.has(one, other)


def kinds_of(segment: str) -> tuple[str, ...]:
    """`directories` stands for all of its types; policies are no access and never kept here."""
    several = {
        "directories": DIRECTORY_TYPES,
        "policies": ("policy",),
        "policygroups": ("policy_group",),
    }
    return several.get(segment) or (TYPES[segment],)
