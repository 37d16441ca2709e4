"""What uar.toml names and the snapshot does not have: a rule that matches nothing is no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from uar.settings import PLACES, Privileged, Settings, Where
from uar.snapshot import Snapshot
from uar.text import folded


def unmatched(settings: Settings, snapshot: Snapshot) -> list[str]:
    """One sentence with its line for each name that fits nothing, in the order of the settings."""
    return [
        *_things(settings, snapshot),
        *_accounts(settings, snapshot),
        *_attributes(settings, snapshot),
    ]


def _things(settings: Settings, snapshot: Snapshot) -> Iterator[str]:
    things, where = snapshot.entitlements, settings.where
    known = _folded(things["name"]) | set(things["entitlement_id"]) | set(things["source_id"])

    def missing(part: Where, key: str, names: Iterable[str], setting: str) -> Iterator[str]:
        for name in names:
            if name not in known and name.strip().casefold() not in known:
                yield (
                    f"{part.value(key, name)}: {setting}: no group, application, role, device or "
                    f"server is called {name}, or has it as its id."
                )

    privileged = where.section("privileged")
    names = settings.privileged.entitlements
    yield from missing(privileged, "entitlements", names, "privileged.entitlements")
    roles = things[things["kind"] == "role"]
    known_roles = _folded(roles["name"]) | set(roles["source_id"])
    known_roles |= {name.casefold() for name in Privileged().roles}
    for name in settings.privileged.roles:
        if name not in known_roles and name.strip().casefold() not in known_roles:
            line = privileged.value("roles", name)
            yield f"{line}: privileged.roles: no role is called {name}, or has it as its id."
    names = settings.employment.employees_only
    employment = where.section("employment")
    yield from missing(employment, "employees_only", names, "employment.employees_only")
    for rule, part in zip(settings.sod, where.entries("sod"), strict=False):
        yield from missing(part, "holds", rule.holds, f"the rule {rule.name}")
        yield from missing(part, "without", rule.without, f"the rule {rule.name}")
    for entry, part in zip(settings.temporary, where.entries("temporary"), strict=False):
        yield from missing(part, "entitlement", [entry.entitlement], "temporary.entitlement")


def _accounts(settings: Settings, snapshot: Snapshot) -> Iterator[str]:
    accounts, where = snapshot.accounts, settings.where
    emails = _folded(accounts["email"])
    addressed = _addressed(accounts)
    ids = set(accounts["account_id"]) | set(accounts["source_id"])
    yield from unprotected(settings, snapshot)
    heads = settings.attributes.no_manager
    yield from _unaddressed(addressed, "attributes.no_manager", heads, where)
    for entry, part in zip(settings.temporary, where.entries("temporary"), strict=False):
        if entry.account.strip().casefold() not in addressed and entry.account not in ids:
            line = part.value("account", entry.account)
            yield (
                f"{line}: temporary.account: no account has the e-mail, login or id "
                f"{entry.account}."
            )
    known = addressed | _folded(accounts["name"]) | ids
    owned = where.section("service_accounts.owners")
    for name, owner in settings.service_accounts.owners.items():
        line = owned.line(name)
        if name.strip().casefold() not in known and name not in known:
            yield f"{line}: service_accounts.owners: there is no account {name}."
        if owner.strip().casefold() not in emails:
            yield f"{line}: service_accounts.owners: nobody has the e-mail {owner}."
    domains = {email.rpartition("@")[2] for email in emails}
    for domain in settings.domains.own:
        if domain.casefold() not in domains:
            line = where.section("domains").value("own", domain)
            yield f"{line}: domains.own: no account has an e-mail of {domain}."


def unprotected(settings: Settings, snapshot: Snapshot) -> Iterator[str]:
    """The same of accounts that are never to be touched: one that is told by another word than
    those it is looked for by would not be protected."""
    known = _addressed(snapshot.accounts)
    return _unaddressed(known, "apply.protected", settings.apply.protected, settings.where)


def _unaddressed(
    known: set[str], setting: str, names: Iterable[str], where: Where
) -> Iterator[str]:
    section, _, key = setting.partition(".")
    for name in names:
        if name.strip().casefold() not in known:
            line = where.section(section).value(key, name)
            yield f"{line}: {setting}: no account has the e-mail or login {name}."


def _attributes(settings: Settings, snapshot: Snapshot) -> Iterator[str]:
    users = snapshot.accounts[snapshot.accounts["kind"] == "user"]
    for rule in settings.attributes.rules:
        named = {column: said for column in PLACES if (said := getattr(rule, column))}
        for column, said in named.items():
            keys = folded(pd.Series(said, index=said, dtype="string"))
            for name in keys[~keys.isin(folded(users[column]).dropna())].index:
                line, word = rule.where.value(column, name), column.replace("_", " ")
                yield f"{line}: attributes.rules: no user has the {word} {name}."


def _addressed(accounts: pd.DataFrame) -> set[str]:
    """What accounts are looked for by."""
    return _folded(accounts["email"]) | _folded(accounts["login"])


def _folded(values: pd.Series[Any]) -> set[str]:
    return set(values.dropna().str.strip().str.casefold())
