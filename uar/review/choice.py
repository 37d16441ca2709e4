"""Which items a rule of uar.toml means, and whether it means anything at all.

A name that nothing and nobody has is an error in its line: a misspelt rule would send access to the
wrong person, or leave it out, without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any

import pandas as pd

from uar.errors import SetupError
from uar.settings import Which
from uar.snapshot import Snapshot
from uar.tables import HOLDER_KINDS, look_up
from uar.text import plain

KINDS = {
    "group": "group",
    "application": "app",
    "admin role": "role",
    "device": "device",
    "device group": "device group",
    "directory": "directory",
    "radius server": "radius",
    "password": "password item",
    "password folder": "password folder",
}
ATTRIBUTES = (
    "department", "title", "manager", "status", "employee_type", "company", "cost_center",
    "location",
)  # fmt: skip
NAMES = ("access", "gives")
CONDITIONS = ("kind", *NAMES, "account", "person", *ATTRIBUTES, "privileged", "new")
assert tuple(item.name for item in fields(Which) if item.name != "where") == CONDITIONS  # noqa: S101


class Choice:
    """Items with everything that a rule can ask of them. `opened`: as uar.access says.

    `high`: which rows are privileged. `compared`: was an earlier review given?
    """

    def __init__(
        self, rows: pd.DataFrame, snapshot: Snapshot, persons: pd.DataFrame,
        opened: pd.DataFrame, high: pd.Series[bool], compared: bool,
    ) -> None:  # fmt: skip
        self.rows, self._opened, self._compared = rows, opened, compared
        self._high, self._snapshot, self._persons = high, snapshot, persons

    @cached_property
    def _holders(self) -> pd.DataFrame:
        return _described(self._snapshot.accounts, self._persons)

    @cached_property
    def _things(self) -> dict[str, set[str]]:
        return _named(self._snapshot.entitlements, ("entitlement_id", "source_id", "name"))

    @cached_property
    def _accounts(self) -> dict[str, set[str]]:
        return _named(self._snapshot.accounts, ("account_id", "source_id", "login", "email"))

    def fits(self, which: Which, setting: str) -> pd.Series[bool]:
        """Per row: does it fit all that is said? Raises SetupError naming line and word."""
        found = pd.Series(True, index=self.rows.index)
        for name in CONDITIONS:
            said = getattr(which, name)
            if said:
                found &= self._fits(which, name, setting)
        return found.astype(bool)

    def _fits(self, which: Which, name: str, setting: str) -> pd.Series[Any]:
        rows = self.rows
        if name == "privileged":
            return self._high
        if name == "new":
            if not self._compared:
                raise SetupError(
                    f"{which.where.line('new')}: {setting}.new needs the review before this one: "
                    "uar open --previous FOLDER."
                )
            return rows["since"] == "new"
        words = getattr(which, name)
        if name == "kind":
            kinds = self._each(which, name, setting, {one: {held} for one, held in KINDS.items()})
            return rows["entitlement_kind"].isin(kinds)
        if name == "account":
            own = {one: {one} for one in HOLDER_KINDS}
            return rows["holder_kind"].isin(self._each(which, name, setting, own))
        if name in NAMES:
            things = self._each(which, name, setting, self._things)
            if name == "gives":
                doors = self._opened["entitlement_id"].isin(things)
                things = things | set(self._opened.loc[doors, "group_id"])
            return rows["entitlement_id"].isin(things)
        if name == "person":
            return rows["holder_id"].isin(self._each(which, name, setting, self._accounts))
        values = self._holders[name]
        known = {one: {one} for one in values.dropna().unique()}
        wanted = self._each(which, name, setting, known)
        return look_up(rows["holder_id"], values).isin(wanted).fillna(False) & bool(words)

    def _each(self, which: Which, name: str, setting: str, known: dict[str, set[str]]) -> set[str]:
        """What the words of a condition mean, together."""
        found: set[str] = set()
        for word in getattr(which, name):
            meant = known.get(_folded(word))
            if not meant:
                few = sorted(known) if name in ("kind", "account", "status") else []
                hint = f"; known: {', '.join(few)}" if few else ""
                raise SetupError(
                    f"{which.where.value(name, word)}: {setting}.{name}: nothing and nobody has "
                    f"{plain(word)!r}{hint}."
                )
            found |= meant
        return found


def idle(rules: Sequence[Which], fits: Sequence[pd.Series[bool]], setting: str) -> list[str]:
    """A sentence for each rule that fits nothing, with its line; `fits`: what each one fits."""
    return [
        f"{rule.where.here()}: {setting}: this rule fits no item."
        for rule, each in zip(rules, fits, strict=True)
        if not each.any()
    ]


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()


def _named(table: pd.DataFrame, columns: Iterable[str]) -> dict[str, set[str]]:
    """Every way to name a row -> the ids (the first of `columns`) that it names."""
    first, *_ = columns = tuple(columns)
    found: dict[str, set[str]] = {}
    for column in columns:
        for identifier, text in zip(table[first], table[column], strict=True):
            if not pd.isna(text):
                found.setdefault(_folded(str(text)), set()).add(identifier)
    return found


def _described(accounts: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """ATTRIBUTES per account, folded; an administrator's are those of the person's user."""
    table = accounts.set_index("account_id")
    lender = look_up(accounts["account_id"], persons.set_index("account_id")["borrowed_from"])
    source = lender.fillna(accounts["account_id"])
    email = table["email"].fillna(table["login"])
    table["manager"] = look_up(table["manager_id"], email)
    found = {name: look_up(source, table[name]) for name in ATTRIBUTES}
    found["status"] = accounts["status"]
    texts = {name: text.str.split().str.join(" ").str.casefold() for name, text in found.items()}
    return pd.DataFrame(texts).set_axis(accounts["account_id"])
