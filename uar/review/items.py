"""One item per grant: what a reviewer is asked, with everything that helps to answer.

A grant that no write can take away is an item too: its access has to be looked at all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from uar import access
from uar.errors import SetupError
from uar.peers import peers
from uar.previous import Previous
from uar.review.before import with_before
from uar.review.campaign import Book, file_names
from uar.review.candidates import Candidate
from uar.review.choice import Choice, idle
from uar.review.flags import SEVERE, flags, sentences
from uar.review.holders import holders
from uar.review.paths import with_paths
from uar.review.routing import Line, Question, Route, Router, router
from uar.review.scope import excluded
from uar.review.use import given, with_use
from uar.settings import Settings
from uar.sheet import item_id, seal, shown_of
from uar.snapshot import Snapshot
from uar.tables import BANDS, ITEMS, OPENED_KINDS, SEVERITIES, SINCE, look_up, objects, within
from uar.text import counted, plain

LISTED = 20  # items listed in an error
HELD = {"group": "group membership", "app": "application assignment", "role": "admin role"}
GROUP_HELD = {"app": "group application"}
NOT_COMPARED = "not told"  # a user with fewer than five peers, or none to be compared with


@dataclass(frozen=True)
class Known:
    """What is known when a review is opened."""

    snapshot: Snapshot
    persons: pd.DataFrame
    findings: pd.DataFrame
    previous: Previous | None = None

    @cached_property
    def opened(self) -> pd.DataFrame:
        """What groups open, as uar.access says."""
        return access.opens(self.snapshot.grants)

    @cached_property
    def shared(self) -> pd.DataFrame:
        """What persons reach by more than one grant, as uar.access says."""
        reached = access.reach(self.snapshot.grants, self.snapshot.contents)
        return access.shared(reached, self.persons.set_index("account_id")["person_id"])

    @cached_property
    def said(self) -> pd.DataFrame:
        """What the findings say (uar.review.flags.sentences): of items, people and what is held."""
        return sentences(self.findings)


@dataclass(frozen=True)
class Population:
    """What is reviewed, ITEMS, and which grants are not, EXCLUDED. Each grant is in one of them.

    `shown`: the texts of the SHOWN columns by item_id. `idle`: a sentence for each rule of
    uar.toml, of scope or routing, that fits no item, with its line.
    """

    items: pd.DataFrame
    shown: Mapping[str, Sequence[str]]
    excluded: pd.DataFrame
    idle: Sequence[str] = ()


def items(known: Known, settings: Settings, line: Line) -> pd.DataFrame:
    """The items of `population` where nobody is away."""
    return population(known, settings, line, None).items


def population(
    known: Known, settings: Settings, line: Line, issued_on: dt.date | None, suffix: str = ".xlsx"
) -> Population:
    """Items in the order of their ids. `line`: where in uar.toml a setting stands. `issued_on`:
    the day on which a delegation has to hold; unknown: none does. `suffix`: of the file names.

    Raises SetupError when uar.toml names nobody or nothing, or when an item has no reviewer.
    """
    rows = questions(known, settings)
    high = rows["band"] == "privileged"
    facts = known.snapshot, known.persons, known.opened, high, known.previous is not None
    choice = Choice(rows, *facts)
    out, silent = excluded(choice, settings.scope)
    kept = ~within(rows["grant_id"], out["grant_id"])
    asked = rows[kept].reset_index(drop=True) if len(out) else rows
    if asked.empty and len(rows):
        raise SetupError(f"Nothing is left to review: see scope in {settings.where.name}.")
    rules = settings.reviewers.rules
    fits = [choice.fits(rule, "reviewers.rules")[kept] for rule in rules]
    silent += idle(rules, fits, "reviewers.rules")
    desk = router(known.snapshot, known.persons, settings, line, issued_on)
    chosen = reviewers(asked, desk, _places(fits, len(asked)), settings.where.name)
    owned = settings.reviewers.workbook_per == "application"
    books: list[Book] = [
        (reviewer, *((thing, name) if owned and route.by == "owner" else ("", "")))
        for (route, reviewer), thing, name in zip(
            chosen, objects(asked["entitlement_id"]), objects(asked["entitlement"]), strict=True
        )
    ]
    key = known.snapshot.header.seal_key
    names = file_names(settings.campaign, books, suffix)
    files = [names[reviewer.account_id, thing] for reviewer, thing, _ in books]
    return Population(*sealed(asked, chosen, files, key), out, silent)


def questions(known: Known, settings: Settings) -> pd.DataFrame:
    """Every column of ITEMS but the reviewer's and the seal, and manager_id for routing."""
    rows = _grants(known)
    entitlements = known.snapshot.entitlements
    name = entitlements.set_index("entitlement_id")["name"]
    privileged = access.privileged(entitlements, settings.privileged)
    opens_privileged = known.opened[known.opened["entitlement_id"].isin(privileged)]["group_id"]
    high = rows["entitlement_id"].isin([*privileged, *opens_privileged])
    high |= within(rows["grant_id"], pd.Index(access.as_administrator(known.snapshot.grants)))
    rows = rows.merge(flags(known.said, rows), on="grant_id", how="left")
    ends = entitlements.loc[entitlements["kind"].isin(OPENED_KINDS), "entitlement_id"]
    shared = known.shared[known.shared["entitlement_id"].isin(ends)]
    ids = [item_id(grant) for grant in objects(rows["grant_id"])]
    rows["item_id"] = pd.Series(ids, index=rows.index, dtype="string")
    opened = access.with_contents(known.opened, known.snapshot.contents)
    rows = with_paths(rows, known.snapshot.grants, opened, shared, name)
    rows = with_use(rows, known.snapshot, known.opened)
    rows["given"] = given(rows, known.snapshot)
    compared = look_up(rows["grant_id"], _peers(known.snapshot, settings))
    alone = compared.isna() & rows["holder_kind"].eq("user")
    rows["peers"] = compared.mask(alone.astype(bool), NOT_COMPARED)
    rows = with_before(rows, known.snapshot, known.opened, known.previous)
    band = rows["since"].fillna("other").mask(rows["flags"].notna(), "flagged")
    rows["band"] = band.mask(high, "privileged")
    rows["reason_on_keep"] = high | rows["flag_severity"].isin(SEVERE)
    return rows


def _peers(snapshot: Snapshot, settings: Settings) -> pd.Series[str]:
    """Per grant of a user with enough peers, how many of them hold the same: 3 of 12."""
    told = peers(snapshot.accounts, snapshot.grants, settings.attributes.placeholders)
    told = told[told["holding"].notna()]
    counts = zip(told["holding"].tolist(), told["peers"].tolist(), strict=True)
    texts = [f"{holding:,} of {every:,}" for holding, every in counts]
    return pd.Series(texts, index=told["grant_id"], dtype="string")


def in_order(items: pd.DataFrame, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """As a reviewer reads them: band by band, in each the severe before the mild, the new first.

    `columns`: of the answer; all, unless something else is said.
    """
    severity = items["flag_severity"].map(SEVERITIES.index, na_action="ignore")
    ranks = items[["holder_id", "kind", "entitlement", "item_id"]].assign(
        band_rank=items["band"].map(BANDS.index),
        severity_rank=severity.astype("Int64").fillna(len(SEVERITIES)),
        since_rank=items["since"].map(SINCE.index, na_action="ignore").astype("Int64"),
        person_rank=items["holder_name"].str.casefold(),
    )
    by = ["band_rank", "severity_rank", "since_rank", "person_rank", "holder_id", "kind",
          "entitlement", "item_id"]  # fmt: skip
    chosen = items if columns is None else items[list(columns)]
    return chosen.loc[ranks.sort_values(by).index].reset_index(drop=True)


# The columns


def _grants(known: Known) -> pd.DataFrame:
    """Grants with their holder, his person, and what is held; in the order of grant ids."""
    snapshot = known.snapshot
    held = snapshot.entitlements[["entitlement_id", "kind", "name"]]
    held = held.set_axis(["entitlement_id", "entitlement_kind", "entitlement"], axis=1)
    rows = snapshot.grants.sort_values("grant_id", ignore_index=True)
    rows = rows.merge(held, on="entitlement_id", how="left", validate="many_to_one")
    rows = rows.merge(
        holders(snapshot.accounts, known.persons),
        on="holder_id",
        how="left",
        validate="many_to_one",
    )
    group_name = look_up(rows["holder_id"], held.set_index("entitlement_id")["entitlement"])
    rows["holder_name"] = rows["holder_name"].fillna(group_name).fillna(rows["holder_id"])
    rows["borrowed"] = rows["borrowed"].astype("boolean").fillna(False)
    by_group = rows["holder_kind"] == "group"
    rows["kind"] = [
        GROUP_HELD.get(kind, "group binding") if group else HELD.get(kind, "direct binding")
        for kind, group in zip(*map(objects, (rows["entitlement_kind"], by_group)), strict=True)
    ]
    return rows


# The reviewer and the seal


def reviewers(
    rows: pd.DataFrame, desk: Router, rules: Sequence[tuple[int, ...]], where: str
) -> list[tuple[Route, Candidate]]:
    """The route of each row and where it leads. `rules`: the numbers of those that each fits;
    `where`: the settings file that is to name more."""
    names = ["holder_id", "holder_kind", "person_id", "manager_id", "borrowed", "entitlement_id",
             "entitlement"]  # fmt: skip
    asked = rows[names].fillna({"person_id": "", "manager_id": ""})
    of_manager: dict[str, Route] = {}  # where nothing was asked before the manager of the holder
    routes = []
    told = [objects(asked[name]) for name in names]
    for row in zip(*told, rules, strict=True):
        question = Question(*row)
        route = of_manager.get(question.holder_id)
        if route is None or question.rules:
            route = desk.route(question)
            if route.by == "manager" and not question.rules:
                of_manager[question.holder_id] = route
        routes.append(route)
    chosen = [(route, route.reviewer) for route in routes if route.reviewer is not None]
    if len(chosen) < len(routes):
        raise SetupError(_nobody(rows, routes, where))
    return chosen


def _places(fits: Sequence[pd.Series[bool]], count: int) -> list[tuple[int, ...]]:
    """Per row the numbers of the rules that it fits."""
    found: list[tuple[int, ...]] = [()] * count
    for number, each in enumerate(fits):
        for row in each.to_numpy(dtype=bool).nonzero()[0]:
            found[row] = (*found[row], number)
    return found


def _nobody(rows: pd.DataFrame, routes: list[Route], where: str) -> str:
    """Which items have no reviewer, and what to do about it."""
    lost = [place for place, route in enumerate(routes) if route.reviewer is None]
    listed = [
        f"{plain(row['holder_name'])}, {row['kind']}, {plain(row['entitlement'])}: "
        f"{routes[place].because}"
        for place, row in zip(lost, rows.iloc[lost[:LISTED]].to_dict("records"), strict=False)
    ]
    more = [f"and {len(lost) - LISTED:,} more"] if len(lost) > LISTED else []
    advice = (
        f"{counted(len(lost), 'item has', 'items have')} no reviewer, so nothing was opened. Name "
        f"reviewers.fallback, or owners under [reviewers.owners], in {where}:"
    )
    return "\n  ".join([advice, *listed, *more])


def sealed(
    rows: pd.DataFrame,
    chosen: list[tuple[Route, Candidate]],
    files: list[str],
    key: str,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """ITEMS in the order of their ids, and what is shown of each."""
    rows = rows.drop(columns="manager_id").assign(
        reviewer_id=[reviewer.account_id for _, reviewer in chosen],
        reviewer=[reviewer.name for _, reviewer in chosen],
        reviewer_email=[reviewer.email for _, reviewer in chosen],
        routed_by=[route.by for route, _ in chosen],
        routed_because=[route.because for route, _ in chosen],
        workbook=files,
    )
    shown = shown_of(rows)
    rows["seal"] = [seal(key, item, texts) for item, texts in shown.items()]
    return ITEMS.frame(rows.sort_values("item_id")), shown
