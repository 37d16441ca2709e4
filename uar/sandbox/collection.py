"""One kind of object, kept in the order it came, with the pages it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .query import Test, ordered
from .wire import Row, encode

KEPT_ORDERS = 64


class Collection:
    """Rows by id, copied when they come in.

    Encoded rows and sorted orders are remembered until something changes.
    """

    def __init__(
        self,
        rows: Iterable[Row] = (),
        key: str = "id",
        listed: Callable[[Row], Row] = lambda row: row,
    ) -> None:
        self.key = key
        self.listed = listed
        self.rows: dict[str, Row] = {row[key]: dict(row) for row in rows}
        self._encoded: dict[tuple[str, ...], dict[str, bytes]] = {}
        self._orders: dict[tuple[str, tuple[str, ...]], list[Row]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def get(self, key: str) -> Row | None:
        return self.rows.get(key)

    def put(self, row: Row) -> None:
        """Add a row, or say that it was changed."""
        self.rows[row[self.key]] = row
        self._forget(row[self.key])

    def drop(self, key: str) -> Row:
        self._forget(key)
        return self.rows.pop(key)

    def _forget(self, key: str) -> None:
        for encoded in self._encoded.values():
            encoded.pop(key, None)
        self._orders.clear()

    def select(self, name: str, test: Test | None, sort: tuple[str, ...]) -> list[Row]:
        """All rows that pass, in order. `name` identifies the test; equal names, equal tests."""
        found = self._orders.get((name, sort))
        if found is None:
            found = ordered([row for row in self if test is None or test(row)], list(sort))
            if len(self._orders) >= KEPT_ORDERS:
                self._orders.clear()
            self._orders[(name, sort)] = found
        return found

    def page(
        self,
        skip: int,
        limit: int,
        selection: tuple[str, Test | None] = ("", None),
        sort: tuple[str, ...] = (),
        fields: tuple[str, ...] = (),
    ) -> tuple[list[bytes], int]:
        """The rows of one page as they are sent, and how many there are in all."""
        rows = self.select(*selection, sort)
        return [self.sent(row, fields) for row in rows[skip : skip + limit]], len(rows)

    def sent(self, row: Row, fields: tuple[str, ...] = ()) -> bytes:
        """A row as a list shows it. The id comes back even when `fields` leaves it out."""
        known = self._encoded.setdefault(fields, {})
        found = known.get(row[self.key])
        if found is None:
            shown = self.listed(row)
            if fields:
                shown = {
                    name: value
                    for name, value in shown.items()
                    if name in fields or name == self.key
                }
            found = known[row[self.key]] = encode(shown)
        return found
