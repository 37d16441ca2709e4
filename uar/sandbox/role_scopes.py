"""Built-in roles of administrators, and what each may do."""

from __future__ import annotations

READ_SCOPES = (
    "administrators.readonly",
    "applications.readonly",
    "associations.readonly",
    "directories.readonly",
    "directoryinsights.readonly",
    "groups.readonly",
    "organizations.readonly",
    "passwordmanager.readonly",
    "radius.readonly",
    "roles.readonly",
    "serviceaccounts.readonly",
    "systems.readonly",
    "users.readonly",
)
HELP_SCOPES = ("users.mfa.reset", "users.password.set", "users.state.unlock")
MANAGE_SCOPES = (
    "applications",
    "associations",
    "directories",
    "groups",
    "radius",
    "systems",
    "users",
    "users.create",
    "users.delete",
    "users.properties.update",
    "users.state.activate",
    "users.state.suspend",
)
COMMAND_SCOPES = ("commands", "commands.readonly", "systems.readonly")
BILLING_SCOPES = ("organizations.billing",)
OWNER_SCOPES = ("administrators", "organizations", "roles", "serviceaccounts")

BUILT_IN_ROLES: dict[str, tuple[str, ...]] = {
    "Administrator With Billing": (
        READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES + COMMAND_SCOPES + OWNER_SCOPES + BILLING_SCOPES
    ),
    "Administrator": READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES + COMMAND_SCOPES,
    "Manager": READ_SCOPES + HELP_SCOPES + MANAGE_SCOPES,
    "Command Runner With Billing": COMMAND_SCOPES + BILLING_SCOPES,
    "Command Runner": COMMAND_SCOPES,
    "Help Desk": READ_SCOPES + HELP_SCOPES,
    "Billing Only": BILLING_SCOPES,
    "Read Only": READ_SCOPES,
}
"""Role names are JumpCloud's. Which scopes each carries is not published: these are our guess."""
