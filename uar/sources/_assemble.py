"""What was read -> a Snapshot: tables, totals per collection, and a gap for whatever is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa

from uar import __version__
from uar.errors import SetupError
from uar.snapshot import Header, Snapshot
from uar.tables import ACCOUNTS, COLLECTIONS, CONTENTS, ENTITLEMENTS, GAPS, USES

from ._edges import fill
from ._fetching import Asking
from ._gaps import disagreements, refusals
from ._given import given
from ._lists import Holder, Organization
from ._rows import Row
from ._tables import Tables
from ._tenant import Tenant, totals
from ._usage import Trail
from ._uses import uses


def snapshot_of(tenant: Tenant, client: Asking, seal_key: str) -> Snapshot:
    """Raises SetupError where the key sees several organisations and none is named.

    The rows of the tenant's lists are let go of as they become tables.
    """
    _give_back()
    tables = Tables()
    tenant_id, tenant_name = organization_of(tenant.organizations.rows, client.credential.org_id)
    fill(tables, tenant)
    refusals(tables, tenant)
    disagreements(tables, tenant)
    collections = totals(tenant, tables.stored)
    owner = owner_of_key(client.credential.api_key, tenant.admins.rows)
    accounts = _accounts(tenant)
    added = tenant.usage.given if tenant.usage else {}
    used = _uses(tenant, set(accounts["account_id"]), tables.entitlements)
    entitlements = ENTITLEMENTS.frame(tables.entitlements.values())
    contents = CONTENTS.frame(tables.contents.values())
    tenant.let_go()
    tables.entitlements, tables.contents = {}, {}
    _give_back()
    grants = tables.grants.frame()
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
            cross_check=tenant.cross.size,
            cross_check_seed=tenant.cross.seed,
            **_window(tenant.usage),
        ),
        accounts=accounts,
        entitlements=entitlements,
        grants=grants,
        collections=COLLECTIONS.frame(collections),
        gaps=GAPS.frame(tables.gaps.values()),
        uses=used,
        contents=contents,
        given=given(added, grants["grant_id"]),
    )


def _accounts(tenant: Tenant) -> pd.DataFrame:
    services = [
        {**holder.row, **{name: value for name, value in own.items() if value is not None}}
        for holder, reading in zip(tenant.services.rows, tenant.credentials, strict=True)
        for own in (reading.rows[0] if reading.rows else {},)
    ]
    admins = [holder.row for holder in tenant.admins.rows]
    others = ACCOUNTS.frame([*admins, *services])
    return ACCOUNTS.frame(pd.concat([tenant.accounts, others], ignore_index=True))


def _uses(tenant: Tenant, accounts: set[str], entitlements: dict[str, Row]) -> pd.DataFrame:
    if tenant.usage is None:
        return USES.empty()
    rows = uses(tenant.usage.newest, tenant.users.rows, accounts, entitlements)
    tenant.usage.let_go()
    return USES.frame(rows).sort_values("use_id", ignore_index=True)  # as it will be written


def _give_back() -> None:
    """What is free, of this process as a whole and not of Arrow alone."""
    pa.system_memory_pool().release_unused()


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
