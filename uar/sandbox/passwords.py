"""The Password Manager: metadata of items, and shared folders with those they are open to.

Only the specification describes these routes (API.md 5.7), and none of them takes x-org-id (2.4).
"""

from __future__ import annotations

from .graph import Node, Path
from .lists import Handler, v2_window
from .query import stated
from .tenant import Tenant
from .wire import Refusal, Reply, Request, Row, encode, envelope, not_found

FOLDER = "password_folder"
"""What the graph here calls a shared folder; JumpCloud's own graph has no word for it."""


def _licensed(tenant: Tenant) -> None:
    if not tenant.options.password_manager:
        raise Refusal(402, {"message": "Password Manager is not enabled for this organization"})


def listed(name: str) -> Handler:
    def handler(tenant: Tenant, request: Request) -> Reply:
        _licensed(tenant)
        skip, limit = v2_window(tenant, request)
        rows, total = getattr(tenant, name).page(skip, limit)
        return envelope(rows, stated(request, total))

    return handler


def sharers(kind: str) -> Handler:
    """The users of a folder, also those by a group; or the groups it is shared with."""

    def handler(tenant: Tenant, request: Request) -> Reply:
        _licensed(tenant)
        skip, limit = v2_window(tenant, request)
        folder = (FOLDER, request.ids[0])
        if tenant.passwordfolders.get(folder[1]) is None:
            raise not_found()
        if kind == "user":
            found = tenant.graph.reach(folder, ("user",))
            rows = [_user(tenant, node, paths) for node, paths in found.items()]
        else:
            rows = [_group(tenant, key) for key in tenant.graph.near(folder, "user_group")]
        page = [encode(row) for row in rows[skip : skip + limit]]
        return envelope(page, stated(request, len(rows)))

    return handler


def _user(tenant: Tenant, node: Node, paths: list[Path]) -> Row:
    user = tenant.object(node) or {}
    groups = [path[0][1][1] for path in paths if len(path) > 1]
    return {
        "id": f"pm-{node[1]}",
        "externalId": node[1],
        "name": user.get("displayname") or "",
        "email": user.get("email") or "",
        "username": user.get("username") or "",
        "status": "ACTIVE",
        "accessLevelName": "Viewer",
        "source": {
            "direct": any(len(path) == 1 for path in paths),
            "groups": [
                {"id": f"pm-{key}", "externalId": key, "name": tenant.name(("user_group", key))}
                for key in groups
            ],
        },
    }


def _group(tenant: Tenant, key: str) -> Row:
    members = tenant.graph.near(("user_group", key), "user")
    return {
        "id": f"pm-{key}",
        "externalId": key,
        "name": tenant.name(("user_group", key)),
        "description": "",
        "accessLevelName": "Viewer",
        "usersCount": len(members),
    }
