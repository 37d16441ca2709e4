"""A whole tenant -> a snapshot: what stands in it, what is named as missing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import small as names
from tests.sandbox.small import edge
from uar.errors import SetupError, SourceError, TableError
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot, from_files, to_files
from uar.sources._cross import MEMBEROF, REACHED
from uar.sources._http import Client, Credential
from uar.sources._probe import WRITES, Scopes, may_write
from uar.sources._rows import RoleRef
from uar.sources._tables import PART, Tables
from uar.sources.jumpcloud import check, read

from .conftest import CLIENT_SECRET, CROWD, KEY, Connect, large, read_of, same


def grants(snapshot: Snapshot) -> dict[str, tuple[bool, Any]]:
    frame = snapshot.grants
    return {
        row.grant_id: (row.revocable, None if pd.isna(row.why_not) else row.why_not)
        for row in frame.itertuples()
    }


def group(state: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in state["usergroups"] if each["id"] == key)


def is_holder(end: dict[str, str]) -> bool:
    """A user, or a group that holds something."""
    return end["type"] in ("user", "user_group")


def says(snapshot: Snapshot) -> str:
    return "\n".join(snapshot.gaps["says"])


def test_every_edge_is_a_grant(connected: Connect) -> None:
    snapshot = read(connected())
    found = {grant_id.replace("jumpcloud:", "") for grant_id in grants(snapshot)}
    roles = {
        f"role:{names.OWNER_ROLE}>admin:{names.OWNER}",
        f"role:{names.READ_ROLE}>admin:{names.READER}",
        f"role:{names.HELP_ROLE}>admin:{names.MANAGER}",
        f"role:{names.READ_ROLE}>admin:{names.BACKUP}",
        f"role:{names.READ_ROLE}>service:{names.ROBOT}",
    }
    kinds = {"user_group": "group", "application": "app"}
    ends = [
        [f"{kinds.get(each[end]['type'], each[end]['type'])}:{each[end]['id']}" for end in order]
        for each in large()["edges"]
        for order in [("from", "to") if is_holder(each["to"]) else ("to", "from")]
        if is_holder(each["to"]) or is_holder(each["from"])
    ]
    edges = {f"{held}>{holder}" for held, holder in ends}
    assert found == roles | edges
    assert len(snapshot.accounts) == 5 + len(CROWD) + 4 + 1
    assert len(snapshot.gaps) == 0


def test_a_snapshot_survives_its_files(connected: Connect) -> None:
    snapshot = read(connected())
    again = from_files(to_files(snapshot))
    assert same(again, snapshot)
    assert again.header == snapshot.header


def test_the_header(connected: Connect, box: Sandbox) -> None:
    box.tenant.admins.get(names.READER)["apiKeyHash"] = {"prefix": "jca_reco"}  # type: ignore[index]
    header = read(connected()).header
    assert (header.tenant_id, header.tenant_name) == (names.ORG, "Small")
    assert (header.credential_id, header.credential_name) == (
        f"jumpcloud:admin:{names.READER}",
        "reader@example.com",
    )
    assert header.started_at < header.finished_at
    assert len(header.seal_key) == 64


def test_whose_key_it_is_is_not_guessed(connected: Connect, box: Sandbox) -> None:
    for admin in (names.READER, names.OWNER):
        box.tenant.admins.get(admin)["apiKeyHash"] = {"prefix": "jca_reco"}  # type: ignore[index]
    assert read(connected()).header.credential_id == ""


def test_the_order_of_answers_changes_nothing(connected: Connect) -> None:
    one, many = read(connected(), in_flight=1), read(connected(), in_flight=16)
    assert same(one, many)
    assert list(one.collections["sha256"]) == list(many.collections["sha256"])


def test_a_service_account_reads_the_same(connected: Connect) -> None:
    by_token = read(connected(Credential(client_id="robot", client_secret=CLIENT_SECRET)))
    assert same(by_token, read(connected()))


def test_totals_tie_out(connected: Connect, box: Sandbox) -> None:
    box.options.totals = "all"
    rows = read(connected()).collections.set_index("collection")
    assert (rows["fetched"] == rows["stored"]).all()
    stated = rows["stated"].dropna()
    assert (stated == rows.loc[stated.index, "fetched"]).all()
    assert rows.loc["users", "pages"] == 3
    assert rows.loc["group members", "stated"] == 6 + len(CROWD)
    assert set(rows.index[rows["stated"].isna()]) == {"groups by method"}


def test_a_total_that_is_not_stated_stays_unknown(connected: Connect) -> None:
    rows = read(connected()).collections.set_index("collection")
    assert pd.isna(rows.loc["group members", "stated"])


ROBOTS = 1  # service accounts, each read by itself
EVENTS = 2  # one page, and their count
# Users of devices, groups; device group, directories, RADIUS, password, folder, both; members of
# the device group.
BOUND = 2 + 4 + 2 + 2 * 2 + 2 + 2 + 2 + 1


def test_pages_are_asked_for_as_they_are_largest(connected: Connect, box: Sandbox) -> None:
    read(connected())
    asked = [each.path for each in box.requests]
    assert (
        len(asked)
        == len(set(asked))
        == 9 + 4 + 4 + 2 + (1 + 2 + 1 + 1 + 1) + (1 + 1 + 2) + 3 + BOUND + ROBOTS + EVENTS
    )
    (apps,) = [path for path in asked if path.startswith("/api/applications?")]
    assert "fields=" in apps
    assert "config" not in apps


def test_what_only_a_service_accounts_own_page_says(connected: Connect, box: Sandbox) -> None:
    account = box.tenant.serviceaccounts.get(names.ROBOT)
    made = {"createdAt": "2026-01-02T00:00:00Z", "createdBy": {"id": names.OWNER, "type": "ADMIN"}}
    account["authConfigList"] = [{"clientSecretConfig": made}]  # type: ignore[index]
    snapshot = read(connected())
    robot = snapshot.accounts.set_index("account_id").loc[f"jumpcloud:service:{names.ROBOT}"]
    assert robot["key_made_at"] == pd.Timestamp("2026-01-02", tz="UTC")
    assert robot["key_made_by"] == f"jumpcloud:admin:{names.OWNER}"
    assert robot["login"]


def test_a_service_account_that_went_away_meanwhile_is_a_gap(connected: Connect) -> None:
    class Gone(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            own = path == f"/api/v2/service-accounts/{names.ROBOT}"
            return replace(answer, status=404) if own else answer

    snapshot = read(connected(kind=Gone))
    assert f"GET /api/v2/service-accounts/{names.ROBOT} was answered with status 404" in says(
        snapshot
    )
    robot = snapshot.accounts.set_index("account_id").loc[f"jumpcloud:service:{names.ROBOT}"]
    assert pd.isna(robot["key_made_at"])
    assert "service account credentials" not in set(snapshot.collections["collection"])


def test_private_keys_are_never_stored(connected: Connect, box: Sandbox) -> None:
    box.options.application_fields_hide_config = False
    for content in to_files(read(connected())).values():
        assert b"not a key" not in content  # stands in config.idpPrivateKey


# Dynamic groups (API.md 8.2)


def test_members_of_a_rule_cannot_be_revoked(connected: Connect) -> None:
    snapshot = read(connected())
    found = grants(snapshot)
    revocable, why_not = found[f"jumpcloud:group:{names.DYNAMIC}>user:{names.ANA}"]
    assert not revocable
    assert "rule" in why_not
    assert found[f"jumpcloud:group:{names.REVIEWED}>user:{names.DIA}"] == (True, None)
    assert found[f"jumpcloud:group:{names.STAFF}>user:{names.ANA}"] == (True, None)
    methods = snapshot.entitlements.set_index("source_id")["membership"]
    assert methods[names.STAFF] == "static"
    assert methods[names.DYNAMIC] == "dynamic"
    assert methods[names.REVIEWED] == "review-required"


def test_an_exempted_member_can_be_revoked() -> None:
    state = large()
    group(state, names.DYNAMIC)["memberQueryExemptions"] = [{"id": names.ANA, "type": "USER"}]
    assert grants(read_of(state))[f"jumpcloud:group:{names.DYNAMIC}>user:{names.ANA}"][0]


def test_a_membership_method_from_the_future() -> None:
    state = large()
    group(state, names.DYNAMIC)["membershipMethod"] = "DYNAMIC_BY_MOON"
    snapshot = read_of(state)
    assert not grants(snapshot)[f"jumpcloud:group:{names.DYNAMIC}>user:{names.ANA}"][0]
    assert "Finance has a membership method that uar does not know" in says(snapshot)


@pytest.mark.parametrize("answer", ["refused", "ignored", "nothing"])
def test_a_filter_that_does_not_work_is_done_without(
    box: Sandbox, connected: Connect, answer: str
) -> None:
    expected = read(connected())

    class Unfiltered(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            params = dict(options.get("params") or {})
            if "filter" in params and answer == "refused":
                params["filter"] = "no:such:filter"
            elif "filter" in params and answer == "ignored":
                del params["filter"]
            elif "filter" in params:
                params["filter"] = "name:eq:none"
            return super().request(method, path, **{**options, "params": params})

    assert same(read(connected(kind=Unfiltered)), expected)


# Devices, directories and servers


def test_the_rights_of_an_administrator_stand_on_the_grant(connected: Connect) -> None:
    sudo = read(connected()).grants.set_index("grant_id")["sudo"].dropna()
    assert dict(sudo) == {f"jumpcloud:system:{names.MAC}>user:{names.ANA}": "with password"}


def test_what_is_left_out_is_named(connected: Connect, box: Sandbox) -> None:
    snapshot = read(connected(), leave_out=("devices", "RADIUS servers"))
    kinds = set(snapshot.entitlements["kind"])
    assert {"device group", "directory"} <= kinds
    assert not kinds & {"device", "radius"}
    assert says(snapshot).count("Left out by sync.leave_out") == len(snapshot.gaps) == 2
    assert not [each.path for each in box.requests if "/systems" in each.path]


def test_the_shared_secret_of_a_server_is_never_stored(connected: Connect, box: Sandbox) -> None:
    assert box.tenant.radiusservers.get(names.RADIUS)["sharedSecret"]  # type: ignore[index]
    secret = box.tenant.radiusservers.get(names.RADIUS)["sharedSecret"].encode()  # type: ignore[index]
    assert not any(secret in content for content in to_files(read(connected())).values())


def test_a_directory_of_a_type_from_the_future() -> None:
    state = large()
    state["directories"].append({"id": names.NOBODY, "name": "Moon", "type": "moon_base"})
    snapshot = read_of(state)
    assert says(snapshot).startswith("Moon is of a type that uar does not know")
    assert len(snapshot.gaps) == 1


# What is missing is named


ELSEWHERE = names.NOBODY


@pytest.mark.parametrize(
    ("place", "far", "collection", "words"),
    [
        (("user_group", names.SALES), ("user", ELSEWHERE), "group members", "the list of users"),
        (("application", names.WIKI), ("user", ELSEWHERE), "application users", "list of users"),
        (("application", names.WIKI), ("user_group", ELSEWHERE), "application groups", "of groups"),
    ],
)
def test_an_edge_to_what_was_never_listed(
    place: tuple[str, str], far: tuple[str, str], collection: str, words: str
) -> None:
    state = large()
    state["edges"].append(edge(place, far))
    snapshot = read_of(state)
    assert ELSEWHERE in says(snapshot)
    assert words in says(snapshot)
    assert not any(ELSEWHERE in grant_id for grant_id in grants(snapshot))
    row = snapshot.collections.set_index("collection").loc[collection]
    assert row["fetched"] - row["stored"] == len(snapshot.gaps) == 1


def test_a_member_of_an_unknown_kind(connected: Connect) -> None:
    class Robots(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            if not path.endswith(f"{names.SALES}/members"):
                return answer
            return replace(answer, body=answer.body.replace(b'"type":"user"', b'"type":"robot"'))

    snapshot = read(connected(kind=Robots))
    assert f"Sales is held by {names.BEN}, a robot, which uar does not know" in says(snapshot)


def test_a_role_that_is_not_in_the_list_is_kept() -> None:
    state = large()
    for admin in state["admins"]:
        if admin["_id"] == names.BACKUP:
            admin.update(role="f9", roleName="Keeper", roles=["f9"], roleNames=["Keeper"])
        if admin["_id"] == names.MANAGER:
            admin.update(role="", roleName="Night Watch", roles=[], roleNames=[])
        if admin["_id"] == names.OWNER:
            admin.update(role="", roleName="administrator with billing", roles=[], roleNames=[])
    snapshot = read_of(state)
    found = grants(snapshot)
    assert f"jumpcloud:role:f9>admin:{names.BACKUP}" in found
    assert f"jumpcloud:role:night-watch>admin:{names.MANAGER}" in found
    assert f"jumpcloud:role:{names.OWNER_ROLE}>admin:{names.OWNER}" in found
    assert "The role Keeper is held" in says(snapshot)
    assert "The role Night Watch is held" in says(snapshot)
    assert len(snapshot.gaps) == 2


def test_an_admin_with_several_roles_and_one_without() -> None:
    state = large()
    for admin in state["admins"]:
        if admin["_id"] == names.BACKUP:
            both = [names.READ_ROLE, names.CUSTOM_ROLE]
            admin.update(roles=both, roleNames=["Read Only", "Nobody"])
        if admin["_id"] == names.MANAGER:
            admin.update(role="", roleName="", roles=[], roleNames=[])
    snapshot = read_of(state)
    held = [grant_id for grant_id in grants(snapshot) if f"admin:{names.BACKUP}" in grant_id]
    assert len(held) == 2
    assert "help@example.com states no role" in says(snapshot)


WAYS = ("systems", "groups", "directories", "radius")


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ("roles.readonly", "GET /api/v2/roles"),
        ("serviceaccounts.readonly", "GET /api/v2/service-accounts"),
        ("administrators.readonly", "GET /api/users"),
        ("organizations.readonly", "GET /api/organizations"),
        ("systems.readonly", "GET /api/systems"),
        ("directories.readonly", "GET /api/v2/directories"),
        ("radius.readonly", "GET /api/radiusservers"),
        ("directoryinsights.readonly", "POST /insights/directory/v1/events"),
        ("associations.systems.readonly", f"GET /api/v2/systems/{names.MAC}/associations"),
    ],
)
def test_a_list_that_the_role_may_not_read_is_a_gap(scope: str, missing: str) -> None:
    state = large()
    role = next(each for each in state["roles"] if each["id"] == names.READ_ROLE)
    every = [
        *("users", "groups", "applications", "systems", "directories", "radius"),
        *("roles", "serviceaccounts", "administrators", "organizations", "directoryinsights"),
        "passwordmanager",
        *(f"associations.{part}" for part in ("applications", *WAYS)),
    ]
    role["name"] = "Almost everything"
    role["scopes"] = [name for part in every if (name := f"{part}.readonly") != scope]
    snapshot = read_of(state)
    assert f"{missing} was answered with status 403" in says(snapshot)
    assert len(snapshot.gaps) == 1


@pytest.mark.parametrize("part", ["users", "groups", "applications", "associations.applications"])
def test_without_these_there_is_no_review(part: str) -> None:
    state = large()
    role = next(each for each in state["roles"] if each["id"] == names.READ_ROLE)
    role["name"] = "Not enough"
    scopes = {"users", "groups", "applications", "associations.applications", "roles"}
    role["scopes"] = sorted(f"{each}.readonly" for each in scopes - {part})
    with pytest.raises(SourceError, match=r"status 403: the role of the key's owner"):
        read_of(state)


def test_a_key_nobody_knows(connected: Connect) -> None:
    with pytest.raises(SourceError, match="status 401: the key is unknown"):
        read(connected(Credential(api_key="jca_nobody")))


def test_a_key_of_several_organisations_must_say_which(connected: Connect) -> None:
    class Two(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            if path != "/api/organizations":
                return answer
            rows = [{"id": names.ORG, "displayName": "Small"}, {"id": "5e01"}]
            return replace(answer, body=json.dumps({"totalCount": 2, "results": rows}).encode())

    with pytest.raises(SetupError, match="2 organisations; set JUMPCLOUD_ORG_ID"):
        read(connected(kind=Two))
    chosen = Credential(api_key=KEY, org_id=names.ORG)
    assert read(connected(chosen, kind=Two)).header.tenant_name == "Small"


# uar check


def test_check_reads_one_row_a_collection(connected: Connect, box: Sandbox) -> None:
    found = check(connected())
    assert found.enough
    assert (found.tenant_id, found.tenant_name) == (names.ORG, "Small")
    totals = {probe.collection: probe.total for probe in found.probes}
    assert totals["users"] == 5 + len(CROWD)
    assert all(probe.readable for probe in found.probes)
    paged = [each.path for each in box.requests if "limit=100" in each.path]
    assert len(paged) == 3  # organisations, admins and roles, to say whose key it is
    assert len(box.requests) == len(found.probes) + 3
    assert {"events", MEMBEROF, REACHED} <= set(totals)


def test_check_says_what_would_be_missing(box: Sandbox, connected: Connect) -> None:
    role = box.tenant.roles.get(names.READ_ROLE)
    assert role
    role.update(name="Little", scopes=["users.readonly", "groups.readonly"])
    found = check(connected())
    assert not found.enough
    by_name = {probe.collection: probe for probe in found.probes}
    assert by_name["users"].readable
    assert not by_name["applications"].readable
    assert "status 403" in by_name["applications"].why_not
    assert by_name["admins"].without
    assert not by_name["applications"].without


def test_check_without_directory_insights(box: Sandbox, connected: Connect) -> None:
    box.options.insights = False
    found = check(connected())
    (events,) = [probe for probe in found.probes if probe.collection == "events"]
    assert not events.readable
    assert events.why_not == "not licensed (status 402)"
    assert found.enough


ROLES = [
    Scopes("f1", "administrator with billing", frozenset()),
    Scopes("f2", "manager", frozenset({"groups", "associations", "users.readonly"})),
    Scopes("f3", "keeper", frozenset({"associations.systems", "groups.readonly"})),
    Scopes("f4", "silent", frozenset()),
]


@pytest.mark.parametrize(
    ("held", "groups", "apps", "devices", "admins"),
    [
        ([RoleRef("f1", "")], True, True, True, True),
        ([RoleRef("", "ADMINISTRATOR with Billing")], True, True, True, True),
        ([RoleRef("", "Read Only")], False, False, False, False),
        ([RoleRef("f2", "Manager")], True, True, True, False),
        ([RoleRef("f3", "")], False, False, True, False),
        ([RoleRef("f3", ""), RoleRef("f2", "")], True, True, True, False),
        ([RoleRef("f4", "")], None, None, None, None),
        ([RoleRef("f9", "Nowhere")], None, None, None, None),
        ([RoleRef("f9", "Nowhere"), RoleRef("f3", "")], None, None, True, None),
        ([], None, None, None, None),
    ],
)
def test_what_a_role_may_write(
    held: list[RoleRef],
    groups: bool | None,
    apps: bool | None,
    devices: bool | None,
    admins: bool | None,
) -> None:
    found = may_write(held, ROLES)
    assert set(found) == set(WRITES)
    names = ("group memberships", "application assignments", "device bindings")
    assert [found[name] for name in names] == [groups, apps, devices]
    assert found["administrator roles"] is admins


def test_check_of_a_tenant_that_is_empty(connected: Connect, box: Sandbox) -> None:
    for name in ("usergroups", "applications"):
        getattr(box.tenant, name).rows.clear()
    assert check(connected()).enough


@pytest.mark.parametrize("count", [0, 1, PART, 2 * PART + 1])
def test_grants_are_put_together_by_parts_and_none_is_lost(count: int) -> None:
    tables = Tables()
    for number in reversed(range(count)):
        why_not = None if number % 3 else "by hand"
        tables.edge("group members", f"jumpcloud:group:{number % 7}", f"user:{number}", why_not)
    frame = tables.grants.frame()
    ids = [f"jumpcloud:group:{number % 7}>user:{number}" for number in range(count)]
    assert list(frame["grant_id"]) == sorted(ids)
    for row in frame.sample(min(count, 50), random_state=1).itertuples():
        number = int(row.holder_id.removeprefix("jumpcloud:user:"))
        assert row.grant_id == ids[number] and row.entitlement_id == ids[number].partition(">")[0]
        assert row.holder_kind == "user"
        assert row.revocable == bool(number % 3) == pd.isna(row.why_not)
        assert pd.isna(row.sudo) and pd.isna(row.effective_sudo)


@given(
    st.sets(
        st.tuples(
            st.sampled_from(["role:night", "role:night-watch", "app:1", "app:10", "group:1_a"]),
            st.sampled_from(["user:1", "user:10", "user:1-1", "admin:1", "group:1"]),
        )
    )
)
def test_grants_come_in_the_order_of_their_ids(edges: set[tuple[str, str]]) -> None:
    tables = Tables()
    for held, holder in edges:
        tables.grant(f"jumpcloud:{held}", holder)
    found = tables.grants.frame()["grant_id"].tolist()
    assert found == sorted(f"jumpcloud:{held}>{holder}" for held, holder in edges)


def test_the_same_grant_twice_is_an_error() -> None:
    tables = Tables()
    for _ in range(2):
        tables.grant("jumpcloud:app:1", "user:1")
    with pytest.raises(TableError, match="stands more than once"):
        tables.grants.frame()
