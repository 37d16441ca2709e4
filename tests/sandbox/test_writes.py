"""What a removal, a suspension or a deletion does, and what it says with nothing to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from uar.sandbox.server import Sandbox

from .conftest import ids
from .small import (
    ANA,
    BACKUP,
    BEN,
    CEM,
    CUSTOM_ROLE,
    DIA,
    EVA,
    GOOGLE,
    HELP_ROLE,
    LAPTOPS,
    LDAP,
    MAC,
    MANAGER,
    NOBODY,
    OWNER,
    OWNER_ROLE,
    PAYROLL,
    PC,
    RADIUS,
    READ_ROLE,
    READER,
    ROBOT,
    SALES,
    STAFF,
    VAULT,
)


def operation(op: str, kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "type": kind, "id": key, **more}


def last_event(box: Sandbox) -> dict[str, Any]:
    return list(box.tenant.events)[-1]


def test_removing_a_member(box: Sandbox, writer: httpx.Client) -> None:
    path = f"/api/v2/usergroups/{STAFF}/members"
    assert STAFF in ids(writer.get(f"/api/v2/users/{BEN}/memberof").json())
    assert BEN in ids(writer.get(f"/api/v2/applications/{PAYROLL}/users").json())
    gone = writer.post(path, json=operation("remove", "user", BEN))
    assert (gone.status_code, gone.content) == (204, b"")
    assert ids(writer.get(path).json()) == [ANA, CEM]
    assert STAFF not in ids(writer.get(f"/api/v2/users/{BEN}/memberof").json())
    assert BEN not in ids(writer.get(f"/api/v2/applications/{PAYROLL}/users").json())
    event = last_event(box)
    assert event["event_type"] == "association_change"
    assert event["initiated_by"] == {"id": OWNER, "type": "admin", "email": "owner@example.com"}
    assert event["association"]["op"] == "remove"
    assert event["association"]["connection"] == {
        "from": {"type": "user_group", "object_id": STAFF, "name": "Staff"},
        "to": {"type": "user", "object_id": BEN, "name": "ben"},
    }
    again = writer.post(path, json=operation("remove", "user", BEN))
    assert (again.status_code, again.json()) == (404, {"message": "Not Found"})
    assert last_event(box) is event
    assert writer.post(path, json=operation("add", "user", BEN)).status_code == 204
    there = writer.post(path, json=operation("add", "user", BEN))
    assert (there.status_code, there.json()) == (409, {"message": "Already Exists"})


def test_member_writes_that_cannot_be(writer: httpx.Client) -> None:
    answer = writer.post(
        f"/api/v2/usergroups/{NOBODY}/members", json=operation("remove", "user", ANA)
    )
    assert answer.status_code == 400
    assert answer.json() == {"error": "INVALID_ARGUMENT", "message": "user_group not found"}
    path = f"/api/v2/usergroups/{STAFF}/members"
    assert writer.post(path, json=operation("remove", "user", NOBODY)).status_code == 404
    assert writer.post(path, json=operation("remove", "user_group", SALES)).status_code == 400
    assert writer.post(path, json=operation("destroy", "user", ANA)).status_code == 400
    assert writer.post(path, json={"op": "remove", "type": "user"}).status_code == 400


@pytest.mark.parametrize(
    ("owner", "key", "kind", "other"),
    [
        ("applications", PAYROLL, "user", ANA),
        ("applications", PAYROLL, "user_group", STAFF),
        ("users", ANA, "application", PAYROLL),
        ("usergroups", STAFF, "application", PAYROLL),
        ("users", ANA, "system", MAC),
        ("users", CEM, "g_suite", GOOGLE),
        ("usergroups", STAFF, "ldap_server", LDAP),
        ("usergroups", STAFF, "radius_server", RADIUS),
        ("users", ANA, "password_manager_item", VAULT),
        ("usergroups", SALES, "system_group", LAPTOPS),
        ("systemgroups", LAPTOPS, "user_group", SALES),
    ],
)
def test_removing_and_putting_back_an_association(
    writer: httpx.Client, owner: str, key: str, kind: str, other: str
) -> None:
    path = f"/api/v2/{owner}/{key}/associations"
    remove, add = operation("remove", kind, other), operation("add", kind, other)
    held = writer.get(path, params={"targets": kind}).json()
    assert other in ids(held)
    assert writer.post(path, json=add).status_code == 409
    assert writer.post(path, json=remove).status_code == 204
    assert other not in ids(writer.get(path, params={"targets": kind}).json())
    assert writer.post(path, json=remove).status_code == 404
    assert writer.post(path, json=add).status_code == 204
    assert other in ids(writer.get(path, params={"targets": kind}).json())


def test_association_writes_that_cannot_be(writer: httpx.Client) -> None:
    path = f"/api/v2/applications/{PAYROLL}/associations"
    assert writer.post(path, json=operation("add", "system", MAC)).status_code == 400
    assert writer.post(path, json=operation("add", "user", NOBODY)).status_code == 404
    groups = f"/api/v2/usergroups/{STAFF}/associations"
    assert writer.post(groups, json=operation("remove", "user", ANA)).status_code == 400
    google = f"/api/v2/users/{CEM}/associations"
    assert writer.post(google, json=operation("remove", "office_365", GOOGLE)).status_code == 404


def test_taking_sudo_and_keeping_access(writer: httpx.Client) -> None:
    off = {"sudo": {"enabled": False, "withoutPassword": False}}
    path = f"/api/v2/users/{ANA}/associations"
    update = operation("update", "system", MAC, attributes=off)
    assert writer.post(path, json=update).status_code == 204
    row = writer.get(f"/api/v2/users/{ANA}/systems").json()[0]
    assert row["compiledAttributes"] == off
    assert writer.post(path, json=operation("update", "system", PC)).status_code == 404


def test_system_group_members(writer: httpx.Client) -> None:
    path = f"/api/v2/systemgroups/{LAPTOPS}/members"
    assert ids(writer.get(path).json()) == [MAC, PC]
    assert writer.post(path, json=operation("remove", "system", PC)).status_code == 204
    assert writer.post(path, json=operation("remove", "system", PC)).status_code == 404
    assert writer.post(path, json=operation("add", "user", ANA)).status_code == 400
    assert ids(writer.get(path).json()) == [MAC]


def test_suspending(box: Sandbox, writer: httpx.Client) -> None:
    path = f"/api/systemusers/{ANA}/state/suspend"
    assert writer.post(path).status_code == 200
    user = writer.get(f"/api/systemusers/{ANA}").json()
    assert (user["state"], user["suspended"]) == ("SUSPENDED", True)
    assert last_event(box)["event_type"] == "user_suspended"
    assert ANA in ids(writer.get(f"/api/v2/applications/{PAYROLL}/users").json())
    assert writer.post(path).status_code == 409
    box.options.second_suspend = 200
    assert writer.post(path).status_code == 200
    assert writer.post(f"/api/systemusers/{NOBODY}/state/suspend").status_code == 404


def test_suspending_and_lifting_by_put(box: Sandbox, writer: httpx.Client) -> None:
    path = f"/api/systemusers/{ANA}"
    both = writer.put(path, json={"suspended": True, "state": "SUSPENDED"}).json()
    assert (both["state"], both["suspended"]) == ("SUSPENDED", True)
    assert writer.put(path, json={"suspended": True, "state": "SUSPENDED"}).status_code == 200
    one = writer.put(path, json={"suspended": False}).json()
    assert (one["state"], one["suspended"]) == ("ACTIVATED", False)
    assert last_event(box)["event_type"] == "user_unsuspended"
    crossed = {"suspended": False, "state": "SUSPENDED"}
    assert writer.put(path, json=crossed).status_code == 400
    box.options.conflicting_state = "state"
    assert writer.put(path, json=crossed).json()["suspended"] is True
    assert writer.put(path, json={"state": "GONE"}).status_code == 400
    assert writer.put(path, json={"suspended": "yes"}).status_code == 400


def test_activating_is_for_staged_users_only(writer: httpx.Client) -> None:
    assert writer.post(f"/api/systemusers/{CEM}/state/activate").status_code == 409
    assert writer.post(f"/api/systemusers/{DIA}/state/activate").status_code == 200
    assert writer.get(f"/api/systemusers/{DIA}").json()["state"] == "ACTIVATED"


def test_unlocking(writer: httpx.Client) -> None:
    assert writer.put(f"/api/systemusers/{ANA}", json={"account_locked": True}).status_code == 200
    assert writer.post(f"/api/systemusers/{ANA}/unlock").status_code == 200
    assert writer.get(f"/api/systemusers/{ANA}").json()["account_locked"] is False


def test_put_changes_what_is_named_and_writable(box: Sandbox, writer: httpx.Client) -> None:
    path = f"/api/systemusers/{ANA}"
    body = {"jobTitle": "CFO", "created": "never", "password": "secret", "_id": NOBODY}
    user = writer.put(path, json=body).json()
    assert user["jobTitle"] == "CFO"
    assert (user["_id"], user["created"]) == (ANA, "2024-01-12T09:15:42.369Z")
    assert user["department"] == "Finance"
    assert "password" not in writer.get(path).json()
    assert last_event(box)["changes"] == [{"field": "jobTitle", "from": None, "to": "CFO"}]


def test_unique_and_foreign_fields(box: Sandbox, writer: httpx.Client) -> None:
    taken = writer.put(f"/api/systemusers/{ANA}", json={"email": "BEN@example.com"})
    assert taken.status_code == 409
    kept = writer.put(f"/api/systemusers/{EVA}", json={"email": "new@example.com"})
    assert (kept.status_code, kept.json()["email"]) == (200, "eva@example.com")
    box.options.restricted_fields = "refuse"
    refused = writer.put(f"/api/systemusers/{EVA}", json={"email": "new@example.com"})
    assert refused.status_code == 400


def test_deleting_a_manager_needs_a_word_about_the_reports(
    box: Sandbox, writer: httpx.Client
) -> None:
    path = f"/api/systemusers/{BEN}"
    assert writer.delete(path).status_code == 409
    assert writer.delete(path, params={"cascade_manager": BEN}).status_code == 400
    gone = writer.delete(path, params={"cascade_manager": EVA})
    assert (gone.status_code, gone.json()["_id"]) == (200, BEN)
    assert writer.get(f"/api/systemusers/{ANA}").json()["manager"] == EVA
    assert writer.get(path).status_code == 404
    assert BEN not in ids(writer.get(f"/api/v2/usergroups/{STAFF}/members").json())
    assert last_event(box)["event_type"] == "user_delete"
    assert writer.delete(path).status_code == 404
    assert writer.delete(f"/api/systemusers/{EVA}?cascade_manager=null").status_code == 200
    assert "manager" not in writer.get(f"/api/systemusers/{ANA}").json()


def test_changing_an_admins_role(box: Sandbox, writer: httpx.Client) -> None:
    changed = writer.put(f"/api/users/{BACKUP}", json={"roleName": "help desk"}).json()
    assert (changed["role"], changed["roleName"]) == (HELP_ROLE, "Help Desk")
    assert changed["roles"] == [HELP_ROLE]
    linked = writer.get(f"/api/systemusers/{BEN}").json()["admin"]
    assert linked == {"id": BACKUP, "roleName": "Help Desk", "roleNames": ["Help Desk"]}
    assert last_event(box)["event_type"] == "admin_update"
    two = writer.put(f"/api/users/{BACKUP}", json={"roles": [READ_ROLE, CUSTOM_ROLE]}).json()
    assert two["roleNames"] == ["Read Only", "Nobody"]
    assert writer.put(f"/api/users/{BACKUP}", json={"roles": [NOBODY]}).status_code == 400
    assert writer.put(f"/api/users/{BACKUP}", json={"roleName": "King"}).status_code == 400


def test_a_new_role_counts_from_the_next_request(
    reader: httpx.Client, writer: httpx.Client
) -> None:
    member = operation("remove", "user", CEM)
    path = f"/api/v2/usergroups/{STAFF}/members"
    assert reader.post(path, json=member).status_code == 403
    writer.put(f"/api/users/{READER}", json={"roles": [OWNER_ROLE]})
    assert reader.post(path, json=member).status_code == 204


def test_suspending_an_admin_is_ignored_unless_the_switch_says_otherwise(
    box: Sandbox, reader: httpx.Client, writer: httpx.Client
) -> None:
    answer = writer.put(f"/api/users/{READER}", json={"suspended": True})
    assert (answer.status_code, answer.json()["suspended"]) == (200, False)
    box.options.admin_suspend = "accept"
    assert writer.put(f"/api/users/{READER}", json={"suspended": True}).json()["suspended"]
    assert reader.get("/api/systemusers").status_code == 401


def test_taking_api_access_away(reader: httpx.Client, writer: httpx.Client) -> None:
    assert writer.put(f"/api/users/{READER}", json={"apiKeyAllowed": False}).status_code == 200
    assert reader.get("/api/users").status_code == 401


def test_deleting_admins(box: Sandbox, writer: httpx.Client) -> None:
    assert writer.delete(f"/api/users/{OWNER}").status_code == 400
    assert writer.delete(f"/api/users/{BACKUP}").status_code == 200
    assert writer.get(f"/api/users/{BACKUP}").status_code == 404
    assert writer.get(f"/api/systemusers/{BEN}").json()["admin"] is None
    assert last_event(box)["event_type"] == "admin_delete"


def test_creating_an_admin(writer: httpx.Client) -> None:
    body = {"email": "new@example.com", "roleName": "Help Desk"}
    made = writer.post("/api/users", json=body).json()
    assert (made["roleName"], made["apiKeyAllowed"]) == ("Help Desk", False)
    assert writer.get(f"/api/users/{made['_id']}").json() == made
    assert writer.post("/api/users", json={"email": "NEW@example.com"}).status_code == 409
    assert writer.post("/api/users", json={"email": "nobody"}).status_code == 400


def test_resetting_an_admins_totp(writer: httpx.Client) -> None:
    assert writer.post(f"/api/users/resettotp/{MANAGER}").status_code == 200
    assert writer.get(f"/api/users/{MANAGER}").json()["totpEnrolled"] is False


def test_roles_and_service_accounts_go(writer: httpx.Client) -> None:
    assert writer.delete(f"/api/v2/roles/{READ_ROLE}").status_code == 409
    assert writer.delete(f"/api/v2/roles/{CUSTOM_ROLE}").status_code == 204
    assert writer.delete(f"/api/v2/roles/{CUSTOM_ROLE}").status_code == 404
    assert writer.delete(f"/api/v2/service-accounts/{ROBOT}").status_code == 200
    assert writer.delete(f"/api/v2/service-accounts/{ROBOT}").status_code == 404


def test_totp_info_is_there_or_not(box: Sandbox, writer: httpx.Client) -> None:
    assert writer.get(f"/api/systemusers/{ANA}/totpinfo").json()["enrollmentDate"]
    box.tenant.systemusers.rows[ANA]["totp_enabled"] = False
    assert writer.get(f"/api/systemusers/{ANA}/totpinfo").status_code == 404


def test_the_state_can_be_taken_out_and_served_again(box: Sandbox, writer: httpx.Client) -> None:
    writer.post(f"/api/v2/usergroups/{STAFF}/members", json=operation("remove", "user", BEN))
    state = box.tenant.export()
    with Sandbox(state) as second:
        path = f"{second.url}/api/v2/usergroups/{STAFF}/members"
        rows = httpx.get(path, headers={"x-api-key": second.api_key}, trust_env=False).json()
    assert ids(rows) == [ANA, CEM]


def test_of_many_who_remove_at_once_one_succeeds(box: Sandbox, writer: httpx.Client) -> None:
    path = f"/api/v2/usergroups/{STAFF}/members"
    body = operation("remove", "user", ANA)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: writer.post(path, json=body).status_code, range(16)))
    assert sorted(answers) == [204] + [404] * 15
    removals = [e for e in box.tenant.events if e["event_type"] == "association_change"]
    assert len(removals) == 1
