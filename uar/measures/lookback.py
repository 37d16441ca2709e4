"""Was access used while it was not right? Revoked items, and all that leavers held, from the day it
became inappropriate until it was seen to be gone, with the days on which the log can prove it.

It became inappropriate on the first of these that is known:

    HR's list        the day after the person's last day
    earlier review   when it was decided there: right until then, or to be taken away
    else             unknown; the whole window of the log is looked at
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar import access
from uar.evidence import Evidence
from uar.measures import people
from uar.measures.timing import removal_times
from uar.review.use import last_used
from uar.tables import within
from uar.tieout import TieOut

DAY = pd.Timedelta(days=1)
USED, BEFORE, UNSEEN, UNSHOWN = "used", "used before, not since", "not observed", "not shown"
ANSWERS = (USED, BEFORE, UNSEEN, UNSHOWN)
REVOKED, LEAVER = "revoked", "leaver"
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Lookback:
    """`usage`: one of snapshot.USAGE. `rows`, by item_id: why (REVOKED, LEAVER), since (NaT: not
    known), because, until (NaT: still held), and where usage is observed: last_used, event (the
    id of the newest), uses, answer (one of ANSWERS), days, covered (on how many of these days the
    log can prove use).

    `span`: days from the first that matters to the last: before the log, in it, and after it.
    """

    usage: str
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    rows: pd.DataFrame
    span: tuple[int, int, int] = (0, 0, 0)


def lookback(evidence: Evidence, tieout: TieOut) -> Lookback | None:
    """None where no item is there yet."""
    standing, leavers = tieout.standing, people.leavers(evidence, tieout)
    if standing is None or leavers is None:
        return None
    header, snapshot = evidence.snapshot.header, evidence.snapshot
    left = within(standing["item_id"], leavers["item_id"])
    rows = standing[left | (standing["decision"] == "Revoke")]
    rows = rows.set_index(rows["item_id"])
    since, because = _since(evidence, rows)
    ended = removal_times(evidence, tieout).set_index("item_id")["ended_at"]
    table = pd.DataFrame(
        {
            "why": rows["item_id"].isin(leavers["item_id"]).map({True: LEAVER, False: REVOKED}),
            "since": since,
            "because": because,
            "until": pd.to_datetime(ended.reindex(rows.index), utc=True),
        }
    )
    if header.usage != "observed":
        return Lookback(header.usage, None, None, table)
    first, last = pd.Timestamp(header.usage_from), pd.Timestamp(header.usage_to)
    used = last_used(rows, snapshot, access.opens(snapshot.grants)).reindex(rows["grant_id"])
    table["last_used"] = used["last"].array
    table["event"] = used["event"].array
    table["uses"] = used["uses"].astype("Int64").array
    table["answer"] = UNSEEN
    table.loc[(rows["use_state"] == "not applicable").fillna(False), "answer"] = UNSHOWN
    table.loc[table["last_used"].notna(), "answer"] = USED
    table.loc[(table["last_used"] < table["since"]).fillna(False), "answer"] = BEFORE
    begun = table["since"].fillna(first)
    until = table["until"].fillna(pd.Timestamp(str(evidence.ledger[-1]["at"])))
    table["days"] = _days(begun, until).clip(lower=1)
    inside = _days(begun.where(begun > first, first), until.where(until < last, last))
    table["covered"] = inside.clip(lower=0)
    table.loc[table["answer"] == UNSHOWN, "covered"] = 0
    return Lookback("observed", first, last, table, _span(begun, until, first, last))


def _days(begun: pd.Series[Any], until: pd.Series[Any]) -> pd.Series[Any]:
    """Both days included."""
    days: pd.Series[Any] = (until.dt.floor("D") - begun.dt.floor("D")).dt.days + 1
    return days


def _span(
    begun: pd.Series[Any], until: pd.Series[Any], first: pd.Timestamp, last: pd.Timestamp
) -> tuple[int, int, int]:
    if begun.empty:
        return 0, 0, 0
    start, end = begun.min().floor("D"), until.max().floor("D")
    opens, closes = first.floor("D"), last.floor("D")
    before, after = (opens - start) // DAY, (end - closes) // DAY
    inside = (min(closes, end) - max(opens, start)) // DAY + 1
    return max(before, 0), max(inside, 0), max(after, 0)


def _since(evidence: Evidence, rows: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """(when it became inappropriate, in words why), each by item_id."""
    since = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    because = pd.Series(NOT_KNOWN, index=rows.index, dtype="string")
    if evidence.previous is not None:
        decided = evidence.previous.decisions.set_index("item_id").reindex(rows.index)
        since = decided["received_at"]
        because = ("last review: " + decided["decision"]).fillna(NOT_KNOWN)
    if evidence.roster is not None:
        days = people.last_days(evidence).reindex(rows["holder_id"])  # of nobody, perhaps
        last_day = days.set_axis(rows.index).astype(since.dtype)
        since = (last_day + DAY).fillna(since)
        said = "HR: last day " + last_day.dt.strftime("%Y-%m-%d").astype("string")
        because = said.fillna(because)
    return since, because
