"""One sample a mapping, and what holds for any JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uar.sources._ends import holder_of_edge
from uar.sources._rows import (
    RoleRef,
    account_of_admin,
    account_of_service,
    account_of_user,
    credentials_of_service,
    key_prefix,
    role_slug,
    roles_of_admin,
    roles_of_service,
)
from uar.sources._things import (
    entitlement_of_app,
    entitlement_of_group,
    entitlement_of_role,
    exempted,
)
from uar.sources._values import either, moment
from uar.tables import ACCOUNTS, ENTITLEMENTS, Table

ID = "65a0c0ffee00000000000001"
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsABgH5C9okWi0dh2l9GKJl laptop"
USER = {
    "_id": ID,
    "id": ID,
    "username": "ana",
    "email": "Ana@example.com",
    "firstname": "Ana",
    "lastname": "Ng",
    "displayname": "",
    "state": "ACTIVATED",
    "suspended": False,
    "activated": False,
    "account_locked": True,
    "account_locked_date": "2026-11-18T07:00:00Z",
    "department": " Finance ",
    "jobTitle": "=1+1",
    "manager": "65a0c0ffee00000000000002",
    "employeeIdentifier": 7,
    "employeeType": "Contractor",
    "company": "",
    "costCenter": None,
    "location": "Oslo \ud800",
    "alternateEmail": "ana@home.example",
    "recoveryEmail": {"address": "ana@mail.example", "verified": True},
    "admin": {"id": "65a0c0ffee00000000000003", "roleName": "Help Desk"},
    "unix_uid": 5001,
    "ssh_keys": [{"name": "laptop", "public_key": SSH}],
    "ldap_binding_user": False,
    "samba_service_user": True,
    "mfa": {"configured": False, "exclusion": True, "exclusionUntil": "2026-12-01T00:00:00Z"},
    "mfaEnrollment": {"totpStatus": "NOT_ENROLLED", "webAuthnStatus": "ENROLLED"},
    "totp_enabled": False,
    "enable_user_portal_multifactor": True,
    "sudo": False,
    "password_expired": False,
    "password_expiration_date": "2027-01-01T00:00:00Z",
    "password_never_expires": False,
    "created": "2024-01-12T09:15:42.369Z",
    "description": "\x1b[31m<b>",
    "restrictedFields": [
        {"field": "state", "type": "active_directory", "id": ID},
        {"field": "email", "type": "scim", "id": ID},
    ],
}
ADMIN = {
    "_id": ID,
    "email": "root@example.com",
    "firstname": "Ro",
    "lastname": "Ot",
    "suspended": False,
    "totpEnrolled": True,
    "enableMultiFactor": False,
    "apiKeySet": True,
    "apiKeyAllowed": False,
    "apiKeyUpdatedAt": "2026-03-01T00:00:00Z",
    "apiKeyHash": {"prefix": "jca_1234", "expireAt": "2027-03-01T00:00:00Z"},
    "sessionCount": 7,
    "created": "0001-01-01T00:00:00Z",
    "roles": ["65f1", "65f2"],
    "roleNames": ["Manager", "Keeper of Bees"],
    "role": "65f1",
    "roleName": "Manager",
}
SERVICE = {
    "objectId": ID,
    "name": "Robot",
    "roleId": "65f1",
    "roleName": "Read Only",
    "status": "EXPIRED",
    "createdAt": "2026-10-01T09:00:00.000Z",
    "expiresAt": "2026-11-01T09:00:00.000Z",
}
KEY = {
    "clientId": "sandbox-client-0001",
    "createdAt": "2026-10-01T09:00:00.000Z",
    "createdBy": {"id": "65a0c0ffee00000000000009", "name": "ro@example.com", "type": "ADMIN"},
    "expiresAt": "2027-10-01T09:00:00.000Z",
    "status": "ACTIVE",
}
CREDENTIALS = {"authConfigList": [{"authType": "CLIENT_SECRET", "clientSecretConfig": KEY}]}
GROUP = {
    "id": ID,
    "name": "Finance",
    "description": "",
    "attributes": {"sudo": {"enabled": True}},
    "memberQueryExemptions": [{"id": ID, "type": "USER"}],
}
APP = {
    "_id": ID,
    "name": "saml",
    "displayName": "",
    "displayLabel": "Payroll",
    "active": True,
    "config": {"idpPrivateKey": {"value": "very secret"}},
}
ROLE = {"id": ID, "name": "Keeper of Bees", "description": "Bees", "scopes": ["bees"]}


def service_with_credentials(account: dict[str, Any]) -> dict[str, Any]:
    return account_of_service(account) | credentials_of_service(account)


Mapping = Callable[[dict[str, Any]], dict[str, Any]]
MAPPINGS: list[tuple[Mapping, dict[str, Any], Table]] = [
    (account_of_user, USER, ACCOUNTS),
    (account_of_admin, ADMIN, ACCOUNTS),
    (account_of_service, SERVICE, ACCOUNTS),
    (service_with_credentials, SERVICE | CREDENTIALS, ACCOUNTS),
    (entitlement_of_group, GROUP, ENTITLEMENTS),
    (entitlement_of_app, APP, ENTITLEMENTS),
    (entitlement_of_role, ROLE, ENTITLEMENTS),
]
EVERY = pytest.mark.parametrize(
    ("mapping", "sample", "table"), MAPPINGS, ids=lambda each: getattr(each, "__name__", "")
)
IDS = ("_id", "id", "objectId")


def day(year: int, month: int, number: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(year, month, number, hour, tzinfo=dt.UTC)


def test_a_user() -> None:
    assert account_of_user(USER) == {
        "account_id": f"jumpcloud:user:{ID}",
        "kind": "user",
        "source_id": ID,
        "login": "ana",
        "email": "Ana@example.com",
        "name": "Ana Ng",
        "status": "active",
        "locked": True,
        "locked_at": day(2026, 11, 18, 7),
        "activated": False,
        "department": " Finance ",
        "title": "=1+1",
        "manager_id": "jumpcloud:user:65a0c0ffee00000000000002",
        "employee_id": "7",
        "employee_type": "Contractor",
        "company": None,
        "cost_center": None,
        "location": "Oslo \ufffd",
        "alternate_email": "ana@home.example",
        "recovery_email": "ana@mail.example",
        "linked_admin_id": "jumpcloud:admin:65a0c0ffee00000000000003",
        "unix_uid": "5001",
        "ssh_keys": "SHA256:vquJBo6EvVfnHbyPmuwuOg4XGi4Cmti6ZX2fnFN0Ti0",  # ssh-keygen -lf
        "service_like": True,
        "mfa": True,
        "mfa_required": True,
        "mfa_sms_only": False,
        "mfa_excused": True,
        "mfa_excused_until": day(2026, 12, 1),
        "sudo": False,
        "sudo_without_password": None,
        "password_expired": False,
        "password_expires_at": day(2027, 1, 1),
        "password_never_expires": False,
        "created_at": dt.datetime(2024, 1, 12, 9, 15, 42, 369000, dt.UTC),
        "description": "\x1b[31m<b>",
        "managed_fields": "email:scim state:active-directory",
    }


def test_an_admin() -> None:
    row = account_of_admin(ADMIN)
    assert row == {
        "account_id": f"jumpcloud:admin:{ID}",
        "kind": "admin",
        "source_id": ID,
        "login": "root@example.com",
        "email": "root@example.com",
        "name": "Ro Ot",
        "status": "active",
        "mfa": True,
        "mfa_required": False,
        "api_key_set": True,
        "api_key_allowed": False,
        "key_made_at": day(2026, 3, 1),
        "key_ends_at": day(2027, 3, 1),
        "key_endless": False,
        "sessions": 7,
        "created_at": None,  # how a Go program writes "never"
    }
    assert key_prefix(ADMIN) == "jca_1234"


@pytest.mark.parametrize(
    ("different", "made", "endless"),
    [
        ({"apiKeyHash": {"prefix": "jca_1234"}}, day(2026, 3, 1), True),
        ({"apiKeyHash": {"expireAt": "0001-01-01T00:00:00Z"}}, day(2026, 3, 1), True),
        ({"apiKeyHash": None}, day(2026, 3, 1), None),  # a key from before there were ends
        ({"apiKeyUpdatedAt": "", "apiKeyHash": {"createdAt": "2025-01-01"}}, day(2025, 1, 1), True),
    ],
)
def test_the_end_of_an_api_key(
    different: dict[str, Any], made: dt.datetime, endless: bool | None
) -> None:
    row = account_of_admin(ADMIN | different)
    assert (row["key_made_at"], row["key_ends_at"], row["key_endless"]) == (made, None, endless)


def test_a_service_account() -> None:
    row = account_of_service(SERVICE)
    assert (row["account_id"], row["login"]) == (f"jumpcloud:service:{ID}", "Robot")
    assert row["status"] == "suspended"
    assert (row["key_state"], row["key_ends_at"]) == ("expired", day(2026, 11, 1, 9))
    expiring = account_of_service({**SERVICE, "status": "EXPIRING"})
    assert (expiring["status"], expiring["key_state"]) == ("active", "expiring")
    assert account_of_service({**SERVICE, "status": "NEW"})["key_state"] is None
    assert roles_of_service(SERVICE) == (RoleRef("65f1", "Read Only"),)
    assert roles_of_service({}) == ()


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_credentials_of_a_service_account(wrapped: bool) -> None:
    older = KEY | {"createdAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-12-01T00:00:00Z"}
    dead = KEY | {"createdAt": "2020-01-01T00:00:00Z", "status": "EXPIRED"}
    robot = older | {"createdBy": {"id": "5e01", "type": "SERVICE_ACCOUNT"}}
    listed = [{"clientSecretConfig": KEY}, {"apiKeyConfig": robot}, {"apiKeyConfig": dead}]
    page = {"authConfigList": listed}
    assert credentials_of_service({"serviceAccount": page} if wrapped else page) == {
        "key_made_at": day(2026, 1, 1),
        "key_ends_at": day(2027, 10, 1, 9),
        "key_endless": False,
        "key_made_by": "jumpcloud:admin:65a0c0ffee00000000000009 jumpcloud:service:5e01",
    }


def test_credentials_of_which_little_is_said() -> None:
    nothing = dict.fromkeys(("key_made_at", "key_ends_at", "key_endless", "key_made_by"))
    assert credentials_of_service({"authConfigList": []}) == nothing
    assert credentials_of_service({}) == nothing
    odd = {"createdBy": {"id": "5e01", "type": "GHOST"}}
    found = credentials_of_service({"authConfigList": [{"apiKeyConfig": odd}]})
    assert found == nothing | {"key_endless": True}


@pytest.mark.parametrize(
    ("factors", "elsewhere", "only"),
    [
        ({"smsStatus": "ENROLLED"}, False, True),
        ({"smsStatus": "ENROLLED", "overallStatus": "ENROLLED"}, False, True),
        ({"smsStatus": "ENROLLED", "pushStatus": "NOT_ENROLLED"}, False, True),
        ({"smsStatus": "ENROLLED", "pushStatus": "ENROLLED"}, False, False),
        ({"smsStatus": "ENROLLED"}, True, False),
        ({"smsStatus": "NOT_ENROLLED"}, False, False),
        ({"smsStatus": "ENROLLED", "starStatus": "SHINING"}, False, None),
        ({"smsStatus": "NEW"}, False, None),
        ({}, False, None),
        ({}, True, False),
    ],
)
def test_text_messages_as_the_only_factor(
    factors: dict[str, str], elsewhere: bool, only: bool | None
) -> None:
    user = {"_id": ID, "mfa": {"configured": elsewhere}, "mfaEnrollment": factors}
    assert account_of_user(user)["mfa_sms_only"] is only


def test_a_role_that_can_write() -> None:
    def writes(*scopes: str) -> object:
        return entitlement_of_role({"id": ID, "name": "x", "scopes": list(scopes)})["writes"]

    assert writes("users.readonly", "groups.readonly") is False
    assert writes("users.readonly", "users.mfa.reset") is True
    assert writes() is None


def test_entitlements() -> None:
    assert entitlement_of_group(GROUP) == {
        "entitlement_id": f"jumpcloud:group:{ID}",
        "kind": "group",
        "source_id": ID,
        "name": "Finance",
        "description": None,
        "privileged": True,
        "sudo": "with password",
    }
    app = entitlement_of_app(APP)
    assert (app["entitlement_id"], app["name"], app["active"]) == (
        f"jumpcloud:app:{ID}",
        "Payroll",
        True,
    )
    assert "very secret" not in str(app)
    assert entitlement_of_role(ROLE)["name"] == "Keeper of Bees"
    assert exempted(GROUP) == {f"user:{ID}"}


@pytest.mark.parametrize(
    ("state", "suspended", "status"),
    [
        ("ACTIVATED", False, "active"),
        ("STAGED", False, "staged"),
        ("SUSPENDED", True, "suspended"),
        ("ACTIVATED", None, "active"),
        ("", True, "suspended"),
        (None, False, "unknown"),
        ("FROZEN", False, "unknown"),
        ("ACTIVATED", True, "unknown"),  # the two must agree (API.md 8.3)
        ("SUSPENDED", False, "unknown"),
    ],
)
def test_status(state: str | None, suspended: bool | None, status: str) -> None:
    assert account_of_user({"id": ID, "state": state, "suspended": suspended})["status"] == status


@pytest.mark.parametrize(
    ("user", "mfa"),
    [
        ({}, None),
        ({"totp_enabled": False}, False),
        ({"totp_enabled": True}, True),
        ({"mfa": {"configured": True}, "totp_enabled": False}, True),
        ({"totp_enabled": False, "mfaEnrollment": {"pushStatus": "ENROLLED"}}, True),
        ({"totp_enabled": False, "mfaEnrollment": {"pushStatus": "PENDING_ACTIVATION"}}, False),
        ({"totp_enabled": False, "mfaEnrollment": {"palmStatus": "PLANTED"}}, None),
        ({"totp_enabled": True, "mfaEnrollment": {"palmStatus": "PLANTED"}}, True),
    ],
)
def test_mfa(user: dict[str, Any], mfa: bool | None) -> None:
    assert account_of_user({"id": ID, **user})["mfa"] is mfa


@pytest.mark.parametrize(
    ("admin", "roles"),
    [
        (ADMIN, (("65f1", "Manager"), ("65f2", "Keeper of Bees"))),
        ({"role": "65f1", "roleName": "Manager"}, (("65f1", "Manager"),)),
        ({"roleName": "Manager", "roleNames": []}, (("", "Manager"),)),
        ({"roleNames": ["A", "B"]}, (("", "A"), ("", "B"))),
        ({"roles": ["65f1"], "roleNames": ["A", "B"]}, (("65f1", ""), ("", "A"), ("", "B"))),
        ({"role": "65f3", "roleName": "C", "roles": ["65f1"], "roleNames": ["A"]},
         (("65f3", "C"), ("65f1", "A"))),
        ({}, ()),
        ({"role": None, "roles": None, "roleName": ""}, ()),
    ],
)  # fmt: skip
def test_no_role_is_lost(admin: dict[str, Any], roles: tuple[tuple[str, str], ...]) -> None:
    assert roles_of_admin(admin) == tuple(RoleRef(*role) for role in roles)


def test_slugs_of_roles_that_have_only_a_name() -> None:
    assert role_slug("Read Only") == "read-only"
    slugs = {role_slug(name) for name in ("R&D", "R D", "r-d", "管理者", "管理", "!")}
    assert len(slugs) == 5  # "R D" and "r-d" are as good as the same
    assert role_slug("READ ONLY") == role_slug("read only")


def test_ends_of_edges() -> None:
    edge = {"attributes": None, "to": {"id": ID, "type": "user"}}
    assert holder_of_edge(edge) == f"user:{ID}"
    assert holder_of_edge({"to": {"id": ID, "type": "user_group"}}) == f"group:{ID}"
    assert holder_of_edge({"to": {"id": ID, "type": "agent_group"}}) == f"agent_group:{ID}"
    for broken in ({}, {"to": None}, {"to": {"id": ID}}, {"to": {"type": "user"}}, {"to": ID}):
        with pytest.raises(ValueError, match=r"edge|row has no|not an object"):
            holder_of_edge(broken)


@EVERY
def test_every_sample_fits_its_table(
    mapping: Mapping, sample: dict[str, Any], table: Table
) -> None:
    assert len(table.frame([mapping(sample)])) == 1


@EVERY
@given(st.data())
def test_three_spellings_of_unset_are_one(
    mapping: Mapping, sample: dict[str, Any], table: Table, data: st.DataObject
) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(set(sample) - set(IDS)))))
    absent = {name: value for name, value in sample.items() if name not in names}
    assert (
        mapping(absent)
        == mapping({**sample, **dict.fromkeys(names)})
        == mapping({**sample, **dict.fromkeys(names, "")})
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@EVERY
@given(extra=st.dictionaries(st.text().map("new_".__add__), JSON))
def test_new_fields_change_nothing(
    mapping: Mapping, sample: dict[str, Any], table: Table, extra: dict[str, Any]
) -> None:
    assert mapping({**sample, **extra}) == mapping(sample)


@EVERY
@settings(max_examples=50)
@given(st.data())
def test_any_value_anywhere_fits_or_is_refused_by_name(
    mapping: Mapping, sample: dict[str, Any], table: Table, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(sample)))
    value = data.draw(JSON | st.datetimes(timezones=st.just(dt.UTC)).map(str))
    try:
        row = mapping({**sample, name: value})
    except ValueError as refused:
        assert str(refused).split()[0] in {*sample, "a", "enabled"}  # a field's name, no value
    else:
        table.frame([row])


@given(st.text(alphabet=st.characters(categories=None)))
def test_texts_are_kept_but_for_lone_surrogates(text: str) -> None:
    kept = account_of_user({"id": ID, "department": text})["department"]
    expected = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    assert kept == (expected or None)
    kept is None or kept.encode()


@pytest.mark.parametrize("key", ["", None, "a/b", "a>b", "../x", "a b", "é", 5, "x" * 65, "a\n"])
def test_what_is_no_id(key: object) -> None:
    with pytest.raises(ValueError, match="id"):
        account_of_user({"_id": key})


def test_times() -> None:
    assert moment({"at": "2026-11-01T01:00:00+01:00"}, "at") == dt.datetime(
        2026, 11, 1, tzinfo=dt.UTC
    )
    for text in ("2026-11-01T00:00:00.123456789Z", "2026-11-01T00:00:00.1Z", "2026-11-01"):
        assert moment({"at": text}, "at") is not None
    for wrong in ("yesterday", 5, "9999-12-31T23:59:59-10:00", True):
        with pytest.raises(ValueError, match="at is not a time"):
            moment({"at": wrong}, "at")


def test_three_valued_or() -> None:
    assert either([]) is None
    assert either([False, None]) is None
    assert either([None, True]) is True
    assert either([False]) is False
