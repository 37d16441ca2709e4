"""Devices, directories, servers and passwords, who is bound to them directly, and which devices
are in which group."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from uar.tables import DEVICES_OF_GROUPS

from ._ends import Binding
from ._lists import (
    FOLDERS,
    PASSWORDS,
    PLACES,
    TARGETS,
    bound_to,
    devices_in,
    devices_of,
    sharers_of,
    type_of,
)
from ._paging import Listing, Reading
from ._rows import Row


@dataclass(frozen=True, slots=True)
class Ask:
    """The edges at one end. `owner`: the target; a group where it is asked for its devices."""

    collection: str
    endpoint: str
    owner: Row
    listing: Listing[Binding]


@dataclass(frozen=True)
class Bindings:
    """`targets`: by the collection's name; `edges`: what came of every Ask. `nameless`: collections
    that were not asked for, because the organisation cannot be named with them."""

    targets: Mapping[str, Reading[Row]]
    edges: Sequence[tuple[Ask, Reading[Binding]]]
    nameless: Sequence[str] = ()

    @property
    def left_out(self) -> list[str]:
        """Collections that uar.toml leaves out."""
        return [name for name in TARGETS if name not in (*self.targets, *self.nameless)]

    def collections(self) -> Iterator[tuple[str, str, Sequence[Reading[Binding]]]]:
        """Bindings by collection: its name, its endpoint, its lists."""
        for name, endpoint in dict.fromkeys(
            (ask.collection, ask.endpoint) for ask, _ in self.edges
        ):
            yield name, endpoint, [edge for ask, edge in self.edges if ask.collection == name]

    @property
    def refused(self) -> dict[str, Reading[Binding]]:
        """Collections that the tenant did not give us, not even in part, and the first refusal."""
        found: dict[str, Reading[Binding]] = {}
        for ask, edges in self.edges:
            if edges.refused:
                found.setdefault(ask.collection, edges)
        return found


def nameless(org_id: str, leave_out: Collection[str]) -> list[str]:
    """What of the wanted cannot be asked for with a key that has to name an organisation."""
    return [name for name in PASSWORDS if org_id and name not in leave_out]


def asks(targets: Mapping[str, Reading[Row]], groups: Sequence[Row]) -> list[Ask]:
    """Which lists tell who is bound: one a target for users, and one for groups.

    Devices are about as many as users; so their groups are asked for at the groups' end.
    """
    found = []
    for name, reading in targets.items():
        bindable = [row for row in reading.rows if type_of(row) in PLACES]
        path = "/api/v2/{type}/{id}/associations?targets="
        for row in bindable:
            found.append(Ask(f"users of {name}", f"{path}user", row, bound_to(row, "user")))
        if name == "password folders":
            for row in reading.rows:
                for kind in ("user", "group"):
                    endpoint = f"{FOLDERS}/{{id}}/{kind}s"
                    listing = sharers_of(row, kind)
                    found.append(Ask(f"{kind}s of {name}", endpoint, row, listing))
        elif name != "devices":
            for row in bindable:
                listing = bound_to(row, "user_group")
                found.append(Ask(f"groups of {name}", f"{path}user_group", row, listing))
        elif bindable:
            path = "/api/v2/usergroups/{id}/associations?targets=system"
            for row in groups:
                found.append(Ask(f"groups of {name}", path, row, devices_of(row["source_id"])))
    devices, device_groups = targets.get("devices"), targets.get("device groups")
    if devices and device_groups and not devices.refused:
        path = "/api/v2/systemgroups/{id}/members"
        for row in device_groups.rows:
            found.append(Ask(DEVICES_OF_GROUPS, path, row, devices_in(row)))
    return found
