"""Decisions -> what would be removed, what stands in the way, and what a person has to do.

Only a Revoke becomes a removal. Modify and Not sure are a person's work; what was not reviewed is
counted and never acted on. Conflicts are shown on the removal, not solved by a guess: a removal
takes away one grant that somebody decided to revoke, whatever was decided about other grants.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.settings import Apply
from uar.snapshot import Snapshot
from uar.tables import DECISION_WORDS, ITEM_KINDS, OUTCOMES

Row = dict[str, Any]
OWNER, READER = "administrator with billing", "read only"
OWNERS_KEPT = 2  # JumpCloud: keep at least two (API.md 8.3)
NOT_REVIEWED = "Not reviewed"
NAMED = 5  # names shown before "and 3 more"


@dataclass(frozen=True)
class Plan:
    """Each list holds plain dicts with at least item, kind, account, entitlement and why."""

    removals: list[Row]
    blocked: list[Row]
    todo: list[Row]
    counts: dict[str, int]  # items per decision, with Not reviewed
    population: int
    limit: int  # more removals than this need --max-removals


@dataclass(frozen=True)
class _Known:
    """What blockers and side effects are judged by."""

    settings: Apply
    credential_id: str
    revoked: list[Row]
    accounts: Mapping[str, Row]
    entitlements: Mapping[str, Row]
    members: Mapping[str, set[str]]  # group -> accounts
    groups: Mapping[str, set[str]]  # account -> groups
    direct: Mapping[str, set[str]]  # account -> applications
    opens: Mapping[str, set[str]]  # group -> applications
    roles: Mapping[str, set[str]]  # admin -> roles
    holders: Mapping[str, set[str]]  # role -> admins
    decided: Mapping[str, str]  # grant_id -> decision
    restored: Mapping[str, pd.Timestamp]  # item -> when undo put it back

    def name(self, entitlement_id: str) -> str:
        return str(self.entitlements[entitlement_id]["name"])


def plan(
    snapshot: Snapshot,
    items: pd.DataFrame,
    decisions: pd.DataFrame,
    settings: Apply,
    outcomes: pd.DataFrame | None = None,
) -> Plan:
    """The plan that these decisions ask for. `outcomes`: what earlier runs did, if any."""
    done = OUTCOMES.empty() if outcomes is None else outcomes
    rows = _rows(items, decisions, done)
    revoked = [row for row in rows if row["decision"] == "Revoke"]
    decided = items.merge(decisions[["item_id", "decision"]], on="item_id")
    known = _look_up(snapshot, settings, decided, revoked, done)
    removals, blocked = [], []
    for row in revoked:
        reasons = list(_in_the_way(row, known))
        if reasons:
            why, do = (" ".join(texts) for texts in zip(*reasons, strict=True))
            blocked.append(_shown(row, why, do=do))
        else:
            removals.append(row)
    counts = Counter(decided["decision"])
    return Plan(
        removals=_with_effects(removals, known),
        blocked=blocked,
        todo=list(_todo(rows, done)),
        counts={word: counts[word] for word in DECISION_WORDS}
        | {NOT_REVIEWED: len(items) - len(decided)},
        population=len(items),
        limit=max(1, int(settings.max_removals_share * len(items))),
    )


def _rows(items: pd.DataFrame, decisions: pd.DataFrame, done: pd.DataFrame) -> list[Row]:
    """Decided items that something follows from: all but a Keep of what is still there.

    In the order a person reads them; within an admin, Read Only comes last.
    """
    follows = (decisions["decision"] != "Keep") | decisions["item_id"].isin(done["item_id"])
    joined = items.merge(decisions[follows], on="item_id", suffixes=("", "_decided"))
    return sorted(
        _records(joined),
        key=lambda row: (
            ITEM_KINDS.index(row["kind"]),
            _account(row).casefold(),
            row["holder_id"],
            row["entitlement"].casefold() == READER,
            row["entitlement"].casefold(),
            row["item_id"],
        ),
    )


def _look_up(
    snapshot: Snapshot,
    settings: Apply,
    decided: pd.DataFrame,
    revoked: list[Row],
    done: pd.DataFrame,
) -> _Known:
    grants, kinds = snapshot.grants, snapshot.entitlements.set_index("entitlement_id")["kind"]
    kind = grants["entitlement_id"].map(kinds)
    held = {
        (holder, what): grants[(grants["holder_kind"] == holder) & (kind == what)]
        for holder, what in (
            ("user", "group"),
            ("user", "app"),
            ("group", "app"),
            ("admin", "role"),
        )
    }
    restored = done[(done["action"] == "restore") & (done["outcome"] != "failed")]
    return _Known(
        settings=settings,
        credential_id=snapshot.header.credential_id,
        revoked=revoked,
        accounts=_by(snapshot.accounts, "account_id"),
        entitlements=_by(snapshot.entitlements, "entitlement_id"),
        members=_sets(held["user", "group"], "entitlement_id", "holder_id"),
        groups=_sets(held["user", "group"], "holder_id", "entitlement_id"),
        direct=_sets(held["user", "app"], "holder_id", "entitlement_id"),
        opens=_sets(held["group", "app"], "holder_id", "entitlement_id"),
        roles=_sets(held["admin", "role"], "holder_id", "entitlement_id"),
        holders=_sets(held["admin", "role"], "entitlement_id", "holder_id"),
        decided=dict(zip(decided["grant_id"], decided["decision"], strict=True)),
        restored=dict(zip(restored["item_id"], restored["at"], strict=True)),
    )


def _records(frame: pd.DataFrame) -> list[Row]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(plain.columns, values, strict=True)) for values in plain.to_numpy()]


def _by(frame: pd.DataFrame, key: str) -> dict[str, Row]:
    return {row[key]: row for row in _records(frame)}


def _sets(frame: pd.DataFrame, key: str, value: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, other in zip(frame[key], frame[value], strict=True):
        found[one].add(other)
    return found


def _account(row: Row) -> str:
    return str(row["login"] or row["holder_name"])


def _shown(row: Row, why: str, **more: Any) -> Row:
    return {
        "item": row["item_id"],
        "kind": row["kind"],
        "account": _account(row),
        "name": row["holder_name"],
        "entitlement": row["entitlement"],
        "why": why,
        **more,
    }


# What stands in the way

Reason = tuple[str, str]  # why it is not done, what a person can do


def _in_the_way(row: Row, known: _Known) -> Iterator[Reason]:
    for blocker in BLOCKERS:
        reason = blocker(row, known)
        if reason:
            yield reason


def _not_revocable(row: Row, known: _Known) -> Reason | None:
    if row["revocable"]:
        return None
    if row["kind"] != "group membership":
        return row["why_not"] or "It cannot be taken away by one write.", "Remove it by hand."
    return (
        row["why_not"] or "It cannot be taken away by one write.",
        f"Ask the owner of {row['entitlement']} to exempt the account from the rule, or to change "
        "the attribute the rule reads; the next sync shows whether it is gone.",
    )


def _no_write(row: Row, known: _Known) -> Reason | None:
    if row["holder_kind"] != "service":
        return None
    return (
        "The one role of a service account cannot be taken away.",
        "Delete the service account in the Admin Portal, under Settings > Service Accounts.",
    )


def _without_reason(row: Row, known: _Known) -> Reason | None:
    if row["reason"]:
        return None
    return "The Revoke has no reason.", "Ask the reviewer for the reason and ingest the file again."


def _protected(row: Row, known: _Known) -> Reason | None:
    group = row["holder_kind"] == "group"
    touched = known.members.get(row["holder_id"], set()) if group else {row["holder_id"]}
    names = _names(_shielded(touched, known))
    if not names:
        return None
    says = (
        f"{row['holder_name']} gives it to protected accounts: {names}."
        if group
        else (f"{names} is a protected account.")
    )
    return says, "Remove it by hand, or take the account out of apply.protected in uar.toml."


def _shielded(account_ids: Iterable[str], known: _Known) -> list[str]:
    words = {word.strip().casefold() for word in known.settings.protected}
    accounts = (known.accounts[each] for each in account_ids if each in known.accounts)
    return [
        str(account["login"] or account["email"])
        for account in accounts
        if words & {str(account[name]).casefold() for name in ("login", "email") if account[name]}
    ]


def _last_owners(row: Row, known: _Known) -> Reason | None:
    """Of active holders of the owner's role, at least two must stay."""
    if not is_owner_role(row):
        return None
    role = row["entitlement_id"]
    active = {each for each in known.holders[role] if known.accounts[each]["status"] != "suspended"}
    going = {each["holder_id"] for each in known.revoked if each["entitlement_id"] == role}
    if len(active - going) >= OWNERS_KEPT:
        return None
    return (
        f"Active admins with the role {row['entitlement']}: {len(active)}; revoked: "
        f"{len(active & going)}; at least {OWNERS_KEPT} must stay.",
        "Give the role to another admin first, or decide again which of them stay.",
    )


def is_owner_role(row: Mapping[str, Any]) -> bool:
    """Is the item the role that may do everything, billing included?"""
    return bool(row["kind"] == "admin role" and row["entitlement"].strip().casefold() == OWNER)


def _own_credential(row: Row, known: _Known) -> Reason | None:
    if row["holder_kind"] != "admin":
        return None
    named = known.settings.credential_admin.strip().casefold()
    if not known.credential_id and not named:
        return (
            "JumpCloud does not tell which admin owns the API key, and a key must not take away "
            "its own admin's role.",
            "Set apply.credential_admin in uar.toml to the e-mail of the admin who owns the key.",
        )
    if row["holder_id"] == known.credential_id or (row["login"] or "").casefold() == named:
        return (
            "This admin owns the API key that uar works with.",
            "Remove it by hand, or work with the key of another admin.",
        )
    return None


def _reader_that_stays(row: Row, known: _Known) -> Reason | None:
    """With "read-only" an admin who loses the last role keeps Read Only: it cannot go itself."""
    if known.settings.last_admin_role != "read-only" or not _is_reader(row):
        return None
    going = {each["entitlement_id"] for each in _of_admin(row["holder_id"], known.revoked)}
    if known.roles[row["holder_id"]] - going:
        return None
    return (
        'apply.last_admin_role = "read-only" leaves this role to an admin who has no other.',
        'Set apply.last_admin_role = "delete" in uar.toml, or delete the admin by hand.',
    )


def _is_reader(row: Row) -> bool:
    return bool(row["kind"] == "admin role" and row["entitlement"].strip().casefold() == READER)


def _put_back(row: Row, known: _Known) -> Reason | None:
    at = known.restored.get(row["item_id"])
    if at is None or row["received_at"] > at:
        return None
    return (
        f"It was put back by uar undo on {at:%Y-%m-%d}.",
        "Ingest a new decision of the reviewer if it is to be removed again.",
    )


BLOCKERS: tuple[Callable[[Row, _Known], Reason | None], ...] = (
    _not_revocable,
    _no_write,
    _without_reason,
    _protected,
    _last_owners,
    _own_credential,
    _reader_that_stays,
    _put_back,
)


# What a removal does, and what it does not


def _with_effects(removals: list[Row], known: _Known) -> list[Row]:
    going = {row["grant_id"] for row in removals}
    effects = {
        "group membership": _membership_effects,
        "application assignment": _assignment_effects,
        "group application": _binding_effects,
        "admin role": _role_effects,
    }
    before: dict[str, set[str]] = {key: set(roles) for key, roles in known.roles.items()}
    shown = []
    for row in removals:
        more = effects[row["kind"]](row, known, going)
        if row["kind"] == "admin role":
            more |= _role_step(row, known, before[row["holder_id"]])
        shown.append(_shown(row, _because(row), **_ids(row, known), **more))
    return shown


def _because(row: Row) -> str:
    return f"Revoke: {row['reason']} ({row['signed_name'] or row['reviewer']})"


def _ids(row: Row, known: _Known) -> Row:
    holder = known.entitlements if row["holder_kind"] == "group" else known.accounts
    return {
        "grant_id": row["grant_id"],
        "holder_source_id": holder[row["holder_id"]]["source_id"],
        "entitlement_source_id": known.entitlements[row["entitlement_id"]]["source_id"],
        "decided_in": f"{row['file']}, {row['cell']}",
    }


def _membership_effects(row: Row, known: _Known, going: set[str]) -> Row:
    user, group = row["holder_id"], row["entitlement_id"]
    loses, keeps, warnings = [], [], []
    opened = sorted(known.opens.get(group, ()), key=known.name)
    for app in opened:
        others = list(_paths(user, app, known, going))
        if others:
            keeps.append(f"{known.name(app)} stays, through {_listed(others, known)}")
        else:
            loses.append(known.name(app))
        if known.decided.get(_grant(app, user)) == "Keep" and others:
            warnings.append(f"Keep was decided for {known.name(app)}, direct; it stays.")
    return {
        "does": f"Takes {_account(row)} out of the group {row['entitlement']}.",
        "loses": loses,
        "keeps": keeps,
        "warnings": warnings,
        "opens": [known.entitlements[app]["source_id"] for app in opened],
    }


def _assignment_effects(row: Row, known: _Known, going: set[str]) -> Row:
    user, app = row["holder_id"], row["entitlement_id"]
    others = list(_paths(user, app, known, going))
    return {
        "does": f"Takes the direct assignment of {row['entitlement']} from {_account(row)}.",
        "loses": [] if others else [row["entitlement"]],
        "keeps": [f"{row['entitlement']} stays, through {_listed(others, known)}"]
        if others
        else [],
        "warnings": [
            f"Keep was decided for the group {known.name(path)}, which opens it as well."
            for path in others
            if path != app and known.decided.get(_grant(path, user)) == "Keep"
        ],
    }


def _binding_effects(row: Row, known: _Known, going: set[str]) -> Row:
    group, app = row["holder_id"], row["entitlement_id"]
    members = known.members.get(group, set())
    keeping = {each for each in members if any(_paths(each, app, known, going))}
    kept = [each for each in members if known.decided.get(_grant(group, each)) == "Keep"]
    lose = [str(known.accounts[each]["login"]) for each in members - keeping]
    return {
        "does": f"Takes {row['entitlement']} from the group {row['holder_name']} as a whole.",
        "loses": [f"{row['entitlement']}, for {_names(lose)}"] if lose else [],
        "keeps": [f"{row['entitlement']} stays for {len(keeping)} of its members, through others"]
        if keeping
        else [],
        "warnings": [
            f"Keep was decided for members of {row['holder_name']}: "
            f"{_names(str(known.accounts[each]['login']) for each in kept)}."
        ]
        if kept
        else [],
    }


def _role_effects(row: Row, known: _Known, going: set[str]) -> Row:
    return {"loses": [], "keeps": [], "warnings": []}


def _role_step(row: Row, known: _Known, held: set[str]) -> Row:
    """This role out of those that the removals before it leave; `held` goes one step on."""
    names = {role: known.name(role) for role in held}
    ids = {role: known.entitlements[role]["source_id"] for role in held}
    before = {ids[role]: names[role] for role in held}
    held.discard(row["entitlement_id"])
    last = "" if held else known.settings.last_admin_role
    admin = known.accounts[row["holder_id"]]
    stay = ", ".join(sorted(names[role] for role in held))
    does = {
        "": f"Takes the role {row['entitlement']} from {_account(row)}; stays: {stay}.",
        "delete": f"Deletes the admin {_account(row)}: {row['entitlement']} is the last role.",
        "read-only": f"Gives {_account(row)} the role Read Only in place of {row['entitlement']}, "
        "the last role.",
    }[last]
    key = ["the admin's API key"] if admin["api_key_set"] and last == "delete" else []
    account = ["the admin account"] if last == "delete" else []
    return {
        "does": does,
        "loses": account + key,
        "keeps": [f"{names[role]} stays" for role in sorted(held, key=known.name)],
        "roles_before": before,
        "roles_after": sorted(ids[role] for role in held),
        "last": last,
        "email": admin["email"] or admin["login"],
        "owners_kept": OWNERS_KEPT if is_owner_role(row) else 0,
    }


def _paths(user: str, app: str, known: _Known, going: set[str]) -> Iterator[str]:
    """What still opens an application once the removals are done: itself (direct), or groups."""
    if app in known.direct.get(user, ()) and _grant(app, user) not in going:
        yield app
    for group in sorted(known.groups.get(user, ()), key=known.name):
        bound = app in known.opens.get(group, ()) and _grant(app, group) not in going
        if bound and _grant(group, user) not in going:
            yield group


def _grant(entitlement_id: str, holder_id: str) -> str:
    """<entitlement_id>><holder kind>:<holder's own id>."""
    return f"{entitlement_id}>{holder_id.split(':', 1)[1]}"


def _listed(paths: list[str], known: _Known) -> str:
    return " and ".join(
        f"the group {known.name(path)}"
        if known.entitlements[path]["kind"] == "group"
        else "the direct assignment"
        for path in paths
    )


def _of_admin(admin: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["holder_id"] == admin and row["kind"] == "admin role"]


def _names(names: Iterable[str]) -> str:
    every = sorted(names)
    more = len(every) - NAMED
    return ", ".join(every[:NAMED]) + (f" and {more} more" if more > 0 else "")


# What only a person can do


def _todo(rows: list[Row], done: pd.DataFrame) -> Iterator[Row]:
    gone = set(done.loc[done["gone"].fillna(False).astype(bool), "item_id"])
    for row in rows:
        decision, reason = row["decision"], row["reason"] or row["comment"]
        said = f": {reason}" if reason else ""
        if decision == "Modify":
            yield _shown(row, f"Modify{said}", do="Change the access as described, by hand.")
        elif decision == "Not sure":
            yield _shown(row, f"Not sure{said}", do="Find somebody who can decide.")
        elif decision == "Keep" and row["item_id"] in gone:
            yield _shown(
                row,
                "Keep was decided after it had been removed.",
                do=f"Put it back: uar undo FOLDER {row['item_id']}",
            )
