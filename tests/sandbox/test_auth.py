"""Keys, tokens, roles, organisations, and the words of every refusal."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from uar.sandbox.server import Sandbox

from .small import (
    ANA,
    DYNAMIC,
    HELP_KEY,
    HELP_ROLE,
    MTP_KEY,
    NOBODY,
    ORG,
    OWNER,
    PAYROLL,
    READ_KEY,
    READER,
    ROBOT,
    ROBOT_KEY,
    SECRET,
    STAFF,
    WRITE_KEY,
    small,
)

Client = Callable[..., httpx.Client]

BAD_KEY = {"error": "Unauthorized", "message": "Unauthorized: api key user not found"}


@pytest.mark.parametrize(
    "path", ["/api/systemusers", "/api/v2/usergroups", "/api/users", "/api/v2/roles"]
)
def test_no_key_and_an_unknown_key(client: Client, path: str) -> None:
    for answer in (client().get(path), client("jca_wrong").get(path)):
        assert answer.status_code == 401
        assert answer.json() == BAD_KEY


def test_a_key_dies_with_its_admin_at_once(reader: httpx.Client, writer: httpx.Client) -> None:
    assert reader.get("/api/systemusers").status_code == 200
    assert writer.delete(f"/api/users/{READER}").status_code == 200
    assert reader.get("/api/systemusers").status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"suspended": True},
        {"apiKeyAllowed": False},
        {"apiKeyHash": {"expireAt": "2026-11-01T00:00:00.000Z"}},
    ],
)
def test_a_key_that_is_no_longer_good(
    box: Sandbox, reader: httpx.Client, change: dict[str, object]
) -> None:
    box.tenant.admins.rows[READER].update(change)
    assert reader.get("/api/systemusers").json() == BAD_KEY


def test_a_changed_key_is_gone(box: Sandbox, reader: httpx.Client) -> None:
    box.tenant.keys[0]["key"] = "jca_new"
    assert reader.get("/api/systemusers").status_code == 401


def test_a_reader_reads_everything_and_writes_nothing(
    box: Sandbox, reader: httpx.Client, writer: httpx.Client
) -> None:
    for path in ("/api/users", "/api/v2/roles", "/api/v2/service-accounts", "/api/radiusservers"):
        assert reader.get(path).status_code == 200
    since = {"service": ["all"], "start_time": "2026-11-01T00:00:00Z"}
    assert reader.post("/insights/directory/v1/events", json=since).status_code == 200
    before = box.tenant.export()
    remove = {"op": "remove", "type": "user", "id": ANA}
    for method, path, body in (
        ("POST", f"/api/v2/usergroups/{STAFF}/members", remove),
        ("POST", f"/api/v2/applications/{PAYROLL}/associations", remove),
        ("POST", f"/api/systemusers/{ANA}/state/suspend", None),
        ("PUT", f"/api/systemusers/{ANA}", {"sudo": False}),
        ("DELETE", f"/api/systemusers/{ANA}", None),
        ("PUT", f"/api/users/{OWNER}", {"roleName": "Read Only"}),
        ("DELETE", f"/api/users/{OWNER}", None),
        ("DELETE", f"/api/v2/service-accounts/{ROBOT}", None),
        ("PUT", f"/api/v2/usergroups/{STAFF}", {"name": "x"}),
    ):
        answer = reader.request(method, path, json=body)
        assert answer.status_code == 403, (method, path)
        assert answer.json()["message"]
    after = box.tenant.export()
    assert {**before, "now": ""} == {**after, "now": ""}


def test_suggestions_need_the_write_scope_even_to_read(
    reader: httpx.Client, writer: httpx.Client
) -> None:
    path = f"/api/v2/usergroups/{DYNAMIC}/suggestions"
    assert reader.get(path).status_code == 403
    assert writer.get(path).status_code == 200


def test_other_roles_may_do_what_their_scopes_say(box: Sandbox, client: Client) -> None:
    helper = client(HELP_KEY)
    assert helper.get("/api/systemusers").status_code == 200
    assert helper.get("/api/applications").status_code == 403
    assert helper.post(f"/api/systemusers/{ANA}/unlock").status_code == 200
    assert helper.delete(f"/api/systemusers/{ANA}").status_code == 403
    box.tenant.roles.rows[HELP_ROLE]["scopes"] = ["applications"]
    assert helper.get("/api/applications").status_code == 200
    assert helper.get("/api/systemusers").status_code == 403


def test_an_administrator_without_billing_leaves_admins_alone(box: Sandbox, client: Client) -> None:
    box.tenant.roles.rows[HELP_ROLE].update(name="Administrator", scopes=["administrators"])
    admin = client(HELP_KEY)
    assert admin.put(f"/api/systemusers/{ANA}", json={"department": "x"}).status_code == 200
    assert admin.get("/api/users").status_code == 200
    assert admin.delete(f"/api/users/{READER}").status_code == 403
    box.tenant.roles.rows[HELP_ROLE]["name"] = "Custom"
    assert admin.delete(f"/api/users/{READER}").status_code == 403


def test_a_service_account_key(box: Sandbox, client: Client) -> None:
    robot = client(ROBOT_KEY)
    assert robot.get("/api/systemusers").status_code == 200
    box.tenant.serviceaccounts.drop(ROBOT)
    assert robot.get("/api/systemusers").status_code == 401


def token(client: httpx.Client, word: str = SECRET, **form: str) -> httpx.Response:
    body = {"grant_type": "client_credentials", "scope": "api", **form}
    return client.post("/oauth2/token", data=body, auth=("client", word))


def test_a_token_for_client_credentials(box: Sandbox, client: Client) -> None:
    box.options.token_seconds = 1800
    answer = token(client())
    given = answer.json()
    assert (answer.status_code, given["token_type"], given["scope"]) == (200, "bearer", "api")
    assert given["expires_in"] == 1800
    bearer = client(authorization=f"Bearer {given['access_token']}")
    assert bearer.get("/api/systemusers").status_code == 200
    assert bearer.get("/api/v2/usergroups").status_code == 200
    assert bearer.delete(f"/api/systemusers/{ANA}").status_code == 403
    box.tenant.serviceaccounts.drop(ROBOT)
    assert bearer.get("/api/systemusers").status_code == 401


def test_a_token_ends(box: Sandbox, client: Client) -> None:
    box.options.token_seconds = 0
    bearer = client(authorization=f"Bearer {token(client()).json()['access_token']}")
    assert bearer.get("/api/systemusers").status_code == 401
    assert client(authorization="Bearer made-up").get("/api/systemusers").status_code == 401


def test_token_refusals(client: Client) -> None:
    assert token(client(), word="wrong").status_code == 401
    assert token(client(), grant_type="password").status_code == 400
    assert token(client(), scope="users").status_code == 400
    bare = {"grant_type": "client_credentials", "scope": "api"}
    assert client().post("/oauth2/token", data=bare).status_code == 401
    broken = client(authorization="Basic !!!")
    assert broken.post("/oauth2/token", data=bare).status_code == 401
    assert client().get("/oauth2/token").status_code == 405


def test_the_organisation_header_of_a_single_organisation_key(client: Client) -> None:
    assert client(READ_KEY, x_org_id=ORG).get("/api/systemusers").status_code == 200
    assert client(READ_KEY, x_org_id="").get("/api/systemusers").status_code == 200
    assert client(READ_KEY, x_org_id="short").get("/api/systemusers").status_code == 400
    assert client(READ_KEY, x_org_id=NOBODY).get("/api/systemusers").status_code == 404


def test_a_multi_tenant_key_must_choose(client: Client) -> None:
    answer = client(MTP_KEY).get("/api/systemusers")
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized: no organization selected"}
    assert client(MTP_KEY, x_org_id=ORG).get("/api/systemusers").status_code == 200
    assert client(MTP_KEY).get("/api/organizations").status_code == 200


def test_routes_that_take_no_organisation(box: Sandbox, client: Client) -> None:
    text = "Forbidden: organization selection not allowed via header"
    chosen = client(WRITE_KEY, x_org_id=ORG)
    answer = chosen.get("/api/organizations")
    assert answer.status_code == 403
    assert answer.json() == {"message": text, "error": text}
    assert chosen.post(f"/api/systemusers/{ANA}/state/suspend").status_code == 403
    box.options.org_header = "accept"
    assert chosen.post(f"/api/systemusers/{ANA}/state/suspend").status_code == 200


def test_unknown_addresses_and_wrong_methods(client: Client, writer: httpx.Client) -> None:
    assert writer.get("/api/v2/administrators").json() == {"message": "Not Found"}
    assert writer.get("/api/v2/applications").status_code == 404
    assert writer.get("/nothing").status_code == 404
    for method in ("PATCH", "DELETE"):
        answer = writer.request(method, "/api/v2/usergroups")
        assert (answer.status_code, answer.json()) == (405, {"message": "Method Not Allowed"})
    assert client().delete("/api/v2/usergroups").status_code == 401


def test_a_body_that_is_no_json_object(writer: httpx.Client) -> None:
    for body in (b"{", b"[]", b"\xff"):
        answer = writer.put(f"/api/systemusers/{ANA}", content=body)
        assert answer.status_code == 400, body
        assert answer.json()["message"].startswith("Bad Request")


def test_a_multi_tenant_key_reaches_every_organisation() -> None:
    second = "5e" + "0" * 21 + "2"
    other = small() | {"organization": {"_id": second, "displayName": "Other"}}
    other["systemusers"] = other["systemusers"][:2]
    with (
        Sandbox(small(), others=[other]) as box,
        httpx.Client(base_url=box.url, trust_env=False) as client,
    ):

        def get(path: str, key: str, org: str = "") -> httpx.Response:
            return client.get(path, headers={"x-api-key": key, "x-org-id": org})

        named = [row["displayName"] for row in get("/api/organizations", MTP_KEY).json()["results"]]
        assert named == ["Small", "Other"]
        counts = [
            get("/api/systemusers", MTP_KEY, key).json()["totalCount"] for key in (ORG, second)
        ]
        assert counts == [5, 2]
        assert get("/api/systemusers", MTP_KEY).status_code == 401
        assert get("/api/organizations", READ_KEY).json()["totalCount"] == 1
        assert get("/api/systemusers", READ_KEY, second).status_code == 404
