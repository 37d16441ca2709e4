"""exceptions.toml: what somebody has accepted, why, who answers for it, and until when.

    [[exception]]
    finding = "ADM-01:jumpcloud:admin:64c0ffee000000000ad00008"
    reason = "The account for emergencies; its password lies in the safe."
    approver = "Tobias Okafor"
    expires = 2027-03-31

    [[open]]
    item = "UAR-7K3M-9QX2-PT4DC"
    reason = "Its owner is on leave until January."
    approver = "Tobias Okafor"
    expires = 2027-01-31

An accepted finding stays in every list, and counts again when its last day is over. An item may
stay open when the review is closed: not decided, not removed, or left to be done by hand.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from uar.errors import SetupError
from uar.tables import COVERAGE, EXCEPTIONS, FINDINGS, look_up
from uar.toml_file import document

FILE = "exceptions.toml"
ABOUT = {"exception": "finding", "open": "item"}  # each kind of entry, and what it is about


@dataclass(frozen=True)
class Open:
    """An item that may stay open, until and with its last day, and where that stands."""

    item: str
    reason: str
    approver: str
    expires: dt.date
    line: str


def parse(content: bytes, name: str) -> pd.DataFrame:
    """EXCEPTIONS. Raises SetupError naming the line of the first that is wrong."""
    return EXCEPTIONS.frame(
        {**entry, "expires": f"{entry['expires']}T00:00:00Z", "line": line}
        for line, entry in _entries(content, name, "exception")
    )


def may_stay_open(content: bytes, name: str) -> tuple[Open, ...]:
    """Every [[open]]. Raises SetupError naming the line of the first that is wrong."""
    return tuple(
        Open(**entry, line=f"{name}, line {line}")
        for line, entry in _entries(content, name, "open")
    )


def _entries(content: bytes, name: str, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """(line, entry) of one kind, each of them whole, and about something else than the others."""
    raw, where = document(content, name)
    for key, entries in raw.items():
        if key not in ABOUT or not isinstance(entries, list):
            raise SetupError(
                f"{where.line(key)}: there is only [[exception]], once for each finding, and "
                "[[open]], once for each item."
            )
    entries = raw.get(kind, [])
    heads = re.compile(rf"\s*\[\[\s*{kind}\s*\]\]")
    lines = [at for at, line in enumerate(where.source.splitlines(), 1) if heads.match(line)]
    if len(lines) != len(entries):
        raise SetupError(f"{name}: write each as [[{kind}]] on a line of its own.")
    about, seen = ABOUT[kind], dict[str, int]()
    for line, entry in zip(lines, entries, strict=True):
        wrong = _wrong(entry, about)
        if not wrong and seen.setdefault(entry[about], line) != line:
            wrong = f"{entry[about]} stands in line {seen[entry[about]]} too"
        if wrong:
            raise SetupError(f"{name}, line {line}: {wrong}.")
    return list(zip(lines, entries, strict=True))


def over(exceptions: pd.DataFrame, now: pd.Timestamp) -> pd.Series[Any]:
    """Is an exception's last day over?"""
    return exceptions["expires"] + pd.Timedelta(days=1) <= now


def accept(
    findings: pd.DataFrame,
    coverage: pd.DataFrame,
    exceptions: pd.DataFrame,
    now: pd.Timestamp,
    name: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(FINDINGS, COVERAGE) that say what is accepted.

    SetupError: one fits no finding, although its detection has run.
    """
    idle = coverage.loc[coverage["not_run"].notna(), "detection"]
    asked = ~exceptions["finding"].str.replace(":.*", "", regex=True).isin(idle)
    unknown = exceptions[asked & ~exceptions["finding"].isin(findings["id"])]
    if len(unknown):
        raise SetupError(
            "\n".join(
                f"{name}, line {line}: there is no finding {finding}{_hint(finding, findings)}"
                for line, finding in zip(unknown["line"], unknown["finding"], strict=True)
            )
        )
    valid = exceptions[~over(exceptions, now)].set_index("finding")
    until = valid["expires"].dt.strftime("%Y-%m-%d").astype("string")
    marked = findings.assign(
        accepted_because=look_up(findings["id"], valid["reason"]),
        accepted_by=look_up(findings["id"], valid["approver"]),
        accepted_until=look_up(findings["id"], until),
    )
    number = marked.loc[marked["accepted_until"].notna(), "detection"].value_counts()
    accepted = coverage["detection"].map(number).fillna(0).astype("Int64")
    counted = coverage.assign(accepted=accepted.mask(coverage["found"].isna()))
    return FINDINGS.frame(marked), COVERAGE.frame(counted)


def _wrong(entry: Mapping[str, Any], about: str) -> str:
    texts = (about, "reason", "approver")
    known = (*texts, "expires")
    if set(entry) - set(known):
        return (
            f"there is no {', '.join(sorted(set(entry) - set(known)))}; known: {', '.join(known)}"
        )
    for key in texts:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"{key} must be a text in quotes"
    expires = entry.get("expires")
    if not isinstance(expires, dt.date) or isinstance(expires, dt.datetime):
        return "expires must be a date such as 2027-03-31, without quotes"
    return ""


def _hint(finding: str, findings: pd.DataFrame) -> str:
    same = findings.loc[findings["detection"] == finding.partition(":")[0], "id"]
    near = get_close_matches(finding, same, 1, 0.9)
    return f"; is it {near[0]}?" if near else "; take the exception out, or correct its id."
