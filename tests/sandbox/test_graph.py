"""Direct edges and effective access, against a brute-force walk over random small graphs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uar.sandbox.graph import chains, merge
from uar.sandbox.server import Sandbox

from .conftest import ids
from .small import (
    ANA,
    BEN,
    CEM,
    DYNAMIC,
    GOOGLE,
    LAPTOPS,
    LDAP,
    MAC,
    NOBODY,
    PAYROLL,
    PC,
    RADIUS,
    READ_KEY,
    SALES,
    STAFF,
    VAULT,
    WIKI,
    edge,
    group,
    small,
    user,
)

SUDO = {"enabled": True, "withoutPassword": False}


def hops(row: dict[str, Any]) -> list[list[str]]:
    """The ids along every path of a row."""
    return [[step["to"]["id"] for step in path] for path in row["paths"]]


def test_members_are_ids_and_nothing_else(reader: httpx.Client) -> None:
    rows = reader.get(f"/api/v2/usergroups/{STAFF}/members").json()
    assert rows[0] == {"attributes": None, "to": {"attributes": None, "id": ANA, "type": "user"}}
    assert ids(rows) == [ANA, BEN, CEM]


def test_associations_need_targets_that_are_allowed(reader: httpx.Client) -> None:
    path = f"/api/v2/applications/{PAYROLL}/associations"
    assert reader.get(path).status_code == 400
    assert reader.get(path, params={"targets": "system"}).status_code == 400
    assert reader.get(f"/api/v2/users/{ANA}/associations?targets=user_group").status_code == 400
    assert ids(reader.get(path, params={"targets": "user"}).json()) == [ANA]
    assert ids(reader.get(path, params={"targets": "user,user_group"}).json()) == [
        ANA,
        STAFF,
        DYNAMIC,
    ]


@pytest.mark.parametrize(
    ("segment", "key", "target", "found"),
    [
        ("users", ANA, "system", [MAC]),
        ("usergroups", STAFF, "application", [PAYROLL]),
        ("usergroups", SALES, "system_group", [LAPTOPS]),
        ("systems", MAC, "user", [ANA]),
        ("systemgroups", LAPTOPS, "user_group", [SALES]),
        ("gsuites", GOOGLE, "user", [CEM]),
        ("ldapservers", LDAP, "user_group", [STAFF]),
        ("radiusservers", RADIUS, "user_group", [STAFF]),
        ("passwordmanageritems", VAULT, "user", [ANA]),
        ("office365s", GOOGLE, "user", []),
        ("activedirectories", NOBODY, "user", []),
    ],
)
def test_associations_of_every_owner(
    reader: httpx.Client, segment: str, key: str, target: str, found: list[str]
) -> None:
    answer = reader.get(f"/api/v2/{segment}/{key}/associations", params={"targets": target})
    assert ids(answer.json()) == found


def test_a_user_reached_directly_and_through_groups_is_one_row(reader: httpx.Client) -> None:
    rows = reader.get(f"/api/v2/applications/{PAYROLL}/users").json()
    by_id = {row["id"]: row for row in rows}
    assert list(by_id) == [ANA, BEN, CEM]
    assert hops(by_id[ANA]) == [[ANA], [STAFF, ANA], [DYNAMIC, ANA]]
    assert by_id[ANA] == {
        "id": ANA,
        "type": "user",
        "compiledAttributes": {"ldapGroups": [{"name": "Staff"}, {"name": "Finance"}]},
        "paths": by_id[ANA]["paths"],
    }
    assert by_id[ANA]["paths"][1] == [
        {
            "attributes": None,
            "to": {
                "attributes": {"ldapGroups": [{"name": "Staff"}]},
                "id": STAFF,
                "type": "user_group",
            },
        },
        {"attributes": None, "to": {"attributes": None, "id": ANA, "type": "user"}},
    ]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"applications/{PAYROLL}/usergroups", [[[STAFF]], [[DYNAMIC]]]),
        (f"usergroups/{STAFF}/membership", [[[ANA]], [[BEN]], [[CEM]]]),
        (f"users/{BEN}/memberof", [[[STAFF]], [[SALES]]]),
        (f"users/{BEN}/applications", [[[STAFF, PAYROLL]], [[SALES, WIKI]]]),
        (f"users/{BEN}/systems", [[[SALES, LAPTOPS, MAC]], [[SALES, LAPTOPS, PC]]]),
        (f"users/{BEN}/systemgroups", [[[SALES, LAPTOPS]]]),
        (f"users/{ANA}/systems", [[[MAC]]]),
        (f"users/{CEM}/directories", [[[GOOGLE]], [[STAFF, LDAP]]]),
        (f"users/{CEM}/gsuites", [[[GOOGLE]]]),
        (f"users/{CEM}/ldapservers", [[[STAFF, LDAP]]]),
        (f"users/{CEM}/radiusservers", [[[STAFF, RADIUS]]]),
        (f"users/{CEM}/office365s", []),
        (f"users/{CEM}/activedirectories", []),
        (f"usergroups/{SALES}/systems", [[[LAPTOPS, MAC]], [[LAPTOPS, PC]]]),
        (f"usergroups/{SALES}/applications", [[[WIKI]]]),
        (f"usergroups/{STAFF}/directories", [[[LDAP]]]),
        (f"systems/{MAC}/users", [[[ANA]], [[LAPTOPS, SALES, BEN]]]),
        (f"systems/{MAC}/usergroups", [[[LAPTOPS, SALES]]]),
        (f"systems/{MAC}/memberof", [[[LAPTOPS]]]),
        (f"systemgroups/{LAPTOPS}/membership", [[[MAC]], [[PC]]]),
        (f"systemgroups/{LAPTOPS}/users", [[[SALES, BEN]]]),
        (f"systemgroups/{LAPTOPS}/usergroups", [[[SALES]]]),
        (f"gsuites/{GOOGLE}/users", [[[CEM]]]),
        (f"ldapservers/{LDAP}/users", [[[STAFF, ANA]], [[STAFF, BEN]], [[STAFF, CEM]]]),
        (f"ldapservers/{LDAP}/usergroups", [[[STAFF]]]),
        (f"radiusservers/{RADIUS}/usergroups", [[[STAFF]]]),
        (f"passwordmanageritems/{VAULT}/users", [[[ANA]]]),
    ],
)
def test_traversals(reader: httpx.Client, path: str, found: list[list[list[str]]]) -> None:
    assert [hops(row) for row in reader.get(f"/api/v2/{path}").json()] == found


def test_sudo_of_the_edge_and_of_the_group_is_compiled(reader: httpx.Client) -> None:
    own = reader.get(f"/api/v2/users/{ANA}/systems").json()[0]
    assert own["compiledAttributes"]["sudo"] == SUDO
    assert own["paths"][0][0]["attributes"] == {"sudo": SUDO}
    through = reader.get(f"/api/v2/users/{BEN}/systems").json()[0]
    assert through["compiledAttributes"]["sudo"] == SUDO


def test_merge_joins_flags_by_or_and_leaves_its_parts_alone() -> None:
    off = {"sudo": {"enabled": False, "withoutPassword": True}, "names": ["a"]}
    on = {"sudo": {"enabled": True, "withoutPassword": False}, "names": ["a", "b"]}
    both = {"sudo": {"enabled": True, "withoutPassword": True}, "names": ["a", "b"]}
    assert merge([off, None, on]) == both
    assert off["sudo"] == {"enabled": False, "withoutPassword": True}
    assert merge([None, {}]) is None


def test_an_unknown_id_is_an_empty_list_or_a_404(box: Sandbox, reader: httpx.Client) -> None:
    for path in (f"users/{NOBODY}/memberof", f"applications/{NOBODY}/users"):
        assert reader.get(f"/api/v2/{path}").json() == []
    box.options.unknown_graph_id = "not_found"
    assert reader.get(f"/api/v2/users/{NOBODY}/memberof").json() == {"message": "Not Found"}


def test_memberof_filters_and_sorts_by_object_only(reader: httpx.Client) -> None:
    path = f"/api/v2/users/{BEN}/memberof"
    assert ids(reader.get(path, params={"filter": f"object_id:eq:{SALES}"}).json()) == [SALES]
    assert ids(reader.get(path, params={"filter": f"object_id:in:{SALES}|{STAFF}"}).json()) == [
        STAFF,
        SALES,
    ]
    assert reader.get(path, params={"filter": "name:eq:x"}).status_code == 400
    assert ids(reader.get(path, params={"sort": "-object_id"}).json()) == [SALES, STAFF]


def test_chains_pass_each_container_once() -> None:
    assert list(chains("application", "user")) == [("user",), ("user_group", "user")]
    assert list(chains("user", "user_group")) == [("user_group",)]
    assert list(chains("user_group", "user")) == [("user",)]
    assert len(list(chains("user", "system"))) == 4


# Random graphs

USERS = [f"a1{n:022x}" for n in range(1, 5)]
GROUPS = [f"b1{n:022x}" for n in range(1, 4)]
APPS = [f"c1{n:022x}" for n in range(1, 3)]

pairs = [(("user_group", g), ("user", u)) for g, u in itertools.product(GROUPS, USERS)]
pairs += [(("application", a), ("user", u)) for a, u in itertools.product(APPS, USERS)]
pairs += [(("application", a), ("user_group", g)) for a, g in itertools.product(APPS, GROUPS)]


@st.composite
def graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some of all possible edges, in any order and written from either end."""
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True))
    return [edge(*(pair if draw(st.booleans()) else pair[::-1])) for pair in chosen]


def brute_force(edges: list[dict[str, Any]], app: str) -> dict[str, set[tuple[str, ...]]]:
    """All walks application -> (group ->) user, by trying every combination of edges."""
    joined = {
        frozenset(((e["from"]["type"], e["from"]["id"]), (e["to"]["type"], e["to"]["id"])))
        for e in edges
    }

    def walks(user_id: str) -> Iterator[tuple[str, ...]]:
        if frozenset((("application", app), ("user", user_id))) in joined:
            yield (user_id,)
        for key in GROUPS:
            first = frozenset((("application", app), ("user_group", key)))
            second = frozenset((("user_group", key), ("user", user_id)))
            if first in joined and second in joined:
                yield (key, user_id)

    found = {each: set(walks(each)) for each in USERS}
    return {each: paths for each, paths in found.items() if paths}


def every_page(client: httpx.Client, path: str, limit: int) -> list[Any]:
    rows: list[Any] = []
    while page := client.get(path, params={"limit": limit, "skip": len(rows)}).json():
        rows += page
    return rows


@settings(max_examples=60)
@given(edges=graphs(), limit=st.integers(1, 6))
def test_paths_and_pages_of_any_graph(edges: list[dict[str, Any]], limit: int) -> None:
    state = small()
    state["edges"] = edges
    state["systemusers"] = [user(key, key) for key in USERS]
    state["usergroups"] = [group(key, key) for key in GROUPS]
    headers = {"x-api-key": READ_KEY}
    with (
        Sandbox(state) as box,
        httpx.Client(base_url=box.url, headers=headers, trust_env=False) as client,
    ):
        for app in APPS:
            rows = every_page(client, f"/api/v2/applications/{app}/users", limit)
            found = [(row["id"], [tuple(path) for path in hops(row)]) for row in rows]
            assert len({key for key, _ in found}) == len(found)
            assert all(len(set(paths)) == len(paths) for _, paths in found)
            assert {key: set(paths) for key, paths in found} == brute_force(edges, app)
        for key in GROUPS:
            rows = every_page(client, f"/api/v2/usergroups/{key}/members", limit)
            expected = {
                end["id"]
                for e in edges
                for end in (e["from"], e["to"])
                if end["type"] == "user" and key in (e["from"]["id"], e["to"]["id"])
            }
            assert sorted(ids(rows)) == sorted(expected)
