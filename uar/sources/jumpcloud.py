"""JumpCloud: accounts, entitlements and direct grants of one tenant, read whole."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from uar import clock
from uar.errors import FolderError, SourceError
from uar.memory import be_frugal
from uar.snapshot import Header, Snapshot
from uar.tables import ACCOUNTS

from ._assemble import snapshot_of
from ._bindings import Bindings, asks, nameless
from ._cross import Ends, Lists
from ._environment import connect
from ._fetching import Asking, Fetcher
from ._http import Client
from ._lists import (
    ADMINS,
    APPS,
    BY_METHOD,
    GROUPS,
    ORGANIZATIONS,
    ROLES,
    SERVICES,
    TARGETS,
    USERS,
    Organization,
    credentials_of,
    holders_of,
    members_of,
    rule_of,
)
from ._pace import Pace
from ._paging import Listing, Reading
from ._probe import Check, Owner, check, key_owner, organizations
from ._resume import begin, go_on
from ._rows import Row
from ._sealed import Nobody, Sealed
from ._spool import Spool
from ._tenant import Pages, Tenant
from ._things import METHODS
from ._trace import Traced, trace
from ._usage import Trail, Window, tenant_time

__all__ = [
    "IN_FLIGHT", "Check", "Organization", "Owner", "Sealed", "Spool", "Traced",
    "check", "connect", "derive", "fetch", "key_owner", "organizations", "read", "trace",
]  # fmt: skip

SLIM = ("account_id", "source_id", "login", "sudo", "sudo_without_password")
TOLD_BY_NO_ANSWER = (
    "version", "credential_id", "credential_name", "seal_key", "requests", "most_in_flight",
    "halvings", "retries",
)  # fmt: skip
IN_FLIGHT = 12  # more gains nothing at any latency measured

Progress = Callable[[int, int], None]


def read(
    client: Client,
    *,
    spool: Spool | None = None,
    in_flight: int = IN_FLIGHT,
    leave_out: Collection[str] = (),
    cross_check: int = 0,
    progress: Progress = lambda answered, known: None,
) -> Snapshot:
    """The whole tenant, or a SourceError. `progress` is told requests answered and known of.

    `leave_out`: names of TARGETS, and "usage". `cross_check`: users, and applications, that are
    read from both ends. `spool`: keeps the answers; one that has some of
    this tenant is gone on with, and FolderError says why it cannot be. The snapshot's pages are
    read from it when they are asked for.
    """
    with tempfile.TemporaryFile() as file:
        own, spool = spool is None, spool or Spool(file)
        if spool.noted:
            go_on(spool, client, first_round(leave_out), clock.now())
        else:
            begin(spool, client, clock.now())
        tenant = fetch(
            client,
            spool,
            in_flight=in_flight,
            leave_out=leave_out,
            cross_check=cross_check,
            progress=progress,
        )
        snapshot = snapshot_of(tenant, client, secrets.token_hex(32))
        pages = Pages(tenant, spool)
        return replace(snapshot, pages=dict(pages) if own else pages)


def derive(
    sealed: Sealed, header: Header, *, leave_out: Collection[str] = (), cross_check: int = 0
) -> Snapshot:
    """The snapshot that was made of these answers, by the steps that made it; nobody is asked.

    `header`: of the snapshot, for what no answer tells: by which uar and how it was read, the key
    of seals, and which administrator's key it was. FolderError names a request that the answers
    do not hold.
    """
    client = Nobody(sealed.noted["host"], sealed.noted["org_id"])
    try:
        tenant = fetch(
            client,
            sealed,
            in_flight=1,
            leave_out=leave_out,
            cross_check=cross_check,
            progress=lambda answered, known: None,
        )
    except SourceError as error:
        why = str(error).partition("; run the command again")[0].rstrip(".")
        raise FolderError(f"The sealed answers are not whole: {why}.") from error
    snapshot = snapshot_of(tenant, client, header.seal_key)
    told = {name: getattr(header, name) for name in TOLD_BY_NO_ANSWER}
    return replace(snapshot, header=replace(snapshot.header, **told), pages=Pages(tenant, sealed))


def first_round(leave_out: Collection[str]) -> list[Listing[Any]]:
    """The lists that everything else hangs on."""
    wanted = (listing for name, listing in TARGETS.items() if name not in leave_out)
    return [ORGANIZATIONS, USERS, ADMINS, ROLES, SERVICES, GROUPS, APPS, *BY_METHOD, *wanted]


def fetch(
    client: Asking,
    spool: Spool,
    *,
    in_flight: int,
    leave_out: Collection[str] = (),
    cross_check: int = 0,
    progress: Progress,
) -> Tenant:
    """Every list of the tenant, in two rounds: the second asks for what the first has named.

    A third one looks at a sample of it from the other end.
    """
    be_frugal()
    cannot = nameless(client.credential.org_id, leave_out)
    leave_out = {*leave_out, *cannot}
    pace = Pace(in_flight)
    fetcher = Fetcher(client, pace, spool, progress)
    organizations, users, admins, roles, services, groups, apps, *rest = fetcher.read(
        first_round(leave_out)
    )
    # Before the second round, so that it gets the room which the rows of all users took.
    accounts = ACCOUNTS.frame(users.rows)
    users.rows = tuple(map(slim, users.rows))
    by_method = rest[: len(BY_METHOD)]
    wanted = [name for name in TARGETS if name not in leave_out]
    targets = dict(zip(wanted, rest[len(BY_METHOD) :], strict=True))
    group_ids = [row["source_id"] for row in groups.rows]
    app_ids = [row["source_id"] for row in apps.rows]
    service_ids = [holder.row["source_id"] for holder in services.rows]
    methods, in_doubt = methods_of(group_ids, by_method)
    bindings = asks(targets, groups.rows)
    usage = (
        None
        if "usage" in leave_out
        else Trail(Window.before(tenant_time(users.server_time, users.started_at)))
    )
    named: dict[str, Iterable[Listing[Any]]] = {
        "credentials": map(credentials_of, service_ids),
        "bindings": (ask.listing for ask in bindings),
        "rules": map(rule_of, in_doubt),
        "members": map(members_of, group_ids),
        "app users": (holders_of(key, "user") for key in app_ids),
        "app groups": (holders_of(key, "user_group") for key in app_ids),
    }
    readings = {name: [Reading(each) for each in listings] for name, listings in named.items()}
    # Each page of events says how to go on: the longest chain begins first.
    fetcher.fill(chain([usage] if usage else [], *readings.values()))
    lists = Lists(
        groups.rows,
        apps.rows,
        readings["members"],
        readings["app users"],
        readings["app groups"],
    )
    user_ids = (row["source_id"] for row in users.rows)
    cross = Ends(fetcher, lists).compare(user_ids, app_ids, cross_check)
    return Tenant(
        organizations=organizations,
        users=users,
        accounts=accounts,
        admins=admins,
        roles=roles,
        services=services,
        credentials=readings["credentials"],
        groups=groups,
        apps=apps,
        by_method=by_method,
        methods=methods,
        rules=readings["rules"],
        members=readings["members"],
        app_users=readings["app users"],
        app_groups=readings["app groups"],
        bindings=Bindings(targets, list(zip(bindings, readings["bindings"], strict=True)), cannot),
        usage=usage,
        cross=cross,
        pace=pace,
        requests=fetcher.requests,
    )


def slim(user: Row) -> Row:
    """What is asked of a user's row once it stands in a table."""
    return {name: user[name] for name in SLIM if name in user}


def methods_of(
    group_ids: list[str], by_method: list[Reading[Any]]
) -> tuple[dict[str, str], list[str]]:
    """(membership method of the static groups, groups to read one by one).

    Filtering by method is described, but nobody was seen to do it. So a filtered answer counts
    only where exactly one method claims a group. A dynamic group is always read itself, because
    its exemptions are nowhere else.
    """
    if any(reading.refused for reading in by_method):
        return {}, group_ids
    claims: dict[str, list[str]] = {key: [] for key in group_ids}
    for method, reading in zip(METHODS, by_method, strict=True):
        for key in reading.rows:
            claims.setdefault(key, []).append(method)
    sure = {
        key: claims[key][0]
        for key in group_ids
        if len(claims[key]) == 1 and METHODS[claims[key][0]] == "static"
    }
    return sure, [key for key in group_ids if key not in sure]
