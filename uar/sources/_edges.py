"""Lists as they were read -> entitlements, who holds them, and what each consists of."""

from __future__ import annotations

from uar.tables import DEVICES_OF_GROUPS

from ._bindings import Ask
from ._ends import Binding
from ._lists import PLACES, Rule, type_of
from ._rows import RoleRef, Row, role_slug
from ._tables import Tables
from ._tenant import Tenant
from ._things import METHODS

RULE_WOULD_RETURN = (
    "The group's rule chooses its members and would bring this one back: "
    "change the rule, or the attribute that it reads."
)
UNKNOWN_METHOD = "JumpCloud states a membership method of this group that uar does not know."
FOLDER_BY_HAND = (
    "uar does not change shared folders of passwords: take this one out of it in the Admin Portal."
)
KNOWN = (*PLACES, "password_folder", "workday")  # nobody is bound to Workday
# Where administrator rights mean something (API.md 6.4).
DEVICES = ("system", "system_group")


def fill(tables: Tables, tenant: Tenant) -> None:
    """Everything that is held, and by whom."""
    _roles(tables, tenant)
    _groups(tables, tenant)
    _apps(tables, tenant)
    _bindings(tables, tenant)


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
                tables.grant(entitlement_id, f"{kind}:{key}")
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
    known = _holders(tenant)
    for app, users, groups in zip(
        tenant.apps.rows, tenant.app_users, tenant.app_groups, strict=True
    ):
        tables.entitlements[app["entitlement_id"]] = app
        for collection, reading in (("application users", users), ("application groups", groups)):
            for holder in reading.rows:
                if holder in known:
                    tables.edge(collection, app["entitlement_id"], holder)
                else:
                    _not_listed(tables, collection, app, holder)


def _holders(tenant: Tenant) -> dict[str, str | None]:
    """Every user and group, and what that makes its holder of the devices that it has (6.4)."""
    of_users = {f"user:{row['source_id']}": _global_sudo(row) for row in tenant.users.rows}
    return of_users | {f"group:{row['source_id']}": row["sudo"] for row in tenant.groups.rows}


def _global_sudo(user: Row) -> str | None:
    if user.get("sudo_without_password"):
        return "without password"
    return "with password" if user.get("sudo") else None


def _bindings(tables: Tables, tenant: Tenant) -> None:
    """Devices, directories, servers and passwords, and the users and groups bound to them."""
    for name, reading in tenant.bindings.targets.items():
        for listed in reading.rows:
            row = {column: value for column, value in listed.items() if column != "folder"}
            tables.entitlements[row["entitlement_id"]] = row
            if listed.get("folder"):
                folder = f"jumpcloud:password_folder:{listed['folder']}"
                tables.content(folder, row["entitlement_id"])
            if type_of(row) not in KNOWN:
                says = f"{row['name']} is of a type that uar does not know: who is bound to it is "
                tables.gap(name, row["entitlement_id"], f"{says}not in the review.")
    known = _holders(tenant)
    refused = tenant.bindings.refused
    for ask, edges in tenant.bindings.edges:
        if ask.collection in refused:
            continue
        tables.stored.setdefault(ask.collection, 0)
        for binding in edges.rows:
            if ask.collection == DEVICES_OF_GROUPS:
                _contents(tables, ask, binding)
            else:
                _binding(tables, ask, binding, known)


def _binding(tables: Tables, ask: Ask, binding: Binding, known: dict[str, str | None]) -> None:
    target, holder = ask.owner["entitlement_id"], binding.end
    if ask.owner["kind"] == "group":
        target, holder = f"jumpcloud:{binding.end}", f"group:{ask.owner['source_id']}"
    if not binding.direct:
        tables.stored[ask.collection] += 1  # in the binding of the group, and its members
    elif target not in tables.entitlements:
        says = f"{ask.owner['name']} is bound to {binding.end}, which is in no list: "
        says += "this access is not in the review. Read the tenant again."
        tables.gap(ask.collection, f"{target}>{holder}", says)
    elif holder not in known:
        _not_listed(tables, ask.collection, ask.owner, holder)
    else:
        on_devices = target.split(":")[1] in DEVICES
        effective = stronger(binding.sudo, known[holder]) if on_devices else None
        why_not = FOLDER_BY_HAND if ask.owner["kind"] == "password folder" else None
        tables.edge(ask.collection, target, holder, why_not, binding.sudo, effective)


def stronger(one: str | None, other: str | None) -> str | None:
    """Rights from several sources: any one is enough (API.md 6.4)."""
    return "without password" if "without password" in (one, other) else one or other


def _contents(tables: Tables, ask: Ask, binding: Binding) -> None:
    if f"jumpcloud:{binding.end}" in tables.entitlements:
        tables.stored[ask.collection] += 1
        tables.content(ask.owner["entitlement_id"], f"jumpcloud:{binding.end}")
        return
    says = f"{ask.owner['name']} holds {binding.end}, which is not in the list of devices: who "
    says += "reaches it through the group is not in the review. Read the tenant again."
    tables.gap(ask.collection, f"{ask.owner['entitlement_id']}>{binding.end}", says)


def _not_listed(tables: Tables, collection: str, owner: Row, holder: str) -> None:
    kind, _, key = holder.partition(":")
    says = (
        f"{owner['name']} is held by the {kind} {key}, which is not in the list of {kind}s"
        if kind in ("user", "group")
        else f"{owner['name']} is held by {key}, a {kind}, which uar does not know"
    )
    says += ": this access is not in the review. Read the tenant again, or look at it by hand."
    tables.gap(collection, f"{owner['entitlement_id']}>{holder}", says)
