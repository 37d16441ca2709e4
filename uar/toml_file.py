"""A TOML file as frozen values: what each key must be, and in which line what is wrong stands.

tomllib tells no places; `Where` looks them up in the text.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

from uar.errors import SetupError

T = TypeVar("T")
Names = tuple[str, ...]
Pairs = Mapping[str, str]
PLAIN: Mapping[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    float: ((int, float), "a number"),
    int: ((int,), "a whole number"),
    str: ((str,), "a text in quotes"),
}
HEAD = re.compile(r"\s*\[\[?\s*([\w\"'. -]+?)\s*\]\]?\s*(#.*)?")


def document(content: bytes, name: str) -> tuple[dict[str, Any], Where]:
    """What a file says, and the file to point at. Raises SetupError where it is no TOML."""
    try:
        source = content.decode("utf-8-sig")
        return tomllib.loads(source), Where(name, source)
    except UnicodeDecodeError as error:
        raise SetupError(f"{name}: is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{name}: {error}.") from error


@dataclass(frozen=True)
class Where:
    """A settings file, or a part of it that begins with line `first`, to point at a line of it."""

    name: str
    source: str
    first: int = 1

    def line(self, key: str) -> str:
        """`uar.toml, line 7` where the key stands; only the file where it cannot be found."""
        name = rf"""["']?([\w.]+\.)?{re.escape(key)}["']?\s*"""
        within = rf"[^#]*[{{,]\s*{name}="  # owners = { "Payroll" = "ana@..." }
        for number, line in self._lines():
            if re.match(rf"\s*\[*\s*{name}[\]=]|{within}", line):
                return f"{self.name}, line {number}"
        return self.name

    def value(self, key: str, value: str) -> str:
        """The line in which a text stands, in quotes, at or after the key; else the key's."""
        quoted = re.compile(rf"\"{re.escape(value)}\"|'{re.escape(value)}'")
        key_line = re.compile(rf'\s*\[*\s*"?([\w.]+\.)?{re.escape(key)}"?\s*[\]=]')
        seen = False
        for number, line in self._lines():
            seen = seen or bool(key_line.match(line))
            if seen and quoted.search(line):
                return f"{self.name}, line {number}"
        return self.line(key)

    def section(self, name: str) -> Where:
        """The part under [name], else under the [table] that holds it; the whole where neither
        stands there."""
        holds = name.rpartition(".")[0]
        return next(self._parts(name), self.section(holds) if holds else self)

    def entries(self, name: str) -> list[Where]:
        """The parts under each [[name]]."""
        return list(self._parts(name))

    def here(self) -> str:
        """The line in which this part begins."""
        return f"{self.name}, line {self.first}"

    def _lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.source.splitlines(), self.first)

    def _parts(self, name: str) -> Iterator[Where]:
        lines = self.source.splitlines()
        heads = [(at, found[1]) for at, line in enumerate(lines) if (found := HEAD.fullmatch(line))]
        ends = [at for at, _ in heads[1:]] + [len(lines)]
        for (at, title), end in zip(heads, ends, strict=False):
            if title.replace('"', "") == name:
                yield Where(self.name, "\n".join(lines[at:end]), self.first + at)


NOWHERE = Where("uar.toml", "")


class Limit(Protocol):
    """What a value must be beyond its type; it stands beside the field, in `Annotated`."""

    def fault(self, value: Any) -> str:
        """What to say of a number, a text, or one of a list's or a table's names; or nothing."""


@dataclass(frozen=True)
class Between:
    """A number from `least` to `most`."""

    least: float
    most: float

    def fault(self, value: Any) -> str:
        fits = self.least <= value <= self.most
        return "" if fits else f" must lie between {self.least:,} and {self.most:,}"


@dataclass(frozen=True)
class OneOf:
    """One of these texts."""

    known: Names

    def fault(self, value: Any) -> str:
        return (
            "" if value in self.known else f": there is no {value}; known: {', '.join(self.known)}"
        )


@dataclass(frozen=True)
class Written:
    """A text that is written in a certain way."""

    pattern: str
    way: str

    def fault(self, value: Any) -> str:
        return "" if re.fullmatch(self.pattern, value) else f" must be {self.way}"


def read(kind: type[T], raw: object, path: Names, where: Where) -> T:
    """A frozen value of the dataclass `kind`. Raises SetupError naming line and setting."""
    if not isinstance(raw, dict):
        raise SetupError(f"{where.line(path[-1])}: {'.'.join(path)} must be a table.")
    # A field `where` is no setting: it keeps the place, to point at it later.
    own = [item for item in fields(kind) if item.name != "where"]  # type: ignore[arg-type]
    for key in raw:
        if key not in {item.name for item in own}:
            names = ", ".join(sorted(item.name for item in own))
            dotted = ".".join((*path, key))
            at = _place(where, (*path, key)).line(key)
            raise SetupError(f"{at}: there is no setting {dotted}; known: {names}.")
    for item in own:
        if item.default is MISSING and item.default_factory is MISSING and item.name not in raw:
            raise SetupError(f"{where.here()}: {'.'.join((*path, item.name))} is missing.")
    hints = get_type_hints(kind, include_extras=True)
    given = {key: _value(hints[key], raw[key], (*path, key), where) for key in raw}
    if "where" in hints:
        given["where"] = where
    return kind(**given)


def entries(kind: type[T], raw: object, path: Names, where: Where) -> tuple[T, ...]:
    """One frozen value for each [[...]]."""
    dotted = ".".join(path)
    parts = where.entries(dotted)
    if not isinstance(raw, list) or len(parts) != len(raw):
        raise SetupError(
            f"{where.line(path[-1])}: write each {dotted} under [[{dotted}]], on a line of its own."
        )
    return tuple(read(kind, one, path, part) for one, part in zip(raw, parts, strict=True))


def _place(where: Where, path: Names) -> Where:
    """The part that a setting stands in: two parts may have a setting of one name."""
    return where.section(".".join(path[:-1]))


def _value(hint: Any, value: object, path: Names, where: Where) -> Any:
    if get_origin(hint) is Annotated:
        kind, limit = get_args(hint)
        return _within(limit, _value(kind, value, path, where), path, where)
    if is_dataclass(hint):
        return read(hint, value, path, where)  # type: ignore[arg-type]
    if get_origin(hint) is tuple and is_dataclass(get_args(hint)[0]):
        return entries(get_args(hint)[0], value, path, where)
    at = f"{_place(where, path).line(path[-1])}: {'.'.join(path)}"
    if hint == Names:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SetupError(f"{at} must be a list of texts.")
        return tuple(value)
    if hint == Pairs:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise SetupError(f"{at} must be a table of texts.")
        return MappingProxyType(dict(value))
    if hint in (dt.date, dt.date | None):
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise SetupError(f"{at} must be a date such as 2026-12-15, without quotes.")
        return value
    kinds, what = PLAIN[hint]
    if not isinstance(value, kinds) or (isinstance(value, bool) and hint is not bool):
        raise SetupError(f"{at} must be {what}.")
    return hint(value)


def _within(limit: Limit, value: Any, path: Names, where: Where) -> Any:
    """The value, if it or each of its names fits. Raises SetupError naming line and setting."""
    place = _place(where, path)
    if isinstance(value, Mapping):
        lines = {name: _place(where, (*path, name)).line(name) for name in value}
    elif isinstance(value, tuple):
        lines = {name: place.value(path[-1], name) for name in value}
    else:
        lines = {value: place.line(path[-1])}
    for one, line in lines.items():
        if fault := limit.fault(one):
            raise SetupError(f"{line}: {'.'.join(path)}{fault}.")
    return value
