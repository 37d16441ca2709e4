"""Before anything is read: what the key may read, whose it is, and what would be missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uar import clock
from uar.errors import SetupError, SourceError
from uar.tables import DEVICES_OF_GROUPS

from ._assemble import organization_of, owner_of_key
from ._bindings import nameless
from ._cross import MEMBEROF, REACHED, groups_of, users_of
from ._fetching import Fetcher
from ._gaps import LAST_USE
from ._http import Client, expect
from ._lists import (
    ADMINS,
    APPS,
    GROUPS,
    MAY_BE_MISSING,
    ORGANIZATIONS,
    PLACES,
    ROLES,
    SERVICES,
    TARGETS,
    USERS,
    Holder,
    Organization,
    bound_to,
    devices_in,
    holders_of,
    members_of,
    rule_of,
    sharers_of,
    type_of,
)
from ._pace import Pace
from ._paging import Listing, Reading, envelope, mapping, single
from ._rows import RoleRef, Row
from ._spool import Spool
from ._usage import COUNT, REFUSALS, Trail, Window
from ._values import either, identity, several, text

# What uar apply changes -> the scope that it takes (API.md 2.3).
WRITES = {
    "group memberships": "groups",
    "application assignments": "associations.applications",
    "device bindings": "associations.systems",
    "directory bindings": "associations.directories",
    "RADIUS bindings": "associations.radius",
    "password items": "associations.directories",
    "administrator roles": "administrators",
    "service accounts": "serviceaccounts",
}
# Which scopes the built-in roles have is nowhere published, but what these two may do is.
EVERYTHING, NOTHING = "administrator with billing", "read only"


@dataclass(frozen=True)
class Scopes:
    """What a role may do, as it says itself."""

    id: str
    name: str
    scopes: frozenset[str]


SCOPES: Listing[Scopes] = Listing(
    ROLES.path,
    envelope,
    lambda row: Scopes(
        identity(row, "id", "_id"),
        (text(row, "name") or "").casefold(),
        frozenset(map(str, several(row, "scopes"))),
    ),
    key=lambda role: role.id,
    optional=MAY_BE_MISSING,
)


@dataclass(frozen=True)
class Probe:
    """One collection, tried with one row. `total`: as stated by the source."""

    collection: str
    needed: bool
    readable: bool
    total: int | None
    why_not: str  # it cannot be read
    without: str  # what the review then misses; "" where there is no review without it


@dataclass(frozen=True)
class Owner:
    """Whose key it is; "" where that cannot be told.

    `writes`: what it may change, by WRITES; None where its roles do not tell.
    """

    email: str = ""
    roles: tuple[str, ...] = ()
    writes: Mapping[str, bool | None] = field(default_factory=lambda: dict.fromkeys(WRITES))


@dataclass(frozen=True)
class Check:
    """What a sync with this key would be able to read."""

    tenant_id: str
    tenant_name: str
    owner: Owner
    probes: tuple[Probe, ...]

    @property
    def enough(self) -> bool:
        """May everything be read without which there is no review?"""
        return all(probe.readable for probe in self.probes if probe.needed)


def check(client: Client) -> Check:
    """One request a collection, and the whole lists of organisations and admins. Nothing is kept.

    Raises SourceError where the tenant cannot be reached at all.
    """
    probes = list(_probes(client))
    readable = {probe.collection for probe in probes if probe.readable}
    wanted: dict[str, Listing[Any]] = {
        "organisation": ORGANIZATIONS,
        "admins": ADMINS,
        "roles": SCOPES,
    }
    read = {name: listing for name, listing in wanted.items() if name in readable}
    readings = _whole(client, read.values())
    rows = dict(zip(read, (reading.rows for reading in readings), strict=True))
    tenant = ("", "")
    try:
        tenant = organization_of(rows.get("organisation", []), client.credential.org_id)
    except SetupError as error:
        probes.append(Probe("one organisation", True, False, None, str(error), ""))
    owner = owner_of_key(client.credential.api_key, rows.get("admins", []))
    return Check(*tenant, owner=_owner(owner, rows.get("roles", [])), probes=tuple(probes))


def organizations(client: Client) -> list[Organization]:
    """Those that the credential manages: one, or those of a multi-tenant key (API.md 2.4).

    Raises SourceError where it may not read them.
    """
    (found,) = _whole(client, [ORGANIZATIONS])
    if found.refused:
        expect(found.refused, 200)
    return list(found.rows)


def key_owner(client: Client) -> Owner:
    """Whose key this is, read with the key itself. Raises SourceError where it does not answer."""
    (admins,) = _whole(client, [ADMINS])
    if admins.refused:
        expect(admins.refused, 200)
    (roles,) = _whole(client, [SCOPES])
    return _owner(owner_of_key(client.credential.api_key, admins.rows), roles.rows)


def _whole(client: Client, listings: Iterable[Listing[Any]]) -> list[Reading[Any]]:
    return Fetcher(client, Pace(2), Spool(), lambda answered, known: None).read(listings)


def _owner(holder: Holder | None, roles: Sequence[Scopes]) -> Owner:
    if holder is None:
        return Owner()
    names = tuple(role.name or role.id for role in holder.roles)
    return Owner(holder.row["login"] or "", names, may_write(holder.roles, roles))


def may_write(held: Sequence[RoleRef], roles: Sequence[Scopes]) -> dict[str, bool | None]:
    """What somebody with these roles may change: any of them is enough."""
    return {
        what: either([_allows(ref, scope, roles) for ref in held]) if held else None
        for what, scope in WRITES.items()
    }


def _allows(ref: RoleRef, scope: str, roles: Sequence[Scopes]) -> bool | None:
    name = ref.name.casefold()
    listed = [role for role in roles if ref.id == role.id or (name and name == role.name)]
    name = name or (listed[0].name if listed else "")
    if name in (EVERYTHING, NOTHING):
        return name == EVERYTHING
    if not listed or not listed[0].scopes:
        return None
    parts = scope.split(".")
    enough = {".".join(parts[: n + 1]) for n in range(len(parts))}
    return bool(enough & listed[0].scopes)


def _probes(client: Client) -> Iterator[Probe]:
    yield _probe(client, "organisation", ORGANIZATIONS, "the tenant's name")[0]
    users, user = _probe(client, "users", USERS)
    yield users
    yield _probe(client, "admins", ADMINS, "who administers the tenant, and every admin role")[0]
    yield _probe(client, "roles", ROLES, "what admin roles are called where admins do not say")[0]
    yield _probe(client, "service accounts", SERVICES, "programs that have access of their own")[0]
    groups, group = _probe(client, "groups", GROUPS)
    yield groups
    if group:
        yield _probe(client, "group rules", rule_of(group["source_id"]))[0]
        yield _probe(client, "group members", members_of(group["source_id"]))[0]
    if user:
        memberof = groups_of(user["source_id"])
        yield _probe(client, MEMBEROF, memberof, "whether two answers agree on memberships")[0]
    apps, app = _probe(client, "applications", APPS)
    yield apps
    if app:
        yield _probe(client, "application users", holders_of(app["source_id"], "user"))[0]
        yield _probe(client, "application groups", holders_of(app["source_id"], "user_group"))[0]
        reached = users_of(app["source_id"])
        yield _probe(client, REACHED, reached, "whether two answers agree on applications")[0]
    unnamed = nameless(client.credential.org_id, ())
    for name, listing in TARGETS.items():
        if name in unnamed:
            why_not = "the route takes no JUMPCLOUD_ORG_ID, so it is not asked with one"
            yield Probe(name, False, False, None, why_not, f"{name}, and who is bound to them")
            continue
        probe, target = _probe(client, name, listing, f"{name}, and who is bound to them")
        yield probe
        for what, edges in _edges_of(name, target).items() if target else ():
            yield _probe(client, what, edges, what)[0]
    yield _events(client)


def _edges_of(name: str, target: Row) -> dict[str, Listing[Any]]:
    """What else a sync asks of something that people are bound to."""
    if name == "password folders":
        return {f"users of {name}": sharers_of(target, "user")}
    found: dict[str, Listing[Any]] = {}
    if type_of(target) in PLACES:
        found[f"users of {name}"] = bound_to(target, "user")
    if name == "device groups":
        found[DEVICES_OF_GROUPS] = devices_in(target)
    return found


def _events(client: Client) -> Probe:
    """Only how many there are is asked for, of one minute."""
    now = clock.now()
    asked = Trail(Window(now - dt.timedelta(minutes=1), now)).asked(COUNT)
    answer = client.request("POST", asked.path, body=asked.body, repeat_safe=True)
    why_not = ""
    if answer.status in REFUSALS:
        why_not = f"{REFUSALS[answer.status]} (status {answer.status})"
    return Probe("events", False, not why_not, None, why_not, LAST_USE)


def _probe(
    client: Client, collection: str, listing: Listing[Any], without: str = ""
) -> tuple[Probe, Any]:
    """(what came of it, the first row). `without`: what is missing where it cannot be read."""
    page = {} if listing.unpack is single else {"limit": "1"}
    params = {**listing.params, **page}
    answer = client.request("GET", listing.path, params=params, repeat_safe=True)
    try:
        rows, total = listing.unpack(expect(answer, 200))
        first = next(iter(mapping(listing, rows, answer)), None)
    except SourceError as refusal:
        why_not = str(refusal).removeprefix(f"GET {listing.path}: ")
        return Probe(collection, not without, False, None, why_not, without), None
    return Probe(collection, not without, True, total if page else None, "", without), first
