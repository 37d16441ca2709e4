"""What the findings say, in words: of each grant, and of each account and entitlement by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from uar.tables import SEVERITIES, objects, records, within
from uar.text import plain

SEVERE = ("critical", "high")


def flags(said: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """grant_id, flags (one sentence a line, the severe first), flag_severity (the worst).

    A finding flags its subject: a grant, all grants of an entitlement, all of an account, all
    accounts of a person. A severe one flags every account that it is about; one that names the
    grants it is about flags these alone. `said`: what `sentences` makes of the findings.
    """
    grants = rows[["grant_id", "holder_id", "entitlement_id", "person_id"]]
    about = _by_account(said)
    subject = about["subject"]
    of_thing = within(subject, rows["grant_id"]) | within(subject, rows["entitlement_id"])
    of_person = within(subject, rows["person_id"])
    severe = about["severity"].isin(SEVERE)
    of_accounts = about[~of_thing & (of_person | severe) & about["grants"].isna()]
    named = said.dropna(subset=["grants"])
    of_grants = named.assign(grant_id=named["grants"].str.split(" ")).explode("grant_id")
    pairs = pd.concat(
        [
            grants.merge(said, left_on=name, right_on="subject")
            for name in ("grant_id", "entitlement_id", "holder_id")
        ]
        + [
            grants.merge(of_accounts, left_on="holder_id", right_on="account"),
            grants.merge(of_grants, on="grant_id"),
        ]
    ).drop_duplicates(["grant_id", "id"])
    ordered = pairs.sort_values(["rank", "id"])
    texts = _lines(objects(ordered["grant_id"]), objects(ordered["sentence"]))
    worst = ordered.drop_duplicates("grant_id")
    return pd.DataFrame(
        {
            "grant_id": worst["grant_id"].reset_index(drop=True),
            "flags": pd.Series(list(texts.values()), dtype="string"),
            "flag_severity": worst["severity"].astype("string").reset_index(drop=True),
        }
    )


def flags_of_accounts(said: pd.DataFrame, grants: pd.DataFrame) -> dict[str, str]:
    """Per account_id every sentence about the account or its person, the severe first; what is
    said of single grants or of what is held is not among them."""
    about = _by_account(said)
    subject = about["subject"]
    of_thing = within(subject, grants["grant_id"]) | within(subject, grants["entitlement_id"])
    own = about[~of_thing & about["grants"].isna()].sort_values(["rank", "id"])
    return _lines(objects(own["account"]), objects(own["sentence"]))


def flags_of_entitlements(said: pd.DataFrame) -> dict[str, str]:
    """Per subject every sentence about it, the severe first; asked of entitlement_id."""
    ordered = said.sort_values(["rank", "id"])
    return _lines(objects(ordered["subject"]), objects(ordered["sentence"]))


def sentence(finding: Mapping[str, Any]) -> str:
    """A row of FINDINGS as it is shown beside an item; an accepted one says by whom, until when.

    High: Ana Ng holds pay and ledger. Accepted by Bo Lind until 2027-03-31. (ENT-04)
    """
    said = f"{finding['severity'].capitalize()}: {plain(finding['says']).strip()}"
    if finding["accepted_until"]:
        said += f" Accepted by {plain(finding['accepted_by'])} until {finding['accepted_until']}."
    return f"{said} ({finding['detection']})"


def sentences(findings: pd.DataFrame) -> pd.DataFrame:
    """Of FINDINGS those that are more than information: subject, accounts, grants, id, rank (0 is
    the worst), severity, sentence."""
    said = findings[findings["severity"] != "info"]
    said = said.assign(
        rank=said["severity"].map(SEVERITIES.index),
        sentence=[sentence(each) for each in records(said)],
    )
    return said[["subject", "accounts", "grants", "id", "rank", "severity", "sentence"]]


def _by_account(said: pd.DataFrame) -> pd.DataFrame:
    """A row for each account that a finding is about."""
    return said.assign(account=said["accounts"].str.split(" ")).explode("account")


def _lines(keys: Iterable[str], sentences: Iterable[str]) -> dict[str, str]:
    """What is said of each, one sentence a line."""
    found: dict[str, list[str]] = {}
    for key, sentence in zip(keys, sentences, strict=True):
        found.setdefault(key, []).append(sentence)
    return {key: "\n".join(each) for key, each in found.items()}
