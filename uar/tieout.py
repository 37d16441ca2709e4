"""Each number of a review computed once, the equations they must satisfy, and the five answers.

    stated = fetched = stored                         per collection of the tenant
    grants = items + excluded
    items = assigned = decided + not reviewed
    decided = Keep + Revoke + Modify + Not sure
    Revoke = removed + already gone + failed + still held + blocked + not yet applied + undone

The two sides of an equation are counted from different files. What is left over is the unexplained
difference; it is 0, or the ids that cause it are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.tables import DECISION_WORDS

NOT_REVIEWED = "Not reviewed"
YES, NO, NOT_YET = "yes", "no", "not yet"

BLOCKED, WAITING, UNDONE = "blocked", "not yet applied", "undone"
DONE = ("removed", "already gone")
STATES = (*DONE, "still held", "drift", "failed", "unknown", BLOCKED, WAITING, UNDONE)
SHOWN_IDS = 10
STRONG_FLAGS = ("critical", "high")
ANSWERED = ("decision", "reason", "comment", "signed_name", "signed_email", "file", "cell")


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


@dataclass(frozen=True)
class Answer:
    """One of the five. `proof`: where on the report it is shown."""

    question: str
    word: str
    why: tuple[str, ...]
    proof: str


@dataclass(frozen=True)
class TieOut:
    """What the numbers say. `standing`: items, with what was answered and what came of it."""

    equations: tuple[Equation, ...]
    answers: tuple[Answer, ...]
    standing: pd.DataFrame | None
    own_items: tuple[str, ...]  # items put to the person they concern
    open: tuple[str, ...]  # why the review cannot be closed without exceptions

    def overrides(self) -> pd.Series[Any]:
        """Which rows of `standing` are a Keep against a critical or high flag?"""
        assert self.standing is not None  # noqa: S101
        strong = self.standing["flag_severity"].isin(STRONG_FLAGS)
        return (self.standing["decision"] == "Keep") & strong


def tie_out(evidence: Evidence) -> TieOut:
    """Everything above, from what there is so far."""
    standing = _standing(evidence)
    own = () if standing is None else _own_items(evidence, standing)
    equations = [*_collections(evidence)]
    if standing is not None:
        equations += [*_population(evidence), *_decided(evidence, standing)]
        equations.append(_removals(standing))
    answers = (
        _is_complete(evidence, equations),
        _is_independent(evidence, standing, own),
        _is_decided(evidence, standing),
        _is_removed(evidence, standing),
        _is_without_exception(evidence, standing, equations),
    )
    undone = [why for answer in answers[:4] if answer.word != YES for why in answer.why]
    left = [*undone, *_by_hand(standing), *differences(equations)]
    return TieOut(tuple(equations), answers, standing, own, tuple(dict.fromkeys(left)))


def differences(equations: Sequence[Equation]) -> list[str]:
    """A sentence for each equation that does not hold."""
    return [
        f"{equation.title}: the unexplained difference is {equation.difference}"
        + (f" ({', '.join(equation.unexplained)})" if equation.unexplained else "")
        for equation in equations
        if not equation.holds
    ]


def _standing(evidence: Evidence) -> pd.DataFrame | None:
    """Items, each with its answer (or Not reviewed) and, where revoked, its `state`.

    A Revoke that a plan made afterwards says nothing of has no state: it is unexplained.
    """
    if evidence.items is None:
        return None
    answers = evidence.decisions[["item_id", *ANSWERED]]
    table = evidence.items.merge(answers, on="item_id", how="left", validate="one_to_one")
    table["decision"] = table["decision"].fillna(NOT_REVIEWED)
    states = _states(evidence)
    revoked = table["decision"] == "Revoke"
    table["state"] = table["item_id"].map(states).astype("string")
    if not _plan_is_current(evidence):
        table["state"] = table["state"].fillna(WAITING)
    table["state"] = table["state"].where(revoked)
    return table


def _plan_is_current(evidence: Evidence) -> bool:
    """Was the newest plan made from all answers taken in until now?"""
    return evidence.plan is not None and len(evidence.plan["made_from"]) == len(evidence.answers)


def _states(evidence: Evidence) -> dict[str, str]:
    """What has become of each planned item: what the journal says, else what the plan says."""
    plan = evidence.plan or {"removals": (), "blocked": ()}
    waiting = {entry["item"] for entry in plan["removals"]}
    states = dict.fromkeys(waiting, WAITING)
    states |= {entry["item"]: BLOCKED for entry in plan["blocked"]}
    rows = evidence.outcomes[["item_id", "action", "outcome", "gone", "verified"]].astype(object)
    rows = rows.where(rows.notna(), None)
    for item, action, outcome, gone, verified in rows.itertuples(index=False):
        if verified == "back again":
            states[item] = "still held"
        elif action == "remove":
            states[item] = outcome
        elif outcome in ("restored", "already there"):
            states[item] = WAITING if item in waiting else UNDONE
        else:  # an undo that did not put it back
            states[item] = "removed" if gone is True else "unknown"
    return states


def _collections(evidence: Evidence) -> list[Equation]:
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


def _population(evidence: Evidence) -> list[Equation]:
    """Every grant is an item; every account and entitlement is in an item, or holds nothing."""
    assert evidence.items is not None and evidence.campaign is not None  # noqa: S101
    snapshot, items, campaign = evidence.snapshot, evidence.items, evidence.campaign
    left_out = {entry["what"]: entry["count"] for entry in campaign["excluded"]}
    grants = set(snapshot.grants["grant_id"])
    equations = [
        Equation(
            "population",
            "Population",
            (
                (Term("grants", len(snapshot.grants)),),
                (Term("items", len(items)), Term("excluded", left_out.get("grants", 0))),
                (Term("items stated when the review was opened", campaign["items"]),),
            ),
            tuple(sorted(grants ^ set(items["grant_id"]))),
        )
    ]
    for what, ids, used in (
        ("accounts", snapshot.accounts["account_id"], items["holder_id"]),
        (
            "entitlements",
            snapshot.entitlements["entitlement_id"],
            items["entitlement_id"],
        ),
    ):
        inside, outside = (
            Term("in items", int(ids.isin(used.unique()).sum())),
            left_out.get(what, 0),
        )
        excluded = Term("excluded: nothing is held", outside)
        equations.append(
            Equation(
                f"population {what}",
                f"Population: {what}",
                ((Term(what, len(ids)),), (inside, excluded)),
            )
        )
    return equations


def _decided(evidence: Evidence, standing: pd.DataFrame) -> list[Equation]:
    population, given = set(standing["item_id"]), evidence.decisions
    books = (evidence.campaign or {}).get("workbooks", ())
    open_ = standing[standing["decision"] == NOT_REVIEWED]
    strangers = sorted(set(given["item_id"]) - population)
    words = given["decision"].value_counts()
    read = sum(receipt["rows"]["accepted"] for receipt in evidence.receipts)
    replaced = sum(len(frame) for frame in evidence.answers) - len(given)
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


def _removals(standing: pd.DataFrame) -> Equation:
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


def _own_items(evidence: Evidence, standing: pd.DataFrame) -> tuple[str, ...]:
    """Items whose reviewer is the person who holds them."""
    persons = evidence.persons
    person_of = (
        {}
        if persons is None
        else dict(zip(persons["account_id"], persons["person_id"], strict=True))
    )
    holder = standing["person_id"].fillna(standing["holder_id"])
    reviewer = standing["reviewer_id"].map(lambda account: person_of.get(account, account))
    same = (holder == reviewer) | (standing["holder_id"] == standing["reviewer_id"])
    return tuple(sorted(standing.loc[same, "item_id"]))


def _is_complete(evidence: Evidence, equations: Sequence[Equation]) -> Answer:
    question, proof = "Is the population complete?", "tie-out"
    wrong = differences([e for e in equations if e.name.startswith(("collection", "population"))])
    collections = evidence.snapshot.collections
    stated = int(collections["stated"].notna().sum())
    why = [
        f"{len(collections)} collections were read to the end; for {stated} the source states a "
        "total, and it is what was fetched and stored."
    ]
    gaps = len(evidence.snapshot.gaps)
    if gaps:
        why.append(f"{_counted(gaps, 'gap')} in what could be read: see the list.")
    if wrong:
        return Answer(question, NO, tuple(wrong), proof)
    if evidence.items is None:
        return Answer(question, NOT_YET, (*why, "No items yet: uar open has not run."), proof)
    why.append(f"{_counted(len(evidence.items), 'item')}; nothing is left unexplained.")
    return Answer(question, YES, tuple(why), proof)


def _is_independent(
    evidence: Evidence, standing: pd.DataFrame | None, own: tuple[str, ...]
) -> Answer:
    question, proof = (
        "Was every item reviewed by somebody else than the person concerned?",
        "assignment",
    )
    if standing is None:
        return Answer(question, NOT_YET, ("No reviewer has been assigned yet.",), proof)
    accounts = evidence.snapshot.accounts
    active = set(accounts.loc[accounts["status"] == "active", "account_id"])
    inactive = sorted(set(standing.loc[~standing["reviewer_id"].isin(active), "reviewer_email"]))
    wrong = []
    if own:
        wrong.append(f"{_counted(len(own), 'item')} put to the person concerned: {_some(own)}.")
    if inactive:
        wrong.append(f"Reviewers without an active account: {_some(inactive)}.")
    if wrong:
        return Answer(question, NO, tuple(wrong), proof)
    reviewers = standing["reviewer_id"].nunique()
    why = [f"{_counted(reviewers, 'reviewer')}, all active; none was asked about their own access."]
    others = standing["signed_email"].str.casefold() != standing["reviewer_email"].str.casefold()
    signed = int((others & standing["signed_email"].notna()).sum())
    if signed:
        why.append(f"{_counted(signed, 'answer')} signed with another e-mail than the reviewer's.")
    return Answer(question, YES, tuple(why), proof)


def _is_decided(evidence: Evidence, standing: pd.DataFrame | None) -> Answer:
    question, proof = "Has everything been decided?", "decisions"
    if standing is None:
        return Answer(question, NOT_YET, ("Nobody has been asked yet.",), proof)
    counts = standing["decision"].value_counts()
    open_, unsure = int(counts.get(NOT_REVIEWED, 0)), int(counts.get("Not sure", 0))
    if not open_ and not unsure:
        return Answer(question, YES, (f"All {_counted(len(standing), 'item')}.",), proof)
    why = f"Of {_counted(len(standing), 'item')}, {open_:,} not reviewed and {unsure:,} Not sure."
    return Answer(question, _open(evidence), (why,), proof)


def _is_removed(evidence: Evidence, standing: pd.DataFrame | None) -> Answer:
    question, proof = "Was everything revoked removed, and seen to be gone?", "removals"
    if standing is None or not len(evidence.decisions):
        return Answer(question, NOT_YET, ("Nothing has been decided yet.",), proof)
    revoked = standing[standing["decision"] == "Revoke"]
    left = revoked[~revoked["state"].isin(DONE)]
    ended = evidence.outcomes.loc[evidence.outcomes["gone"].fillna(False).astype(bool), "item_id"]
    others = sorted(set(ended) - set(revoked["item_id"]))
    if others:
        why = f"Removed, though another decision counts now: {_some(others)}; see uar undo."
        return Answer(question, NO, (why,), proof)
    if left.empty:
        word = YES if not (standing["decision"] == NOT_REVIEWED).any() else _open(evidence)
        why = f"{_counted(len(revoked), 'removal')}, each read again afterwards."
        return Answer(question, word, (why if len(revoked) else "Nothing was revoked.",), proof)
    counts = left["state"].fillna("unexplained").value_counts()
    parts = ", ".join(f"{int(number):,} {state}" for state, number in sorted(counts.items()))
    worse = left["state"].isin((BLOCKED, WAITING, UNDONE))
    word = _open(evidence) if worse.all() else NO
    return Answer(question, word, (f"Of {len(revoked):,} Revoke: {parts}.",), proof)


def _is_without_exception(
    evidence: Evidence, standing: pd.DataFrame | None, equations: Sequence[Equation]
) -> Answer:
    question, proof = "Is it free of exceptions?", "exceptions"
    wrong = differences(equations)
    reason = (evidence.closing or {}).get("exceptions", "")
    if reason:
        wrong.append(f"Closed with exceptions: {reason}")
    if wrong:
        return Answer(question, NO, (*wrong, *_by_hand(standing)), proof)
    if standing is None:
        return Answer(question, NOT_YET, ("The review has not been opened yet.",), proof)
    strong = standing["flag_severity"].isin(STRONG_FLAGS) & (standing["decision"] == "Keep")
    why = _by_hand(standing)
    if strong.any():
        kept = int(strong.sum())
        why.append(f"{_counted(kept, 'item')} kept against a critical or high flag, each listed.")
    if evidence.closing is None:
        return Answer(question, NOT_YET, (*why, "The review is not closed yet."), proof)
    return Answer(question, YES, tuple(why) or ("None.",), proof)


def _by_hand(standing: pd.DataFrame | None) -> list[str]:
    """Modify is a person's work, and nothing here can prove that it was done."""
    modify = 0 if standing is None else int((standing["decision"] == "Modify").sum())
    return [f"{_counted(modify, 'Modify')} to be done by hand."] if modify else []


def _open(evidence: Evidence) -> str:
    """What is open is not done yet; once the review is closed, it was not done."""
    return NOT_YET if evidence.closing is None else NO


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - SHOWN_IDS
    return ", ".join(ids[:SHOWN_IDS]) + (f" and {more:,} more" if more > 0 else "")


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}" + ("" if number == 1 or one == "Modify" else "s")
