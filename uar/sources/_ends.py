"""Direct edges of JumpCloud's graph: where they lead, and the rights they give (API.md 6)."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ._values import Json, flag, identity, inner, objects, text

ENDS = {"user": "user", "user_group": "group"}


def holder_of_edge(edge: Json) -> str:
    """The far end of a direct edge, as grant ids end: `user:<id>`, `group:<id>` (API.md 6.1)."""
    end = inner(edge, "to")
    kind = text(end, "type")
    if kind is None:
        raise ValueError("an edge does not say what it leads to")
    # One string for a holder, however many grants it has: there may be a million of them.
    return sys.intern(f"{ENDS.get(kind, kind)}:{identity(end, 'id')}")


@dataclass(frozen=True, slots=True)
class Binding:
    """A direct edge of a device, directory, server or password. `end`: the far end, as grant ids
    end."""

    end: str
    sudo: str | None  # as GRANTS has it
    direct: bool = True  # False: only by a group that is told of by itself


def binding_of_edge(edge: Json) -> Binding:
    """The far end, and the administrator rights that this edge gives (API.md 6.4)."""
    return Binding(holder_of_edge(edge), sudo_of(edge))


def binding_of_sharer(row: Json, kind: str) -> Binding:
    """A `user` or `group` that a shared folder of passwords is open to. `externalId` is taken for
    its id in the directory: no source says so, and what is not the id of anybody is a gap."""
    source = inner(row, "source")
    return Binding(
        f"{kind}:{identity(row, 'externalId', 'id')}",
        None,
        flag(source, "direct") is not False or not objects(source, "groups"),
    )


def sudo_of(row: Json) -> str | None:
    """The administrator rights that an edge, or a group, gives by its attributes: see GRANTS."""
    sudo = inner(inner(row, "attributes"), "sudo")
    if not flag(sudo, "enabled"):
        return None
    return "without password" if flag(sudo, "withoutPassword") else "with password"
