"""Somebody has moved since the earlier review and kept the access of the old place.

What it means
    Department, title or manager is another one than in the earlier review, and access that the
    person held then is still there.
Why it matters
    Access follows people from place to place and piles up: nobody takes away what the old work
    needed. A move asks for a new decision, not for one more Keep.
Facts read
    Department, title and manager in both snapshots; grants that are in both.
Controls
    NIST SP 800-53 PS-5, AC-2(l), AC-6(7); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18, A.6.5;
    PCI DSS 7.2.4, 8.2.5.
What to do
    Put the kept access to the new manager, thing by thing; revoke what the old place needed.
Severity
    Medium; high if something privileged was kept; low where only the manager is another one, for
    then the work is the same, and when a manager goes it happens to a whole team. Looks at active
    people who hold something that they held then. What only one of the two snapshots knows is no
    move: if nothing else tells, it cannot be told. Does not run without an earlier review.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._earlier import in_both
from uar.detections._grants import of_grants, thing_is
from uar.detections._missing import is_missing
from uar.tables import look_up
from uar.text import folded

PLACE = {"department": "department", "title": "title", "manager_id": "manager"}
SHOWN = 3  # names of kept access in a sentence


def judge(facts: Facts) -> pd.DataFrame:
    own = facts.held["account"].to_numpy()
    strong = thing_is(facts, facts.doors)
    kept = facts.lasting.to_numpy(bool)[facts.held["grant"].to_numpy()]
    people = facts.people[_any(own[kept & (own >= 0)], facts)[facts.people.index]]
    people = in_both(facts, people, list(PLACE))
    moved = {name: _changed(people, name, facts) for name in PLACE}
    place = _either(moved["department"], moved["title"])
    severity = pd.Series("medium", index=people.index)
    severity = severity.mask(_any(own[kept & strong & (own >= 0)], facts)[people.index], "high")
    severity = severity.mask(~place.fillna(False).astype(bool), "low")
    hit = _either(place, moved["manager_id"]) & people["surely"]
    told = hit.fillna(False).astype(bool)
    named = np.append(_any(people.index[told].to_numpy(), facts), False)
    access = _listed(facts, np.flatnonzero(kept & named[own]))
    return each(
        people,
        hit,
        severity=severity,
        change=_change(people, moved, facts),
        access=look_up(people["account_id"], access),
    )


def _any(numbers: npt.NDArray[Any], facts: Facts) -> npt.NDArray[np.bool_]:
    """Which of the accounts are among these numbers."""
    found: npt.NDArray[np.bool_] = np.bincount(numbers, minlength=len(facts.accounts)) > 0
    return found


def _changed(people: pd.DataFrame, name: str, facts: Facts) -> pd.Series[Any]:
    """Is it another one? Unknown where only one snapshot knows it, or none."""
    now, was = people[name], people[f"was_{name}"]
    if name == "manager_id":
        return now.ne(was).astype("boolean")
    blank = is_missing(now, facts) | is_missing(was, facts)
    return folded(now).ne(folded(was)).astype("boolean").mask(blank)


def _either(one: pd.Series[Any], other: pd.Series[Any]) -> pd.Series[Any]:
    """True where one of them is; what is known of one alone is enough to say no."""
    return (one | other).fillna(one).fillna(other)


def _change(people: pd.DataFrame, moved: dict[str, pd.Series[Any]], facts: Facts) -> Any:
    """Every change in words: the department from Sales to Finance."""
    shown = facts.accounts.set_index("account_id")["shown"]
    text = pd.Series("", index=people.index, dtype="string")
    for name, word in PLACE.items():
        was, now = people[f"was_{name}"], people[name]
        if name == "manager_id":
            was, now = look_up(was, shown).fillna(was), look_up(now, shown).fillna(now)
        says = ("the " + word + " from " + was + " to " + now).fillna("")
        says = says.where(moved[name].fillna(False).astype(bool), "")
        text = text + (", " + says).where(says != "", "")
    return text.str.removeprefix(", ")


def _listed(facts: Facts, kept: npt.NDArray[Any]) -> pd.Series[Any]:
    """By account: how much was kept (rows of `held`), and the first names of it."""
    thing = facts.held["thing"].to_numpy()[kept]
    name = facts.snapshot.entitlements["name"].array.take(thing, allow_fill=True, fill_value=pd.NA)
    held = pd.DataFrame({"holder_id": of_grants(facts, "holder_id", kept), "name": name})
    of = held.sort_values("name").groupby("holder_id")["name"]
    return of.agg(_in_words).astype("string")


def _in_words(names: pd.Series[str]) -> str:
    first = ", ".join(names.iloc[:SHOWN])
    more = len(names) - SHOWN
    return first + (f" and {more} more" if more > 0 else "")


DETECTION = Detection(
    id="LIF-09",
    title="Moved, and kept the access of the old place",
    severity="medium",
    says="{who} has changed since the earlier review: {change}; kept: {access}.",
    judge=judge,
    needs=("previous",),
)
