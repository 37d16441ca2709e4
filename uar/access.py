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


def with_contents(opened: pd.DataFrame, contents: pd.DataFrame) -> pd.DataFrame:
    """What groups open, as `opens` says, and what each thing that is held as a whole consists of:
    the devices of a device group, the items of a folder of passwords."""
    parts = contents[["whole_id", "part_id"]].set_axis(opened.columns, axis=1)
    return pd.concat([opened, parts], ignore_index=True)


def reach(grants: pd.DataFrame, contents: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every grant with everything it gives: grant_id, holder_id, entitlement_id.

    The entitlement it names, and what that opens. Two rows with one holder and one entitlement are
    two paths: each keeps the access when the other is cut.

    `contents`: whoever holds a part by itself, and the whole too, has two paths to the part. Whom
    the whole alone leads there is not listed part by part: for a fleet that everybody may use that
    would be people times devices.
    """
    direct = grants[["grant_id", "holder_id", "entitlement_id"]]
    through = direct.merge(opens(grants), left_on="entitlement_id", right_on="group_id")
    through = through[["grant_id", "holder_id", "entitlement_id_y"]]
    through = through.set_axis(direct.columns, axis=1)
    reached = pd.concat([direct, through], ignore_index=True)
    if contents is None or contents.empty:
        return reached
    held = reached.loc[reached["entitlement_id"].isin(contents["part_id"])]
    held = held[["holder_id", "entitlement_id"]].drop_duplicates()
    wholes = held.merge(contents, left_on="entitlement_id", right_on="part_id")
    wholes = wholes[["holder_id", "whole_id", "part_id"]]
    parts = reached.merge(
        wholes, left_on=["holder_id", "entitlement_id"], right_on=["holder_id", "whole_id"]
    )
    parts = parts[["grant_id", "holder_id", "part_id"]].set_axis(reached.columns, axis=1)
    return pd.concat([reached, parts.drop_duplicates()], ignore_index=True)


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
    is bound to them so; by the binding, or by what the holder brings along."""
    sudo = grants["sudo"].notna() | grants["effective_sudo"].notna()
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
