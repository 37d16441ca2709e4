"""What is not in the snapshot, and why: refused, left out, or told in two ways."""

from __future__ import annotations

from uar.tables import CROSS_CHECK

from ._cross import MEMBEROF, REACHED, says
from ._tables import Tables
from ._tenant import Tenant
from ._usage import PATH as EVENTS

LAST_USE = "when accounts and applications were last used"
# By these a tenant says that it has no such list, or not for us (API.md 4).
REFUSED = {
    402: "it is not licensed. Say with the review why it can be missing",
    403: "it is not permitted. Give the key's role the right to read it, or say why it can be left "
    "out",
    404: "the tenant has no such list. Say with the review why it can be missing",
}


def disagreements(tables: Tables, tenant: Tenant) -> None:
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


def refusals(tables: Tables, tenant: Tenant) -> None:
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
            told = f"Not collected: GET {path} was answered with status {status}: "
            tables.gap(name, path, f"{told}{REFUSED[status]}.")
    if tenant.usage is None:
        tables.gap("events", "sync.leave_out", f"Left out by sync.leave_out: {LAST_USE}.")
    elif tenant.usage.refused:
        told = f"When access was last used is {tenant.usage.usage}: POST {EVENTS} was answered "
        told += f"with status {tenant.usage.refused.status}. The review goes on without it."
        tables.gap("events", EVENTS, told)
    for name in tenant.bindings.left_out:
        told = f"Left out by sync.leave_out: {name}, and who is bound to them."
        tables.gap(name, "sync.leave_out", told)
    for name in tenant.bindings.nameless:
        told = f"Not collected: JumpCloud tells {name} of one organisation only, and its route "
        told += "takes no JUMPCLOUD_ORG_ID. Read it with a key of the organisation itself, without "
        tables.gap(
            name, "JUMPCLOUD_ORG_ID", f"{told}that variable, or leave it out by sync.leave_out."
        )
