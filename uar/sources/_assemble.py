"""What was read -> a Snapshot: tables, totals per collection, and a gap for whatever is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from uar import __version__
from uar.errors import SetupError
from uar.snapshot import Header, Snapshot
from uar.tables import ACCOUNTS, COLLECTIONS, CROSS_CHECK, ENTITLEMENTS, GAPS, GRANTS, USES

from ._cross import MEMBEROF, REACHED, says
from ._http import Client
from ._lists import PLACES, Holder, Organization, Rule, type_of
from ._rows import METHODS, RoleRef, Row, role_slug
from ._tenant import Tenant, totals
from ._usage import PATH as EVENTS
from ._usage import Trail, uses

RULE_WOULD_RETURN = (
    "The group's rule chooses its members and would bring this one back: "
    "change the rule, or the attribute that it reads."
)
UNKNOWN_METHOD = "JumpCloud states a membership method of this group that uar does not know."

LAST_USE = "when accounts and applications were last used"

PART = 20_000  # grants that are texts of Python, and not yet columns, at most

EDGES = ("group members", "application users", "application groups")


@dataclass
class Tables:
    """Rows on their way into tables. There may be a million grants: they are put away by parts."""

    entitlements: dict[str, Row] = field(default_factory=dict)
    grants: list[tuple[Any, ...]] = field(default_factory=list)  # that are not put away yet
    parts: list[pd.DataFrame] = field(default_factory=list)
    gaps: dict[str, Row] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EDGES, 0))

    def edge(
        self,
        collection: str,
        entitlement_id: str,
        holder: str,
        why_not: str | None,
        sudo: str | None = None,
    ) -> None:
        """A grant that is one row of a collection."""
        self.stored[collection] += 1
        self.grant(entitlement_id, holder, why_not, sudo)

    def grant(
        self, entitlement_id: str, holder: str, why_not: str | None, sudo: str | None = None
    ) -> None:
        """`holder`: as grant ids end, `<kind>:<id>`."""
        self.grants.append(
            (
                f"{entitlement_id}>{holder}",
                f"jumpcloud:{holder}",
                holder.partition(":")[0],
                entitlement_id,
                why_not is None,
                why_not,
                sudo,
            )
        )
        if len(self.grants) >= PART:
            self._put_away()

    def grant_columns(self) -> pd.DataFrame:
        """The grants with their types, which spares the door from looking into every cell."""
        self._put_away()
        parts, self.parts = self.parts, []
        return pd.concat(parts, ignore_index=True)

    def _put_away(self) -> None:
        columns = zip(*self.grants, strict=True) if self.grants else ([] for _ in GRANTS.names)
        part = {
            column.name: pd.array(list(values), dtype=cast(Any, column.type))
            for column, values in zip(GRANTS.columns, columns, strict=True)
        }
        self.parts.append(pd.DataFrame(part))
        self.grants = []

    def gap(self, collection: str, subject: str, says: str) -> None:
        key = f"{collection}:{subject}"
        self.gaps[key] = {"gap_id": key, "collection": collection, "subject": subject, "says": says}


def snapshot_of(tenant: Tenant, client: Client, seal_key: str) -> Snapshot:
    """Raises SetupError where the key sees several organisations and none is named."""
    # Arrow's own pool keeps what it once had: a fifth of the memory that a large tenant needs.
    pa.set_memory_pool(pa.system_memory_pool())
    tables = Tables()
    tenant_id, tenant_name = organization_of(tenant.organizations.rows, client.credential.org_id)
    _roles(tables, tenant)
    _groups(tables, tenant)
    _apps(tables, tenant)
    _bindings(tables, tenant)
    _refusals(tables, tenant)
    _disagreements(tables, tenant)
    collections = totals(tenant, tables.stored)
    services = [
        {**holder.row, **{name: value for name, value in own.items() if value is not None}}
        for holder, reading in zip(tenant.services.rows, tenant.credentials, strict=True)
        for own in (reading.rows[0] if reading.rows else {},)
    ]
    admins = [holder.row for holder in tenant.admins.rows]
    owner = owner_of_key(client.credential.api_key, tenant.admins.rows)
    accounts = ACCOUNTS.frame([*tenant.users.rows, *admins, *services])
    return Snapshot(
        header=Header(
            provider="jumpcloud",
            tenant_id=tenant_id,
            tenant_name=tenant_name,
            host=client.host,
            started_at=min(row["started_at"] for row in collections),
            finished_at=max(row["finished_at"] for row in collections),
            version=__version__,
            credential_id=owner.row["account_id"] if owner else "",
            credential_name=(owner.row["login"] or "") if owner else "",
            seal_key=seal_key,
            requests=tenant.requests,
            most_in_flight=tenant.pace.most,
            halvings=tenant.pace.halvings,
            retries=tenant.pace.retries,
            **_window(tenant.usage),
        ),
        accounts=accounts,
        entitlements=ENTITLEMENTS.frame(tables.entitlements.values()),
        grants=GRANTS.frame(tables.grant_columns()),
        collections=COLLECTIONS.frame(collections),
        gaps=GAPS.frame(tables.gaps.values()),
        uses=_uses(tenant, set(accounts["account_id"]), tables.entitlements),
    )


def _uses(tenant: Tenant, accounts: set[str], entitlements: dict[str, Row]) -> pd.DataFrame:
    newest = tenant.usage.newest if tenant.usage else {}
    return USES.frame(uses(newest, tenant.users.rows, accounts, entitlements))


def _window(usage: Trail | None) -> dict[str, str]:
    """What the header says of use."""
    if usage is None or usage.refused:
        return {"usage": usage.usage if usage else "not collected"}
    window = usage.window
    return {
        "usage": usage.usage,
        "usage_from": window.start.isoformat().replace("+00:00", "Z"),
        "usage_to": window.end.isoformat().replace("+00:00", "Z"),
    }


def owner_of_key(api_key: str, admins: Iterable[Holder]) -> Holder | None:
    """The admin whose key begins like ours, if there is exactly one (API.md 2.1)."""
    owners = [admin for admin in admins if admin.prefix and api_key.startswith(admin.prefix)]
    return owners[0] if len(owners) == 1 else None


def organization_of(found: Sequence[Organization], org_id: str) -> tuple[str, str]:
    """(id, name), as far as the tenant tells. SetupError where there are several to choose from."""
    mine = [each for each in found if each.id == org_id] if org_id else found
    if len(mine) > 1:
        raise SetupError(
            f"The key sees {len(mine)} organisations; set JUMPCLOUD_ORG_ID to the id of one."
        )
    return (mine[0].id, mine[0].name) if mine else (org_id, "")


def _roles(tables: Tables, tenant: Tenant) -> None:
    """Roles, and who holds them: administrators and service accounts."""
    for row in tenant.roles.rows:
        tables.entitlements[row["entitlement_id"]] = row
    by_name = {row["name"].casefold(): row["entitlement_id"] for row in tenant.roles.rows}
    for collection, reading in (("admins", tenant.admins), ("service accounts", tenant.services)):
        for holder in reading.rows:
            kind, key = holder.row["kind"], holder.row["source_id"]
            held = [_role(tables, by_name, ref) for ref in holder.roles]
            for entitlement_id in dict.fromkeys(held):
                tables.grant(entitlement_id, f"{kind}:{key}", None)
            if not held:
                name = holder.row["login"] or key
                says = f"{name} states no role: what this account may do is unknown."
                tables.gap(collection, holder.row["account_id"], says)


def _role(tables: Tables, by_name: dict[str, str], ref: RoleRef) -> str:
    """The entitlement of a role; one that the list of roles does not have is kept all the same."""
    listed = f"jumpcloud:role:{ref.id}" if ref.id else by_name.get(ref.name.casefold(), "")
    if listed in tables.entitlements:
        return listed
    key = ref.id or role_slug(ref.name)
    entitlement_id = f"jumpcloud:role:{key}"
    name = ref.name or key
    if by_name:
        says = f"The role {name} is held, but not in the list of roles: what it opens is unknown."
        tables.gap("roles", entitlement_id, says)
    tables.entitlements[entitlement_id] = {
        "entitlement_id": entitlement_id,
        "kind": "role",
        "source_id": key,
        "name": name,
    }
    return entitlement_id


def _groups(tables: Tables, tenant: Tenant) -> None:
    """Groups with their membership method, and who is in them."""
    users = {f"user:{row['source_id']}" for row in tenant.users.rows}
    rules = {rule.group_id: rule for reading in tenant.rules for rule in reading.rows}
    for group, members in zip(tenant.groups.rows, tenant.members, strict=True):
        key = group["source_id"]
        rule = rules.get(key) or Rule(key, tenant.methods.get(key, ""), frozenset())
        membership = METHODS.get(rule.method)
        # A static group has no rule to doubt, also where it had to be read by itself.
        doubts = {} if membership == "static" else rule.doubts
        tables.entitlements[group["entitlement_id"]] = {
            **group,
            "membership": membership,
            **doubts,
        }
        if rule.method and rule.method not in METHODS:
            says = f"The group {group['name']} has a membership method that uar does not know."
            tables.gap("groups", group["entitlement_id"], says)
        for holder in members.rows:
            if holder in users:
                why_not = _why_not(rule, holder)
                tables.edge("group members", group["entitlement_id"], holder, why_not)
            else:
                _not_listed(tables, "group members", group, holder)


def _why_not(rule: Rule, holder: str) -> str | None:
    """Members of a dynamic group come back, unless they are exempt from its rule (API.md 8.2)."""
    if rule.method == "DYNAMIC_AUTOMATED" and holder not in rule.exempted:
        return RULE_WOULD_RETURN
    return UNKNOWN_METHOD if rule.method and rule.method not in METHODS else None


def _apps(tables: Tables, tenant: Tenant) -> None:
    """Applications, and the users and groups bound to them directly."""
    known = {f"user:{row['source_id']}" for row in tenant.users.rows}
    known |= {f"group:{row['source_id']}" for row in tenant.groups.rows}
    for app, users, groups in zip(
        tenant.apps.rows, tenant.app_users, tenant.app_groups, strict=True
    ):
        tables.entitlements[app["entitlement_id"]] = app
        for collection, reading in (("application users", users), ("application groups", groups)):
            for holder in reading.rows:
                if holder in known:
                    tables.edge(collection, app["entitlement_id"], holder, None)
                else:
                    _not_listed(tables, collection, app, holder)


def _bindings(tables: Tables, tenant: Tenant) -> None:
    """Devices, directories and servers, and the users and groups bound to them directly."""
    for name, reading in tenant.bindings.targets.items():
        for row in reading.rows:
            tables.entitlements[row["entitlement_id"]] = row
            if type_of(row) not in (*PLACES, "workday"):
                says = f"{row['name']} is of a type that uar does not know: who is bound to it is "
                tables.gap(name, row["entitlement_id"], f"{says}not in the review.")
    known = {f"user:{row['source_id']}" for row in tenant.users.rows}
    known |= {f"group:{row['source_id']}" for row in tenant.groups.rows}
    refused = tenant.bindings.refused
    for ask, edges in tenant.bindings.edges:
        if ask.collection in refused:
            continue
        tables.stored.setdefault(ask.collection, 0)
        for binding in edges.rows:
            target, holder = ask.owner["entitlement_id"], binding.end
            if ask.owner["kind"] == "group":
                target, holder = f"jumpcloud:{binding.end}", f"group:{ask.owner['source_id']}"
            if target not in tables.entitlements:
                says = f"{ask.owner['name']} is bound to {binding.end}, which is in no list: "
                says += "this access is not in the review. Read the tenant again."
                tables.gap(ask.collection, f"{target}>{holder}", says)
            elif holder not in known:
                _not_listed(tables, ask.collection, ask.owner, holder)
            else:
                tables.edge(ask.collection, target, holder, None, binding.sudo)


def _not_listed(tables: Tables, collection: str, owner: Row, holder: str) -> None:
    kind, _, key = holder.partition(":")
    says = (
        f"{owner['name']} is held by the {kind} {key}, which is not in the list of {kind}s"
        if kind in ("user", "group")
        else f"{owner['name']} is held by {key}, a {kind}, which uar does not know"
    )
    says += ": this access is not in the review. Read the tenant again, or look at it by hand."
    tables.gap(collection, f"{owner['entitlement_id']}>{holder}", says)


def _disagreements(tables: Tables, tenant: Tenant) -> None:
    """What two ends of an edge say otherwise: a gap, and a finding (PRC-16)."""
    names = {
        f"user:{row['source_id']}": row.get("login") or row["source_id"]
        for row in tenant.users.rows
    }

    def name(key: str) -> str:
        row = tables.entitlements.get(f"jumpcloud:{key}")
        return str(row["name"]) if row else names.get(key, key)

    for difference in sorted(tenant.cross.differences, key=lambda each: each.subject):
        tables.gap(CROSS_CHECK, difference.subject, says(difference, name))


def _refusals(tables: Tables, tenant: Tenant) -> None:
    """Lists that the tenant did not give us: a part of it is not in this review."""
    for name, reading in (
        ("organisation", tenant.organizations),
        ("admins", tenant.admins),
        ("roles", tenant.roles),
        ("service accounts", tenant.services),
        *((MEMBEROF, reading) for reading in tenant.cross.users),
        *((REACHED, reading) for reading in tenant.cross.apps),
        *(("service account credentials", reading) for reading in tenant.credentials),
        *tenant.bindings.targets.items(),
        *tenant.bindings.refused.items(),
    ):
        if reading.refused:
            status, path = reading.refused.status, reading.listing.path
            says = (
                f"Not collected: GET {path} was answered with status {status}. "
                "Give the key's role the right to read it, or say why it can be left out."
            )
            tables.gap(name, path, says)
    if tenant.usage is None:
        tables.gap("events", "uar.toml", f"Left out by sync.leave_out in uar.toml: {LAST_USE}.")
    elif tenant.usage.refused:
        says = f"When access was last used is {tenant.usage.usage}: POST {EVENTS} was answered "
        says += f"with status {tenant.usage.refused.status}. The review goes on without it."
        tables.gap("events", EVENTS, says)
    for name in tenant.bindings.left_out:
        says = f"Left out by sync.leave_out in uar.toml: {name}, and who is bound to them."
        tables.gap(name, "uar.toml", says)
