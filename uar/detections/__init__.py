"""Detections: questions put to the snapshot, one module each, found without a registry.

A module offers `DETECTION`; its `judge` returns everyone it looked at with a three-valued `hit`:
True (a finding), False (fine), unknown (cannot tell). From that one answer come the findings and
the coverage. A module's docstring is what `uar list detections ID` prints; it has the SECTIONS.
Modules whose names begin with _ are shared by detections and are none themselves.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from string import Formatter
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from uar.access import opens, privileged
from uar.peers import Places, places
from uar.previous import Previous
from uar.settings import Settings
from uar.snapshot import Snapshot
from uar.tables import (
    COVERAGE,
    FINDINGS,
    ROSTER,
    SEVERITIES,
    TEXT,
    positions,
    records,
    within,
)
from uar.text import folded

SECTIONS = (
    "What it means",
    "Why it matters",
    "Facts read",
    "Controls",
    "What to do",
    "Severity",
)
GIVEN = {"previous": "previous review"}  # what an optional fact is called
SHOWN = 10  # names that a sentence lists; of more it says how many
Answer = TypeVar("Answer")
KIND_WORDS = {"user": "user", "admin": "administrator", "service": "service account"}


@dataclass(frozen=True)
class Facts:
    """Everything a detection may look at. What is None was not given."""

    snapshot: Snapshot
    persons: pd.DataFrame
    links: pd.DataFrame
    settings: Settings
    now: pd.Timestamp  # when the snapshot was finished
    roster: pd.DataFrame | None = None
    previous: Previous | None = None
    exceptions: pd.DataFrame | None = None

    @cached_property
    def done(self) -> dict[Callable[[Facts], Any], Any]:
        """What `once` has worked out."""
        return {}

    @cached_property
    def opened(self) -> pd.DataFrame:
        """Every group with everything that it opens: group_id, entitlement_id."""
        return opens(self.snapshot.grants)

    @cached_property
    def held(self) -> pd.DataFrame:
        """What accounts hold, by number: `grant`, `account` and `thing` are rows of the snapshot's
        grants, of `accounts` and of the snapshot's entitlements; and `revocable`, as there.

        Numbers are compared ten times faster than texts; -1: the snapshot does not have it.
        """
        grants, things = self.snapshot.grants, self.snapshot.entitlements
        own = np.flatnonzero(grants["holder_kind"] != "group")
        account = positions(grants["holder_id"], self.accounts["account_id"])
        thing = positions(grants["entitlement_id"], things["entitlement_id"])
        held = {"grant": own, "account": account[own], "thing": thing[own]}
        return pd.DataFrame(held).assign(revocable=grants["revocable"].to_numpy(bool)[own])

    @cached_property
    def last_used(self) -> pd.Series[Any]:
        """By account_id, when it was last seen to be used; a user also by the linked
        administrator."""
        number, ids = pd.factorize(self.snapshot.uses["account_id"])
        newest = self.snapshot.uses["last_used_at"].groupby(number).max().set_axis(ids)
        users = self.accounts.dropna(subset=["linked_admin_id"])
        linked = newest.reindex(users["linked_admin_id"]).set_axis(users["account_id"])
        seen: pd.Series[Any] = pd.concat([newest, linked]).groupby(level=0).max()
        return seen

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """The snapshot's accounts with person_id and person_name, and in words and three values:

        shown (Ana Ng), who (the user ana), active, human (a user that is no service's).
        """
        accounts = self.snapshot.accounts
        at = positions(accounts["account_id"], self.persons["account_id"])
        login = accounts["login"].fillna(accounts["email"]).fillna(accounts["account_id"])
        status = accounts["status"]
        service = accounts["service_like"].mask(accounts["kind"] != "user", True)
        return accounts.assign(
            person_id=self.persons["person_id"].array.take(at, allow_fill=True, fill_value=pd.NA),
            person_name=self.persons["person_name"].array.take(
                at, allow_fill=True, fill_value=pd.NA
            ),
            shown=accounts["name"].fillna(login),
            who="the " + accounts["kind"].map(KIND_WORDS).astype("string") + " " + login,
            active=status.eq("active").astype("boolean").mask(status.eq("unknown")),
            human=~service,
        )

    @cached_property
    def users(self) -> pd.DataFrame:
        """The users of `accounts`."""
        return self.accounts[self.accounts["kind"] == "user"]

    @cached_property
    def personal(self) -> pd.DataFrame:
        """The users and administrators of `accounts`."""
        return self.accounts[self.accounts["kind"] != "service"]

    @cached_property
    def people(self) -> pd.DataFrame:
        """Users that are, or may be, human and active; `surely`: unknown where not certain."""
        surely = self.users["active"] & self.users["human"]
        return self.users.assign(surely=surely)[surely.fillna(True)]

    @cached_property
    def places(self) -> Places:
        """Where each of `accounts` works, and how many others do."""
        return places(self.snapshot.accounts, self.settings.attributes.placeholders)

    @cached_property
    def listed(self) -> pd.DataFrame:
        """Who is in HR's list, once for each pair: person_id and row; any account's employee id or
        e-mail is the row's. Nobody without a list."""
        roster = ROSTER.empty() if self.roster is None else self.roster
        people = self.accounts[["person_id", "employee_id", "email"]]
        found = []
        for key in ("employee_id", "email"):
            rows = roster[["row"]].assign(key=folded(roster[key])).dropna()
            ours = people[["person_id"]].assign(key=folded(people[key])).dropna()
            found.append(ours.merge(rows, on="key")[["person_id", "row"]])
        return pd.concat(found).drop_duplicates().sort_values(["person_id", "row"])

    @cached_property
    def lasting(self) -> pd.Series[bool]:
        """Which of the snapshot's grants the earlier review's snapshot has too."""
        ids = self.snapshot.grants["grant_id"]
        if self.previous is None:
            return pd.Series(False, index=ids.index)
        return within(ids, self.previous.snapshot.grants["grant_id"])

    @cached_property
    def doors(self) -> list[str]:
        """Entitlements that are privileged, and groups that open one."""
        ids = privileged(self.snapshot.entitlements, self.settings.privileged)
        return [*ids, *self.opened.loc[self.opened["entitlement_id"].isin(ids), "group_id"]]

    @cached_property
    def powerful(self) -> pd.Series[Any]:
        """Who holds something privileged, directly or by a group that opens it."""
        grants = self.snapshot.grants
        strong = within(grants["entitlement_id"], pd.Series(self.doors, dtype="string"))
        return grants.loc[strong, "holder_id"].drop_duplicates()


def once(work: Callable[[Facts], Answer]) -> Callable[[Facts], Answer]:
    """Work that several detections ask for is done for the first of them."""

    @wraps(work)
    def kept(facts: Facts) -> Answer:
        if work not in facts.done:
            facts.done[work] = work(facts)
        return cast(Answer, facts.done[work])

    return kept


@dataclass(frozen=True)
class Detection:
    """A question. `says` is one sentence about a hit, filled with the columns `judge` returns."""

    id: str
    title: str
    severity: str  # unless a row has a `severity` of its own
    says: str
    judge: Callable[[Facts], pd.DataFrame]
    # Adds to the hits what only a finding needs: for a judge of very many rows.
    tell: Callable[[Facts, pd.DataFrame], pd.DataFrame] = lambda _, found: found
    needs: tuple[str, ...] = ()  # optional Facts; without one of them the detection does not run
    unwanted: Callable[[Settings], str] = lambda _: ""  # why the settings do not want it
    unable: Callable[[Facts], str] = lambda _: ""  # why the snapshot cannot tell it


def each(accounts: pd.DataFrame, hit: pd.Series[Any], **facts: Any) -> pd.DataFrame:
    """A judge's answer in which every account is a subject of its own."""
    return accounts.assign(
        subject=accounts["account_id"],
        subject_name=accounts["shown"],
        accounts=accounts["account_id"],
        hit=hit,
        **facts,
    )


def modules() -> dict[str, ModuleType]:
    """Every detection's module by the detection's id, in the order of ids."""
    found = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    ]
    return {module.DETECTION.id: module for module in found}


def detections() -> list[Detection]:
    """Every detection there is, in the order of ids."""
    return [module.DETECTION for module in modules().values()]


def run(facts: Facts, asked: Iterable[Detection]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(FINDINGS, most severe first; COVERAGE, in the order asked)."""
    return put_together(facts, (ask(facts, detection) for detection in asked))


def ask(facts: Facts, detection: Detection) -> tuple[pd.DataFrame | None, dict[str, Any]]:
    """One detection's findings, if it has any, and its row of COVERAGE."""
    row = {"detection": detection.id, "title": detection.title, "severity": detection.severity}
    reason = _reason_not_to_run(detection, facts)
    if reason:
        return None, {**row, "not_run": reason}
    judged = detection.judge(facts)
    hit = judged["hit"].astype("boolean")
    found = judged[hit.fillna(False).astype(bool)]
    findings = _findings(detection, detection.tell(facts, found)) if len(found) else None
    counts = {"found": len(found), "looked_at": len(hit), "cannot_tell": int(hit.isna().sum())}
    return findings, {**row, **counts, "accepted": 0}


def put_together(
    facts: Facts, answers: Iterable[tuple[pd.DataFrame | None, dict[str, Any]]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `ask` answered, as `run` gives it."""
    both = list(answers)
    findings = [found for found, _ in both if found is not None]
    every = pd.concat(findings, ignore_index=True) if findings else FINDINGS.empty()
    rank = every["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    ordered = every.assign(rank=rank).sort_values(["rank", "id"]).drop(columns="rank")
    return FINDINGS.frame(_aged(ordered, facts.previous)), COVERAGE.frame(row for _, row in both)


def _aged(findings: pd.DataFrame, previous: Previous | None) -> pd.DataFrame:
    """FINDINGS with `reviews`; unknown also where the earlier review did not look for it."""
    if previous is None:
        return findings
    asked = previous.coverage.loc[previous.coverage["not_run"].isna(), "detection"]
    # What was found in a review that knew of none before it was found once at least.
    before = previous.findings.set_index("id")["reviews"].fillna(1)
    known = findings["detection"].isin(asked) | findings["id"].isin(before.index)
    reviews = findings["id"].map(before).fillna(0).astype("Int64") + 1
    return findings.assign(reviews=reviews.where(known))


def _reason_not_to_run(detection: Detection, facts: Facts) -> str:
    for name in detection.needs:
        if getattr(facts, name) is None:
            return f"no {GIVEN.get(name, name)} given"
    return detection.unwanted(facts.settings) or detection.unable(facts)


def _findings(detection: Detection, found: pd.DataFrame) -> pd.DataFrame:
    """The hits as rows of FINDINGS, in no order."""
    severity = pd.Series(detection.severity, index=found.index)
    if "severity" in found:
        severity = found["severity"].fillna(detection.severity)
    told = [name for _, name, _, _ in Formatter().parse(detection.says) if name]
    says = [_sentence(detection.says, row) for row in records(found[list(dict.fromkeys(told))])]
    subject = found["subject"].astype(cast(Any, TEXT))
    texts = {
        "id": detection.id + ":" + subject,
        "detection": detection.id,
        "severity": severity,
        "subject": subject,
        "subject_name": found["subject_name"],
        "says": says,
        "accounts": found["accounts"],
        "grants": found.get("grants"),
    }
    return pd.DataFrame(texts, index=found.index).astype(cast(Any, TEXT))


def _sentence(template: str, row: Mapping[Any, Any]) -> str:
    text = template.format_map(row)
    return text[:1].upper() + text[1:]
