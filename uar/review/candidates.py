"""Who may be asked at all: the users of the tenant, and why some of them cannot decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.services import is_service
from uar.settings import Settings
from uar.text import is_email, plain


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user account. `unfit`: why it cannot decide anything, in words; "" when it can."""

    account_id: str
    name: str
    email: str
    person_id: str
    unfit: str


def find(
    accounts: pd.DataFrame, persons: pd.DataFrame, settings: Settings, email: str
) -> Candidate | None:
    """The user with this e-mail."""
    return by_email(candidates(accounts, persons, settings).values()).get(address(email))


def why_not(candidate: Candidate, person_id: str) -> str:
    """Why somebody cannot decide about a person, in words; "" when he can."""
    same = candidate.person_id == person_id
    return candidate.unfit or ("is the same person" if same else "")


def by_email(users: Iterable[Candidate]) -> dict[str, Candidate]:
    """Of two with one e-mail, rather the one who can decide."""
    found: dict[str, Candidate] = {}
    for candidate in users:
        known = found.get(address(candidate.email))
        if candidate.email and (known is None or (known.unfit and not candidate.unfit)):
            found[address(candidate.email)] = candidate
    return found


def address(email: str) -> str:
    """An e-mail as it is looked up."""
    return email.strip().casefold()


def candidates(
    accounts: pd.DataFrame, persons: pd.DataFrame, settings: Settings
) -> dict[str, Candidate]:
    """Every user by account_id."""
    users = accounts[accounts["kind"] == "user"].sort_values("account_id")
    person = persons.set_index("account_id")["person_id"]
    called = users["name"].fillna(users["login"]).fillna(users["account_id"])
    return {
        account: Candidate(account, plain(name).strip() or account, email, who, unfit)
        for account, name, email, who, unfit in zip(
            users["account_id"],
            called,
            users["email"].fillna("").str.strip(),
            users["account_id"].map(person).astype("string").fillna(users["account_id"]),
            _unfit(users, settings),
            strict=True,
        )
    }


def _unfit(users: pd.DataFrame, settings: Settings) -> pd.Series[Any]:
    """Why each user cannot decide anything, in words; "" where he can."""
    words = {"active": "", "unknown": "has an unknown status"}
    unfit = users["status"].map(lambda status: words.get(status, f"is {status}"))
    no_email = ~is_email(users["email"]).fillna(False).astype(bool)
    unfit = unfit.mask((unfit == "") & no_email, "has no valid e-mail address")
    service = is_service(settings, users).fillna(False).astype(bool)
    unfit = unfit.mask((unfit == "") & service, "is an account of a service")
    kinds = {kind.strip().casefold() for kind in settings.employment.external}
    hired = users["employee_type"].str.strip().str.casefold().isin(kinds).fillna(False)
    own = {domain.casefold() for domain in settings.domains.own}
    aliases = settings.persons.alias_domains.items()
    own |= {alias.casefold() for alias, domain in aliases if domain.casefold() in own}
    domain = users["email"].str.replace(".*@", "", regex=True).str.strip().str.casefold()
    away = ~domain.isin(own)
    outside = hired.astype(bool) | (bool(own) & away.astype(bool))
    return unfit.mask((unfit == "") & outside, "is external")
