"""Before anything is read: what the key may read, whose it is, and what would be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from uar.errors import SetupError, SourceError

from ._assemble import organization_of, owner_of_key
from ._fetching import Fetcher
from ._http import Client, expect
from ._lists import (
    ADMINS,
    APPS,
    GROUPS,
    ORGANIZATIONS,
    PLACES,
    ROLES,
    SERVICES,
    TARGETS,
    USERS,
    Holder,
    Organization,
    bound_to,
    holders_of,
    members_of,
    rule_of,
    type_of,
)
from ._pace import Pace
from ._paging import Listing, Reading, mapping, single
from ._spool import Spool


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
    """Whose key it is; "" where that cannot be told."""

    email: str = ""
    roles: tuple[str, ...] = ()


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
    wanted: dict[str, Listing[Any]] = {"organisation": ORGANIZATIONS, "admins": ADMINS}
    read = {name: listing for name, listing in wanted.items() if name in readable}
    readings = _whole(client, read.values())
    rows = dict(zip(read, (reading.rows for reading in readings), strict=True))
    tenant = ("", "")
    try:
        tenant = organization_of(rows.get("organisation", []), client.credential.org_id)
    except SetupError as error:
        probes.append(Probe("one organisation", True, False, None, str(error), ""))
    owner = owner_of_key(client.credential.api_key, rows.get("admins", []))
    return Check(*tenant, owner=_owner(owner), probes=tuple(probes))


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
    return _owner(owner_of_key(client.credential.api_key, admins.rows))


def _whole(client: Client, listings: Iterable[Listing[Any]]) -> list[Reading[Any]]:
    return Fetcher(client, Pace(2), Spool(), lambda answered, known: None).read(listings)


def _owner(holder: Holder | None) -> Owner:
    if holder is None:
        return Owner()
    return Owner(holder.row["login"] or "", tuple(role.name or role.id for role in holder.roles))


def _probes(client: Client) -> Iterator[Probe]:
    yield _probe(client, "organisation", ORGANIZATIONS, "the tenant's name")[0]
    yield _probe(client, "users", USERS)[0]
    yield _probe(client, "admins", ADMINS, "who administers the tenant, and every admin role")[0]
    yield _probe(client, "roles", ROLES, "what admin roles are called where admins do not say")[0]
    yield _probe(client, "service accounts", SERVICES, "programs that have access of their own")[0]
    groups, group = _probe(client, "groups", GROUPS)
    yield groups
    if group:
        yield _probe(client, "group rules", rule_of(group["source_id"]))[0]
        yield _probe(client, "group members", members_of(group["source_id"]))[0]
    apps, app = _probe(client, "applications", APPS)
    yield apps
    if app:
        yield _probe(client, "application users", holders_of(app["source_id"], "user"))[0]
        yield _probe(client, "application groups", holders_of(app["source_id"], "user_group"))[0]
    for name, listing in TARGETS.items():
        probe, target = _probe(client, name, listing, f"{name}, and who is bound to them")
        yield probe
        if target and type_of(target) in PLACES:
            users = f"users of {name}"
            yield _probe(client, users, bound_to(target, "user"), users)[0]


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
