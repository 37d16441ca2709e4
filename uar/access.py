"""Direct grants -> who reaches what, and by which of them.

Today a user holds groups, applications, devices, directories and servers, and groups hold all of
these but groups. Should groups come to hold
groups, paths grow longer and may run in a circle; both are followed to the end.
"""

from __future__ import annotations

from typing import cast

import pandas as pd

from uar.settings import Privileged


def opens(grants: pd.DataFrame) -> pd.DataFrame:
    """Every group with everything that comes with its membership: group_id, entitlement_id."""
    edges = grants.loc[grants["holder_kind"] == "group", ["holder_id", "entitlement_id"]]
    edges = edges.drop_duplicates().set_axis(["group_id", "entitlement_id"], axis=1)
    onward = edges.set_axis(["entitlement_id", "next_id"], axis=1)
    reached = newest = edges
    while len(newest):
        further = newest.merge(onward, on="entitlement_id")[["group_id", "next_id"]]
        further = further.set_axis(edges.columns, axis=1).drop_duplicates()
        known = further.merge(reached, how="left", indicator=True)["_merge"] == "both"
        newest = further[~known.to_numpy() & (further["group_id"] != further["entitlement_id"])]
        reached = pd.concat([reached, newest], ignore_index=True)
    circular = reached["group_id"] == reached["entitlement_id"]
    return reached[~circular].sort_values(["group_id", "entitlement_id"], ignore_index=True)


def reach(grants: pd.DataFrame) -> pd.DataFrame:
    """Every grant with everything it gives: grant_id, holder_id, entitlement_id.

    The entitlement it names, and what that opens. Two rows with one holder and one entitlement are
    two paths: each keeps the access when the other is cut.
    """
    direct = grants[["grant_id", "holder_id", "entitlement_id"]]
    through = direct.merge(opens(grants), left_on="entitlement_id", right_on="group_id")
    through = through[["grant_id", "holder_id", "entitlement_id_y"]]
    through = through.set_axis(direct.columns, axis=1)
    return pd.concat([direct, through], ignore_index=True)


def shared(reached: pd.DataFrame, person_of: pd.Series[str]) -> pd.DataFrame:
    """What somebody reaches by more than one grant: owner_id, entitlement_id, grant_id.

    `person_of`: account_id -> person_id. Whom it does not know stands for itself.
    """
    owner = reached["holder_id"].map(person_of).astype("string").fillna(reached["holder_id"])
    paths = reached.assign(owner_id=owner)[["owner_id", "entitlement_id", "grant_id"]]
    several = paths[paths.duplicated(["owner_id", "entitlement_id"], keep=False)]
    return several.sort_values(["owner_id", "entitlement_id", "grant_id"], ignore_index=True)


def as_administrator(grants: pd.DataFrame) -> list[str]:
    """Ids of the grants that make somebody administrator of devices: directly, or by a group that
    is bound to them so."""
    sudo = grants["sudo"].notna()
    doors = grants.loc[sudo & (grants["holder_kind"] == "group"), "holder_id"]
    given = sudo | grants["entitlement_id"].isin(doors)
    return cast(list[str], grants.loc[given, "grant_id"].tolist())


def privileged(entitlements: pd.DataFrame, settings: Privileged) -> list[str]:
    """Ids of what is privileged, by the snapshot or by uar.toml."""
    wanted = {name.strip().casefold() for name in settings.entitlements}
    roles = {name.strip().casefold() for name in settings.roles}
    name = entitlements["name"].str.strip().str.casefold()
    named = (
        name.isin(wanted)
        | entitlements["entitlement_id"].isin(settings.entitlements)
        | entitlements["source_id"].isin(settings.entitlements)
    )
    role = (entitlements["kind"] == "role") & (
        name.isin(roles) | entitlements["source_id"].isin(settings.roles)
    )
    chosen = entitlements["privileged"].fillna(False) | named | role
    return cast(list[str], entitlements.loc[chosen.astype(bool), "entitlement_id"].tolist())
