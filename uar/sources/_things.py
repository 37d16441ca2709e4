"""JumpCloud's JSON of what can be held -> rows of ENTITLEMENTS (API.md 5.5 to 5.7)."""

from __future__ import annotations

from ._ends import sudo_of
from ._rows import Row
from ._values import Json, count, flag, identity, inner, objects, reference, several, text

METHODS = {
    "STATIC": "static",
    "NOTSET": "static",
    "DYNAMIC_AUTOMATED": "dynamic",
    "DYNAMIC_REVIEW_REQUIRED": "review-required",
}
READ_ONLY = ".readonly"  # how a scope ends that changes nothing (API.md 2.3)
# JumpCloud's word for a directory -> what people call it; Workday is where people come from, and
# nobody is bound to it (API.md 5.7, 6.2).
DIRECTORIES = {
    "g_suite": "Google Workspace",
    "office_365": "Microsoft 365",
    "ldap_server": "LDAP",
    "active_directory": "Active Directory",
    "workday": "Workday",
}


def _entitlement(kind: str, node: str, key: str, name: str | None, **more: object) -> Row:
    """What every row of ENTITLEMENTS says. `node`: JumpCloud's word for the type, as ids have it;
    what has no name is called by its key."""
    return {
        "entitlement_id": f"jumpcloud:{node}:{key}",
        "kind": kind,
        "source_id": key,
        "name": name or key,
        **more,
    }


def entitlement_of_group(group: Json) -> Row:
    """A user group -> a row of ENTITLEMENTS. Its membership method is not in the list (5.5)."""
    sudo = sudo_of(group)
    return _entitlement(
        "group",
        "group",
        identity(group, "id", "_id"),
        text(group, "name"),
        description=text(group, "description"),
        # Administrator on every device bound to the group (API.md 6.4).
        privileged=True if sudo else None,
        sudo=sudo,
    )


def entitlement_of_app(app: Json) -> Row:
    """An SSO application -> a row of ENTITLEMENTS (API.md 5.6); `config` is never looked at."""
    names = (text(app, name) for name in ("displayLabel", "displayName", "name"))
    return _entitlement(
        "app",
        "app",
        identity(app, "_id", "id"),
        next(filter(None, names), None),
        description=text(app, "description"),
        active=flag(app, "active"),
    )


def entitlement_of_role(role: Json) -> Row:
    """A role of administrators and service accounts -> a row of ENTITLEMENTS (API.md 5.3)."""
    return _entitlement(
        "role",
        "role",
        identity(role, "id", "_id"),
        text(role, "name"),
        description=text(role, "description"),
        writes=_writes(role),
    )


def _writes(role: Json) -> bool | None:
    scopes = several(role, "scopes")
    return any(not str(scope).endswith(READ_ONLY) for scope in scopes) if scopes else None


def entitlement_of_device(system: Json) -> Row:
    """A device -> a row of ENTITLEMENTS (API.md 5.7)."""
    name = text(system, "displayName") or text(system, "hostname")
    key = identity(system, "_id", "id")
    return _entitlement("device", "system", key, name, description=text(system, "os"))


def entitlement_of_device_group(group: Json) -> Row:
    """A device group -> a row of ENTITLEMENTS (API.md 5.7)."""
    key, name = identity(group, "id", "_id"), text(group, "name")
    about = text(group, "description")
    return _entitlement("device group", "system_group", key, name, description=about)


def entitlement_of_directory(directory: Json) -> Row:
    """A directory of any type -> a row of ENTITLEMENTS (API.md 5.7)."""
    key, node = identity(directory, "id", "_id"), identity(directory, "type")
    called = DIRECTORIES.get(node)
    name = text(directory, "name") or called
    return _entitlement("directory", node, key, name, description=called)


def entitlement_of_radius(server: Json) -> Row:
    """A RADIUS server -> a row of ENTITLEMENTS (API.md 5.7); its secret is never looked at."""
    key = identity(server, "_id", "id")
    return _entitlement("radius", "radius_server", key, text(server, "name"))


def entitlement_of_password_item(item: Json) -> Row:
    """What the Password Manager says of an item -> a row of ENTITLEMENTS, and `folder`: the id of
    the shared folder it lies in, or "". What the item holds is not told by any route."""
    key, name, folder = identity(item, "id"), text(item, "nickname"), reference(item, "folderUuid")
    return _entitlement("password item", "password_manager_item", key, name, folder=folder)


def entitlement_of_password_folder(folder: Json) -> Row:
    """A shared folder of the Password Manager -> a row of ENTITLEMENTS."""
    key, name = identity(folder, "uuid"), text(folder, "name")
    return _entitlement("password folder", "password_folder", key, name)


def exempted(group: Json) -> frozenset[str]:
    """Members of a dynamic group that its rule leaves alone (API.md 8.2), as holders."""
    entries = objects(group, "memberQueryExemptions")
    return frozenset(f"user:{identity(entry, 'id')}" for entry in entries)


def doubts(group: Json) -> Row:
    """What speaks against the members of a group with a rule (API.md 5.5), for ENTITLEMENTS."""
    errors = (text({"flag": each}, "flag") for each in several(group, "memberQueryErrorFlags"))
    return {
        "rule_errors": " ".join(sorted(filter(None, errors))) or None,
        "pending": count(inner(group, "suggestionCounts"), "total"),
    }
