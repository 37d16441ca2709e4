"""The made-up organisations: reproducible, consistent, and holding every story they promise."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from uar.sandbox import names
from uar.sandbox.generate import SIZES, organisation
from uar.sandbox.rules import exempt, rule_of

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SMALL = ("S", "M")
COLLECTIONS = {
    "systemusers": "user",
    "usergroups": "user_group",
    "applications": "application",
    "systems": "system",
    "systemgroups": "system_group",
    "radiusservers": "radius_server",
    "passwordmanageritems": "password_manager_item",
}
REQUIRED = ("department", "jobTitle", "manager", "employeeIdentifier", "employeeType")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> Json:
    state: Json = json.loads((SAMPLES / "organisation.json").read_text(encoding="utf-8"))
    return state


@pytest.fixture(scope="module")
def generated() -> Json:
    return organisation("M")


@pytest.fixture(scope="module", params=["sample", *SMALL])
def state(request: pytest.FixtureRequest, sample: Json) -> Json:
    """Each organisation in turn: what follows is true of the sample as of any generated one."""
    return sample if request.param == "sample" else organisation(request.param)


@pytest.fixture(scope="module")
def roster() -> list[dict[str, str]]:
    with (SAMPLES / "hr_roster.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_id(records: list[Json]) -> dict[str, Json]:
    return {
        record.get("_id") or record.get("id") or record["objectId"]: record for record in records
    }


def user(state: Json, ref: str) -> Json:
    return by_id(state["systemusers"])[ref.removeprefix("user:")]


def admin(state: Json, ref: str) -> Json:
    return by_id(state["admins"])[ref.removeprefix("admin:")]


def bare(email: str) -> str:
    """Without case, plus tag and alias domain."""
    name, _, domain = email.casefold().partition("@")
    domain = {"hgate.example": "harrowgate.example", "jtide.example": "junipertide.example"}.get(
        domain, domain
    )
    return f"{name.partition('+')[0]}@{domain}"


def targets(state: Json, origin: str, target: str) -> set[tuple[str, str]]:
    """Pairs of ids joined by an edge of these two types."""
    return {
        (edge["from"]["id"], edge["to"]["id"])
        for edge in state["edges"]
        if (edge["from"]["type"], edge["to"]["type"]) == (origin, target)
    }


# Reproducible


@pytest.mark.parametrize("size", SMALL)
def test_same_seed_gives_the_same_bytes(size: str) -> None:
    assert json.dumps(organisation(size, 3)) == json.dumps(organisation(size, 3))


def test_no_seed_is_seed_zero() -> None:
    assert organisation("S") == organisation("S", 0)


def test_another_seed_gives_other_people_groups_and_edges() -> None:
    one, other = organisation("S", 1), organisation("S", 2)
    for key in ("systemusers", "admins", "usergroups", "applications", "edges", "events", "truth"):
        assert one[key] != other[key], key
    assert not {u["_id"] for u in one["systemusers"]} & {u["_id"] for u in other["systemusers"]}


def test_everything_moves_with_now() -> None:
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    state = organisation("S", now=now)
    assert state["now"] == "2027-03-01T12:00:00Z"
    assert state["events"][-1]["timestamp"] > "2027-02-01"


# Consistent


def test_counts(generated: Json) -> None:
    small, plan = organisation("S"), SIZES["M"]
    assert len(small["systemusers"]) == SIZES["S"].users == 200
    assert len(generated["systemusers"]) == plan.users == 2_000
    assert len(generated["usergroups"]) == plan.groups == 100
    assert len(generated["applications"]) == plan.applications == 60
    assert len(generated["admins"]) == plan.admins == 15
    for state, size in ((small, "S"), (generated, "M")):
        assert len(state["edges"]) == pytest.approx(SIZES[size].grants, rel=0.05)


def test_large_plans_are_what_the_benchmarks_promise() -> None:
    large, huge = SIZES["L"], SIZES["XL"]
    assert (large.users, large.groups, large.applications) == (20_000, 2_000, 500)
    assert (large.grants, large.admins) == (400_000, 60)
    assert (huge.users, huge.grants) == (50_000, 1_000_000)


def test_ids_are_object_ids_and_unique(state: Json) -> None:
    collections = [*COLLECTIONS, "admins", "roles", "directories", "serviceaccounts"]
    ids = [ident for each in collections for ident in by_id(state[each])]
    ids += [event["id"] for event in state["events"]]
    ids += [c["objectId"] for c in credentials(state)]
    assert all(re.fullmatch("[0-9a-f]{24}", ident) for ident in ids)
    assert (
        len(set(ids))
        == len(ids)
        == len(list(records(state, collections)))
        + len(state["events"])
        + len(state["serviceaccounts"])
    )


def records(state: Json, collections: list[str]) -> Iterator[Json]:
    for each in collections:
        yield from state[each]


def credentials(state: Json) -> Iterator[Json]:
    for account in state["serviceaccounts"]:
        for config in account["authConfigList"]:
            yield config.get("clientSecretConfig") or config["apiKeyConfig"]


def test_both_ids_of_a_record_agree(state: Json) -> None:
    for each in ("systemusers", "admins", "applications", "systems", "radiusservers"):
        assert all(record["_id"] == record["id"] for record in state[each])


def test_every_reference_resolves(state: Json) -> None:
    known = {
        (kind, ident) for each, kind in COLLECTIONS.items() for ident in by_id(state[each])
    } | {(directory["type"], directory["id"]) for directory in state["directories"]}
    known |= {("password_folder", folder["uuid"]) for folder in state.get("passwordfolders", ())}
    for edge in state["edges"]:
        for end in ("from", "to"):
            assert (edge[end]["type"], edge[end]["id"]) in known
    users, admins, roles = (by_id(state[each]) for each in ("systemusers", "admins", "roles"))
    for record in state["admins"]:
        assert roles[record["role"]]["name"] == record["roleName"]
        assert (record["roles"], record["roleNames"]) == ([record["role"]], [record["roleName"]])
    for account in state["serviceaccounts"]:
        assert roles[account["roleId"]]["name"] == account["roleName"]
    for creator in (credential["createdBy"] for credential in credentials(state)):
        assert admins[creator["id"]]["email"] == creator["name"]
    for device in state["systems"]:
        assert device["primarySystemUser"]["id"] in {None, *users}
    for group in state["usergroups"]:
        assert all(each["id"] in users for each in group["memberQueryExemptions"])
    dangling = {user(state, ref)["_id"] for ref in state["truth"].get("dangling_manager", [])}
    for ident, person in users.items():
        if person.get("manager"):
            assert (person["manager"] in users) == (ident not in dangling)


def test_no_edge_twice(state: Json) -> None:
    ends = Counter((e["from"]["id"], e["to"]["id"]) for e in state["edges"])
    assert [pair for pair, times in ends.items() if times > 1] == []


def test_unique_fields_are_unique(state: Json) -> None:
    for field in ("username", "email", "employeeIdentifier"):
        values = [u[field] for u in state["systemusers"] if u.get(field)]
        assert len(set(values)) == len(values), field
    for each, field in (("usergroups", "name"), ("admins", "email"), ("applications", "name")):
        values = [record[field] for record in state[each]]
        assert len(set(values)) == len(values), each


def test_state_and_suspended_agree(state: Json) -> None:
    for person in state["systemusers"]:
        assert person["suspended"] == (person["state"] == "SUSPENDED")
        assert person["activated"] == (person["state"] != "STAGED")


def test_members_of_automated_groups_follow_the_rule_and_its_exemptions(state: Json) -> None:
    members = targets(state, "user_group", "user")
    checked = 0
    for group in state["usergroups"]:
        selects = rule_of(group)
        if group["membershipMethod"] != "DYNAMIC_AUTOMATED":
            continue
        assert selects is not None, group["name"]
        by_hand = exempt(group)
        for person in state["systemusers"]:
            if person["_id"] not in by_hand:
                assert selects(person) == ((group["id"], person["_id"]) in members), group["name"]
                checked += 1
    assert checked


def test_what_a_reviewed_group_still_lacks_is_what_it_suggests(state: Json) -> None:
    members = targets(state, "user_group", "user")
    reviewed = [
        g for g in state["usergroups"] if g["membershipMethod"] == "DYNAMIC_REVIEW_REQUIRED"
    ]
    assert reviewed
    for group in reviewed:
        selects = rule_of(group)
        assert selects is not None
        chosen = [u["_id"] for u in state["systemusers"] if selects(u)]
        waiting = [each for each in chosen if (group["id"], each) not in members]
        assert chosen
        assert group["suggestionCounts"]["add"] == len(waiting)


def test_exemptions_keep_a_member_the_rule_does_not_select(state: Json) -> None:
    members = targets(state, "user_group", "user")
    assert state["truth"]["exempted"]
    for group_ref, user_ref in state["truth"]["exempted"]:
        group = by_id(state["usergroups"])[group_ref.removeprefix("user_group:")]
        person = user(state, user_ref)
        selects = rule_of(group)
        assert selects is not None
        assert not selects(person)
        assert person["_id"] in exempt(group)
        assert (group["id"], person["_id"]) in members


def test_all_methods_and_both_forms_of_rules_occur(state: Json) -> None:
    assert {g["membershipMethod"] for g in state["usergroups"]} == {
        "NOTSET",
        "STATIC",
        "DYNAMIC_AUTOMATED",
        "DYNAMIC_REVIEW_REQUIRED",
    }
    queries = [g["memberQuery"] for g in state["usergroups"] if g["memberQuery"]]
    assert {"queryType" in query for query in queries} == {True, False}
    for query in queries:
        key = "operator" if "queryType" in query else "operation"
        assert all(set(test) == {"field", key, "value"} for test in query["filters"])


def test_exemptions_keep_out_whom_the_rule_selects(generated: Json) -> None:
    members = targets(generated, "user_group", "user")
    people = by_id(generated["systemusers"])
    kept_out = [
        ident
        for group in generated["usergroups"]
        for ident in exempt(group)
        if (selects := rule_of(group)) and selects(people[ident])
        if (group["id"], ident) not in members
    ]
    assert len(kept_out) == len(generated["truth"]["exempted"])


def test_static_groups_are_skewed_in_size(generated: Json) -> None:
    methods = Counter(group["membershipMethod"] for group in generated["usergroups"])
    assert methods["STATIC"] > methods["NOTSET"] > 1
    sizes = Counter(group for group, _ in targets(generated, "user_group", "user"))
    static = sorted(
        sizes[group["id"]]
        for group in generated["usergroups"]
        if group["name"].endswith(names.PURPOSES)
    )
    assert static[-1] > 5 * static[len(static) // 2]
    assert static[0] == 0, "no group is empty"
    assert max(sizes.values()) > 1_900, "no group has everybody"


def test_events_are_in_order_and_within_the_window(state: Json) -> None:
    now = datetime.fromisoformat(state["now"])
    times = [datetime.fromisoformat(event["timestamp"]) for event in state["events"]]
    assert times == sorted(times)
    assert now - timedelta(days=90) < times[0]
    assert times[-1] <= now
    assert {event["event_type"] for event in state["events"]} >= {
        "sso_auth",
        "user_login_attempt",
        "admin_login_attempt",
        "association_change",
        "login_attempt",
        "ldap_bind",
        "radius_auth_attempt",
    }


def test_events_name_things_that_exist(state: Json) -> None:
    apps = by_id(state["applications"])
    accounts = {"user": by_id(state["systemusers"]), "admin": by_id(state["admins"])}
    logins, devices = {user["username"] for user in state["systemusers"]}, by_id(state["systems"])
    for event in state["events"]:
        by = event["initiated_by"]
        if event["service"] in ("directory", "sso"):
            assert by["id"] in accounts[by["type"]]
        else:  # a name is all that RADIUS, LDAP and devices tell
            assert by["username"] == event["username"] in logins
        if event["service"] == "systems":
            assert event["system"]["id"] in devices
        if event["event_type"] == "sso_auth":
            app = apps[event["application"]["id"]]
            assert event["application"]["display_label"] == app["displayLabel"]
            assert event["sso_token_success"] == ("error_message" not in event)


def uses(state: Json) -> set[tuple[str, str]]:
    """Pairs of application and user with a sign-in, successful or not."""
    return {
        (event["application"]["id"], event["initiated_by"]["id"])
        for event in state["events"]
        if event["event_type"] == "sso_auth"
    }


def test_some_access_is_used_and_some_is_not(state: Json) -> None:
    held = targets(state, "application", "user")
    assert held & uses(state)
    assert held - uses(state)


def test_applications_and_people_labelled_as_quiet_are_not_in_the_log(generated: Json) -> None:
    truth = generated["truth"]
    apps = {f"application:{app}" for app, _ in uses(generated)}
    ids = {user["username"]: user["_id"] for user in generated["systemusers"]}
    by = [event["initiated_by"] for event in generated["events"]]
    people = {f"user:{one.get('id') or ids[one['username']]}" for one in by}
    assert apps | set(truth["unused_applications"]) == {
        f"application:{app['_id']}" for app in generated["applications"]
    }
    assert truth["unused_applications"]
    assert not apps & set(truth["unused_applications"])
    assert truth["silent_users"]
    assert not people & set(truth["silent_users"])


def test_keys_belong_to_the_roles_they_say(state: Json) -> None:
    read, apply, service = state["keys"]
    assert read["key"] == "jca_readonly_sandbox_0000000000000000"
    assert admin(state, read["admin"])["roleName"] == "Read Only"
    assert apply["key"].startswith("jca_apply_sandbox_")
    assert admin(state, apply["admin"])["roleName"] == "Administrator With Billing"
    for each in (read, apply):
        assert admin(state, each["admin"])["apiKeyHash"]["prefix"] == each["key"][:8]
    account = by_id(state["serviceaccounts"])[service["serviceAccount"]]
    assert account["authConfigList"][0]["clientSecretConfig"]["clientId"] == service["clientId"]


def test_exactly_two_may_manage_administrators(state: Json) -> None:
    full = [a for a in state["admins"] if a["roleName"] == "Administrator With Billing"]
    assert len(full) == 2
    assert not any(each["suspended"] for each in full)


def test_every_secret_says_that_it_is_none(state: Json) -> None:
    secrets = [app["config"]["idpPrivateKey"]["value"] for app in state["applications"]]
    secrets += [server["sharedSecret"] for server in state["radiusservers"]]
    secrets += [key["clientSecret"] for key in state["keys"] if "clientSecret" in key]
    assert len(secrets) >= 3
    assert all(secret.startswith("sandbox-secret") for secret in secrets)


def test_all_domains_are_reserved_for_examples(state: Json) -> None:
    text = json.dumps([state["systemusers"], state["admins"]])
    domains = set(re.findall(r"@([\w.-]+\.\w+)", text))
    assert domains
    assert all(domain.casefold().endswith(".example") for domain in domains)


# Stories: what `truth` says is there


def test_every_account_belongs_to_exactly_one_person(state: Json) -> None:
    clustered = Counter(ref for person in state["truth"]["persons"] for ref in person)
    everybody = [f"user:{u['_id']}" for u in state["systemusers"]]
    everybody += [f"admin:{a['_id']}" for a in state["admins"]]
    assert clustered == Counter(everybody)


LINK_RULES: dict[str, Callable[[Json, Json], bool]] = {
    "linked": lambda u, a: u["admin"]["id"] == a["_id"] and u["email"] == a["email"],
    "same": lambda u, a: u["email"] == a["email"],
    "case": lambda u, a: u["email"] != a["email"] and u["email"] == a["email"].lower(),
    "plus": lambda u, a: "+" in a["email"] and bare(a["email"]) == u["email"],
    "alias": lambda u, a: "+" not in a["email"] and bare(a["email"]) == u["email"] != a["email"],
    "alternate": lambda u, a: u["alternateEmail"] == a["email"] != u["email"],
    "left": lambda u, a: u["suspended"] and u["email"] == a["email"],
}


def test_administrators_hang_together_with_users_as_labelled(state: Json) -> None:
    links = state["truth"]["admin_links"]
    assert set(links) | {"same"} == set(LINK_RULES)
    together = {frozenset(person) for person in state["truth"]["persons"]}
    for kind, pairs in links.items():
        assert pairs, kind
        for user_ref, admin_ref in pairs:
            person, account = user(state, user_ref), admin(state, admin_ref)
            assert LINK_RULES[kind](person, account), (kind, person["email"], account["email"])
            assert (person["admin"] is not None) == (kind == "linked")
            assert frozenset((user_ref, admin_ref)) in together


def test_orphaned_administrators_match_nobody(state: Json) -> None:
    emails = {bare(u["email"]) for u in state["systemusers"]}
    emails |= {u["alternateEmail"] for u in state["systemusers"] if u.get("alternateEmail")}
    assert state["truth"]["orphan_admins"]
    for ref in state["truth"]["orphan_admins"]:
        assert bare(admin(state, ref)["email"]) not in emails
        assert [ref] in state["truth"]["persons"]


def test_state_conflicts_are_suspended_users_with_active_administrators(state: Json) -> None:
    assert state["truth"]["state_conflicts"]
    for user_ref, admin_ref in state["truth"]["state_conflicts"]:
        assert user(state, user_ref)["state"] == "SUSPENDED"
        assert not admin(state, admin_ref)["suspended"]


def test_leavers_are_still_active(state: Json) -> None:
    kinds = {ref.partition(":")[0] for ref in state["truth"]["leavers"]}
    assert kinds == {"user", "admin"}
    for ref in state["truth"]["leavers"]:
        if ref.startswith("user:"):
            assert user(state, ref)["state"] == "ACTIVATED"


def test_two_users_of_one_person_share_a_strong_key(state: Json) -> None:
    def shared(one: Json, other: Json) -> str:
        if other.get("alternateEmail") == one["email"]:
            return "alternate"
        if one["unix_uid"] == other["unix_uid"]:
            return "uid"
        keys = [{key["public_key"] for key in each["ssh_keys"]} for each in (one, other)]
        return "ssh" if keys[0] & keys[1] else "nothing"

    pairs = [[user(state, ref) for ref in pair] for pair in state["truth"]["two_users"]]
    found = {shared(*pair) for pair in pairs}
    assert found == ({"alternate"} if len(pairs) == 1 else {"alternate", "uid", "ssh"})
    for one, other in pairs:
        assert not other.get("employeeIdentifier")
        assert one["email"] != other["email"]
    uids = Counter(u["unix_uid"] for u in state["systemusers"] if "unix_uid" in u)
    shared_uids = sum(one["unix_uid"] == other["unix_uid"] for one, other in pairs)
    assert sum(times > 1 for times in uids.values()) == shared_uids


def test_homonyms_are_different_people(state: Json) -> None:
    assert state["truth"]["homonyms"]
    for pair in state["truth"]["homonyms"]:
        one, other = (user(state, ref) for ref in pair)
        assert one["firstname"] == other["firstname"]
        assert one["lastname"] == other["lastname"]
        assert one["email"] != other["email"]
        assert one["employeeIdentifier"] != other["employeeIdentifier"]
        assert all([ref] in state["truth"]["persons"] for ref in pair)


@pytest.mark.parametrize("field", REQUIRED)
def test_missing_attributes_are_labelled_without_error(state: Json, field: str) -> None:
    unset = {f"user:{u['_id']}" for u in state["systemusers"] if not u.get(field)}
    assert unset == set(state["truth"]["missing"][field])


def test_unset_is_spelled_in_all_three_ways(state: Json) -> None:
    spellings = {
        "absent" if field not in person else repr(person[field])
        for person in state["systemusers"]
        for field in REQUIRED
        if not person.get(field)
    }
    assert spellings == {"absent", "None", "''"}


@pytest.mark.parametrize("field", REQUIRED)
def test_generated_fields_are_each_unset_in_all_three_ways(generated: Json, field: str) -> None:
    spellings = {
        "absent" if field not in person else repr(person[field])
        for person in generated["systemusers"]
        if not person.get(field)
    }
    assert spellings == {"absent", "None", "''"}


def test_placeholders_and_malformed_emails(state: Json) -> None:
    truth = state["truth"]
    assert truth["placeholders"]
    for ref in truth["placeholders"]:
        assert set(names.PLACEHOLDERS) & {str(v) for v in user(state, ref).values()}
    malformed = {
        f"user:{u['_id']}"
        for u in state["systemusers"]
        if not re.fullmatch(r"[^@\s()]+@[^@\s]+\.[^@\s]+", u["email"])
    }
    assert malformed == set(truth["malformed_email"]) != set()


def test_managers_form_trees_but_for_the_labelled_faults(state: Json) -> None:
    truth, users = state["truth"], by_id(state["systemusers"])
    faulty = {
        ref.removeprefix("user:")
        for label in ("dangling_manager", "self_manager", "manager_cycle")
        for ref in truth.get(label, [])
    }
    chiefs = [u for u in users.values() if u.get("jobTitle") == "Chief Executive Officer"]
    assert len(chiefs) == 1
    assert not chiefs[0].get("manager")
    for ident in users.keys() - faulty:
        seen = {ident}
        at: str | None = users[ident].get("manager")
        while at:
            assert at not in seen
            seen.add(at)
            at = users[at].get("manager")


def test_labelled_manager_faults(generated: Json) -> None:
    truth, users = generated["truth"], by_id(generated["systemusers"])
    for ref in truth["dangling_manager"]:
        assert user(generated, ref)["manager"] not in users
    for ref in truth["self_manager"]:
        assert user(generated, ref)["manager"] == user(generated, ref)["_id"]
    ring = [user(generated, ref) for ref in truth["manager_cycle"]]
    assert {person["manager"] for person in ring} == {person["_id"] for person in ring}
    assert all(truth[label] for label in ("dangling_manager", "self_manager", "manager_cycle"))


def test_suspended_managers_are_labelled_without_error(state: Json) -> None:
    away = {u["_id"] for u in state["systemusers"] if u["suspended"]}
    under = {f"user:{u['_id']}" for u in state["systemusers"] if u.get("manager") in away}
    assert under == set(state["truth"]["suspended_manager"]) != set()


def test_two_paths_are_labelled_without_error(state: Json) -> None:
    members: dict[str, set[str]] = {}
    for group, person in targets(state, "user_group", "user"):
        members.setdefault(group, set()).add(person)
    through = {
        (person, app)
        for app, group in targets(state, "application", "user_group")
        for person in members.get(group, ())
    }
    direct = {(person, app) for app, person in targets(state, "application", "user")}
    both = {(f"user:{person}", f"application:{app}") for person, app in direct & through}
    assert both == {(one, other) for one, other in state["truth"]["two_paths"]} != set()
    assert direct - through


@pytest.mark.parametrize(
    ("label", "holds"),
    [
        ("suspended", lambda u: u["state"] == "SUSPENDED"),
        ("staged", lambda u: u["state"] == "STAGED"),
        ("locked", lambda u: u["account_locked"] and u["account_locked_date"]),
        ("excused_from_mfa", lambda u: u["mfa"]["exclusion"]),
        ("password_never_expires", lambda u: u["password_never_expires"]),
        ("sudo", lambda u: u["sudo"] and not u["passwordless_sudo"]),
        ("passwordless_sudo", lambda u: u["passwordless_sudo"]),
        ("ssh_keys", lambda u: len(u["ssh_keys"]) == 1),
        ("external_users", lambda u: u["email"].endswith("@brightfold.example")),
        ("service_users", lambda u: u["ldap_binding_user"] or u["samba_service_user"]),
    ],
)
def test_labelled_users_are_what_the_label_says(
    generated: Json, label: str, holds: Callable[[Json], bool]
) -> None:
    labelled = [user(generated, ref) for ref in generated["truth"][label]]
    assert labelled
    assert all(holds(person) for person in labelled)


@pytest.mark.parametrize("size", SMALL)
def test_every_hostile_value_is_somewhere(size: str) -> None:
    state = organisation(size)
    people = [user(state, ref) for ref in state["truth"]["hostile"]]
    for field, value in names.HOSTILE_TEXT:
        assert any(person[field] == value for person in people), value
    managers = {person["manager"] for person in state["systemusers"] if person.get("manager")}
    leading = {person["displayname"] for person in people if person["_id"] in managers}
    assert leading == set(names.HOSTILE_MANAGERS)
    assert set(names.HOSTILE_GROUPS) <= {group["name"] for group in state["usergroups"]}


def test_second_factors_roles_and_platforms_vary(generated: Json) -> None:
    statuses = {u["mfaEnrollment"]["overallStatus"] for u in generated["systemusers"]}
    assert statuses == {
        "ENROLLED",
        "NOT_ENROLLED",
        "PENDING_ACTIVATION",
        "ENROLLMENT_EXPIRED",
        "DISABLED",
    }
    assert len({a["roleName"] for a in generated["admins"]}) >= 7
    assert len(generated["roles"]) == 9
    assert [r["name"] for r in generated["roles"] if r["isCustom"]] == ["Device Auditor"]
    assert {s["osFamily"] for s in generated["systems"]} == {"darwin", "windows", "linux"}
    assert {d["type"] for d in generated["directories"]} == {
        "g_suite",
        "office_365",
        "ldap_server",
    }


def test_edges_of_every_kind_occur(state: Json) -> None:
    kinds = {(edge["from"]["type"], edge["to"]["type"]) for edge in state["edges"]}
    assert kinds >= {
        ("user_group", "user"),
        ("application", "user"),
        ("application", "user_group"),
        ("user", "system"),
        ("user", "ldap_server"),
        ("user_group", "system_group"),
        ("user_group", "g_suite"),
        ("user_group", "office_365"),
        ("user_group", "radius_server"),
        ("system_group", "system"),
    }
    sudo = [edge for edge in state["edges"] if (edge["attributes"] or {}).get("sudo")]
    assert {edge["from"]["type"] for edge in sudo} == {"user", "user_group"}
    assert sum(edge["from"]["type"] == "user_group" for edge in sudo) == 2


# The sample: small enough to know everybody


def test_the_sample_is_small(sample: Json) -> None:
    assert len(sample["systemusers"]) == 29
    assert len(sample["admins"]) == 8
    assert len(sample["usergroups"]) == 11
    assert len(sample["applications"]) == 8
    kinds = Counter((e["from"]["type"], e["to"]["type"]) for e in sample["edges"])
    assert kinds["user_group", "user"] == 72
    assert kinds["application", "user"] == 14
    bindings = [k for k in kinds if k[0] == "user" and k[1] != "user_group"]
    assert sum(kinds[k] for k in bindings) == 10
    assert len(sample["serviceaccounts"]) == 2


def test_five_managers_have_enough_to_review_and_not_too_much(sample: Json) -> None:
    managers = {u["_id"]: u.get("manager") for u in sample["systemusers"]}
    owners = {
        admin_ref: user_ref
        for pairs in sample["truth"]["admin_links"].values()
        for user_ref, admin_ref in pairs
    }
    load: Counter[str | None] = Counter(
        managers[user_ref.removeprefix("user:")] for user_ref in owners.values()
    )
    for edge in sample["edges"]:
        ends = [edge["to"], edge["from"]]
        person = next((end["id"] for end in ends if end["type"] == "user"), None)
        if person:
            load[managers[person]] += 1
    active = {u["_id"] for u in sample["systemusers"] if not u["suspended"]}
    reviewers = {ident: items for ident, items in load.items() if ident in active}
    assert len(reviewers) == 6
    assert all(5 <= items <= 30 for items in reviewers.values())
    assert 90 <= sum(load.values()) + len(sample["truth"]["orphan_admins"]) <= 130


def named(sample: Json, username: str) -> Json:
    return next(u for u in sample["systemusers"] if u["username"] == username)


def test_the_intern_reaches_production_payroll_and_servers(sample: Json) -> None:
    ivo = named(sample, "ivo.marchetti")
    assert ivo["jobTitle"] == "Engineering Intern"
    groups = {g for g, person in targets(sample, "user_group", "user") if person == ivo["_id"]}
    assert "Production Access" in {by_id(sample["usergroups"])[g]["name"] for g in groups}
    direct = {a for a, person in targets(sample, "application", "user") if person == ivo["_id"]}
    labels = {by_id(sample["applications"])[a]["displayLabel"] for a in direct}
    assert labels == {"Paywell Payroll", "Skyhaven Cloud"}
    assert sample["truth"]["overprivileged"] == [f"user:{ivo['_id']}"]


def test_mild_but_awkward_names(sample: Json) -> None:
    shown = {u["username"]: u["displayname"] for u in sample["systemusers"]}
    assert shown["beatriz.oyelaran"] == "=SUM(1)"
    assert shown["zoe.lindqvist"] == "Zoë Lindqvist 🌊"
    assert shown["jonas.wikstrom"] == "Jonas Wikström"


def test_the_roster_agrees_with_the_directory(sample: Json, roster: list[dict[str, str]]) -> None:
    users = {u["email"]: u for u in sample["systemusers"]}
    numbers = {
        u["employeeIdentifier"]: u for u in sample["systemusers"] if u.get("employeeIdentifier")
    }
    emails = {row["email"] for row in roster}
    assert len({row["employee_id"] for row in roster}) == len(roster) == 27
    for row in roster:
        assert row["manager_email"] in emails | {""}
        person = users.get(row["email"]) or numbers.get(row["employee_id"])
        if person and person.get("employeeIdentifier"):
            assert person["employeeIdentifier"] == row["employee_id"]
    without_account = [
        row["name"]
        for row in roster
        if row["email"] not in users and row["employee_id"] not in numbers
    ]
    assert without_account == ["Elif Starling"]
    only_here = users.keys() - emails
    assert {users[email]["username"] for email in only_here} == {
        "yusuf.lab",
        "dana.kirsch",
        "svc-ldap-bind",
        "rafael.ibarra",
    }


def test_two_leavers_are_still_active_and_one_came_back_after_his_last_day(
    sample: Json, roster: list[dict[str, str]]
) -> None:
    users = {u["email"]: u for u in sample["systemusers"]}
    left = {row["email"]: row["end_date"] for row in roster if row["status"] == "terminated"}
    assert all(end < sample["now"][:10] for end in left.values())
    active = {email for email in left if not users[email]["suspended"]}
    assert {f"user:{users[email]['_id']}" for email in active} == {
        ref for ref in sample["truth"]["leavers"] if ref.startswith("user:")
    }
    assert len(active) == 2
    later = {
        event["initiated_by"]["username"]
        for event in sample["events"]
        for email in active
        if event["initiated_by"].get("id") == users[email]["_id"]
        and event["timestamp"][:10] > left[email]
    }
    assert later == {"luca.brandt"}
