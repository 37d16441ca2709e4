"""Which accounts belong to one person, with the reason for every link.

Accounts are joined rule by rule, from the strongest to the weakest:

    override         persons.toml says so
    linked           JumpCloud itself links the user to the administrator
    email            one e-mail, apart from letter case
    alias            one mailbox, once plus tags, alias domains and (where listed) dots are folded
    employee-id      one employee id
    alternate-email  the e-mail of one is the alternate or recovery e-mail of the other
    name             one full name and one hint more: only "possible", it never joins

What a rule would join is looked at as a whole: if it would make one person of two employee ids, of
two accounts that persons.toml keeps apart, or (below `email`) of names that share no word, that
rule joins none of it; the links are still shown, with what speaks against them. So neither the
order of the rows nor a chain of coincidences decides.
The mailbox of a role (it@..., support@...) and an address that many name as theirs identify nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import pandas as pd

from uar.overrides import APART, Override
from uar.settings import Attributes, Persons
from uar.tables import LINKS, PERSONS, look_up
from uar.text import folded, is_email, is_placeholder

BORROWED = ("department", "title", "manager_id", "employee_type")
CLAIMANTS = 2  # an address that more accounts name as their alternate is a shared mailbox
SHOWN = 3  # values listed in a sentence

# Words for a purpose, not for a person: in a name they say nothing, a mailbox of them is shared.
PURPOSES = frozenset(
    """
    account accounts admin administrator admins adm backup billing console contact desk devops
    external finance frontdesk guest help helpdesk hello hr info infra it jumpcloud lab mail
    manager noc noreply office operations ops payroll postmaster reception root sales sec security
    service services shared soc staff support svc sysadmin system team test user webmaster
    """.split()  # noqa: SIM905 - a list of sixty strings reads worse
)
ADMIN_LOGIN = re.compile(r"(adm|admin|a)[-._].+|.+[-._](adm|admin)")
LIKELY_LENDER = ("active", "staged", "unknown", "suspended")


@dataclass(frozen=True, slots=True)
class _Account:
    """What the rules compare. Texts are folded, None is unknown."""

    id: str
    kind: str
    login: str  # as written; for sentences
    name: str | None  # as written
    words: frozenset[str]  # of the name, without accents and purposes
    full_name: str | None
    email: str | None
    mailbox: str | None
    alternate: str | None
    recovery: str | None
    employee_id: str | None
    manager_id: str | None
    linked_admin_id: str | None


@dataclass(frozen=True, slots=True)
class _Link:
    """Two positions, a < b, and why. `doubt`: why the link is shown but joins nothing."""

    a: int
    b: int
    says: str
    doubt: str = ""


@dataclass(frozen=True)
class _Rule:
    name: str
    links: Callable[[Sequence[_Account]], Iterator[_Link]]
    names_must_agree: bool = False


def persons(
    accounts: pd.DataFrame,
    settings: Persons,
    placeholders: Iterable[str] = Attributes.placeholders,
    given: Iterable[Override] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """accounts -> (PERSONS, LINKS). A service account is a person of its own.

    `given`: what persons.toml says. What it joins and employee ids forbid is a link that is not
    merged; uar.overrides.refused makes an error of it.
    """
    rows = accounts.sort_values("account_id", ignore_index=True)
    facts = _facts(rows, settings, placeholders)
    at = {one.id: number for number, one in enumerate(facts)}
    said = sorted(
        (min(ends), max(ends), each.same, each.reason.strip().rstrip("."))
        for each in given
        for ends in [(at[each.one], at[each.other])]
    )
    apart = [(a, b) for a, b, same, _ in said if not same]
    together = [_Link(a, b, f"persons.toml says so: {why}.") for a, b, same, why in said if same]
    clusters = _Clusters(facts, apart)
    found = [
        (rule.name, link, doubt)
        for rule in (_Rule("override", lambda _: iter(together)), *RULES)
        for link, doubt in clusters.join(list(rule.links(facts)), rule.names_must_agree)
    ]
    names = _namesakes(facts, clusters.first)
    found += [("name", link, "") for link in names if not clusters.kept_apart([link.a, link.b])]
    links = [_link(facts, clusters.first, *one) for one in found]
    return _persons(rows, clusters.first), LINKS.frame(sorted(links, key=itemgetter("link_id")))


class _Clusters:
    """Who is together so far: for every account the first position of its person."""

    def __init__(self, accounts: Sequence[_Account], apart: Iterable[tuple[int, int]]) -> None:
        self._apart = tuple(apart)
        self.first = list(range(len(accounts)))
        self._members = {at: [at] for at in self.first}
        self._employee_ids = {
            at: {one.employee_id} if one.employee_id else set() for at, one in enumerate(accounts)
        }
        self._words = {at: set(one.words) for at, one in enumerate(accounts)}

    def join(self, links: Sequence[_Link], names_must_agree: bool) -> list[tuple[_Link, str]]:
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
            return f"it would join different employee ids ({_listed(employee_ids)})"
        if self.kept_apart(parts):
            return APART
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


# The rules


def _linked(accounts: Sequence[_Account]) -> Iterator[_Link]:
    position = {one.id: at for at, one in enumerate(accounts)}
    for at, user in enumerate(accounts):
        admin = position.get(user.linked_admin_id or "")
        if admin is not None and user.kind == "user":
            says = f"JumpCloud itself links {_who(user)} to {_who(accounts[admin])}."
            yield _Link(min(at, admin), max(at, admin), says)


def _same_email(accounts: Sequence[_Account]) -> Iterator[_Link]:
    for a, b in _stars(accounts, lambda one: one.email):
        yield _Link(a, b, f"Both have the e-mail {accounts[b].email}.")


def _same_mailbox(accounts: Sequence[_Account]) -> Iterator[_Link]:
    for group in _groups(accounts, lambda one: one.mailbox):
        first, *others = _one_each(group, lambda at: accounts[at].email)
        for at in others:
            one, other = accounts[first], accounts[at]
            says = f"{one.email} and {other.email} reach one mailbox, {one.mailbox}."
            yield _Link(first, at, says, _shared(one.mailbox))


def _same_employee_id(accounts: Sequence[_Account]) -> Iterator[_Link]:
    for a, b in _stars(accounts, lambda one: one.employee_id):
        yield _Link(a, b, f"Both have the employee id {accounts[b].employee_id}.")


def _alternate_email(accounts: Sequence[_Account]) -> Iterator[_Link]:
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
    pairs = set()
    for address, at, kind in claims:
        of = owner[address]
        a, b = sorted((at, of))
        if (a, b) in pairs:
            continue
        pairs.add((a, b))
        says = f"{address} is the e-mail of {_who(accounts[of])} and the {kind} e-mail of "
        many = claimants[address] > CLAIMANTS
        doubt = f"{claimants[address]} accounts name {address} as theirs" if many else ""
        yield _Link(a, b, says + f"{_who(accounts[at])}.", _shared(address) or doubt)


RULES = (
    _Rule("linked", _linked),
    _Rule("email", _same_email),
    _Rule("alias", _same_mailbox, names_must_agree=True),
    _Rule("employee-id", _same_employee_id, names_must_agree=True),
    _Rule("alternate-email", _alternate_email, names_must_agree=True),
)


def _namesakes(accounts: Sequence[_Account], first: Sequence[int]) -> Iterator[_Link]:
    """Different persons with one full name and one hint more."""
    hints: dict[tuple[int, int], list[str]] = defaultdict(list)
    for also, hint in ((_domain, "the same e-mail domain"), (_manager, "the same manager")):
        for group in _groups(accounts, partial(_name_and, also)):
            one, *others = _one_each(group, first.__getitem__)
            for other in others:
                hints[one, other].append(hint)
    for group in _groups(accounts, lambda one: one.full_name):
        admins = [at for at in group if ADMIN_LOGIN.fullmatch(_local(accounts[at]))]
        others = [at for at in group if at not in set(admins)]
        for admin in admins:
            for other in [at for at in others if first[at] != first[admin]][:1]:
                pair = min(admin, other), max(admin, other)
                hints[pair].append("one login is an administrator's by its form")
    for (a, b), says in sorted(hints.items()):
        yield _Link(a, b, f"Both are called {accounts[a].name}; also: {', '.join(says)}.")


def _name_and(also: Callable[[_Account], str | None], one: _Account) -> tuple[str, str] | None:
    other = also(one)
    return (one.full_name, other) if one.full_name and other else None


def _domain(one: _Account) -> str | None:
    return one.email and one.email.rpartition("@")[2]


def _manager(one: _Account) -> str | None:
    return one.manager_id


def _local(one: _Account) -> str:
    return (one.email or one.login.casefold()).rpartition("@")[0] or one.login.casefold()


def _groups(
    accounts: Sequence[_Account], key: Callable[[_Account], Hashable | None]
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
    accounts: Sequence[_Account], key: Callable[[_Account], Hashable | None]
) -> Iterator[tuple[int, int]]:
    """The first account of each key with every other: as few pairs as hold the group together."""
    for first, *others in _groups(accounts, key):
        yield from ((first, other) for other in others)


def _shared(address: str | None) -> str:
    """Why an address identifies nobody, if so."""
    words = re.split(r"[-._]", (address or "").rpartition("@")[0])
    return f"{address} looks like a shared mailbox" if PURPOSES.issuperset(words) else ""


# Words and tables


def _who(one: _Account) -> str:
    return f"the {'administrator' if one.kind == 'admin' else one.kind} {one.login}"


def _listed(values: Iterable[str]) -> str:
    ordered = sorted(values)
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _link(
    accounts: Sequence[_Account], first: Sequence[int], rule: str, link: _Link, doubt: str
) -> dict[str, Any]:
    """A row of LINKS."""
    one, other = accounts[link.a], accounts[link.b]
    against = [doubt] if doubt else []
    if one.employee_id and other.employee_id and one.employee_id != other.employee_id:
        against.append(f"different employee ids ({_listed((one.employee_id, other.employee_id))})")
    if one.words and other.words and not one.words & other.words:
        against.append(f"different names ({one.name}, {other.name})")
    if (
        rule == "name"
        and one.manager_id
        and other.manager_id
        and one.manager_id != other.manager_id
    ):
        against.append("different managers")
    return {
        "link_id": f"{one.id}~{other.id}:{rule}",
        "account_a": one.id,
        "account_b": other.id,
        "rule": rule,
        "strength": "possible" if rule == "name" else "strong",
        "merged": first[link.a] == first[link.b],
        "says": link.says,
        "against": "; ".join(against) or None,
    }


def _facts(rows: pd.DataFrame, settings: Persons, placeholders: Iterable[str]) -> list[_Account]:
    human = rows["kind"] != "service"
    email = _address(rows["email"])
    number = folded(rows["employee_id"])
    number = number.mask(is_placeholder(rows["employee_id"], placeholders).fillna(True))
    written = rows["employee_id"].str.strip()
    name = rows["name"].where(human)
    words = [_words(one) for one in name]
    columns = {
        "employee_id": written.groupby(number).transform("first"),  # one spelling for all
        "full_name": pd.Series(map(_full_name, words), index=rows.index, dtype=object),
        "email": email,
        "mailbox": _mailbox(email, settings),
        "alternate": _address(rows["alternate_email"]),
        "recovery": _address(rows["recovery_email"]),
        "manager_id": rows["manager_id"],
        "linked_admin_id": rows["linked_admin_id"],
    }
    columns = {name: values.where(human) for name, values in columns.items()} | {
        "id": rows["account_id"],
        "kind": rows["kind"],
        "login": rows["login"].fillna(rows["email"]).fillna(rows["account_id"]),
        "name": name,
        "words": pd.Series(words, index=rows.index, dtype=object),
    }
    plain = [column.astype(object).where(column.notna(), None) for column in columns.values()]
    return [
        _Account(**dict(zip(columns, values, strict=True))) for values in zip(*plain, strict=True)
    ]


def _address(values: pd.Series[Any]) -> pd.Series[Any]:
    """An e-mail folded; unknown where it has not the form of one."""
    text = folded(values)
    return text.where(is_email(text).fillna(False))


def _mailbox(email: pd.Series[Any], settings: Persons) -> pd.Series[Any]:
    """Where mail to an address arrives: plus tag, alias domain and listed dots folded."""
    aliases = {name.casefold(): of.casefold() for name, of in settings.alias_domains.items()}
    dotless = [name.casefold() for name in settings.dots_ignored]
    parts = email.str.extract("(?P<local>.*)@(?P<domain>.*)")
    domain = parts["domain"].replace(aliases)
    local = parts["local"].str.replace(r"(?<=.)\+.*", "", regex=True)
    local = local.mask(domain.isin(dotless), local.str.replace(".", "", regex=False))
    return local + "@" + domain


def _words(name: object) -> frozenset[str]:
    """The words of a name in lower case, without accents, marks, initials and purposes."""
    if not isinstance(name, str):
        return frozenset()
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
    words = re.findall(r"[^\W\d_]+", text)
    return frozenset(word for word in words if len(word) > 1 or not word.isascii()) - PURPOSES


def _full_name(words: frozenset[str]) -> str | None:
    """Two words, or one in a script that does not part them."""
    full = len(words) > 1 or not "".join(words).isascii()
    return " ".join(sorted(words)) if full else None


def _persons(rows: pd.DataFrame, first: Sequence[int]) -> pd.DataFrame:
    """PERSONS: who belongs to whom, and what an administrator borrows from the person's user."""
    person = pd.Series(first, index=rows.index, dtype="int64")
    ranked = rows.assign(
        person=person,
        called=rows["name"].fillna(rows["login"]).fillna(rows["email"]).fillna(rows["account_id"]),
        kind_rank=rows["kind"].map({"user": 0, "admin": 1, "service": 2}),
        status_rank=rows["status"].map(LIKELY_LENDER.index),
        unlike=rows["service_like"].fillna(False),
    ).sort_values(["kind_rank", "unlike", "status_rank", "account_id"])
    best = ranked.groupby("person")[["name", "called"]].first()
    lender = _lenders(ranked)
    lent = rows.set_index("account_id").reindex(lender)[list(BORROWED)].set_axis(rows.index)
    return PERSONS.frame(
        lent.assign(
            account_id=rows["account_id"],
            person_id="person:" + rows["account_id"].loc[person].set_axis(rows.index),
            person_name=person.map(best["name"].fillna(best["called"])),
            borrowed_from=lender.where(lent.notna().any(axis=1)),
        )
    )


def _lenders(ranked: pd.DataFrame) -> pd.Series[Any]:
    """For each administrator the user account that lends: the linked one, else the likeliest."""
    users = ranked[(ranked["kind"] == "user") & ~ranked["unlike"].astype(bool)]
    admins = ranked[ranked["kind"] == "admin"]
    likeliest = users.drop_duplicates("person").set_index("person")["account_id"]
    linked = users.drop_duplicates(["person", "linked_admin_id"])
    linked = linked.rename(columns={"account_id": "lender", "linked_admin_id": "account_id"})
    both = admins[["person", "account_id"]].merge(
        linked[["person", "account_id", "lender"]].dropna(), how="left", validate="one_to_one"
    )
    lender = both["lender"].set_axis(admins.index).fillna(look_up(admins["person"], likeliest))
    return lender.reindex(ranked.index.sort_values())
