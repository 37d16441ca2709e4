"""Every number ties out, whatever was decided and however removals ended; a lost row shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report import made
from uar.evidence import Evidence
from uar.tables import GAPS, OUTCOME_WORDS
from uar.tieout import NO, NOT_YET, YES, differences, tie_out

WORDS = ("Keep", "Revoke", "Modify", "Not sure", "")
ENDS = ("", "cut", "restored", *OUTCOME_WORDS[:7])


@pytest.fixture(scope="module")
def finished() -> Evidence:
    return made.evidence()


@settings(max_examples=20)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=4, max_size=24),
    ends=st.lists(st.sampled_from(ENDS), min_size=3, max_size=12),
)
def test_it_always_ties_out(words: list[str], ends: list[str]) -> None:
    tieout = tie_out(made.evidence(words=words, ends=ends))
    assert differences(tieout.equations) == []
    assert {e.difference for e in tieout.equations} == {0}
    assert tieout.standing is not None
    states = tieout.standing["state"].notna()
    assert (states == (tieout.standing["decision"] == "Revoke")).all()


@pytest.mark.parametrize("step", made.STEPS)
def test_it_ties_out_at_every_stage(step: str) -> None:
    tieout = tie_out(made.evidence(upto=step))
    assert differences(tieout.equations) == []
    assert len(tieout.answers) == 5
    assert tieout.open


def test_a_lost_item_shows_with_its_grant(finished: Evidence) -> None:
    assert finished.items is not None
    lost = finished.items.iloc[0]
    broken = tie_out(replace(finished, items=finished.items.iloc[1:]))
    by_name = {equation.name: equation for equation in broken.equations}
    assert by_name["population"].difference == 1
    assert by_name["population"].unexplained == (lost["grant_id"],)
    assert broken.answers[0].word == NO


def test_a_lost_answer_shows(finished: Evidence) -> None:
    fewer = finished.decisions.iloc[1:]
    given = [finished.given[0] - 1, *finished.given[1:]]
    broken = tie_out(replace(finished, decisions=fewer, given=given))
    assert [e.name for e in broken.equations if not e.holds] == ["answers"]


def test_an_answer_of_no_item_shows_with_its_id(finished: Evidence) -> None:
    foreign = finished.decisions.copy()
    foreign.loc[0, "item_id"] = "UAR-0000-0000-00000"
    broken = {e.name: e for e in tie_out(replace(finished, decisions=foreign)).equations}
    assert "UAR-0000-0000-00000" in broken["assigned"].unexplained


def test_a_revoke_the_plan_lost_shows_with_its_id(finished: Evidence) -> None:
    assert finished.plan is not None
    lost, *rest = finished.plan["blocked"]
    plan = {**finished.plan, "blocked": rest}
    broken = {e.name: e for e in tie_out(replace(finished, plan=plan)).equations}
    assert broken["removals"].difference == 1
    assert broken["removals"].unexplained == (lost["item"],)


def test_a_short_collection_shows(finished: Evidence) -> None:
    short = finished.snapshot.collections.copy()
    short.loc[0, "stored"] -= 2
    snapshot = replace(finished.snapshot, collections=short)
    broken = tie_out(replace(finished, snapshot=snapshot))
    assert [e.difference for e in broken.equations if not e.holds] == [2]
    assert broken.answers[0].word == NO


def test_unanswered_is_never_approved() -> None:
    tieout = tie_out(made.evidence(words=[""]))
    assert tieout.standing is not None
    assert set(tieout.standing["decision"]) == {"Not reviewed"}
    assert tieout.answers[2].word == NOT_YET


def test_everything_done_is_yes_four_times() -> None:
    tieout = tie_out(made.evidence(words=["Keep"]))
    assert [answer.word for answer in tieout.answers[:4]] == [YES] * 4
    assert tieout.open == ()


@pytest.mark.parametrize(
    ("end", "word"),
    [
        ("removed", YES),
        ("already gone", YES),
        ("still held", NO),
        ("failed", NO),
        ("unknown", NO),
        ("cut", NO),
        ("restored", NOT_YET),
        ("", NOT_YET),
    ],
)
def test_how_removals_ended_is_answered(end: str, word: str) -> None:
    words = ["Revoke", "Keep", "Keep", "Keep", "Keep", "Keep", "Keep", "Keep", "Keep", "Keep"]
    review = made.evidence(words=words, ends=[end], toml=made.TOML)
    assert review.plan is not None
    assert review.plan["removals"] and not review.plan["blocked"]
    assert tie_out(review).answers[3].word == word


def test_access_that_came_back_is_not_removed(finished: Evidence) -> None:
    outcomes = finished.outcomes.copy()
    outcomes.loc[0, "verified"] = "back again"
    tieout = tie_out(replace(finished, outcomes=outcomes))
    assert differences(tieout.equations) == []
    assert tieout.answers[3].word == NO


def test_a_keep_after_the_removal_is_named(finished: Evidence) -> None:
    item = finished.outcomes["item_id"].iloc[0]
    decisions = finished.decisions.copy()
    decisions.loc[decisions["item_id"] == item, "decision"] = "Keep"
    answer = tie_out(replace(finished, decisions=decisions)).answers[3]
    assert answer.word == NO
    assert item in answer.why[0]


def test_who_reviews_himself_is_named(finished: Evidence) -> None:
    assert finished.items is not None
    items = finished.items.copy()
    own = items["login"] == "user1"
    items.loc[own, ["reviewer_id", "reviewer"]] = ["jumpcloud:admin:a1", "Person 1"]
    tieout = tie_out(replace(finished, items=items))
    assert set(tieout.own_items) == set(items.loc[own, "item_id"])
    assert tieout.answers[1].word == NO


@pytest.mark.parametrize(
    ("collection", "subject", "says", "word", "told"),
    [
        ("events", None, "Not licensed.", YES, "1 gap in what could be read"),
        ("devices", None, "Left out by sync.leave_out: devices.", YES, "by the settings"),
        ("cross-check", "jumpcloud:group:g1>user:u1", "Two answers disagree.", NO, "disagree"),
    ],
)
def test_gaps_left_out_and_answers_that_disagree_are_three_things(
    collection: str, subject: str | None, says: str, word: str, told: str
) -> None:
    evidence = made.evidence()
    gap = {"gap_id": "g", "collection": collection, "subject": subject, "says": says}
    snap = replace(evidence.snapshot, gaps=GAPS.frame([gap]))
    answer = tie_out(replace(evidence, snapshot=snap)).answers[0]
    assert answer.word == word
    assert told in " ".join(answer.why)
