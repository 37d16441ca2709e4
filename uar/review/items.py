"""One item per grant: what a reviewer is asked, with everything that helps to answer.

A grant that no write can take away is an item too: its access has to be looked at all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from uar import access
from uar.errors import SetupError
from uar.previous import Previous
from uar.review.before import with_before
from uar.review.campaign import file_names
from uar.review.holders import holders
from uar.review.paths import with_paths
from uar.review.routing import Candidate, Line, Question, Route, router
from uar.review.use import with_use
from uar.settings import Settings
from uar.sheet import cells, item_id, seal
from uar.snapshot import Snapshot
from uar.tables import BANDS, ITEMS, OPENED_KINDS, SEVERITIES, SINCE, look_up, records
from uar.text import plain

SEVERE = ("critical", "high")
LISTED = 20  # items listed in an error
HELD = {"group": "group membership", "app": "application assignment", "role": "admin role"}
GROUP_HELD = {"app": "group application"}


@dataclass(frozen=True)
class Known:
    """What is known when a review is opened. `opened`, `shared`: as uar.access says."""

    snapshot: Snapshot
    persons: pd.DataFrame
    findings: pd.DataFrame
    opened: pd.DataFrame
    shared: pd.DataFrame
    previous: Previous | None = None


def items(known: Known, settings: Settings, line: Line) -> pd.DataFrame:
    """ITEMS in the order of their ids. `line`: where in uar.toml a setting stands.

    Raises SetupError when uar.toml names nobody, or when an item has no reviewer.
    """
    rows = questions(known, settings)
    chosen = reviewers(rows, known, settings, line)
    names = file_names(settings.campaign, (reviewer for _, reviewer in chosen))
    return sealed(rows, chosen, names, known.snapshot.header.seal_key)


def questions(known: Known, settings: Settings) -> pd.DataFrame:
    """Every column of ITEMS but the reviewer's and the seal, and manager_id for routing."""
    rows = _grants(known)
    entitlements = known.snapshot.entitlements
    name = entitlements.set_index("entitlement_id")["name"]
    privileged = access.privileged(entitlements, settings.privileged)
    opens_privileged = known.opened[known.opened["entitlement_id"].isin(privileged)]["group_id"]
    high = rows["entitlement_id"].isin([*privileged, *opens_privileged])
    high |= rows["grant_id"].isin(access.as_administrator(known.snapshot.grants))
    rows = rows.merge(_flags(known.findings, rows), on="grant_id", how="left")
    ends = entitlements.loc[entitlements["kind"].isin(OPENED_KINDS), "entitlement_id"]
    shared = known.shared[known.shared["entitlement_id"].isin(ends)]
    rows["item_id"] = rows["grant_id"].map(item_id).astype("string")
    rows = with_paths(rows, known.snapshot.grants, known.opened, shared, name)
    rows = with_use(rows, known.snapshot, known.opened)
    rows = with_before(rows, known.snapshot, known.opened, known.previous)
    band = rows["since"].fillna("other").mask(rows["flags"].notna(), "flagged")
    rows["band"] = band.mask(high, "privileged")
    rows["reason_on_keep"] = high | rows["flag_severity"].isin(SEVERE)
    return rows


def in_order(items: pd.DataFrame) -> pd.DataFrame:
    """As a reviewer reads them: band by band, in each the severe before the mild, the new first."""
    severity = items["flag_severity"].map(SEVERITIES.index, na_action="ignore")
    ranked = items.assign(
        band_rank=items["band"].map(BANDS.index),
        severity_rank=severity.astype("Int64").fillna(len(SEVERITIES)),
        since_rank=items["since"].map(SINCE.index, na_action="ignore").astype("Int64"),
        person_rank=items["holder_name"].str.casefold(),
    )
    by = ["band_rank", "severity_rank", "since_rank", "person_rank", "holder_id", "kind",
          "entitlement"]  # fmt: skip
    ordered = ranked.sort_values([*by, "item_id"], ignore_index=True)
    return ordered.drop(columns=by[:4])


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
        for kind, group in zip(rows["entitlement_kind"], by_group, strict=True)
    ]
    return rows


def _flags(findings: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """grant_id, flags (one sentence a line, the severe first), flag_severity (the worst).

    A finding flags its subject: a grant, all grants of an entitlement, all of an account, all
    accounts of a person. A severe one flags every account that it is about.
    """
    said = findings[findings["severity"] != "info"]
    said = said.assign(
        rank=said["severity"].map(SEVERITIES.index),
        sentence=[
            f"{severity.capitalize()}: {plain(says).strip()} ({detection})"
            for severity, says, detection in zip(
                said["severity"], said["says"], said["detection"], strict=True
            )
        ],
    )[["subject", "accounts", "id", "rank", "severity", "sentence"]]
    grants = rows[["grant_id", "holder_id", "entitlement_id", "person_id"]]
    about = said.assign(account=said["accounts"].str.split(" ")).explode("account")
    of_thing = _among(about["subject"], [*rows["grant_id"], *rows["entitlement_id"]])
    of_person = _among(about["subject"], rows["person_id"].dropna())
    of_accounts = about[~of_thing & (of_person | about["severity"].isin(SEVERE))]
    pairs = pd.concat(
        [
            grants.merge(said, left_on=name, right_on="subject")
            for name in ("grant_id", "entitlement_id", "holder_id")
        ]
        + [grants.merge(of_accounts, left_on="holder_id", right_on="account")]
    ).drop_duplicates(["grant_id", "id"])
    of_one = pairs.sort_values(["rank", "id"]).groupby("grant_id")
    joined = of_one.agg(flags=("sentence", "\n".join), flag_severity=("severity", "first"))
    return joined.reset_index().astype("string")


def _among(values: pd.Series[str], many: Iterable[str]) -> pd.Series[bool]:
    """`isin`, which is slow when a text is looked for among very many."""
    known = set(many)
    return pd.Series([value in known for value in values], index=values.index, dtype=bool)


# The reviewer and the seal


def reviewers(
    rows: pd.DataFrame, known: Known, settings: Settings, line: Line
) -> list[tuple[Route, Candidate]]:
    """The route of each row and where it leads."""
    snapshot = known.snapshot
    desk = router(snapshot.accounts, known.persons, snapshot.entitlements, settings.reviewers, line)
    names = ["holder_kind", "person_id", "manager_id", "borrowed", "entitlement_id", "entitlement"]
    asked = rows[names].fillna({"person_id": "", "manager_id": ""})
    routes = [desk.route(Question(**row)) for row in records(asked)]
    chosen = [(route, route.reviewer) for route in routes if route.reviewer is not None]
    if len(chosen) < len(routes):
        raise SetupError(_nobody(rows, routes))
    return chosen


def _nobody(rows: pd.DataFrame, routes: list[Route]) -> str:
    """Which items have no reviewer, and what to do about it."""
    lost = [place for place, route in enumerate(routes) if route.reviewer is None]
    listed = [
        f"{plain(row['holder_name'])}, {row['kind']}, {plain(row['entitlement'])}: "
        f"{routes[place].because}"
        for place, row in zip(lost, rows.iloc[lost[:LISTED]].to_dict("records"), strict=False)
    ]
    more = [f"and {len(lost) - LISTED:,} more"] if len(lost) > LISTED else []
    count = "1 item has" if len(lost) == 1 else f"{len(lost):,} items have"
    advice = (
        f"{count} no reviewer, so nothing was opened. Name reviewers.fallback, or owners under "
        "[reviewers.owners], in uar.toml:"
    )
    return "\n  ".join([advice, *listed, *more])


def sealed(
    rows: pd.DataFrame,
    chosen: list[tuple[Route, Candidate]],
    names: Mapping[str, str],
    key: str,
) -> pd.DataFrame:
    """ITEMS in the order of their ids. `names`: reviewer's account_id -> file name."""
    rows = rows.drop(columns="manager_id").assign(
        reviewer_id=[reviewer.account_id for _, reviewer in chosen],
        reviewer=[reviewer.name for _, reviewer in chosen],
        reviewer_email=[reviewer.email for _, reviewer in chosen],
        routed_by=[route.by for route, _ in chosen],
        routed_because=[route.because for route, _ in chosen],
        workbook=[names[reviewer.account_id] for _, reviewer in chosen],
    )
    rows["seal"] = [seal(key, row["item_id"], cells(row)) for row in records(rows)]
    return ITEMS.frame(rows.sort_values("item_id"))
