"""Every address the emulated tenant answers, in one table.

To add one: write a handler `(tenant, request) -> Reply` and a line below. `{}` stands for one
segment; its values arrive in `request.ids`. The scope decides who may call it (API.md 2.3); a scope
that ends in `.readonly` makes the route a read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import admins, groups, insights, passwords, users
from .associations import (
    TYPES,
    associate,
    associations,
    change_system_member,
    change_user_member,
    kinds_of,
    members,
    traversal,
)
from .lists import (
    Handler,
    ldap_servers,
    v1_get,
    v1_list,
    v1_search,
    v2_application,
    v2_counted_list,
    v2_get,
    v2_list,
)


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    handler: Handler
    scope: str
    takes_org: bool = True
    """May `x-org-id` be sent here? (API.md 2.4)"""


V1 = "/api"
V2 = "/api/v2"
DI = "/insights/directory/v1"

PASSWORD_ITEMS = f"{V2}/passwordmanager/items"
FOLDERS = f"{V2}/passwordmanager/sharedfolders"
VAULT = "passwordmanager.readonly"

NO_ORG = False

_HELD = [
    "applications",
    "systems",
    "systemgroups",
    "directories",
    "gsuites",
    "office365s",
    "ldapservers",
    "radiusservers",
    "activedirectories",
    "policies",
    "policygroups",
]

TRAVERSALS: dict[str, list[str]] = {
    "users": _HELD,
    "usergroups": _HELD,
    **{
        segment: ["users", "usergroups"]
        for segment in TYPES
        if segment not in ("users", "usergroups")
    },
}

READ_SCOPES = {
    "users": "users.readonly",
    "usergroups": "groups.readonly",
    "applications": "applications.readonly",
    "systems": "systems.readonly",
    "systemgroups": "groups.readonly",
    "radiusservers": "radius.readonly",
    "policies": "users.readonly",
    "policygroups": "groups.readonly",
}
"""Reading the objects on the other side; directories of all kinds share one scope."""

WRITE_SCOPES = {
    "users": "associations.users",
    "usergroups": "associations.groups",
    "applications": "associations.applications",
    "systems": "associations.systems",
    "systemgroups": "associations.groups",
    "radiusservers": "associations.radius",
}
"""Associations by owner; directories and password items share one scope."""


def _graph() -> Iterator[Route]:
    for segment in TYPES:
        write = WRITE_SCOPES.get(segment, "associations.directories")
        path = f"{V2}/{segment}/{{}}/associations"
        yield Route("GET", path, associations(segment), f"{write}.readonly")
        yield Route("POST", path, associate(segment), write)
    for segment, targets in TRAVERSALS.items():
        for target in targets:
            yield Route(
                "GET",
                f"{V2}/{segment}/{{}}/{target}",
                traversal(segment, kinds_of(target), seen=segment == "applications"),
                READ_SCOPES.get(target, "directories.readonly"),
            )


def _by_ids(segment: str, kind: str) -> Handler:
    """memberof and membership: filter and sort know `object_id` and `type` only."""
    return traversal(segment, (kind,), only_ids=True)


ROUTES: tuple[Route, ...] = (
    # Directory users
    Route("GET", f"{V1}/systemusers", v1_list("systemusers"), "users.readonly"),
    Route("POST", f"{V1}/search/systemusers", v1_search("systemusers"), "users.readonly"),
    Route("GET", f"{V1}/systemusers/{{}}", v1_get("systemusers"), "users.readonly"),
    Route("PUT", f"{V1}/systemusers/{{}}", users.update, "users.properties.update"),
    Route("DELETE", f"{V1}/systemusers/{{}}", users.delete, "users.delete"),
    Route("GET", f"{V1}/systemusers/{{}}/totpinfo", users.totp_info, "users.readonly"),
    Route("POST", f"{V1}/systemusers/{{}}/unlock", users.unlock, "users.state.unlock"),
    Route(
        "POST",
        f"{V1}/systemusers/{{}}/state/suspend",
        users.suspend,
        "users.state.suspend",
        NO_ORG,
    ),
    Route(
        "POST",
        f"{V1}/systemusers/{{}}/state/activate",
        users.activate,
        "users.state.activate",
        NO_ORG,
    ),
    # Administrators, roles, service accounts
    Route("GET", f"{V1}/users", v1_list("admins"), "administrators.readonly"),
    Route("POST", f"{V1}/users", admins.create, "administrators"),
    Route("GET", f"{V1}/users/{{}}", v1_get("admins"), "administrators.readonly"),
    Route("PUT", f"{V1}/users/{{}}", admins.update, "administrators"),
    Route("DELETE", f"{V1}/users/{{}}", admins.delete, "administrators"),
    Route("POST", f"{V1}/users/resettotp/{{}}", admins.reset_totp, "administrators", NO_ORG),
    Route("GET", f"{V2}/roles", v2_counted_list("roles"), "roles.readonly"),
    Route("GET", f"{V2}/roles/{{}}", v2_get("roles"), "roles.readonly"),
    Route("DELETE", f"{V2}/roles/{{}}", admins.delete_role, "roles"),
    Route(
        "GET",
        f"{V2}/service-accounts",
        v2_counted_list("serviceaccounts"),
        "serviceaccounts.readonly",
    ),
    Route("POST", f"{V2}/service-accounts", admins.create_service_account, "serviceaccounts"),
    Route(
        "GET",
        f"{V2}/service-accounts/{{}}",
        admins.get_service_account,
        "serviceaccounts.readonly",
    ),
    Route(
        "DELETE", f"{V2}/service-accounts/{{}}", admins.delete_service_account, "serviceaccounts"
    ),
    # Organisations: no x-org-id here
    Route("GET", f"{V1}/organizations", v1_list("organizations"), "organizations.readonly", NO_ORG),
    Route(
        "GET",
        f"{V1}/organizations/{{}}",
        v1_get("organizations"),
        "organizations.readonly",
        NO_ORG,
    ),
    Route(
        "POST",
        f"{V1}/search/organizations",
        v1_search("organizations"),
        "organizations.readonly",
        NO_ORG,
    ),
    # Applications, devices, RADIUS, directories
    Route("GET", f"{V1}/applications", v1_list("applications", "name"), "applications.readonly"),
    Route("GET", f"{V1}/applications/{{}}", v1_get("applications"), "applications.readonly"),
    Route("GET", f"{V2}/applications/{{}}", v2_application, "applications.readonly"),
    Route("GET", f"{V1}/systems", v1_list("systems"), "systems.readonly"),
    Route("GET", f"{V1}/systems/{{}}", v1_get("systems"), "systems.readonly"),
    Route("POST", f"{V1}/search/systems", v1_search("systems"), "systems.readonly"),
    Route("GET", f"{V1}/radiusservers", v1_list("radiusservers"), "radius.readonly"),
    Route("GET", f"{V1}/radiusservers/{{}}", v1_get("radiusservers"), "radius.readonly"),
    Route("GET", f"{V2}/directories", v2_list("directories"), "directories.readonly"),
    Route("GET", f"{V2}/ldapservers", ldap_servers, "directories.readonly"),
    # Password Manager: no x-org-id here
    Route("GET", PASSWORD_ITEMS, passwords.listed("passwordmanageritems"), VAULT, NO_ORG),
    Route("GET", FOLDERS, passwords.listed("passwordfolders"), VAULT, NO_ORG),
    Route("GET", f"{FOLDERS}/{{}}/users", passwords.sharers("user"), VAULT, NO_ORG),
    Route("GET", f"{FOLDERS}/{{}}/groups", passwords.sharers("user_group"), VAULT, NO_ORG),
    # Groups
    Route("GET", f"{V2}/usergroups", groups.list_groups, "groups.readonly"),
    Route("POST", f"{V2}/usergroups", groups.create, "groups"),
    Route("GET", f"{V2}/usergroups/{{}}", v2_get("usergroups"), "groups.readonly"),
    Route("PUT", f"{V2}/usergroups/{{}}", groups.replace, "groups"),
    Route("DELETE", f"{V2}/usergroups/{{}}", groups.delete, "groups"),
    Route("GET", f"{V2}/usergroups/{{}}/suggestions", groups.suggestions, "groups"),
    Route("POST", f"{V2}/usergroups/{{}}/suggestions", groups.apply_suggestions, "groups"),
    Route("GET", f"{V2}/systemgroups", v2_list("systemgroups"), "groups.readonly"),
    Route("GET", f"{V2}/systemgroups/{{}}", v2_get("systemgroups"), "groups.readonly"),
    Route("GET", f"{V2}/groups", groups.all_groups, "groups.readonly"),
    # Membership
    Route("GET", f"{V2}/usergroups/{{}}/members", members("user_group", "user"), "users.readonly"),
    Route("POST", f"{V2}/usergroups/{{}}/members", change_user_member, "groups"),
    Route(
        "GET", f"{V2}/usergroups/{{}}/membership", _by_ids("usergroups", "user"), "users.readonly"
    ),
    Route("GET", f"{V2}/users/{{}}/memberof", _by_ids("users", "user_group"), "groups.readonly"),
    Route(
        "GET",
        f"{V2}/systemgroups/{{}}/members",
        members("system_group", "system"),
        "systems.readonly",
    ),
    Route("POST", f"{V2}/systemgroups/{{}}/members", change_system_member, "groups"),
    Route(
        "GET",
        f"{V2}/systemgroups/{{}}/membership",
        _by_ids("systemgroups", "system"),
        "systems.readonly",
    ),
    Route(
        "GET", f"{V2}/systems/{{}}/memberof", _by_ids("systems", "system_group"), "groups.readonly"
    ),
    # Associations and effective access, for every owner
    *_graph(),
    # Directory Insights
    Route("POST", f"{DI}/events", insights.events, "directoryinsights.readonly"),
    Route("POST", f"{DI}/events/count", insights.count, "directoryinsights.readonly"),
    Route("POST", f"{DI}/events/distinct", insights.distinct, "directoryinsights.readonly"),
)

TOKEN_PATH = "/oauth2/token"  # noqa: S105  (an address, not a secret)


class Table:
    """Finds the route of a path: by the whole path, else segment by segment."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._routes: dict[tuple[str, ...], dict[str, Route]] = {}
        for route in routes:
            self._routes.setdefault(tuple(route.path.split("/")), {})[route.method] = route

    def find(self, path: str) -> tuple[dict[str, Route], tuple[str, ...]] | None:
        """The routes of a path by method, and the values of its placeholders."""
        parts = tuple(path.split("/"))
        exact = self._routes.get(parts)
        if exact is not None:
            return exact, ()
        for shape in self._candidates(parts):
            routes = self._routes.get(shape)
            if routes is not None:
                return routes, tuple(p for p, s in zip(parts, shape, strict=True) if s == "{}")
        return None

    @staticmethod
    def _candidates(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Ids stand at the end (`/users/resettotp/{}`), or behind the collection."""
        yield (*parts[:-1], "{}")
        for at in range(3, min(6, len(parts))):
            yield (*parts[:at], "{}", *parts[at + 1 :])
