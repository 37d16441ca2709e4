"""Who decides an item: who a rule of uar.toml says; else the person's manager, the owner of the
access, the fallback. Who is away is stood in for.

Nobody decides about themselves, and that is asked of persons, not of accounts. Who cannot decide is
passed over, and the reason is written down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from uar import services
from uar.errors import SetupError
from uar.review.candidates import Candidate, address, by_email, candidates, why_not
from uar.review.use import day_in_short
from uar.settings import Settings
from uar.snapshot import Snapshot
from uar.text import plain

Line = Callable[[str], str]  # where in uar.toml a setting stands


@dataclass(frozen=True, slots=True)
class Question:
    """What routing needs to know of an item. `person_id`: unknown ("") where a group holds it.

    `rules`: the numbers of the rules of uar.toml that it fits, in their order.
    """

    holder_id: str
    holder_kind: str
    person_id: str
    manager_id: str
    borrowed: bool
    entitlement_id: str
    entitlement: str
    rules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """The answer. No reviewer: `because` says why each rule was passed over.

    `by`: manager, owner, named, fallback; delegate where the deputy of one of them decides.
    """

    reviewer: Candidate | None
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who decides for somebody who is away, until when and why."""

    candidate: Candidate
    until: str
    reason: str


USUAL = ("manager", "owner", "fallback")


@dataclass(frozen=True)
class Router:
    """Everyone who may be asked. `rules`: one of USUAL, or who is named, per rule of uar.toml."""

    candidates: Mapping[str, Candidate]  # by account_id
    owners: Mapping[str, Candidate]  # by entitlement_id, or the account_id of what is a service
    fallback: Candidate | None
    rules: Sequence[str | Candidate] = ()
    deputies: Mapping[str, Deputy] = field(default_factory=dict)  # by account_id of who is away

    def route(self, asked: Question) -> Route:
        """The first rule whose candidate may decide; after those of uar.toml, the usual three."""
        passed: list[str] = []
        for rule in dict.fromkeys((*(self.rules[number] for number in asked.rules), *USUAL)):
            candidate, called, missing = self._candidate(rule, asked)
            if candidate is None:
                passed += [missing] if missing else []
                continue
            unfit = why_not(candidate, asked.person_id)
            if unfit:
                passed.append(f"{called} {unfit}")
                continue
            by = rule if isinstance(rule, str) else "named"
            if candidate.account_id not in self.deputies:
                return Route(candidate, by, _sentence([*passed, f"{called} decides"]))
            present, words = self._present(candidate, called, asked)
            passed.append(words)
            if present is not None:
                return Route(present, "delegate", _sentence(passed))
        return Route(None, "", _sentence(passed))

    def _present(
        self, candidate: Candidate, called: str, asked: Question
    ) -> tuple[Candidate | None, str]:
        """Who decides for somebody who is away, and how that came; None where nobody can."""
        words, seen = called, {candidate.account_id}
        while candidate.account_id in self.deputies:
            away = self.deputies[candidate.account_id]
            candidate = away.candidate
            words += f" is away until {away.until} ({away.reason}); the deputy {candidate.name}"
            if candidate.account_id in seen:
                return None, f"{words} is away as well"
            seen.add(candidate.account_id)
            unfit = why_not(candidate, asked.person_id)
            if unfit:
                return None, f"{words} {unfit}"
        return candidate, f"{words} decides"

    # A rule's answer: the candidate, what to call him; or None and why there is none.

    def _candidate(
        self, rule: str | Candidate, asked: Question
    ) -> tuple[Candidate | None, str, str]:
        if isinstance(rule, Candidate):
            return rule, f"{rule.name}, whom a rule names,", ""
        if rule == "manager":
            return self._manager(asked)
        return self._owner(asked) if rule == "owner" else self._last()

    def _manager(self, asked: Question) -> tuple[Candidate | None, str, str]:
        if asked.holder_kind == "group":
            return None, "", ""
        if asked.holder_kind == "service" or asked.holder_id in self.owners:
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
        account = self.owners.get(asked.holder_id)
        if account is not None:
            return account, f"{account.name}, the owner of the account,", ""
        candidate = self.owners.get(asked.entitlement_id)
        if candidate is None:
            return None, "", f"no owner is named for {of}"
        return candidate, f"{candidate.name}, the owner of {of},", ""

    def _last(self) -> tuple[Candidate | None, str, str]:
        if self.fallback is None:
            return None, "", "no fallback reviewer is named"
        return self.fallback, f"{self.fallback.name}, the fallback reviewer,", ""


def router(
    snapshot: Snapshot,
    persons: pd.DataFrame,
    settings: Settings,
    line: Line,
    issued_on: dt.date | None,
) -> Router:
    """Everyone who may be asked. Raises SetupError where uar.toml names nobody or nothing."""
    reviewers, accounts = settings.reviewers, snapshot.accounts
    everyone = candidates(accounts, persons, settings)
    known = by_email(everyone.values())

    def named(email: str, place: str, setting: str) -> Candidate:
        found = known.get(address(email))
        if found is None:
            raise SetupError(
                f"{place}: {setting} names {email!r}, which is the e-mail of no user; "
                "name an active user of the tenant."
            )
        return found

    fallback = reviewers.fallback and named(
        reviewers.fallback, line("fallback"), "reviewers.fallback"
    )
    owners: dict[str, Candidate] = {}
    ids, names = _ids(snapshot.entitlements), _names(snapshot.entitlements)
    by_id_last = sorted(reviewers.owners.items(), key=lambda pair: pair[0] in ids)
    for key, email in by_id_last:
        owner = named(email, line(key), f"the owner of {key!r}")
        owned = ids.get(key) or names.get(key.strip().casefold())
        if not owned:
            raise SetupError(
                f"{line(key)}: reviewers.owners: nothing that can be held is called {key!r}."
            )
        owners |= dict.fromkeys(owned, owner)
    owners |= _owners_of_accounts(accounts, settings, known)
    rules = [
        rule.reviewer
        if rule.reviewer in USUAL
        else named(rule.reviewer, rule.where.line("reviewer"), "reviewers.rules.reviewer")
        for rule in reviewers.rules
    ]
    deputies: dict[str, Deputy] = {}
    for away in reviewers.delegations:
        absent, deputy = (
            named(getattr(away, who), away.where.line(who), f"reviewers.delegations.{who}")
            for who in ("absent", "deputy")
        )
        if issued_on is not None and away.first_day <= issued_on <= away.last_day:
            until, reason = day_in_short(away.last_day), plain(away.reason)
            deputies.setdefault(absent.account_id, Deputy(deputy, until, reason))
    return Router(everyone, owners, fallback or None, rules, deputies)


def _owners_of_accounts(
    accounts: pd.DataFrame, settings: Settings, users: Mapping[str, Candidate]
) -> dict[str, Candidate]:
    """account_id of what is named in service_accounts.owners -> who of `users` answers for it."""
    emails = services.owners(settings.service_accounts.owners, accounts)
    named = zip(accounts["account_id"], emails.fillna("").map(address).map(users.get), strict=True)
    return {account: owner for account, owner in named if isinstance(owner, Candidate)}


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
