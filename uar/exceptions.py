"""exceptions.toml: findings that somebody has accepted, why, who answers for it, and until when.

    [[exception]]
    finding = "ADM-01:jumpcloud:admin:64c0ffee000000000ad00008"
    reason = "The account for emergencies; its password lies in the safe."
    approver = "Tobias Okafor"
    expires = 2027-03-31

An accepted finding stays in every list. It counts again when its last day is over.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from uar.errors import SetupError
from uar.tables import COVERAGE, EXCEPTIONS, FINDINGS, look_up

TEXTS = ("finding", "reason", "approver")
KNOWN = (*TEXTS, "expires")


def parse(content: bytes, name: str) -> pd.DataFrame:
    """EXCEPTIONS. Raises SetupError naming the line of the first that is wrong."""
    try:
        source = content.decode("utf-8-sig")
        raw = tomllib.loads(source)
    except UnicodeDecodeError as error:
        raise SetupError(f"{name}: is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{name}: {error}.") from error
    entries = raw.get("exception", [])
    if set(raw) - {"exception"} or not isinstance(entries, list):
        raise SetupError(f"{name}: there is only [[exception]], once for each finding.")
    heads = re.compile(r"\s*\[\[\s*exception\s*\]\]")
    lines = [at for at, line in enumerate(source.splitlines(), 1) if heads.match(line)]
    if len(lines) != len(entries):
        raise SetupError(f"{name}: write each as [[exception]] on a line of its own.")
    seen: dict[str, int] = {}
    for line, entry in zip(lines, entries, strict=True):
        wrong = _wrong(entry)
        if not wrong and seen.setdefault(entry["finding"], line) != line:
            wrong = f"{entry['finding']} stands in line {seen[entry['finding']]} too"
        if wrong:
            raise SetupError(f"{name}, line {line}: {wrong}.")
    return EXCEPTIONS.frame(
        {**entry, "expires": f"{entry['expires']}T00:00:00Z", "line": line}
        for line, entry in zip(lines, entries, strict=True)
    )


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
    """(FINDINGS, COVERAGE) that say what is accepted. SetupError: one fits no finding."""
    unknown = exceptions[~exceptions["finding"].isin(findings["id"])]
    for row in unknown.itertuples():
        raise SetupError(
            f"{name}, line {row.line}: there is no finding {row.finding}; "
            "take the exception out, or correct its id."
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


def _wrong(entry: Mapping[str, Any]) -> str:
    if set(entry) - set(KNOWN):
        return (
            f"there is no {', '.join(sorted(set(entry) - set(KNOWN)))}; known: {', '.join(KNOWN)}"
        )
    for key in TEXTS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"{key} must be a text in quotes"
    expires = entry.get("expires")
    if not isinstance(expires, dt.date) or isinstance(expires, dt.datetime):
        return "expires must be a date such as 2027-03-31, without quotes"
    return ""
