"""Dates, ages, quality, eligibility, leavers: the numbers beside the tie-out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tests.report import made
from tests.report.test_report import Page
from uar.evidence import Evidence, previous_of
from uar.measures import people, timing
from uar.measures.controls import CONTROLS, standing_of
from uar.measures.exceptions import overrides
from uar.measures.quality import quality
from uar.reports import _results
from uar.reports._listing import Lines
from uar.reports._process import period_said
from uar.reports.report import REPORT
from uar.review.flags import sentence
from uar.settings import Campaign, ServiceAccounts
from uar.tables import DECISIONS, EXCLUDED, OUTCOMES
from uar.tieout import tie_out


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2024-H1", "2024-01-01", "2024-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_is_its_days(text: str, first: str, last: str) -> None:
    found = timing.period(text)
    assert found and (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["", "Q4", "2026-Q5", "2026-13", "autumn", "0000", "2026-Q4 late"])
def test_what_is_no_period_is_only_a_name(text: str) -> None:
    assert timing.period(text) is None


def answered(evidence: Evidence, at: str) -> Evidence:
    moved = evidence.decisions.assign(received_at=pd.Timestamp(at))
    return replace(evidence, decisions=DECISIONS.frame(moved))


def test_lateness_is_counted_from_the_due_date_and_the_end_of_the_period() -> None:
    late = answered(made.evidence(), "2027-01-05T08:00:00Z")  # due 2026-12-15, period 2026-Q4
    stones = {stone.word: stone for stone in timing.milestones(late, tie_out(late))}
    last = stones["Last answer that counts received"]
    assert (last.after_due, last.after_period) == (21, 5)
    in_time = answered(made.evidence(), "2026-12-15T23:59:59Z")
    stones = {stone.word: stone for stone in timing.milestones(in_time, tie_out(in_time))}
    assert stones["Last answer that counts received"].after_due == 0
    assert stones["Closed"].at is None and stones["Closed"].none == "not yet"


def test_how_old_the_list_was_and_a_missed_period_are_said() -> None:
    evidence = made.evidence()
    assert "The list was read on the day that the workbooks were issued." in period_said(evidence)
    header = replace(evidence.snapshot.header, finished_at="2026-11-19T23:59:00Z")
    older = replace(evidence, snapshot=replace(evidence.snapshot, header=header))
    assert "The list was read 4 days before the workbooks were issued." in period_said(older)
    for period, says in (
        ("2026-Q3", ""),
        ("2026-Q4", ""),
        ("autumn", ""),
        ("2026-Q2", "2026-Q2, and this one lie 92 days without a review: was one missed?"),
    ):
        before = replace(previous_of(evidence), period=period)
        said = period_said(replace(evidence, previous=before))
        assert says in said and bool(says) == ("missed" in said), period


def test_days_late_without_a_due_date_are_unknown() -> None:
    received = made.evidence().decisions["received_at"]
    assert timing.days_late(received, Campaign()).isna().all()
    due = Campaign(due=dt.date(2026, 11, 20))
    assert timing.days_late(received, due).unique().tolist() == [4]


def test_a_day_is_late_by_the_clocks_of_the_campaign() -> None:
    evidence = answered(made.evidence(), "2026-12-16T04:59:59Z")
    there = replace(evidence.settings.campaign, time_zone="America/New_York")
    evidence = replace(evidence, settings=replace(evidence.settings, campaign=there))
    stones = {stone.word: stone for stone in timing.milestones(evidence, tie_out(evidence))}
    assert stones["Last answer that counts received"].after_due == 0
    received = evidence.decisions["received_at"]
    second = received + pd.Timedelta(seconds=1)
    assert timing.days_late(received, there).unique().tolist() == [0]
    assert timing.days_late(second, there).unique().tolist() == [1]
    assert timing.days_late(received, replace(there, time_zone="UTC")).unique().tolist() == [1]


def test_the_age_of_removals_counts_business_days() -> None:
    evidence = answered(made.evidence(ends=("removed", "failed")), "2026-11-20T09:00:00Z")  # Friday
    moved = OUTCOMES.frame(evidence.outcomes.assign(at=pd.Timestamp("2026-11-25T08:00:00Z")))
    evidence = replace(evidence, outcomes=moved)  # the Wednesday after
    tieout = tie_out(evidence)
    times = timing.removal_times(evidence, tieout)
    assert tieout.standing is not None
    done = int(tieout.standing["state"].isin(["removed", "already gone"]).sum())
    assert 0 < done < len(times)
    assert times["days"].dropna().tolist() == [5] * done
    assert times["business"].dropna().tolist() == [3] * done
    assert dict(timing.ages(times))["4 to 7 days"] == done
    assert dict(timing.ages(times))["not done"] == len(times) - done
    assert sum(number for _, number in timing.ages(times)) == len(times)
    assert not times["late"].fillna(False).any()
    slow = OUTCOMES.frame(evidence.outcomes.assign(at=pd.Timestamp("2026-12-02T08:00:00Z")))
    slow_evidence = replace(evidence, outcomes=slow)
    late = timing.removal_times(slow_evidence, tie_out(slow_evidence))["late"]
    assert late.fillna(False).sum() == done  # eight business days, and the target is seven


def test_quality_counts_what_stands_in_the_answers() -> None:
    evidence = made.evidence(words=["Keep"], people=60)
    tieout = tie_out(evidence)
    assert tieout.standing is not None
    found = quality(evidence, tieout)
    assert sum(one.items for one in found) == len(tieout.standing)
    for one in found:
        own = tieout.standing[tieout.standing["reviewer_email"] == one.email]
        assert (one.answered, one.kept, one.revoked) == (len(own), len(own), 0)
        assert one.flagged_kept == one.flagged == own["flags"].notna().sum()
        assert one.reasons == one.answered
        assert one.repeated == (one.reasons if one.reasons > 1 else 0)  # "Because of Keep."
        assert one.days == 1  # issued on the 23rd, received on the 24th
    busiest = max(found, key=lambda one: one.items)
    assert any("answers are Keep" in why for why in busiest.look)


def test_no_revoke_twice_in_a_row_asks_for_a_second_look() -> None:
    evidence = made.evidence(words=["Keep"], people=60)
    before = replace(evidence, previous=previous_of(evidence))
    busiest = max(quality(before, tie_out(before)), key=lambda one: one.items)
    said = "No Revoke in this review, and none in the one before."
    assert busiest.revoked_before == 0 and said in busiest.look
    assert said not in max(quality(evidence, tie_out(evidence)), key=lambda one: one.items).look
    other = made.evidence(words=["Revoke"], people=60)
    after = replace(evidence, previous=previous_of(other))
    for one in quality(after, tie_out(after)):
        assert one.revoked_before == (other.decisions["reviewer_email"] == one.email).sum()
        assert said not in one.look


def test_a_run_ends_where_the_answer_or_the_file_changes() -> None:
    evidence = made.evidence(words=["Keep", "Keep", "Keep", "Revoke"], people=40)
    tieout = tie_out(evidence)
    assert tieout.standing is not None
    for one in quality(evidence, tieout):
        own = tieout.standing[tieout.standing["reviewer_email"] == one.email]
        rows = own.assign(line=own["cell"].str.extract(r"(\d+)$")[0].astype(int))
        best = 0
        for _, file in rows.sort_values("line").groupby("file"):
            length, last = 0, ""
            for word in file["decision"]:
                length = length + 1 if word == last else 1
                best, last = max(best, length), word
        assert one.run == best
        assert not one.look or "alike" not in " ".join(one.look)


def test_blank_is_no_answer_of_a_reviewer() -> None:
    evidence = made.evidence(words=["", "Keep"])
    tieout = tie_out(evidence)
    found = quality(evidence, tieout)
    assert evidence.items is not None
    assert sum(one.answered for one in found) == len(evidence.decisions) < len(evidence.items)


def test_eligibility_says_who_could_grant_the_access_again() -> None:
    evidence = made.evidence()
    found = {one.email: one for one in people.eligibility(evidence, tie_out(evidence))}
    assert evidence.items is not None
    assert sum(one.items for one in found.values()) == len(evidence.items)
    assert all(one.status == "active" and one.own == 0 for one in found.values())
    accounts = evidence.snapshot.accounts.assign(email="boss@junipertide.example")
    admin = accounts["account_id"] == "jumpcloud:admin:a9"
    same = evidence.snapshot.accounts.assign(
        email=accounts["email"].where(admin, evidence.snapshot.accounts["email"])
    )
    assert evidence.persons is not None
    person = evidence.persons.set_index("account_id")["person_id"]["jumpcloud:user:u0"]
    joined = evidence.persons.assign(
        person_id=evidence.persons["person_id"].mask(
            evidence.persons["account_id"] == "jumpcloud:admin:a9", person
        )
    )
    changed = replace(evidence, persons=joined, snapshot=replace(evidence.snapshot, accounts=same))
    able = {one.email: one.grants for one in people.eligibility(changed, tie_out(changed))}
    assert able["boss@junipertide.example"] == ("Administrator",)
    assert found["boss@junipertide.example"].grants == ()


def test_a_leaver_is_who_has_only_suspended_users_also_with_an_active_admin() -> None:
    evidence = made.evidence()
    accounts = evidence.snapshot.accounts
    gone = accounts.assign(
        status=accounts["status"].mask(accounts["account_id"] == "jumpcloud:user:u1", "suspended")
    )
    changed = replace(evidence, snapshot=replace(evidence.snapshot, accounts=gone))
    found = people.leavers(changed, tie_out(changed))
    assert found is not None
    assert set(found["holder_id"]) == {"jumpcloud:user:u1", "jumpcloud:admin:a1"}
    before = people.leavers(evidence, tie_out(evidence))
    assert before is not None and before.empty


def test_what_is_no_persons_is_told_by_jumpcloud_or_by_the_settings() -> None:
    evidence = made.evidence()
    accounts = evidence.snapshot.accounts
    marked = accounts.assign(
        service_like=accounts["service_like"].mask(
            accounts["account_id"].eq("jumpcloud:user:u1"), True
        )
    )
    login = accounts.set_index("account_id")["login"]["jumpcloud:user:u2"]
    named = ServiceAccounts(owners={login: "boss@junipertide.example"})
    changed = replace(
        evidence,
        snapshot=replace(evidence.snapshot, accounts=marked),
        settings=replace(evidence.settings, service_accounts=named),
    )
    before, found = (people.non_human(one, tie_out(one)) for one in (evidence, changed))
    assert before is not None and found is not None
    more = set(found["holder_id"]) - set(before["holder_id"])
    assert more == {"jumpcloud:user:u1", "jumpcloud:user:u2"}


def test_a_control_holds_only_if_every_answer_it_rests_on_is_yes() -> None:
    tieout = tie_out(made.evidence())
    for control in CONTROLS:
        for word in ("no", "not yet", "yes"):
            answers = tuple(replace(answer, word="yes") for answer in tieout.answers)
            place = control.rests_on[-1]
            changed = (*answers[:place], replace(answers[place], word=word), *answers[place + 1 :])
            assert standing_of(control, replace(tieout, answers=changed))[0] == word


def test_routes_delegates_and_moves_stand_with_their_numbers() -> None:
    evidence = made.evidence()
    assert evidence.items is not None
    rules = ["manager", "named", "delegate", "reassign"]
    routed = [rules[place % 4] for place in range(len(evidence.items))]
    evidence = replace(evidence, items=evidence.items.assign(routed_by=routed))
    page = Page(REPORT.render(evidence, tie_out(evidence), None))
    head, *_, total = page.tables["assigned"]
    counts = dict(zip(head, total, strict=True))
    assert [int(counts[rule]) for rule in rules] == [routed.count(rule) for rule in rules]
    assert int(counts["Items"]) == len(routed) and "fallback" not in counts
    moved = page.tables["moved"][1:]
    assert sum(int(row[2]) for row in moved) == routed.count("delegate") + routed.count("reassign")


def test_what_is_out_of_scope_is_listed_grant_by_grant() -> None:
    evidence = made.evidence()
    grant = evidence.snapshot.grants["grant_id"].iloc[0]
    out = EXCLUDED.frame([{"grant_id": grant, "reason": "Reviewed by the works council."}])
    page = Page(REPORT.render(replace(evidence, excluded=out), tie_out(evidence), None))
    ((_, access, why),) = page.tables["out-of-scope"][1:]
    assert why == "Reviewed by the works council." and access == "Paywell"
    assert "Every grant is in scope." in Page(REPORT.render(evidence, tie_out(evidence), None)).text


def test_a_finding_says_in_how_many_reviews_it_has_been_open() -> None:
    evidence = made.evidence()
    assert evidence.findings is not None
    known = evidence.findings.assign(reviews=pd.Series([3], dtype="Int64").reindex(range(99)))
    evidence = replace(evidence, findings=known)
    page = Page(REPORT.render(evidence, tie_out(evidence), None))
    place = page.tables["finding-list"][0].index("Reviews in a row")
    assert sorted(row[place] for row in page.tables["finding-list"][1:])[-1] == "3"


def test_an_override_of_an_accepted_finding_has_its_approver_and_last_day() -> None:
    evidence = made.evidence(words=["Keep"])
    assert evidence.findings is not None and evidence.items is not None
    strong = evidence.findings["severity"].isin(("critical", "high"))
    first = evidence.findings[strong].iloc[0]
    marks = {"accepted_because": "Safe", "accepted_by": "Bo Lind", "accepted_until": "2027-03-31"}
    at = evidence.findings["id"] == first["id"]
    accepted = evidence.findings.assign(
        **{name: evidence.findings[name].mask(at, text) for name, text in marks.items()}
    )
    flag = sentence(accepted[at].astype(object).iloc[0].to_dict())
    flagged = evidence.items.assign(flags=evidence.items["flags"].fillna("Low: Else. (X-01)"))
    flagged.loc[0, ["flags", "flag_severity"]] = [f"{flag}\nLow: Else. (X-01)", "critical"]
    evidence = replace(evidence, findings=accepted, items=flagged)
    kept = overrides(evidence, tie_out(evidence))
    assert kept is not None
    told = kept.set_index("item_id")[["approver", "expires"]]
    own = told.loc[flagged.loc[0, "item_id"]]
    assert own.tolist() == [f"Bo Lind ({first['detection']})", "2027-03-31"]
    assert told.drop(index=flagged.loc[0, "item_id"]).isna().all(axis=None)
    listed = _results.overrides(evidence, tie_out(evidence))
    said = (
        flag,
        "Low: Else. (X-01)",
        f"Accepted by Bo Lind ({first['detection']}) until 2027-03-31",
    )
    assert Lines(said, even=True) in [row[1] for row in listed.rows]
