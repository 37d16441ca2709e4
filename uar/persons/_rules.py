"""The rules that link accounts, from the strongest to the weakest; each link says why."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from uar.persons._accounts import PURPOSES, Account, two_scripts

CLAIMANTS = 2  # an address that more accounts name as their alternate is a shared mailbox
HOLDERS = 3  # an employee id that more accounts have is no one person's
ADMIN_LOGIN = re.compile(r"(adm|admin|a)[-._].+|.+[-._](adm|admin)")


@dataclass(frozen=True, slots=True)
class Link:
    """Two positions, a < b, and why. `doubt`: why the link is shown but joins nothing."""

    a: int
    b: int
    says: str
    doubt: str = ""


@dataclass(frozen=True)
class Rule:
    name: str
    links: Callable[[Sequence[Account]], Iterator[Link]]
    names_must_agree: bool = False


def _linked(accounts: Sequence[Account]) -> Iterator[Link]:
    position = {one.id: at for at, one in enumerate(accounts)}
    for at, user in enumerate(accounts):
        admin = position.get(user.linked_admin_id or "")
        if admin is not None and user.kind == "user":
            says = f"JumpCloud itself links {_who(user)} to {_who(accounts[admin])}."
            yield Link(min(at, admin), max(at, admin), says)


def _same_email(accounts: Sequence[Account]) -> Iterator[Link]:
    for a, b in _stars(accounts, lambda one: one.email):
        yield Link(a, b, f"Both have the e-mail {accounts[b].email}.")


def _same_mailbox(accounts: Sequence[Account]) -> Iterator[Link]:
    for group in _groups(accounts, lambda one: one.mailbox):
        first, *others = _one_each(group, lambda at: accounts[at].email)
        for at in others:
            one, other = accounts[first], accounts[at]
            says = f"{one.email} and {other.email} reach one mailbox, {one.mailbox}."
            yield Link(first, at, says, _shared(one.mailbox))


def _same_employee_id(accounts: Sequence[Account]) -> Iterator[Link]:
    for first, *others in _groups(accounts, lambda one: one.employee_id):
        number, many = accounts[first].employee_id, len(others) + 1
        doubt = f"{many} accounts have the employee id {number}" if many > HOLDERS else ""
        for other in others:
            yield Link(first, other, f"Both have the employee id {number}.", doubt)


def _alternate_email(accounts: Sequence[Account]) -> Iterator[Link]:
    owner: dict[str, int] = {}
    for at, one in enumerate(accounts):
        if one.email:
            owner.setdefault(one.email, at)
    claims = [
        (address, at, kind)
        for at, one in enumerate(accounts)
        for address, kind in {one.recovery: "recovery", one.alternate: "alternate"}.items()
        if address in owner and owner[address] != at
    ]
    claimants = Counter(address for address, _, _ in claims)
    names: dict[str, set[str]] = defaultdict(set)
    for address, at, _ in claims:
        names[address] |= {accounts[at].full_name or ""} - {""}
    pairs = set()
    for address, at, kind in claims:
        of = owner[address]
        a, b = sorted((at, of))
        if (a, b) in pairs:
            continue
        pairs.add((a, b))
        said = "" if accounts[of].login.casefold() == address else f", {address},"
        says = f"The e-mail of {_who(accounts[of])}{said} is the {kind} e-mail of "
        many = claimants[address] > CLAIMANTS or len(names[address]) > 1
        doubt = f"{claimants[address]} accounts name {address} as theirs" if many else ""
        yield Link(a, b, says + f"{_who(accounts[at])}.", _shared(address) or doubt)


RULES = (
    Rule("linked", _linked),
    Rule("email", _same_email),
    Rule("alias", _same_mailbox, names_must_agree=True),
    Rule("employee-id", _same_employee_id, names_must_agree=True),
    Rule("alternate-email", _alternate_email, names_must_agree=True),
)


def namesakes(accounts: Sequence[Account], first: Sequence[int]) -> Iterator[Link]:
    """Different persons with one full name and one hint more."""
    hints: dict[tuple[int, int], list[str]] = defaultdict(list)
    for also, hint in (
        (_domain, "the same e-mail domain"),
        (attrgetter("manager_id"), "the same manager"),
    ):
        for group in _groups(accounts, partial(_name_and, also)):
            one, *others = _one_each(group, first.__getitem__)
            for other in others:
                hints[one, other].append(hint)
    owned = {first[at] for at, one in enumerate(accounts) if one.kind == "user"}
    for group in _groups(accounts, lambda one: one.full_name):
        admins = {at for at in group if ADMIN_LOGIN.fullmatch(_local(accounts[at]))}
        others = _one_each((at for at in group if at not in admins), first.__getitem__)
        for admin in admins:
            for other in [at for at in others[:2] if first[at] != first[admin]][:1]:
                pair = min(admin, other), max(admin, other)
                hints[pair].append("one login is an administrator's by its form")
        for admin, other in _without_user(accounts, first, group, owned):
            hints[min(admin, other), max(admin, other)].append(
                "nobody else of that name, and no user behind the administrator"
            )
    for (a, b), says in sorted(hints.items()):
        if any(two_scripts(accounts[one].name or "") for one in (a, b)):
            says.append("letters of another script that look alike")
        yield Link(a, b, f"Both are called {accounts[a].name}; also: {', '.join(says)}.")


def _without_user(
    accounts: Sequence[Account], first: Sequence[int], group: Sequence[int], owned: set[int]
) -> Iterator[tuple[int, int]]:
    """The administrators of a group to whom no user belongs, each with the only person's user."""
    users = [at for at in group if accounts[at].kind == "user"]
    people = {first[at] for at in users}
    for at in group:
        if accounts[at].kind == "admin" and len(people) == 1 and first[at] not in owned:
            yield at, users[0]


def _name_and(also: Callable[[Account], str | None], one: Account) -> tuple[str, str] | None:
    other = also(one)
    return (one.full_name, other) if one.full_name and other else None


def _domain(one: Account) -> str | None:
    return one.email and one.email.rpartition("@")[2]


def _local(one: Account) -> str:
    return (one.email or one.login.casefold()).rpartition("@")[0] or one.login.casefold()


def _groups(
    accounts: Sequence[Account], key: Callable[[Account], Hashable | None]
) -> Iterator[list[int]]:
    """Positions of accounts with one key, where there are two or more."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for at, one in enumerate(accounts):
        value = key(one)
        if value is not None:
            groups[value].append(at)
    return (group for group in groups.values() if len(group) > 1)


def _one_each(group: Iterable[int], label: Callable[[int], Hashable]) -> list[int]:
    """The first of each label."""
    first: dict[Hashable, int] = {}
    for at in group:
        first.setdefault(label(at), at)
    return list(first.values())


def _stars(
    accounts: Sequence[Account], key: Callable[[Account], Hashable | None]
) -> Iterator[tuple[int, int]]:
    """The first account of each key with every other: as few pairs as hold the group together."""
    for first, *others in _groups(accounts, key):
        yield from ((first, other) for other in others)


def _shared(address: str | None) -> str:
    """Why an address identifies nobody, if so."""
    words = re.split(r"[-._]", (address or "").rpartition("@")[0])
    return f"{address} looks like a shared mailbox" if PURPOSES.issuperset(words) else ""


def _who(one: Account) -> str:
    return f"the {'administrator' if one.kind == 'admin' else one.kind} {one.login}"
