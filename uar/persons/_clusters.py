"""Which links join: each rule's are looked at as a whole, and what speaks against is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from uar.persons._accounts import Account
from uar.persons._rules import Link
from uar.text import some

SHOWN = 3  # values listed in a sentence


class Clusters:
    """Who is together so far: for every account the first position of its person."""

    def __init__(self, accounts: Sequence[Account], apart: Iterable[tuple[int, int]]) -> None:
        self._apart = tuple(apart)
        self.first = list(range(len(accounts)))
        self._members = {at: [at] for at in self.first}
        self._employee_ids = {
            at: {one.employee_id} if one.employee_id else set() for at, one in enumerate(accounts)
        }
        self._words = {at: set(one.words) for at, one in enumerate(accounts)}

    def join(self, links: Sequence[Link], names_must_agree: bool) -> list[tuple[Link, str]]:
        """Join what the links say; each link with the reason why it joined nothing, if so."""
        able = [link for link in links if not link.doubt]
        together = _components((self.first[link.a], self.first[link.b]) for link in able)
        against = {root: self._against(parts, names_must_agree) for root, parts in together.items()}
        root_of = {part: root for root, parts in together.items() for part in parts}
        doubts = [link.doubt or against[root_of[self.first[link.a]]] for link in links]
        for root, parts in together.items():
            if not against[root]:
                self._merge(root, parts)
        return list(zip(links, doubts, strict=True))

    def kept_apart(self, members: Iterable[int]) -> bool:
        """Would it be one person of two accounts that persons.toml keeps apart?"""
        roots = {self.first[member] for member in members} if self._apart else set()
        return any(self.first[a] in roots and self.first[b] in roots for a, b in self._apart)

    def _merge(self, root: int, parts: Sequence[int]) -> None:
        for part in parts:
            if part != root:
                self._members[root] += self._members.pop(part)
                self._employee_ids[root] |= self._employee_ids.pop(part)
                self._words[root] |= self._words.pop(part)
        for member in self._members[root]:
            self.first[member] = root

    def _against(self, parts: Sequence[int], names_must_agree: bool) -> str:
        employee_ids = set[str]().union(*(self._employee_ids[part] for part in parts))
        if len(employee_ids) > 1:
            return f"it would join different employee ids ({listed(employee_ids)})"
        if self.kept_apart(parts):
            return "it would join what persons.toml keeps apart"
        named = [self._words[part] for part in parts if self._words[part]]
        if names_must_agree and named and not set.intersection(*named):
            return "it would join names that share no word"
        return ""


def _components(edges: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """What hangs together, under its smallest member."""
    parent: dict[int, int] = {}

    def root(at: int) -> int:
        parent.setdefault(at, at)
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, other in edges:
        small, large = sorted((root(one), root(other)))
        parent[large] = small
    together: dict[int, list[int]] = defaultdict(list)
    for at in sorted(parent):
        together[root(at)].append(at)
    return together


def listed(values: Iterable[str]) -> str:
    return some(sorted(values), SHOWN)
