"""When things were done, against control period and due date; how long removals took."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from uar.evidence import Evidence
from uar.settings import Campaign
from uar.tieout import DONE, TieOut
from uar.when import clocks, day_of

TARGET, TARGET_PRIVILEGED = 7, 3  # business days from decision to verified removal
AGES = (  # words, and the first day that is no longer in it
    ("the same day", 1),
    ("1 to 3 days", 4),
    ("4 to 7 days", 8),
    ("8 to 14 days", 15),
    ("15 days or more", 10**6),
)


@dataclass(frozen=True)
class Period:
    """The control period, both days included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Milestone:
    """Something that happened. `at` unknown: `none` says why. Days late are 0 when in time."""

    word: str
    at: pd.Timestamp | None
    none: str
    after_due: int | None  # unknown: no due date applies
    after_period: int | None  # unknown: the period is not given as dates


def period(text: str) -> Period | None:
    """2026-Q4, 2026-H1, 2026-11 or 2026 as days; anything else is only a name."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(0[1-9]|1[0-2])))?", text.strip())
    if not found or found[1] == "0000":
        return None
    quarter, half, month = (int(part) if part else 0 for part in found.groups()[1:])
    first, last = 1, 12
    if quarter:
        first, last = quarter * 3 - 2, quarter * 3
    elif half:
        first, last = half * 6 - 5, half * 6
    elif month:
        first = last = month
    year = int(found[1])
    return Period(dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]))


def milestones(evidence: Evidence, tieout: TieOut) -> tuple[Milestone, ...]:
    """The dates of the review in the order in which they follow each other."""
    control = period(evidence.settings.campaign.period)
    due, zone = evidence.settings.campaign.due, evidence.settings.campaign.time_zone
    campaign, closing = evidence.campaign or {}, evidence.closing or {}
    taken = evidence.decisions["received_at"].dropna()
    ended = removal_times(evidence, tieout)["ended_at"].dropna()
    checked = evidence.outcomes["verified_at"].dropna()

    def stone(word: str, at: Any, none: str, by_due: bool = False) -> Milestone:
        moment = None if not at or pd.isna(at) else pd.Timestamp(at)
        late_due = _late(moment, due, zone) if by_due else None
        return Milestone(
            word, moment, none, late_due, _late(moment, control.last if control else None, zone)
        )

    return (
        stone("Snapshot taken", evidence.snapshot.header.finished_at, ""),
        stone("Workbooks issued", campaign.get("issued_at"), "not yet"),
        stone("First answer that counts received", taken.min(), "not yet", by_due=True),
        stone("Last answer that counts received", taken.max(), "not yet", by_due=True),
        stone("First removal seen to hold", ended.min(), "none"),
        stone("Last removal seen to hold", ended.max(), "none"),
        stone("Last later look", checked.max(), "not done: uar apply --verify has not run"),
        stone("Closed", closing.get("at"), "not yet"),
    )


def days_late(received: pd.Series[Any], campaign: Campaign) -> pd.Series[Any]:
    """Whole days after the due date by the campaign's clocks, 0 when in time; unknown without due
    date or answer."""
    if campaign.due is None:
        return pd.Series(pd.NA, index=received.index, dtype="Int64")
    on = received.dt.tz_convert(clocks(campaign.time_zone)).dt.tz_localize(None).dt.normalize()
    days: pd.Series[Any] = (on - pd.Timestamp(campaign.due)).dt.days
    late: pd.Series[Any] = days.astype("Int64").clip(lower=0)
    return late


def removal_times(evidence: Evidence, tieout: TieOut) -> pd.DataFrame:
    """Each Revoke: item_id, decided_at, ended_at, days, business, target, late.

    `ended_at` is the read that saw it gone; unknown while it is not. `late`: over its target.
    """
    columns = ["item_id", "decided_at", "ended_at", "days", "business", "target", "late"]
    if tieout.standing is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    revoked = tieout.standing["decision"] == "Revoke"
    table = tieout.standing.loc[revoked, ["item_id", "band", "received_at", "state"]]
    table = table.rename(columns={"received_at": "decided_at"})
    ended = evidence.outcomes.set_index("item_id")["at"]
    table["ended_at"] = ended.reindex(table["item_id"]).array
    table["ended_at"] = table["ended_at"].where(table["state"].isin(DONE))
    known = table["ended_at"].notna()
    first, last = (
        table.loc[known, name].dt.tz_localize(None).to_numpy("datetime64[D]")
        for name in ("decided_at", "ended_at")
    )
    table["days"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    table["business"] = table["days"]
    table.loc[known, "days"] = (last - first).astype(int)
    table.loc[known, "business"] = np.busday_count(first, last)
    table["target"] = np.where(table["band"] == "privileged", TARGET_PRIVILEGED, TARGET)
    table["late"] = table["business"] > table["target"]
    return table[columns].reset_index(drop=True)


def ages(times: pd.DataFrame) -> list[tuple[str, int]]:
    """Removals by the days they took, and at the end those that are not done."""
    counted, start = [], 0
    for word, end in AGES:
        inside = times["days"].ge(start) & times["days"].lt(end)
        counted.append((word, int(inside.fillna(False).sum())))
        start = end
    return [*counted, ("not done", int(times["ended_at"].isna().sum()))]


def _late(moment: pd.Timestamp | None, last: dt.date | None, zone: str) -> int | None:
    if moment is None or last is None:
        return None
    return max((day_of(moment, zone) - last).days, 0)
