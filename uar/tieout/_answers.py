"""The five answers on top of every report: yes, no or not yet, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.tables import within
from uar.text import counted, some
from uar.tieout._equations import Equation, differences
from uar.tieout._standing import BLOCKED, DONE, NOT_REVIEWED, STRONG_FLAGS, UNDONE, WAITING

YES, NO, NOT_YET = "yes", "no", "not yet"
SHOWN_IDS = 10
LEFT_OUT, CROSS_CHECK = "Left out by sync.leave_out", "cross-check"  # how such gaps begin
GAPS = "see what could not be read."


@dataclass(frozen=True)
class Answer:
    """One of the five. `proof`: where on the report it is shown."""

    question: str
    word: str
    why: tuple[str, ...]
    proof: str


def complete(evidence: Evidence, equations: Sequence[Equation]) -> Answer:
    question, proof = "Is the population complete?", "tie-out"
    wrong = differences([e for e in equations if e.name.startswith(("collection", "population"))])
    collections = evidence.snapshot.collections
    stated = int(collections["stated"].notna().sum())
    why = [
        f"{len(collections)} collections were read to the end; for {stated} the source states a "
        "total, and it is what was fetched and stored."
    ]
    gaps = evidence.snapshot.gaps
    by_choice = gaps["says"].str.startswith(LEFT_OUT)
    disagree = gaps["collection"].str.startswith(CROSS_CHECK) & gaps["subject"].notna()
    if disagree.any():
        number = int(disagree.sum())
        wrong.append(f"At {counted(number, 'edge')} two answers of the tenant disagree: {GAPS}")
    for which, words in (
        (by_choice, "left out by the settings"),
        (~by_choice & ~disagree, "in what could be read"),
    ):
        if which.any():
            why.append(f"{counted(int(which.sum()), 'gap')} {words}: {GAPS}")
    if wrong:
        return Answer(question, NO, tuple(wrong), proof)
    if evidence.items is None:
        return Answer(question, NOT_YET, (*why, "No items yet: uar open has not run."), proof)
    why.append(f"{counted(len(evidence.items), 'item')}; nothing is left unexplained.")
    return Answer(question, YES, tuple(why), proof)


def independent(evidence: Evidence, standing: pd.DataFrame | None, own: tuple[str, ...]) -> Answer:
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
        wrong.append(
            f"{counted(len(own), 'item')} put to the person concerned: {some(own, SHOWN_IDS)}."
        )
    if inactive:
        wrong.append(f"Reviewers without an active account: {some(inactive, SHOWN_IDS)}.")
    if wrong:
        return Answer(question, NO, tuple(wrong), proof)
    reviewers = standing["reviewer_id"].nunique()
    why = [f"{counted(reviewers, 'reviewer')}, all active; none was asked about their own access."]
    others = standing["signed_email"].str.casefold() != standing["reviewer_email"].str.casefold()
    signed = int((others & standing["signed_email"].notna()).sum())
    if signed:
        why.append(f"{counted(signed, 'answer')} signed with another e-mail than the reviewer's.")
    return Answer(question, YES, tuple(why), proof)


def decided(evidence: Evidence, standing: pd.DataFrame | None) -> Answer:
    question, proof = "Has everything been settled?", "decisions"
    if standing is None:
        return Answer(question, NOT_YET, ("Nobody has been asked yet.",), proof)
    counts = standing["decision"].value_counts()
    open_, unsure = int(counts.get(NOT_REVIEWED, 0)), int(counts.get("Not sure", 0))
    if not open_ and not unsure:
        return Answer(question, YES, (f"All {counted(len(standing), 'item')}.",), proof)
    left = [(open_, "not reviewed"), (unsure, "Not sure")]
    said = " and ".join(f"{count:,} {word}" for count, word in left if count)
    why = f"Of {counted(len(standing), 'item')}, {said}."
    return Answer(question, _open(evidence), (why,), proof)


def removed(evidence: Evidence, standing: pd.DataFrame | None, against: Sequence[str]) -> Answer:
    """`against`: what `removed_against` says."""
    question, proof = "Was everything revoked removed, and seen to be gone?", "removals"
    if standing is None or not len(evidence.decisions):
        return Answer(question, NOT_YET, ("Nothing has been decided yet.",), proof)
    revoked = standing[standing["decision"] == "Revoke"]
    left = revoked[~revoked["state"].isin(DONE)]
    if against:
        return Answer(question, NO, tuple(against), proof)
    if left.empty:
        word = YES if not (standing["decision"] == NOT_REVIEWED).any() else _open(evidence)
        why = f"{counted(len(revoked), 'removal')}, each read again afterwards."
        return Answer(question, word, (why if len(revoked) else "Nothing was revoked.",), proof)
    counts = left["state"].fillna("unexplained").value_counts()
    parts = ", ".join(f"{int(number):,} {state}" for state, number in sorted(counts.items()))
    worse = left["state"].isin((BLOCKED, WAITING, UNDONE))
    word = _open(evidence) if worse.all() else NO
    return Answer(question, word, (f"Of {len(revoked):,} Revoke: {parts}.",), proof)


def removed_against(evidence: Evidence, standing: pd.DataFrame) -> list[str]:
    """A sentence where items were removed that another decision counts for now."""
    ended = evidence.outcomes[evidence.outcomes["gone"].fillna(False).astype(bool)]
    # An emergency asked nobody; only a decision that came to something else speaks against it.
    urgent = ended["plan"].isin(list(evidence.emergencies))
    decided = standing.loc[standing["decision"] != NOT_REVIEWED, "item_id"]
    ended = ended[~urgent | within(ended["item_id"], decided)]
    revoked = standing.loc[standing["decision"] == "Revoke", "item_id"]
    others = sorted(set(ended["item_id"]) - set(revoked))
    return (
        [f"Removed, though another decision counts now: {some(others, SHOWN_IDS)}; see uar undo."]
        if others
        else []
    )


def without_exception(
    evidence: Evidence, standing: pd.DataFrame | None, equations: Sequence[Equation]
) -> Answer:
    question, proof = "Is it free of exceptions?", "exceptions"
    wrong = differences(equations)
    wrong += exceptions_said(evidence.closing or {})
    if wrong:
        return Answer(question, NO, (*wrong, *by_hand(standing)), proof)
    if standing is None:
        return Answer(question, NOT_YET, ("The review has not been opened yet.",), proof)
    strong = standing["flag_severity"].isin(STRONG_FLAGS) & (standing["decision"] == "Keep")
    why = by_hand(standing)
    if strong.any():
        kept = int(strong.sum())
        why.append(f"{counted(kept, 'item')} kept against a critical or high flag, each listed.")
    found = evidence.findings
    accepted = 0 if found is None else int(found["accepted_until"].notna().sum())
    if accepted:
        why.append(f"{counted(accepted, 'finding')} accepted, each with approver and last day.")
    if evidence.closing is None:
        return Answer(question, NOT_YET, (*why, "The review is not closed yet."), proof)
    return Answer(question, YES, tuple(why) or ("None.",), proof)


def exceptions_said(closing: Mapping[str, Any]) -> list[str]:
    """How a review was closed with something open, a sentence each."""
    reason, named = closing.get("exceptions", ""), len(closing.get("items", ()))
    said = [f"Closed with exceptions: {reason}"] if reason else []
    if named:
        said.append(
            f"{counted(named, 'item')} closed with an exception of "
            f"{'its' if named == 1 else 'their'} own, with approver and last day."
        )
    return said


def by_hand(standing: pd.DataFrame | None) -> list[str]:
    """Modify is a person's work, and nothing here can prove that it was done."""
    modify = 0 if standing is None else int((standing["decision"] == "Modify").sum())
    return [f"{counted(modify, 'Modify', 'Modify')} to be done by hand."] if modify else []


def _open(evidence: Evidence) -> str:
    """What is open is not done yet; once the review is closed, it was not done."""
    return NOT_YET if evidence.closing is None else NO
