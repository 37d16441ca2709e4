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
The mailbox of a role (it@..., support@...), an address that many, or people of two names, name as
theirs, and an employee id of more than three accounts identify nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from uar.overrides import Override
from uar.persons._accounts import Account, accounts_of
from uar.persons._clusters import Clusters, listed
from uar.persons._people import people
from uar.persons._rules import RULES, Link, Rule, namesakes
from uar.settings import Attributes, Persons
from uar.tables import LINKS
from uar.text import without_zeros


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
    facts = accounts_of(rows, settings, placeholders)
    at = {one.id: number for number, one in enumerate(facts)}
    said = sorted(
        (min(ends), max(ends), each.same, each.reason.strip().rstrip("."))
        for each in given
        for ends in [(at[each.one], at[each.other])]
    )
    apart = [(a, b) for a, b, same, _ in said if not same]
    together = [Link(a, b, f"persons.toml says so: {why}.") for a, b, same, why in said if same]
    clusters = Clusters(facts, apart)
    found = [
        (rule.name, link, doubt)
        for rule in (Rule("override", lambda _: iter(together)), *RULES)
        for link, doubt in clusters.join(list(rule.links(facts)), rule.names_must_agree)
    ]
    names = namesakes(facts, clusters.first)
    found += [("name", link, "") for link in names if not clusters.kept_apart([link.a, link.b])]
    links = [_link(facts, clusters, *one) for one in found]
    return people(rows, clusters.first), LINKS.frame(sorted(links, key=itemgetter("link_id")))


def _link(
    accounts: Sequence[Account], clusters: Clusters, rule: str, link: Link, doubt: str
) -> dict[str, Any]:
    """A row of LINKS."""
    one, other = accounts[link.a], accounts[link.b]
    against = [doubt] if doubt else []
    differ: bool | None = None
    if one.employee_id and other.employee_id:
        differ = one.employee_id != other.employee_id
        if differ:
            numbers = listed((one.employee_id, other.employee_id))
            against.append(f"different employee ids ({numbers})")
        if differ and without_zeros(one.employee_id) == without_zeros(other.employee_id):
            against[-1] += ", though only by leading zeros"
            differ = None
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
        "merged": clusters.first[link.a] == clusters.first[link.b],
        "says": link.says,
        "against": "; ".join(against) or None,
        "ids_differ": differ,
        "kept_apart": clusters.kept_apart((link.a, link.b)),
    }
