"""Who is connected to what, and over which paths (API.md 6).

Edges have no direction here: JumpCloud answers the same edge from either end. Both ends are
indexed, so a page never walks edges that are not its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from .wire import Row

_K = TypeVar("_K")
_V = TypeVar("_V")

Node = tuple[str, str]
Attributes = Row | None
Step = tuple[Attributes, Node]
"""One edge of a path: the edge's attributes and where it leads."""
Path = tuple[Step, ...]

CONTAINER = {"user": "user_group", "system": "system_group"}
"""What a user or a device can be reached through, besides directly."""

KEPT_TRAVERSALS = 256


def chains(origin: str, target: str) -> Iterator[tuple[str, ...]]:
    """Every sequence of types a path from `origin` to `target` may pass, shortest first."""
    near, far = CONTAINER.get(origin, target), CONTAINER.get(target, origin)
    for before in ((), (near,)) if near != target else ((),):
        for after in ((), (far,)) if far != origin else ((),):
            yield (*before, *after, target)


class Graph:
    def __init__(self) -> None:
        self._near: dict[Node, dict[str, dict[str, Attributes]]] = {}
        self._lists: dict[tuple[Node, tuple[str, ...]], list[Step]] = {}
        self._reached: dict[tuple[Node, tuple[str, ...]], dict[Node, list[Path]]] = {}

    def has(self, one: Node, other: Node) -> bool:
        return other[1] in self.near(one, other[0])

    def near(self, node: Node, kind: str) -> dict[str, Attributes]:
        """Direct neighbours of one type: id -> attributes of the edge."""
        return self._near.get(node, {}).get(kind, {})

    def connect(self, one: Node, other: Node, attributes: Attributes = None) -> None:
        """Make the edge, or give an existing one these attributes."""
        self._near.setdefault(one, {}).setdefault(other[0], {})[other[1]] = attributes
        self._near.setdefault(other, {}).setdefault(one[0], {})[one[1]] = attributes
        self._forget()

    def cut(self, one: Node, other: Node) -> None:
        del self._near[one][other[0]][other[1]]
        del self._near[other][one[0]][one[1]]
        self._forget()

    def drop(self, node: Node) -> None:
        """Take a node away with all its edges."""
        for kind, ids in self._near.pop(node, {}).items():
            for key in ids:
                del self._near[(kind, key)][node[0]][node[1]]
        self._forget()

    def _forget(self) -> None:
        self._lists.clear()
        self._reached.clear()

    def edges(self) -> Iterator[tuple[Node, Node, Attributes]]:
        """Every edge once, for export."""
        for one, kinds in self._near.items():
            for kind, ids in kinds.items():
                for key, attributes in ids.items():
                    if one < (kind, key):
                        yield one, (kind, key), attributes

    def neighbours(self, node: Node, kinds: tuple[str, ...]) -> list[Step]:
        """Direct edges to several types, in one stable order."""
        found = self._lists.get((node, kinds))
        if found is None:
            found = [
                (attributes, (kind, key))
                for kind in kinds
                for key, attributes in self.near(node, kind).items()
            ]
            _keep(self._lists, (node, kinds), found)
        return found

    def reach(self, origin: Node, kinds: tuple[str, ...]) -> dict[Node, list[Path]]:
        """Everything of these types that `origin` is connected to, each with all its paths."""
        found = self._reached.get((origin, kinds))
        if found is None:
            found = {}
            for kind in kinds:
                for chain in chains(origin[0], kind):
                    for path in self._walk(origin, chain):
                        found.setdefault(path[-1][1], []).append(path)
            _keep(self._reached, (origin, kinds), found)
        return found

    def _walk(self, origin: Node, chain: Sequence[str]) -> Iterator[Path]:
        first, rest = chain[0], chain[1:]
        for key, attributes in self.near(origin, first).items():
            step = (attributes, (first, key))
            if not rest:
                yield (step,)
                continue
            for path in self._walk((first, key), rest):
                yield (step, *path)


def _keep(cache: dict[_K, _V], key: _K, value: _V) -> None:
    """Remember a result; the oldest goes when there are too many."""
    if len(cache) >= KEPT_TRAVERSALS:
        del cache[next(iter(cache))]
    cache[key] = value


def merge(parts: list[Attributes]) -> Attributes:
    """`compiledAttributes`: everything met along all paths, put together (API.md 6.1).

    Flags are joined by OR, because one path that grants sudo is enough (API.md 6.4).
    """
    merged: Row = {}
    for part in parts:
        if part:
            _merge_into(merged, part)
    return merged or None


def _merge_into(target: Row, extra: Row) -> None:
    for name, value in extra.items():
        target[name] = _merged(target[name], value) if name in target else _copy(value)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        _merge_into(old, new)
        return old
    if isinstance(old, list) and isinstance(new, list):
        return old + [item for item in new if item not in old]
    if isinstance(old, bool) and isinstance(new, bool):
        return old or new
    return new


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, list) else value
