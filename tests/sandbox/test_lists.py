"""Paging, limits, filters, sorting and fields of both versions."""

from __future__ import annotations

import httpx
import pytest

from uar.sandbox.server import Sandbox

from .small import ANA, BEN, CEM, DIA, EVA, OWNER, PAYROLL, STAFF, WIKI


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["username"] for row in answer.json()["results"]]


def test_v1_has_an_envelope_with_the_total_of_all_pages(reader: httpx.Client) -> None:
    page = reader.get("/api/systemusers", params={"limit": 2, "skip": 2}).json()
    assert page["totalCount"] == 5
    assert [row["_id"] for row in page["results"]] == [CEM, DIA]


def test_skip_beyond_the_end_is_an_empty_page(reader: httpx.Client) -> None:
    assert reader.get("/api/systemusers?skip=5").json() == {"totalCount": 5, "results": []}
    assert reader.get("/api/v2/usergroups?skip=50").json() == []


def test_ten_rows_when_nothing_is_said(box: Sandbox, reader: httpx.Client) -> None:
    pattern = box.tenant.usergroups.rows[STAFF]
    for n in range(20):
        box.tenant.usergroups.put({**pattern, "id": f"{n:024x}", "name": f"n{n}"})
    assert len(reader.get("/api/v2/usergroups").json()) == 10
    assert reader.get("/api/v2/usergroups").headers["x-total-count"] == "24"


def test_more_than_100_is_refused(reader: httpx.Client) -> None:
    answer = reader.get("/api/systems?limit=101")
    assert answer.status_code == 400
    assert answer.json() == {
        "message": 'Bad Request: request parameter "limit" exceeds maximum value of 100'
    }
    assert reader.get("/api/v2/usergroups?limit=101").status_code == 400


def test_v2_may_clip_instead(box: Sandbox, reader: httpx.Client) -> None:
    box.options.v2_over_limit = "clip"
    assert len(reader.get("/api/v2/usergroups?limit=1000").json()) == 4


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "skip=-1", "skip=1.5"])
def test_nonsense_in_paging_is_refused(reader: httpx.Client, query: str) -> None:
    assert reader.get(f"/api/systemusers?{query}").status_code == 400
    assert reader.get(f"/api/v2/usergroups?{query}").status_code == 400


def test_the_total_header_is_sent_only_where_it_was_seen(
    box: Sandbox, reader: httpx.Client
) -> None:
    members = f"/api/v2/usergroups/{STAFF}/members"
    assert reader.get(f"/api/v2/applications/{PAYROLL}/users").headers["x-total-count"] == "3"
    assert "x-total-count" not in reader.get(members).headers
    box.options.totals = "all"
    assert reader.get(members).headers["x-total-count"] == "3"
    box.options.totals = "none"
    assert "x-total-count" not in reader.get("/api/v2/usergroups").headers


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("username:$eq:ana", ["ana"]),
        ("username:$eq:Ana", []),
        ("username:$ne:ana", ["ben", "cem", "dia", "eva"]),
        ("suspended:$eq:true", ["cem"]),
        ("username:$in:ana|ben", ["ana", "ben"]),
        ("username:$nin:ana|ben", ["cem", "dia", "eva"]),
        ("username:$sw:a", ["ana"]),
        ("username:$gte:d", ["dia", "eva"]),
        ("username:$lt:b", ["ana"]),
        ("attributes.value:$eq:v", ["dia"]),
        ("mfa.configured:$eq:false", []),
    ],
)
def test_v1_filters(reader: httpx.Client, written: str, found: list[str]) -> None:
    assert names(reader.get("/api/systemusers", params={"filter": written})) == found


def test_v1_filters_join_by_and_or_by_or(reader: httpx.Client) -> None:
    both = {"filter[0]": "department:$eq:Sales", "filter[1]": "username:$eq:eva"}
    either = {"filter[or][0]": "username:$eq:ana", "filter[or][1]": "username:$eq:eva"}
    assert names(reader.get("/api/systemusers", params=both)) == ["eva"]
    assert names(reader.get("/api/systemusers", params=either)) == ["ana", "eva"]


def test_v1_refuses_what_it_does_not_know(reader: httpx.Client) -> None:
    for written in ("username:eq:ana", "username", "username:$co:n"):
        answer = reader.get("/api/systemusers", params={"filter": written})
        assert answer.status_code == 400, written
    loose = {"x-eventually-consistent": "true"}
    answer = reader.get("/api/systemusers?filter=username:$co:v", headers=loose)
    assert names(answer) == ["eva"]


def test_v1_sorts_by_several_fields(reader: httpx.Client) -> None:
    answer = reader.get("/api/systemusers", params={"sort": "department -username"})
    assert names(answer) == ["dia", "ana", "eva", "cem", "ben"]


def test_v1_fields_bring_the_id_along(reader: httpx.Client) -> None:
    row = reader.get("/api/systemusers?fields=email username&limit=1").json()["results"][0]
    assert row == {"_id": ANA, "email": "ana@example.com", "username": "ana"}


def test_applications_are_sorted_by_name_and_carry_their_keys(
    box: Sandbox, reader: httpx.Client
) -> None:
    rows = reader.get("/api/applications").json()["results"]
    assert [row["_id"] for row in rows] == [WIKI, PAYROLL]
    assert rows[1]["config"]["idpPrivateKey"]
    lean = reader.get("/api/applications?fields=displayLabel").json()["results"]
    assert [set(row) for row in lean] == [{"_id", "displayLabel"}] * 2
    box.options.application_fields_hide_config = False
    kept = reader.get("/api/applications?fields=displayLabel").json()["results"]
    assert "config" in kept[1]


def test_radius_servers_carry_their_secret(reader: httpx.Client) -> None:
    assert reader.get("/api/radiusservers").json()["results"][0]["sharedSecret"] == "fake"


def test_unset_fields_stay_as_stored(reader: httpx.Client) -> None:
    rows = {row["_id"]: row for row in reader.get("/api/systemusers").json()["results"]}
    assert "manager" not in rows[BEN]
    assert rows[BEN]["employeeIdentifier"] is None
    assert rows[DIA]["department"] == ""


def test_the_group_list_leaves_out_the_rule(box: Sandbox, reader: httpx.Client) -> None:
    rows = reader.get("/api/v2/usergroups").json()
    assert {tuple(sorted(row)) for row in rows} == {
        ("attributes", "description", "email", "id", "name", "type")
    }
    asked = "/api/v2/usergroups?fields=name,membershipMethod&limit=1"
    assert reader.get(asked).json() == [{"id": STAFF, "name": "Staff"}]
    box.options.group_fields_show_rules = True
    assert reader.get(asked).json()[0]["membershipMethod"] == "STATIC"
    assert reader.get(f"/api/v2/usergroups/{STAFF}").json()["membershipMethod"] == "STATIC"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("name:eq:Staff", ["Staff"]),
        ("name:eq:staff", []),
        ("name:eq:S*", ["Staff", "Sales"]),
        ("name:ne:Staff", ["Sales", "Finance", "Reviewed"]),
        ("name:in:Staff|Sales", ["Staff", "Sales"]),
        ("name:search:STA", ["Staff"]),
        ("membershipMethod:eq:DYNAMIC_AUTOMATED", ["Finance"]),
        ("name:ge:Sb,name:lt:T", ["Staff"]),
        ("attributes.sudo.enabled:eq:true", ["Sales"]),
    ],
)
def test_v2_filters(reader: httpx.Client, written: str, found: list[str]) -> None:
    answer = reader.get("/api/v2/usergroups", params={"filter": written})
    assert [row["name"] for row in answer.json()] == found


@pytest.mark.parametrize("query", ["filter[0]=name:eq:x", "filter=name:$eq:x", "filter=email:eq:x"])
def test_v2_refuses_other_filters(reader: httpx.Client, query: str) -> None:
    assert reader.get(f"/api/v2/usergroups?{query}").status_code == 400


def test_v2_sorts(reader: httpx.Client) -> None:
    rows = reader.get("/api/v2/usergroups?sort=-name").json()
    assert [row["name"] for row in rows] == ["Staff", "Sales", "Reviewed", "Finance"]


def test_groups_lists_both_kinds_and_counts_without_the_filter(reader: httpx.Client) -> None:
    ask = {"x-unfiltered-total-count": "1"}
    answer = reader.get("/api/v2/groups?filter=type:eq:system_group", headers=ask)
    assert [row["name"] for row in answer.json()] == ["Laptops"]
    assert answer.headers["x-unfiltered-total-count"] == "5"


def test_roles_and_service_accounts_are_counted_though_v2(reader: httpx.Client) -> None:
    roles = reader.get("/api/v2/roles?limit=1").json()
    assert roles["totalCount"] == 4
    assert [row["name"] for row in roles["results"]] == ["Administrator With Billing"]
    account = reader.get("/api/v2/service-accounts").json()["results"][0]
    assert "authConfigList" not in account
    single = reader.get(f"/api/v2/service-accounts/{account['objectId']}").json()
    assert single["serviceAccount"]["authConfigList"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, ["ana", "ben", "cem", "dia", "eva"]),
        ({"filter": {"department": "Finance"}}, ["ana"]),
        ({"filter": {"and": [{"department": "Sales"}, {"suspended": False}]}}, ["ben", "eva"]),
        ({"filter": {"or": [{"username": "ana"}, {"username": "eva"}]}}, ["ana", "eva"]),
        ({"filter": [{"department": "Sales"}, {"username": "ben"}]}, ["ben"]),
        ({"filter": ["department:$eq:Sales", "username:$eq:ben"]}, ["ben"]),
        ({"filter": {"email": {"$regex": "(?i)(^cem@example.com$)"}}}, ["cem"]),
        ({"filter": {"username": {"$in": ["ana", "cem"]}}}, ["ana", "cem"]),
        ({"searchFilter": {"searchTerm": ["CEM"], "fields": ["email"]}}, ["cem"]),
        ({"searchFilter": {"searchTerm": "e", "fields": ["username"]}}, ["ben", "cem", "eva"]),
        ({"skip": 3, "limit": 1}, ["dia"]),
        ({"sort": "-username", "limit": 2}, ["eva", "dia"]),
    ],
)
def test_search(reader: httpx.Client, body: dict[str, object], found: list[str]) -> None:
    assert names(reader.post("/api/search/systemusers", json=body)) == found


def test_a_search_keeps_both_of_its_filters(reader: httpx.Client) -> None:
    body = {"filter": {"department": "Sales"}}
    for name in ("ben", "eva"):
        address = f"/api/search/systemusers?filter=username:$eq:{name}"
        assert names(reader.post(address, json=body)) == [name]
    other = reader.post(address, json={"filter": {"department": "Finance"}})
    assert names(other) == []


def test_search_tells_the_groups_of_a_user(reader: httpx.Client) -> None:
    body = {"filter": {"username": "ben"}, "fields": "username memberof"}
    row = reader.post("/api/search/systemusers", json=body).json()["results"][0]
    assert row["username"] == "ben"
    assert len(row["memberof"]) == 2
    lean = {"filter": {"username": "ben"}, "fields": "username"}
    assert set(reader.post("/api/search/systemusers", json=lean).json()["results"][0]) == {
        "_id",
        "username",
    }


def test_other_searches(reader: httpx.Client) -> None:
    found = reader.post("/api/search/systems", json={"filter": {"hostname": "pc"}}).json()
    assert [row["hostname"] for row in found["results"]] == ["pc"]
    assert reader.post("/api/search/organizations", json={}).json()["totalCount"] == 1


def test_admins_list_although_undocumented(reader: httpx.Client) -> None:
    page = reader.get("/api/users?limit=1").json()
    assert page["totalCount"] == 4
    assert page["results"][0]["_id"] == OWNER
    one = reader.get(f"/api/users/{OWNER}").json()
    assert one["roleName"] == "Administrator With Billing"


def test_directories_and_their_kinds(reader: httpx.Client) -> None:
    assert len(reader.get("/api/v2/directories").json()) == 2
    assert [row["name"] for row in reader.get("/api/v2/ldapservers").json()] == ["LDAP"]


def test_pages_follow_a_change(writer: httpx.Client) -> None:
    def asked() -> list[list[str]]:
        sales = {"filter": "department:$eq:Sales"}
        return [
            names(writer.get("/api/systemusers", params=sales)),
            names(writer.get("/api/systemusers?sort=department")),
            names(writer.post("/api/search/systemusers", json={"filter": {"department": "Sales"}})),
        ]

    assert asked() == [
        ["ben", "cem", "eva"],
        ["dia", "ana", "ben", "cem", "eva"],
        ["ben", "cem", "eva"],
    ]
    writer.put(f"/api/systemusers/{BEN}", json={"department": "Aviation"})
    assert asked() == [["cem", "eva"], ["dia", "ben", "ana", "cem", "eva"], ["cem", "eva"]]
    writer.delete(f"/api/systemusers/{EVA}")
    assert asked() == [["cem"], ["dia", "ben", "ana", "cem"], ["cem"]]


def test_rows_follow_a_change(writer: httpx.Client) -> None:
    path = f"/api/systemusers?filter=_id:$eq:{EVA}&fields=department"
    assert writer.get(path).json()["results"][0]["department"] == "Sales"
    writer.put(f"/api/systemusers/{EVA}", json={"department": "Legal"})
    assert writer.get(path).json()["results"][0]["department"] == "Legal"


@pytest.mark.parametrize(
    "path",
    ["/api/systemusers/{}", "/api/users/{}", "/api/v2/usergroups/{}", "/api/v2/roles/{}"],
)
def test_an_object_that_is_not_there(reader: httpx.Client, path: str) -> None:
    answer = reader.get(path.format("0" * 24))
    assert answer.status_code == 404
    assert "Not Found" in answer.json()["message"]
