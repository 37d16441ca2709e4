"""The Password Manager: shared folders, items, and whom they are open to. What nobody tells is
never made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox import small as names
from tests.sandbox.small import edge
from uar.sandbox.server import Sandbox
from uar.snapshot import to_files
from uar.sources._http import Client, Credential
from uar.sources.jumpcloud import check, read

from .conftest import KEY, Connect, large, read_of

ITEM = f"jumpcloud:password_manager_item:{names.VAULT}"
FOLDER = f"jumpcloud:password_folder:{names.SAFE}"
LISTS = ("password items", "password folders")


def test_items_and_folders_with_those_they_are_open_to(connected: Connect) -> None:
    snapshot = read(connected())
    found = snapshot.grants.set_index("grant_id")["revocable"].astype(bool).to_dict()
    assert {key: able for key, able in found.items() if "password" in key} == {
        f"{ITEM}>user:{names.ANA}": True,
        f"{FOLDER}>user:{names.CEM}": False,
        f"{FOLDER}>group:{names.SALES}": False,
    }
    why_not = snapshot.grants.set_index("grant_id")["why_not"]
    assert "in the Admin Portal" in why_not[f"{FOLDER}>user:{names.CEM}"]
    held = snapshot.contents.set_index("whole_id")["part_id"]
    assert held[FOLDER] == ITEM
    rows = snapshot.collections.set_index("collection")
    # Ben is told of as well, and is there by his group: that is one grant, not two.
    assert rows.loc["users of password folders", ["fetched", "stored"]].tolist() == [2, 2]
    kinds = snapshot.entitlements.set_index("entitlement_id")["kind"]
    assert (kinds[ITEM], kinds[FOLDER]) == ("password item", "password folder")


def test_who_is_in_a_folder_by_himself_and_by_a_group_holds_it_twice() -> None:
    state = large()
    state["edges"].append(edge(("password_folder", names.SAFE), ("user", names.BEN)))
    found = set(read_of(state).grants["grant_id"])
    assert {f"{FOLDER}>user:{names.BEN}", f"{FOLDER}>group:{names.SALES}"} <= found


def test_a_sharer_whom_no_list_knows_is_a_gap_and_no_grant(connected: Connect) -> None:
    class Strangers(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            if not path.endswith("sharedfolders/" + names.SAFE + "/users"):
                return answer
            other = answer.body.replace(f'"externalId":"{names.CEM}"'.encode(), b'"externalId":""')
            return replace(answer, body=other)

    snapshot = read(connected(kind=Strangers))
    (says,) = snapshot.gaps["says"]
    assert says.startswith(f"Safe is held by the user pm-{names.CEM}, which is not in the list")
    assert f"{FOLDER}>user:{names.CEM}" not in set(snapshot.grants["grant_id"])


def test_what_an_item_holds_is_never_stored(connected: Connect, box: Sandbox) -> None:
    item = box.tenant.passwordmanageritems.get(names.VAULT)
    assert item
    item["field1"] = item["field2"] = "recognise me"
    files = to_files(read(connected()))
    assert not any(b"recognise me" in content for content in files.values())


@pytest.mark.parametrize(
    ("status", "words"), [(402, "not licensed"), (403, "not permitted"), (404, "no such list")]
)
def test_a_tenant_without_it_says_why(connected: Connect, status: int, words: str) -> None:
    class Without(Client):
        def request(self, method: str, path: str, **options: Any) -> Any:
            answer = super().request(method, path, **options)
            mine = path.startswith("/api/v2/passwordmanager/")
            return replace(answer, status=status) if mine else answer

    snapshot = read(connected(kind=Without))
    assert set(snapshot.gaps["collection"]) == set(LISTS)
    assert all(f"status {status}: " in says and words in says for says in snapshot.gaps["says"])
    probes = {probe.collection: probe for probe in check(connected(kind=Without)).probes}
    assert not any(probes[name].readable or probes[name].needed for name in LISTS)
    assert all(f"status {status}" in probes[name].why_not for name in LISTS)


def test_the_sandbox_without_a_licence(connected: Connect, box: Sandbox) -> None:
    box.options.password_manager = False
    assert "not licensed" in read(connected()).gaps["says"].iloc[0]


def test_left_out_it_is_not_asked_for(connected: Connect, box: Sandbox) -> None:
    snapshot = read(connected(), leave_out=LISTS)
    assert not [each.path for each in box.requests if "password" in each.path]
    assert all(says.startswith("Left out by sync.leave_out") for says in snapshot.gaps["says"])


def test_with_an_organisation_named_it_is_not_asked_for(connected: Connect, box: Sandbox) -> None:
    """The routes take no x-org-id: the answer would be of who knows which organisation."""
    credential = Credential(api_key=KEY, org_id=names.ORG)
    snapshot = read(connected(credential))
    assert not [each.path for each in box.requests if "password" in each.path]
    assert set(snapshot.gaps["collection"]) == set(LISTS)
    assert all("takes no JUMPCLOUD_ORG_ID" in says for says in snapshot.gaps["says"])
    probes = {probe.collection: probe for probe in check(connected(credential)).probes}
    assert all("JUMPCLOUD_ORG_ID" in probes[name].why_not for name in LISTS)
    assert not [each.path for each in box.requests if "password" in each.path]
