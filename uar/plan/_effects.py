"""What a removal does: what else is lost by it, what stays, and through which other path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from uar.text import counted

from ._administrators import bound_sudo_effects, sudo_effects
from ._known import OWNERS_KEPT, Known, Row, account_of, grant_of, is_owner_role, names_of, shown

# What somebody may hold by several paths, so that taking one away may end nothing.
SEVERAL_PATHS = ("group membership", "application assignment", "direct binding",
                 "group application", "group binding", "binding sudo")  # fmt: skip
THROUGH = ("group", "device group", "password folder")  # what other things are reached through
NOTHING_ENDS = "By itself this ends no access: the other paths keep it alive."


def with_effects(removals: list[Row], known: Known) -> list[Row]:
    going = {row["grant_id"] for row in removals}
    effects = {
        "group membership": _membership_effects,
        "application assignment": _assignment_effects,
        "direct binding": _assignment_effects,
        "group application": _binding_effects,
        "group binding": _binding_effects,
        "admin role": _role_effects,
        "service account": _service_effects,
        "user account": _suspension_effects,
        "admin API access": _access_effects,
        "device sudo": sudo_effects,
        "binding sudo": bound_sudo_effects,
    }
    before: dict[str, set[str]] = {key: set(roles) for key, roles in known.roles.items()}
    rows = []
    for row in removals:
        more = effects[row["kind"]](row, known, going)
        if row["kind"] in SEVERAL_PATHS and more["keeps"] and not more["loses"]:
            more["warnings"] = [*more["warnings"], NOTHING_ENDS]
        if row["kind"] == "admin role":
            more |= _role_step(row, known, before[row["holder_id"]])
        rows.append(shown(row, row["because"], **_ids(row, known), **more))
    return rows


def _ids(row: Row, known: Known) -> Row:
    holder = known.entitlements if row["holder_kind"] == "group" else known.accounts
    held = known.entitlements.get(row["entitlement_id"], {})  # an account itself is not held
    return {
        "login": row["login"],
        "email": holder[row["holder_id"]].get("email") or row["login"],
        "grant_id": row["grant_id"],
        "holder_source_id": holder[row["holder_id"]]["source_id"],
        "sudo": row["sudo"],
        "entitlement_source_id": held.get("source_id", ""),
        "decided_in": row["decided_in"],
    }


def _membership_effects(row: Row, known: Known, going: set[str]) -> Row:
    user, group = row["holder_id"], row["entitlement_id"]
    loses, keeps, warnings = [], [], []
    opened = sorted(known.opens.get(group, ()), key=known.name)
    for app in opened:
        others = list(_paths(user, app, known, going))
        if others:
            keeps.append(f"{known.name(app)} stays, through {_listed(others, known)}")
        else:
            loses.append(_with_parts(app, [user], known, going))
        if known.decided.get(grant_of(app, user)) == "Keep" and others:
            warnings.append(f"Keep was decided for {known.name(app)}, direct; it stays.")
    who, named, how = account_of(row), row["entitlement"], known.entitlements[group]["membership"]
    ruled = how == "dynamic" and not row["revocable"]
    if how == "review-required":
        warnings.append(f"The rule of {named} may suggest to add {who} again; refuse it there.")
    first = f"Exempts {who} from the rule of {named}, then takes" if ruled else "Takes"
    return {
        "does": f"{first} {'them' if ruled else who} out of the group {named}.",
        "loses": loses,
        "keeps": keeps,
        "warnings": warnings,
        "exempt": ruled,
        "opens": [known.entitlements[app]["source_id"] for app in opened],
    }


def _assignment_effects(row: Row, known: Known, going: set[str]) -> Row:
    user, app = row["holder_id"], row["entitlement_id"]
    others = list(_paths(user, app, known, going))
    held = "assignment of" if row["kind"] == "application assignment" else "binding to"
    return {
        "does": f"Takes the direct {held} {row['entitlement']} from {account_of(row)}.",
        "loses": ([] if others else [_with_parts(app, [user], known, going)])
        + (["the administrator rights that go with it"] if row["sudo"] else []),
        "keeps": [f"{row['entitlement']} stays, through {_listed(others, known)}"]
        if others
        else [],
        "warnings": [
            f"Keep was decided for {_called(path, known)}, which {_does(path, known)} it as well."
            for path in others
            if path != app and known.decided.get(grant_of(path, user)) == "Keep"
        ],
    }


def _binding_effects(row: Row, known: Known, going: set[str]) -> Row:
    group, app = row["holder_id"], row["entitlement_id"]
    members = known.members.get(group, set())
    keeping = {each for each in members if any(_paths(each, app, known, going))}
    kept = [each for each in members if known.decided.get(grant_of(group, each)) == "Keep"]
    losing = members - keeping
    lose = [str(known.accounts[each]["login"]) for each in losing]
    what = _with_parts(app, losing, known, going)
    return {
        "does": f"Takes {row['entitlement']} from the group {row['holder_name']} as a whole.",
        "loses": [f"{what}, for {counted(len(lose), 'member')}: {names_of(lose)}"] if lose else [],
        "keeps": [f"{row['entitlement']} stays for {len(keeping):,} of its members, through others"]
        if keeping
        else [],
        "warnings": [
            f"Keep was decided for members of {row['holder_name']}: "
            f"{names_of(str(known.accounts[each]['login']) for each in kept)}."
        ]
        if kept
        else [],
    }


def _role_effects(row: Row, known: Known, going: set[str]) -> Row:
    return {"loses": [], "keeps": [], "warnings": []}


def _role_step(row: Row, known: Known, held: set[str]) -> Row:
    """This role out of those that the removals before it leave; `held` goes one step on."""
    names = {role: known.name(role) for role in held}
    ids = {role: known.entitlements[role]["source_id"] for role in held}
    before = {ids[role]: names[role] for role in held}
    held.discard(row["entitlement_id"])
    last = "" if held else known.settings.last_admin_role
    admin = known.accounts[row["holder_id"]]
    stay = ", ".join(sorted(names[role] for role in held))
    does = {
        "": f"Takes the role {row['entitlement']} from {account_of(row)}; stays: {stay}.",
        "delete": f"Deletes the admin {account_of(row)}: {row['entitlement']} is the last role.",
        "read-only": f"Gives {account_of(row)} the role Read Only in place of "
        f"{row['entitlement']}, the last role.",
    }[last]
    key = ["the admin's API key"] if admin["api_key_set"] and last else []
    account = ["the admin account"] if last == "delete" else []
    return {
        "does": does,
        "loses": account + key,
        "keeps": [f"{names[role]} stays" for role in sorted(held, key=known.name)],
        "roles_before": before,
        "roles_after": sorted(ids[role] for role in held),
        "last": last,
        "api_access": admin["api_key_allowed"] is not False,
        "owners_kept": OWNERS_KEPT if is_owner_role(row) else 0,
    }


def _service_effects(row: Row, known: Known, going: set[str]) -> Row:
    return {
        "does": f"Deletes the service account {account_of(row)}: it has no other role than "
        f"{row['entitlement']}.",
        "loses": ["the service account", "its secrets and keys"],
        "keeps": [],
        "warnings": ["Whatever works with it stops; undo gives back neither secret nor key."],
    }


def _suspension_effects(row: Row, known: Known, going: set[str]) -> Row:
    user = row["holder_id"]
    groups, direct = len(known.groups.get(user, ())), len(known.direct.get(user, ()))
    held = f"What is held (groups: {groups}, directly: {direct})"
    return {
        "does": f"Suspends the user {account_of(row)}, who is signed out everywhere at once.",
        "loses": ["every sign-in: portal, applications, devices, directories, networks"],
        "keeps": [f"{held} stays as it is, and works again if the account does"],
        "warnings": [],
    }


def _access_effects(row: Row, known: Known, going: set[str]) -> Row:
    return {
        "does": f"Takes API access from the admin {account_of(row)}.",
        "loses": ["the admin's API key"],
        "keeps": ["The role and the Admin Portal stay"],
        "warnings": [],
    }


def _paths(user: str, app: str, known: Known, going: set[str]) -> Iterator[str]:
    """What still opens something once the removals are done: itself (direct), groups, or the
    device groups and folders that it is in."""
    yield from _own_paths(user, app, known, going)
    for whole in sorted(known.wholes.get(app, ()), key=known.name):
        if any(_own_paths(user, whole, known, going)):
            yield whole


def _own_paths(user: str, app: str, known: Known, going: set[str]) -> Iterator[str]:
    if app in known.direct.get(user, ()) and grant_of(app, user) not in going:
        yield app
    for group in sorted(known.groups.get(user, ()), key=known.name):
        bound = app in known.opens.get(group, ()) and grant_of(app, group) not in going
        if bound and grant_of(group, user) not in going:
            yield group


def _with_parts(thing: str, users: Iterable[str], known: Known, going: set[str]) -> str:
    """Its name; with it goes what is in it, where a user has no other path to that."""
    parts = {
        known.name(part)
        for part in known.parts.get(thing, ())
        if not all(any(_paths(user, part, known, going)) for user in users)
    }
    return known.name(thing) + (f" (with {names_of(parts)})" if parts else "")


def _listed(paths: list[str], known: Known) -> str:
    return " and ".join(_called(path, known) for path in paths)


def _called(path: str, known: Known) -> str:
    kind = known.entitlements[path]["kind"]
    if kind in THROUGH:
        return f"the {kind} {known.name(path)}"
    return f"the direct {'assignment' if kind == 'app' else 'binding'}"


def _does(path: str, known: Known) -> str:
    return "opens" if known.entitlements[path]["kind"] == "group" else "holds"
