"""Dynamic groups: the rule has the last word, except about exempted members."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from uar.sandbox.rules import rule_of
from uar.sandbox.server import Sandbox

from .conftest import ids
from .small import ANA, BEN, DIA, DYNAMIC, EVA, REVIEWED, STAFF, rule
from .test_writes import operation

MEMBERS = f"/api/v2/usergroups/{DYNAMIC}/members"


def writable(writer: httpx.Client, key: str) -> dict[str, Any]:
    """The whole group as a PUT wants it."""
    group = writer.get(f"/api/v2/usergroups/{key}").json()
    left = ("id", "type", "organizationObjectId", "suggestionCounts", "memberQueryErrorFlags")
    return {name: value for name, value in group.items() if name not in left}


def test_a_removal_is_accepted_and_undone_by_the_rule(box: Sandbox, writer: httpx.Client) -> None:
    assert writer.post(MEMBERS, json=operation("remove", "user", ANA)).status_code == 204
    assert ids(writer.get(MEMBERS).json()) == [ANA]
    changes = [e["association"]["op"] for e in box.tenant.events if "association" in e]
    assert changes == ["remove", "add"]


def test_the_rule_may_run_later(box: Sandbox, writer: httpx.Client) -> None:
    box.options.rule_run = "on_demand"
    assert writer.post(MEMBERS, json=operation("remove", "user", ANA)).status_code == 204
    assert writer.get(MEMBERS).json() == []
    box.tenant.run_rules()
    assert ids(writer.get(MEMBERS).json()) == [ANA]


def test_adding_somebody_the_rule_does_not_select_changes_nothing(
    box: Sandbox, writer: httpx.Client
) -> None:
    happened = len(box.tenant.events)
    for when in ("at_once", "on_demand"):
        box.options.rule_run = when
        assert writer.post(MEMBERS, json=operation("add", "user", BEN)).status_code == 204
        assert ids(writer.get(MEMBERS).json()) == [ANA]
    assert len(box.tenant.events) == happened


def test_exempt_then_remove(writer: httpx.Client) -> None:
    body = writable(writer, DYNAMIC)
    lower = {**body, "memberQueryExemptions": [{"id": ANA, "type": "user"}]}
    refused = writer.put(f"/api/v2/usergroups/{DYNAMIC}", json=lower)
    assert refused.status_code == 400
    assert "member query exemptions must be of type user" in refused.json()["message"]
    body["memberQueryExemptions"] = [{"id": ANA, "type": "USER"}]
    assert writer.put(f"/api/v2/usergroups/{DYNAMIC}", json=body).status_code == 200
    assert ids(writer.get(MEMBERS).json()) == [ANA]
    assert writer.post(MEMBERS, json=operation("remove", "user", ANA)).status_code == 204
    assert writer.get(MEMBERS).json() == []
    assert writer.post(MEMBERS, json=operation("add", "user", ANA)).status_code == 204
    assert ids(writer.get(MEMBERS).json()) == [ANA]


def test_members_follow_attributes_and_the_rule(writer: httpx.Client) -> None:
    writer.put(f"/api/systemusers/{ANA}", json={"department": "Legal"})
    writer.put(f"/api/systemusers/{BEN}", json={"department": "Finance"})
    assert ids(writer.get(MEMBERS).json()) == [BEN]
    body = {**writable(writer, DYNAMIC), "memberQuery": rule("department", "Sales")}
    writer.put(f"/api/v2/usergroups/{DYNAMIC}", json=body)
    assert EVA in ids(writer.get(MEMBERS).json())
    assert BEN not in ids(writer.get(MEMBERS).json())


def test_put_replaces_everything(writer: httpx.Client) -> None:
    path = f"/api/v2/usergroups/{DYNAMIC}"
    group = writer.put(path, json={"name": "Money"}).json()
    assert group["memberQuery"] is None
    assert group["membershipMethod"] == "NOTSET"
    assert group["attributes"] == {"ldapGroups": [{"name": "Money"}]}
    assert ids(writer.get(MEMBERS).json()) == [ANA]
    assert writer.put(path, json={"description": "no name"}).status_code == 400
    assert writer.put(path, json={"name": "Staff"}).status_code == 409
    assert writer.put(path, json={"name": "x", "membershipMethod": "MAGIC"}).status_code == 400


def test_a_rule_of_the_second_form_needs_its_header(writer: httpx.Client) -> None:
    second = {"filters": [{"field": "department", "operation": "eq", "value": "Sales"}]}
    body = {**writable(writer, DYNAMIC), "memberQuery": second}
    path = f"/api/v2/usergroups/{DYNAMIC}"
    refused = writer.put(path, json=body)
    assert refused.status_code == 400
    assert refused.json()["message"] == "memberQuery.queryType is required"
    assert writer.put(path, json=body, headers={"x-query-dsl": "v2"}).status_code == 200
    assert EVA in ids(writer.get(MEMBERS).json())


def test_suggestions_wait_until_they_are_applied(writer: httpx.Client) -> None:
    path = f"/api/v2/usergroups/{REVIEWED}/suggestions"
    waiting = {row["object"]["id"]: row["op"] for row in writer.get(path).json()}
    assert waiting[DIA] == "remove"
    assert waiting[BEN] == waiting[EVA] == "add"
    done = writer.post(path, json={"user_ids": [DIA, ANA]}).json()
    assert done == {"suggestions_found": [DIA], "suggestions_not_found": [ANA]}
    assert writer.get(f"/api/v2/usergroups/{REVIEWED}/members").json() == []
    assert DIA not in {row["object"]["id"] for row in writer.get(path).json()}


def test_a_group_is_made_and_deleted(writer: httpx.Client) -> None:
    body = {
        "name": "Lawyers",
        "membershipMethod": "DYNAMIC_AUTOMATED",
        "memberQuery": rule("department", "Finance"),
    }
    made = writer.post("/api/v2/usergroups", json=body)
    assert made.status_code == 201
    key = made.json()["id"]
    assert ids(writer.get(f"/api/v2/usergroups/{key}/members").json()) == [ANA]
    assert writer.post("/api/v2/usergroups", json=body).status_code == 409
    assert writer.delete(f"/api/v2/usergroups/{key}").status_code == 200
    assert writer.get(f"/api/v2/usergroups/{key}").status_code == 404
    assert key not in ids(writer.get(f"/api/v2/users/{ANA}/memberof").json())
    assert STAFF in ids(writer.get(f"/api/v2/users/{ANA}/memberof").json())


@pytest.mark.parametrize(
    ("op", "value", "selected"),
    [
        ("eq", "Sales", True),
        ("ne", "Sales", False),
        ("in", ["Sales", "Legal"], True),
        ("in", "Legal|Sales", True),
        ("nin", ["Sales"], False),
        ("sw", "Sa", True),
        ("ew", "les", True),
        ("contains", "ale", True),
        ("contains", "x", False),
    ],
)
def test_operators_of_rules(op: str, value: object, selected: bool) -> None:
    for word in ("operator", "operation"):
        query = {"filters": [{"field": "department", word: op, "value": value}]}
        group = {"membershipMethod": "DYNAMIC_AUTOMATED", "memberQuery": query}
        selects = rule_of(group)
        assert selects is not None
        assert selects({"department": "Sales"}) is selected


def test_rules_look_at_custom_attributes_and_need_all_filters() -> None:
    filters = [
        {"field": "attributes.badge", "operator": "eq", "value": "17"},
        {"field": "suspended", "operator": "eq", "value": False},
    ]
    group = {"membershipMethod": "DYNAMIC_AUTOMATED", "memberQuery": {"filters": filters}}
    selects = rule_of(group)
    assert selects is not None
    badge = [{"name": "badge", "value": "17"}]
    assert selects({"attributes": badge, "suspended": False})
    assert not selects({"attributes": badge, "suspended": True})
    assert not selects({"attributes": [{"name": "other", "value": "17"}], "suspended": False})


def test_a_rule_that_cannot_be_understood_does_nothing() -> None:
    odd = {"filters": [{"field": "department", "operator": "sounds_like", "value": "x"}]}
    assert rule_of({"membershipMethod": "DYNAMIC_AUTOMATED", "memberQuery": odd}) is None
    assert rule_of({"membershipMethod": "DYNAMIC_AUTOMATED", "memberQuery": None}) is None
    static = {"membershipMethod": "STATIC", "memberQuery": rule("department", "Sales")}
    assert rule_of(static) is None
