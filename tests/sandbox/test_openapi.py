"""Every documented endpoint's real answer, against JumpCloud's published specifications.

The specifications are not part of this repository. They are looked for beside it; without them
these tests are skipped. Where recordings of the real service disagree with a specification, the
recording wins, and EXCEPTIONS names the endpoint and the reason.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from uar.sandbox.associations import TARGETS, TYPES
from uar.sandbox.organisations import organisation
from uar.sandbox.routes import DI, ROUTES, V1, V2, Route
from uar.sandbox.server import Sandbox

SPECIFICATIONS = Path(__file__).parents[2].parent / "shared" / "jumpcloud" / "openapi"
FILES = {
    V2: "jumpcloud-v2.yaml",
    V1: "jumpcloud-v1.yaml",
    DI: "jumpcloud-directory-insights.yaml",
}

pytestmark = pytest.mark.skipif(
    not SPECIFICATIONS.is_dir(), reason="JumpCloud's specifications are not beside the repository"
)

UNDOCUMENTED = {
    ("GET", f"{V1}/users"): "used by every client, an empty entry in the specification",
    ("POST", f"{V1}/users"): "used by clients, an empty entry in the specification",
    ("GET", f"{V1}/users/{{}}"): "used by clients, without an operation in the specification",
    ("DELETE", f"{V1}/users/{{}}"): "used by clients, without an operation in the specification",
}

UNSET = ("None is not of type 'string'", "unset fields are null in recordings (API.md 5.1)")
LIVE_ID = ("field 'id' is", "v1 objects carry `id` beside `_id` in recordings (API.md 10)")
LIVE_CREATED = ("field 'created' is", "organisations carry it in recordings (API.md 2.4)")
WRAPPED = ("field 'serviceAccount' is", "the single read is wrapped live (API.md 5.4)")

LIVE_NAME = ("field 'systemUsername' is", "the device-local name in recordings (API.md 5.1)")

EXCEPTIONS: dict[str, list[tuple[str, str]]] = {
    "GET /api/systemusers": [UNSET, LIVE_ID, LIVE_NAME],
    "POST /api/search/systemusers": [UNSET, LIVE_ID, LIVE_NAME],
    "GET /api/systemusers/{}": [UNSET, LIVE_ID, LIVE_NAME],
    "PUT /api/systemusers/{}": [UNSET, LIVE_ID, LIVE_NAME],
    "DELETE /api/systemusers/{}": [UNSET, LIVE_ID, LIVE_NAME],
    "PUT /api/users/{}": [UNSET, LIVE_ID],
    "GET /api/organizations": [LIVE_ID, LIVE_CREATED],
    "GET /api/organizations/{}": [LIVE_ID],
    "POST /api/search/organizations": [LIVE_ID, LIVE_CREATED],
    "GET /api/applications": [LIVE_ID],
    "GET /api/applications/{}": [LIVE_ID],
    "GET /api/systems": [LIVE_ID],
    "GET /api/systems/{}": [LIVE_ID],
    "POST /api/search/systems": [LIVE_ID],
    "GET /api/radiusservers": [LIVE_ID],
    "GET /api/radiusservers/{}": [LIVE_ID],
    "GET /api/v2/service-accounts/{}": [WRAPPED],
}
"""By endpoint: a part of the complaint that is set aside, and why."""


@functools.cache
def specification(prefix: str) -> dict[str, Any]:
    text = (SPECIFICATIONS / FILES[prefix]).read_text("utf-8")
    # The C loader is a safe loader too; the pure one takes a minute for the larger files.
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def prefix_of(path: str) -> str:
    return next(prefix for prefix in FILES if path.startswith(prefix + "/"))


@functools.cache
def shapes(prefix: str) -> dict[str, str]:
    """Addresses with their placeholders blanked -> as the specification writes them."""
    return {re.sub(r"\{[^}]*\}", "{}", path): path for path in specification(prefix)["paths"]}


def path_item(route: Route) -> dict[str, Any]:
    prefix = prefix_of(route.path)
    written = shapes(prefix).get(route.path.removeprefix(prefix), "")
    found: dict[str, Any] = specification(prefix)["paths"].get(written, {})
    return found


def operation(route: Route) -> dict[str, Any] | None:
    found = path_item(route).get(route.method.lower())
    return found if isinstance(found, dict) else None


def problems(prefix: str, schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with an answer, in one line each."""
    whole = {**schema, "components": specification(prefix).get("components", {})}
    validator = jsonschema.Draft202012Validator(whole)
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(value)
    ]


# Asking


COLLECTIONS = {
    "systemusers": ("systemusers", "_id"),
    "users": ("systemusers", "_id"),
    "usergroups": ("usergroups", "id"),
    "applications": ("applications", "_id"),
    "systems": ("systems", "_id"),
    "systemgroups": ("systemgroups", "id"),
    "radiusservers": ("radiusservers", "_id"),
    "organizations": ("organizations", "_id"),
    "roles": ("roles", "id"),
    "service-accounts": ("serviceaccounts", "objectId"),
    "gsuites": ("directories", "id"),
    "office365s": ("directories", "id"),
    "ldapservers": ("directories", "id"),
    "activedirectories": ("directories", "id"),
    "passwordmanageritems": ("passwordmanageritems", "id"),
    "passwordmanager": ("passwordfolders", "uuid"),
}


def owners(box: Sandbox, route: Route) -> list[str]:
    """Ids to put into an address: of every object of its kind, up to thirty."""
    segment = route.path.removeprefix(prefix_of(route.path)).split("/")[1]
    name, _ = COLLECTIONS[segment]
    if route.path.startswith(f"{V1}/users/"):
        name = "admins"
    return list(getattr(box.tenant, name).rows)[:30]


def body_of(box: Sandbox, route: Route, key: str) -> Any:
    """What a client sends with a write; None when there is no body."""
    if route.path.startswith(DI):
        return {"service": ["all"], "start_time": "2026-10-01T00:00:00Z", "field": "event_type"}
    if route.path == f"{V2}/usergroups/{{}}" and route.method == "PUT":
        return {"name": f"renamed {key}"}
    if route.path == f"{V2}/usergroups":
        return {"name": "brand new"}
    if route.path == f"{V2}/service-accounts":
        secret = {"authType": "CLIENT_SECRET", "clientSecretConfig": {"lifetime": "30 Days"}}
        return {"name": "New", "roleId": next(iter(box.tenant.roles.rows)), "authConfig": secret}
    if route.path.endswith("/suggestions"):
        return {"user_ids": list(box.tenant.systemusers.rows)[:1]}
    if "/search/" in route.path or route.method == "PUT":
        return {}
    return None


def removals(box: Sandbox, route: Route, key: str) -> list[dict[str, Any]]:
    """The removal of one edge that is there."""
    near = (TYPES[route.path.split("/")[3]], key)
    ends = [pair for one, other, _ in box.tenant.graph.edges() for pair in (one, other, other, one)]
    for one, other in zip(ends[::2], ends[1::2], strict=True):
        membership = other[0] not in TARGETS[near[0]]
        if one == near and membership == route.path.endswith("/members"):
            return [{"op": "remove", "type": other[0], "id": other[1]}]
    return []


def answers(box: Sandbox, client: httpx.Client, route: Route) -> Iterator[httpx.Response]:
    writes = route.method != "GET"
    for key in owners(box, route) if "{}" in route.path else [""]:
        path = route.path.replace("{}", key)
        if path.endswith("/associations") and not writes:
            for kind in ("user", "user_group", "application"):
                yield client.get(path, params={"targets": kind, "limit": 100})
        elif path.endswith(("/associations", "/members")) and writes:
            for body in removals(box, route, key):
                yield client.post(path, json=body)
        elif route.method == "DELETE":
            yield client.delete(path, params={"cascade_manager": "null"})
        else:
            params = {"limit": 100} if not writes or "/search/" in path else {}
            yield client.request(
                route.method, path, json=body_of(box, route, key) if writes else None, params=params
            )


def complete(state: dict[str, Any]) -> None:
    """The sample has no Active Directory and no password manager; give it one of each."""
    holder = {"type": "user", "id": state["systemusers"][0]["_id"]}
    directory = {"id": "ad" * 12, "name": "example.com", "type": "active_directory"}
    state["directories"].append(directory)
    state["passwordmanageritems"] = [{"id": "9a" * 12, "nickname": "Shared"}]
    state["passwordfolders"] = [{"uuid": "fo1der", "name": "Safe"}]
    group = {"type": "user_group", "id": state["usergroups"][0]["id"]}
    for end, kind, key in (
        (holder, "active_directory", "ad" * 12),
        (holder, "password_manager_item", "9a" * 12),
        (holder, "password_folder", "fo1der"),
        (group, "password_folder", "fo1der"),
    ):
        state["edges"].append({"from": end, "to": {"type": kind, "id": key}})


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_answers_are_as_documented(route: Route) -> None:
    named = (route.method, route.path)
    documented = operation(route)
    if documented is None:
        assert named in UNDOCUMENTED, "an address the specification does not have"
        return
    state = organisation()
    complete(state)
    prefix = prefix_of(route.path)
    wrong: list[str] = []
    seen = 0
    with (
        Sandbox(state) as box,
        httpx.Client(
            base_url=box.url, headers={"x-api-key": box.apply_api_key}, trust_env=False
        ) as client,
    ):
        for answer in answers(box, client, route):
            status = str(answer.status_code)
            if answer.is_error:
                wrong += check_error(prefix, answer)
                continue
            seen += 1
            if status not in documented["responses"]:
                wrong.append(f"status {status} is not documented")
                continue
            wrong += check_body(prefix, documented["responses"][status], answer)
    for part, reason in EXCEPTIONS.get(name_of(route), ()):
        assert [line for line in wrong if part in line], f"no longer an exception: {reason}"
        wrong = [line for line in wrong if part not in line]
    assert not wrong, sorted(set(wrong))[:10]
    assert seen, "nothing was answered"


def check_body(prefix: str, response: dict[str, Any], answer: httpx.Response) -> list[str]:
    content = response.get("content", {}).get("application/json")
    if content is None or "schema" not in content:
        return []
    schema, value = content["schema"], answer.json()
    one = row_schema(prefix, schema)
    rows = value if isinstance(value, list) else [value]
    if isinstance(value, dict) and "results" in value:
        rows = value["results"]
    return problems(prefix, schema, value) + unnamed(property_names(prefix, one), rows)


def unnamed(names: set[str], rows: list[Any]) -> list[str]:
    """Fields that the specification does not have: schemas are open, so they would pass."""
    extra = {name for row in rows if isinstance(row, dict) for name in row if name not in names}
    return [f"field {name!r} is not documented" for name in sorted(extra)] if names else []


def resolved(prefix: str, schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rsplit("/", 1)[1]
    return resolved(prefix, specification(prefix)["components"]["schemas"][name])


def row_schema(prefix: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one object, without the array or envelope around it."""
    schema = resolved(prefix, schema)
    rows = schema.get("properties", {}).get("results", schema)
    return resolved(prefix, rows.get("items", schema))


def property_names(prefix: str, schema: dict[str, Any]) -> set[str]:
    names = set(schema.get("properties", ()))
    for part in schema.get("allOf", ()):
        names |= property_names(prefix, resolved(prefix, part))
    return names


def check_error(prefix: str, answer: httpx.Response) -> list[str]:
    """Errors have many shapes (API.md 4), yet all are objects with a message."""
    body = answer.json()
    known = isinstance(body, dict) and isinstance(body.get("message"), str)
    return [] if known else [f"{answer.status_code}: {json.dumps(body)[:100]}"]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_scopes_and_the_organisation_header_are_as_documented(route: Route) -> None:
    documented = operation(route)
    if documented is None:
        assert (route.method, route.path) in UNDOCUMENTED
        return
    assert route.scope in documented["x-scopes"]
    parameters = [*documented.get("parameters", ()), *path_item(route).get("parameters", ())]
    if not route.path.startswith(DI):  # Insights tells of the header in words only (API.md 2.4)
        assert route.takes_org == ("x-org-id" in json.dumps(parameters))
