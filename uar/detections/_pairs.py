"""Links between accounts as pairs: which of the two is one too many, and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from uar.detections import Facts, each, once
from uar.tables import look_up, within

RULES = (
    "override",
    "linked",
    "email",
    "alias",
    "employee-id",
    "alternate-email",
    "name",
)  # strongest first
SIDE = ["account_id", "person_id", "kind", "status", "who"]


@once
def pairs(facts: Facts) -> pd.DataFrame:
    """One row for each subject and other person, by the strongest rule that links them.

    The subject is the administrator of the two, else the one that is not its person's main
    account, else the second. Columns: rule, merged, says, against, ids_differ, SIDE of subject and
    other, and settled: False, unless a judge knows that nobody has to act on the pair.
    """
    accounts = facts.accounts.assign(main=_is_main(facts.accounts))
    links = facts.links[~facts.links["kept_apart"].astype(bool)]
    for end in ("a", "b"):
        side = accounts[[*SIDE, "main"]].add_suffix(f"_{end}")
        links = links.rename(columns={f"account_{end}": f"account_id_{end}"}).merge(
            side, on=f"account_id_{end}", validate="many_to_one"
        )
    admin_a, admin_b = links["kind_a"] == "admin", links["kind_b"] == "admin"
    first = (admin_a & ~admin_b) | ((admin_a == admin_b) & links["main_b"] & links["merged"])
    result = links[["link_id", "rule", "merged", "says", "against", "ids_differ"]]
    for name in SIDE:
        a, b = links[f"{name}_a"], links[f"{name}_b"]
        result = result.assign(**{name: a.where(first, b), f"other_{name}": b.where(first, a)})
    strength = result["rule"].map(RULES.index)
    ordered = result.assign(strength=strength, settled=False).sort_values(["strength", "link_id"])
    return ordered.drop_duplicates(["account_id", "other_person_id"]).reset_index(drop=True)


def two_users(facts: Facts, found: pd.DataFrame) -> pd.Series[bool]:
    """Which pairs are two active users of one person: DUP-05 says so of the person."""
    people = facts.people
    surely = people.loc[people["surely"].fillna(False).astype(bool), "account_id"]
    both = within(found["account_id"], surely) & within(found["other_account_id"], surely)
    return both & found["merged"].astype(bool)


def judge_pairs(
    population: pd.DataFrame,
    found: pd.DataFrame,
    comparable: pd.Series[Any],
) -> pd.DataFrame:
    """Every account of the population: does a pair speak of it? `comparable`: could one at all?

    Low where the accounts stay two persons; info where all its pairs are settled. A judge may
    fill in other severities.
    """
    told = _told(found)
    subject = population["account_id"]
    hit = subject.isin(told.index).astype("boolean")
    judged = each(
        population,
        hit.mask(~hit & ~comparable),
        sentence=look_up(subject, told["sentence"]),
        severity=look_up(subject, told["severity"]),
    )
    return judged.assign(accounts=look_up(subject, told["accounts"]).fillna(subject))


def _told(found: pd.DataFrame) -> pd.DataFrame:
    """What is said of each subject: its first pair, and how many more there are."""
    by_subject: dict[Any, list[dict[Hashable, Any]]] = defaultdict(list)
    for pair in found.to_dict("records"):
        by_subject[pair["account_id"]].append(pair)
    rows = [
        {
            "account_id": subject,
            "sentence": _sentence(pairs[0]) + _more(len(pairs) - 1),
            "accounts": " ".join(sorted({subject, *(pair["other_account_id"] for pair in pairs)})),
            "severity": _severity(pairs),
        }
        for subject, pairs in by_subject.items()
    ]
    columns = ["account_id", "sentence", "accounts", "severity"]
    return pd.DataFrame(rows, columns=columns).set_index("account_id")


def _severity(pairs: Sequence[Mapping[Hashable, Any]]) -> Any:
    """Unknown: the detection's own."""
    if all(pair["settled"] for pair in pairs):
        return "info"
    return None if any(pair["merged"] for pair in pairs) else "low"


def _is_main(accounts: pd.DataFrame) -> pd.Series[Any]:
    """The account a person works with: a user before an administrator, an active one first."""
    ranked = (
        accounts[["person_id", "account_id"]]
        .assign(
            kind=accounts["kind"].map({"user": 0, "admin": 1, "service": 2}),
            unlike=accounts["service_like"].fillna(False),
            inactive=~accounts["active"].fillna(False),
        )
        .sort_values(["kind", "unlike", "inactive", "account_id"])
    )
    return ~ranked["person_id"].duplicated()


def _sentence(pair: Mapping[Hashable, Any]) -> str:
    how = "belong" if pair["merged"] else "may belong"
    text = f"{pair['who']} and {pair['other_who']} {how} to one person. {pair['says']}"
    if pd.notna(pair["against"]):
        text += f" Against it: {pair['against']}."
    return text


def _more(number: int) -> str:
    if number == 0:
        return ""
    return f" And {number} more {'account' if number == 1 else 'accounts'} in the same way."
