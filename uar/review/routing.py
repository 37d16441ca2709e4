"""Who decides an item: the person's manager, else the owner of the access, else the fallback.

Nobody decides about themselves, and that is asked of persons, not of accounts. Who cannot decide is
passed over, and the reason is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.errors import SetupError
from uar.settings import Reviewers
from uar.text import is_email, plain

Line = Callable[[str], str]  # where in uar.toml a setting stands


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user account. `unfit`: why it cannot decide anything, in words; "" when it can."""

    account_id: str
    name: str
    email: str
    person_id: str
    unfit: str


@dataclass(frozen=True, slots=True)
class Question:
    """What routing needs to know of an item. `person_id`: unknown ("") where a group holds it."""

    holder_kind: str
    person_id: str
    manager_id: str
    borrowed: bool
    entitlement_id: str
    entitlement: str


@dataclass(frozen=True, slots=True)
class Route:
    """The answer. No reviewer: `because` says why each rule was passed over."""

    reviewer: Candidate | None
    by: str
    because: str


@dataclass(frozen=True)
class Router:
    """Everyone who may be asked."""

    candidates: Mapping[str, Candidate]  # by account_id
    owners: Mapping[str, Candidate]  # by entitlement_id
    fallback: Candidate | None

    def route(self, asked: Question) -> Route:
        """The first rule whose candidate may decide."""
        passed: list[str] = []
        for by, rule in (
            ("manager", self._manager),
            ("owner", self._owner),
            ("fallback", self._last),
        ):
            candidate, called, missing = rule(asked)
            if candidate is None:
                passed += [missing] if missing else []
                continue
            unfit = why_not(candidate, asked.person_id)
            if not unfit:
                return Route(candidate, by, _sentence([*passed, f"{called} decides"]))
            passed.append(f"{called} {unfit}")
        return Route(None, "", _sentence(passed))

    # A rule's answer: the candidate, what to call him; or None and why there is none.

    def _manager(self, asked: Question) -> tuple[Candidate | None, str, str]:
        if asked.holder_kind == "group":
            return None, "", ""
        if asked.holder_kind == "service":
            return None, "", "a service account has no manager"
        if not asked.manager_id:
            return None, "", "no manager is recorded"
        candidate = self.candidates.get(asked.manager_id)
        if candidate is None:
            return None, "", "the recorded manager is not among the users"
        borrowed = " (from the user account)" if asked.borrowed else ""
        return candidate, f"manager {candidate.name}{borrowed}", ""

    def _owner(self, asked: Question) -> tuple[Candidate | None, str, str]:
        of = plain(asked.entitlement)
        candidate = self.owners.get(asked.entitlement_id)
        if candidate is None:
            return None, "", f"no owner is named for {of}"
        return candidate, f"{candidate.name}, the owner of {of},", ""

    def _last(self, _: Question) -> tuple[Candidate | None, str, str]:
        if self.fallback is None:
            return None, "", "no fallback reviewer is named"
        return self.fallback, f"{self.fallback.name}, the fallback reviewer,", ""


def router(
    accounts: pd.DataFrame,
    persons: pd.DataFrame,
    entitlements: pd.DataFrame,
    reviewers: Reviewers,
    line: Line,
) -> Router:
    """Everyone who may be asked. Raises SetupError where uar.toml names nobody or nothing."""
    candidates = _candidates(accounts, persons)
    by_email = _by_email(candidates.values())

    def named(email: str, key: str, setting: str) -> Candidate:
        found = by_email.get(_address(email))
        if found is None:
            raise SetupError(
                f"{line(key)}: {setting} names {email!r}, which is the e-mail of no user; "
                "name an active user of the tenant."
            )
        return found

    fallback = reviewers.fallback and named(reviewers.fallback, "fallback", "reviewers.fallback")
    owners: dict[str, Candidate] = {}
    ids, names = _ids(entitlements), _names(entitlements)
    by_id_last = sorted(reviewers.owners.items(), key=lambda pair: pair[0] in ids)
    for key, email in by_id_last:
        owner = named(email, key, f"the owner of {key!r}")
        owned = ids.get(key) or names.get(key.strip().casefold())
        if not owned:
            raise SetupError(
                f"{line(key)}: reviewers.owners: nothing that can be held is called {key!r}."
            )
        owners |= dict.fromkeys(owned, owner)
    return Router(candidates, owners, fallback or None)


def find(accounts: pd.DataFrame, persons: pd.DataFrame, email: str) -> Candidate | None:
    """The user with this e-mail."""
    return _by_email(_candidates(accounts, persons).values()).get(_address(email))


def why_not(candidate: Candidate, person_id: str) -> str:
    """Why somebody cannot decide about a person, in words; "" when he can."""
    same = candidate.person_id == person_id
    return candidate.unfit or ("is the same person" if same else "")


def _by_email(candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """Of two with one e-mail, rather the one who can decide."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        known = found.get(_address(candidate.email))
        if candidate.email and (known is None or (known.unfit and not candidate.unfit)):
            found[_address(candidate.email)] = candidate
    return found


def _address(email: str) -> str:
    return email.strip().casefold()


def _candidates(accounts: pd.DataFrame, persons: pd.DataFrame) -> dict[str, Candidate]:
    users = accounts[accounts["kind"] == "user"].sort_values("account_id")
    person = persons.set_index("account_id")["person_id"]
    called = users["name"].fillna(users["login"]).fillna(users["account_id"])
    return {
        account: Candidate(account, plain(name).strip() or account, address, who, unfit)
        for account, name, address, who, unfit in zip(
            users["account_id"],
            called,
            users["email"].fillna("").str.strip(),
            users["account_id"].map(person).astype("string").fillna(users["account_id"]),
            _unfit(users),
            strict=True,
        )
    }


def _unfit(users: pd.DataFrame) -> pd.Series[Any]:
    words = {"active": "", "unknown": "has an unknown status"}
    unfit = users["status"].map(lambda status: words.get(status, f"is {status}"))
    fit = unfit == ""
    no_email = ~is_email(users["email"]).fillna(False).astype(bool)
    unfit = unfit.mask(fit & no_email, "has no valid e-mail address")
    return unfit.mask(fit & users["service_like"].fillna(False), "is an account of a service")


def _ids(entitlements: pd.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for own, source in zip(entitlements["entitlement_id"], entitlements["source_id"], strict=True):
        found.setdefault(own, []).append(own)
        found.setdefault(source, []).append(own)
    return found


def _names(entitlements: pd.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for own, name in zip(entitlements["entitlement_id"], entitlements["name"], strict=True):
        found.setdefault(name.strip().casefold(), []).append(own)
    return found


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."
