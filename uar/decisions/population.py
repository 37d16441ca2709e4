"""The items of a review, as they were put to the reviewers, looked up by id.

A review has a hundred thousand of them and a returned file is about some hundred: the rows of a
reviewer are parsed when the first of them is asked for, and only then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from uar.snapshot import rows_of

Item = Mapping[str, Any]  # a row of ITEMS
AT_ONCE = 500  # lines parsed in one go: as fast as all of them, without a second copy of them all


class Population(Mapping[str, Item]):
    """ITEMS by item id, from the lines of items.jsonl (uar.snapshot.to_lines)."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._whose: dict[str, str] = {}
        self._lines: dict[str, list[bytes]] = {}
        self._parsed: dict[str, dict[str, Item]] = {}
        for line in lines:
            email = _text(line, "reviewer_email")
            self._whose[_text(line, "item_id")] = email
            self._lines.setdefault(email, []).append(line)
        self.most = max(map(len, self._lines.values()), default=0)  # items that one reviewer has

    def of(self, email: str) -> Mapping[str, Item]:
        """A reviewer's own items by id, in their order; empty where all went to others."""
        if email not in self._parsed:
            self._parsed[email] = {}
            lines = self._lines.pop(email, [])
            while lines:
                some = rows_of(lines[:AT_ONCE])
                self._parsed[email].update((row["item_id"], row) for row in some)
                del lines[:AT_ONCE]
        return self._parsed[email]

    def __getitem__(self, item_id: str) -> Item:
        return self.of(self._whose[item_id])[item_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whose)

    def __len__(self) -> int:
        return len(self._whose)

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._whose


def _text(line: bytes, name: str) -> str:
    """A text of a row, found by its name: within a text no quote stands without a backslash."""
    _, _, rest = line.partition(b'"%b":"' % name.encode())
    text, _, _ = rest.partition(b'"')
    return str(json.loads(line)[name]) if b"\\" in text or not text else text.decode()
