"""How the review was run: dates, ages of removals, special access, leavers, controls."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uar.evidence import Evidence
from uar.measures import controls, people, timing
from uar.measures.quality import Quality
from uar.reports._listing import Cell, Lines, Link, Links, Listing, lines, listing, moment, records
from uar.reports._parts import HEADINGS
from uar.reports._population import NOT_YET_OPENED
from uar.reports._results import ANSWERS, by, total_of
from uar.text import counted
from uar.tieout import TieOut
from uar.when import end_of_day


def dates(evidence: Evidence, tieout: TieOut) -> Listing:
    """The period gate."""
    columns = (
        ("Step", "text"), ("When (UTC)", "time"),
        ("Against the due date", "text"), ("Against the control period", "text"),
    )  # fmt: skip
    named = evidence.settings.campaign.period
    control = timing.period(named)
    apart = "not given as dates" if control is None else ""
    rows = (
        (
            stone.word,
            stone.none if stone.at is None else moment(stone.at),
            "" if stone.after_due is None else _late(stone.after_due, "in time", " late"),
            ("" if stone.at is None else apart)
            if stone.after_period is None
            else _late(stone.after_period, "not after its end", " after its end"),
        )
        for stone in timing.milestones(evidence, tieout)
    )
    caption = "Dates against the due date and the control period"
    return listing("dates", caption, columns, rows, "No dates.")


def period_said(evidence: Evidence) -> str:
    """2026-Q4 is 2026-10-01 to 2026-12-31; how old the list was; whether a period was left out."""
    campaign = evidence.settings.campaign
    control = timing.period(campaign.period)
    due = (
        f"Answers were due on {campaign.due}, {end_of_day(str(campaign.due), campaign.time_zone)}."
        if campaign.due
        else "No due date was given."
    )
    more = " ".join(filter(None, (due, _age_said(evidence), _gap_said(evidence, control))))
    if control is None:
        return f"The control period was not given as dates, such as 2026-Q4. {more}"
    return f"The control period {campaign.period} is {control.first} to {control.last}. {more}"


def _age_said(evidence: Evidence) -> str:
    """How old the list was when reviewers got it."""
    issued = (evidence.campaign or {}).get("issued_at")
    if not issued:
        return ""
    taken = pd.Timestamp(evidence.snapshot.header.finished_at)
    days = (pd.Timestamp(issued).normalize() - taken.normalize()).days
    when = "on the day that" if days == 0 else f"{counted(days, 'day')} before"
    return f"The list was read {when} the workbooks were issued."


def _gap_said(evidence: Evidence, control: timing.Period | None) -> str:
    """Between the last review's period and this one: days that no review speaks of."""
    before = timing.period(evidence.previous.period) if evidence.previous else None
    if control is None or before is None or evidence.previous is None:
        return ""
    days = (control.first - before.last).days - 1
    if days <= 0:
        return ""
    return (
        f"Between the last review's period, {evidence.previous.period}, and this one lie "
        f"{counted(days, 'day')} without a review: was one missed?"
    )


def returns(evidence: Evidence, tieout: TieOut, judged: Sequence[Quality]) -> Listing:
    """When each reviewer's answers came: in time, late, and after how many days."""
    columns = (
        ("Reviewer", "text"), ("Answers", "number"), ("In time", "number"), ("Late", "number"),
        ("Days late, at most", "number"), ("Days from issue to the last answer", "number"),
    )  # fmt: skip
    caption = "Answers in time and late"
    if tieout.standing is None:
        return listing("returns", caption, columns, (), NOT_YET_OPENED)
    days = timing.days_late(tieout.standing["received_at"], evidence.settings.campaign)
    late = tieout.standing[["reviewer_email"]].assign(days=days).dropna()
    over = late["days"].gt(0).groupby(late["reviewer_email"]).sum()
    most = late.groupby("reviewer_email")["days"].max()
    rows: list[tuple[Cell, ...]] = []
    for one in judged:
        times: tuple[Cell, ...] = ("-", "-", "-")
        if one.email in over.index:
            number = int(over[one.email])
            times = (one.answered - number, number, int(most[one.email]))
        rows.append(
            (lines(one.reviewer, one.email), one.answered, *times,
             "-" if one.days is None else one.days)
        )  # fmt: skip
    return listing("returns", caption, columns, rows, NOT_YET_OPENED)


def ages(times: pd.DataFrame) -> Listing:
    columns = (("From decision to the read that saw it gone", "text"), ("Revoke", "number"))
    rows = timing.ages(times)
    return listing(
        "ages", "Age of removals", columns, rows, "Nothing was revoked.", ("All", len(times))
    )


def ages_said(times: pd.DataFrame) -> str:
    """How long removals took, in one sentence or two."""
    done = times["business"].dropna().astype(int)
    target = (
        f"The target is {timing.TARGET} business days, and {timing.TARGET_PRIVILEGED} for "
        "privileged access."
    )
    if done.empty:
        return target
    late = int(times["late"].fillna(False).astype(bool).sum())
    word = "removal was" if late == 1 else "removals were"
    return (
        f"Removals took {done.mean():.1f} business days on average, {int(done.max()):,} at most. "
        f"{target} {f'{late:,}' if late else 'No'} {word} later than that."
    )


def late_removals(times: pd.DataFrame) -> Listing:
    columns = (
        ("Item", "id"), ("Decided (UTC)", "time"), ("Seen to be gone (UTC)", "time"),
        ("Business days", "number"), ("Target", "number"),
    )  # fmt: skip
    late = times[times["late"].fillna(False).astype(bool)]
    rows = (
        (
            Link(row["item_id"], row["item_id"]), moment(row["decided_at"]),
            moment(row["ended_at"]), int(row["business"]), int(row["target"]),
        )
        for row in records(late)
    )  # fmt: skip
    caption = "Removals later than their target"
    return listing("late-removals", caption, columns, rows, "No removal was late.")


def privileged(tieout: TieOut) -> Listing:
    """Privileged access by what is held."""
    columns = (
        ("Access", "text"), ("Kind", "text"), ("Items", "number"),
        *((word, "number") for word in ANSWERS),
    )  # fmt: skip
    caption, by_what = "Privileged access", ["entitlement", "kind"]
    chosen = people.privileged(tieout, (*by_what, "decision"))
    if chosen is None:
        return listing("privileged-list", caption, columns, (), NOT_YET_OPENED)
    rows: list[tuple[Cell, ...]] = [
        (*key, sum(numbers), *numbers) for key, numbers in by(chosen, by_what)
    ]
    total = total_of(chosen)
    none = "Nothing counts as privileged."
    whole: tuple[Cell, ...] = ("All", "", sum(total), *total)
    return listing("privileged-list", caption, columns, rows, none, whole)


def non_human(evidence: Evidence, tieout: TieOut) -> Listing:
    none = "No service account, and no user that is a service, holds anything."
    found = people.non_human(evidence, tieout)
    return _items("non-human", "Held by service accounts and the like", found, none)


def leavers(evidence: Evidence, tieout: TieOut) -> Listing:
    none = "No leaver holds anything."
    found = people.leavers(evidence, tieout)
    return _items("leaver-list", "Access of leavers at the snapshot", found, none)


def movers(tieout: TieOut) -> Listing:
    """Items of people whose place has changed, or that open something else than before."""
    columns = (
        ("Item", "id"), ("Held by", "text"), ("Access", "text"), ("What has changed", "text"),
        ("Decision", "text"),
    )  # fmt: skip
    caption, found = "Movers, and access that has changed", people.changed(tieout)
    if found is None:
        return listing("mover-list", caption, columns, (), NOT_YET_OPENED)
    rows = (
        (
            Link(row["item_id"], row["item_id"]),
            lines(row["holder_name"], row["login"]),
            lines(row["entitlement"], row["kind"]),
            Lines(tuple(row["changes"].split("\n")), even=True),
            lines(row["decision"], row["reason"]),
        )
        for row in records(found)
    )
    return listing("mover-list", caption, columns, rows, "Nobody's place has changed.")


def control_mapping(tieout: TieOut) -> Listing:
    headings = dict(HEADINGS)
    columns = (
        ("Framework", "text"), ("Control", "text"), ("What it asks", "text"),
        ("Shown in", "text"), ("Do its answers hold?", "text"),
    )  # fmt: skip
    rows = []
    for control in controls.CONTROLS:
        word, answers = controls.standing_of(control, tieout)
        against = [f"{a.question} {a.word.capitalize()}." for a in answers if a.word != "yes"]
        rows.append(
            (
                control.framework,
                control.name,
                control.asks,
                Links(tuple(Link(headings[part], part) for part in control.parts)),
                lines(word.capitalize(), *against),
            )
        )
    return listing("control-list", "Controls this review bears on", columns, rows, "None.")


def _items(name: str, caption: str, found: pd.DataFrame | None, none: str) -> Listing:
    columns = (
        ("Item", "id"), ("Held by", "text"), ("Access", "text"), ("Reviewer", "text"),
        ("Decision", "text"), ("Outcome", "text"),
    )  # fmt: skip
    if found is None:
        return listing(name, caption, columns, (), NOT_YET_OPENED)
    rows = (
        (
            Link(row["item_id"], row["item_id"]),
            lines(row["holder_name"], row["login"], row["status"]),
            lines(row["entitlement"], row["kind"]),
            row["reviewer"],
            lines(row["decision"], row["reason"]),
            row["state"] or "",
        )
        for row in records(found)
    )
    return listing(name, caption, columns, rows, none)


def _late(days: int, fine: str, after: str) -> str:
    return f"{counted(days, 'day')}{after}" if days else fine
