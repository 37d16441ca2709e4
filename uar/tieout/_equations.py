"""The equations that the numbers of a review must satisfy, each side counted from another file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from uar.evidence import Evidence
from uar.tables import DECISION_WORDS
from uar.tieout._standing import NOT_REVIEWED, STATES


@dataclass(frozen=True)
class Term:
    word: str
    number: int


@dataclass(frozen=True)
class Equation:
    """Sums that must all be equal. `unexplained`: the ids that one side has and another has not."""

    name: str
    title: str
    sides: tuple[tuple[Term, ...], ...]
    unexplained: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        sums = [sum(term.number for term in side) for side in self.sides]
        return max(sums) - min(sums)

    @property
    def holds(self) -> bool:
        return self.difference == 0 and not self.unexplained


def differences(equations: Sequence[Equation]) -> list[str]:
    """A sentence for each equation that does not hold."""
    return [
        f"{equation.title}: the unexplained difference is {equation.difference}"
        + (f" ({', '.join(equation.unexplained)})" if equation.unexplained else "")
        for equation in equations
        if not equation.holds
    ]


def collections(evidence: Evidence) -> list[Equation]:
    """One equation a collection; where the source states no total, two sides are left."""
    table = evidence.snapshot.collections
    rows = table[["collection", "stated", "fetched", "stored"]].itertuples(index=False)
    return [
        Equation(
            f"collection {name}",
            f"Read: {name}",
            tuple(
                (Term(word, int(number)),)
                for word, number in (("stated", stated), ("fetched", fetched), ("stored", stored))
                if not pd.isna(number)
            ),
        )
        for name, stated, fetched, stored in rows
    ]


def population(evidence: Evidence) -> list[Equation]:
    """Every grant is an item or excluded; every account and entitlement is in an item, or not."""
    assert evidence.items is not None and evidence.campaign is not None  # noqa: S101
    snapshot, items, campaign = evidence.snapshot, evidence.items, evidence.campaign
    stated = Counter[str]()
    for entry in campaign["excluded"]:
        stated[entry["what"]] += entry["count"]
    out = evidence.excluded
    told = [*items["grant_id"], *([] if out is None else out["grant_id"])]
    grants = set(snapshot.grants["grant_id"])
    twice = [grant for grant, times in Counter(told).items() if times > 1]
    equations = [
        Equation(
            "population",
            "Population",
            (
                (Term("grants", len(snapshot.grants)),),
                (Term("items", len(items)), Term("excluded", len(told) - len(items))),
                (
                    Term("items stated when the review was opened", campaign["items"]),
                    Term("excluded then", stated["grants"]),
                ),
            ),
            tuple(sorted((grants ^ set(told)) | set(twice))),
        )
    ]
    for what, ids, used in (
        ("accounts", snapshot.accounts["account_id"], items["holder_id"]),
        ("entitlements", snapshot.entitlements["entitlement_id"], items["entitlement_id"]),
    ):
        inside = Term("in items", int(ids.isin(used.unique()).sum()))
        sides = ((Term(what, len(ids)),), (inside, Term("excluded", stated[what])))
        equations.append(Equation(f"population {what}", f"Population: {what}", sides))
    return equations


def decided(evidence: Evidence, standing: pd.DataFrame) -> list[Equation]:
    population, given = set(standing["item_id"]), evidence.decisions
    books = (evidence.campaign or {}).get("workbooks", ())
    open_ = standing[standing["decision"] == NOT_REVIEWED]
    strangers = sorted(set(given["item_id"]) - population)
    words = given["decision"].value_counts()
    read = sum(receipt["rows"]["accepted"] for receipt in evidence.receipts)
    replaced = sum(evidence.given) - len(given)
    return [
        Equation(
            "assigned",
            "Assigned and decided",
            (
                (Term("items", len(standing)),),
                (Term("assigned in workbooks", sum(book["items"] for book in books)),),
                (Term("decided", len(given)), Term("not reviewed", len(open_))),
            ),
            tuple(strangers),
        ),
        Equation(
            "answers",
            "Answers",
            (
                (Term("answers accepted from returned files", read),),
                (Term("decided", len(given)), Term("replaced by a later answer", replaced)),
            ),
        ),
        Equation(
            "decisions",
            "Decisions",
            (
                (Term("decided", len(standing) - len(open_)),),
                tuple(Term(word, int(words.get(word, 0))) for word in DECISION_WORDS),
            ),
        ),
    ]


def removals(standing: pd.DataFrame) -> Equation:
    revoked = standing[standing["decision"] == "Revoke"]
    counts = revoked["state"].value_counts()
    return Equation(
        "removals",
        "Removals",
        (
            (Term("Revoke", len(revoked)),),
            tuple(Term(state, int(counts.get(state, 0))) for state in STATES),
        ),
        tuple(sorted(revoked.loc[revoked["state"].isna(), "item_id"])),
    )
