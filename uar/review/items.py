"""One item per grant: what a reviewer is asked, with everything that helps to answer.

A grant that no write can take away is an item too: its access has to be looked at all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar import access
from uar.errors import SetupError
from uar.review.campaign import file_names
from uar.review.routing import Candidate, Line, Question, Route, router
from uar.settings import Settings
from uar.sheet import cells, item_id, seal
from uar.snapshot import Snapshot
from uar.tables import BANDS, ITEMS, OPENED_KINDS, SEVERITIES, records
from uar.text import plain

OPENS_SHOWN = 15  # names in a cell; the sheet What it gives has all of them
PATHS_SHOWN = 5
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
    opens = looked_up(rows["entitlement_id"], _opens(known.opened, name))
    members = looked_up(rows["holder_id"], _members(known.snapshot.grants)).fillna("for no member")
    rows["opens"] = opens.where(rows["holder_kind"] != "group", members)
    ends = entitlements.loc[entitlements["kind"].isin(OPENED_KINDS), "entitlement_id"]
    shared = known.shared[known.shared["entitlement_id"].isin(ends)]
    rows["also_held"] = looked_up(rows["grant_id"], _also_held(shared, rows, name))
    band = pd.Series("other", index=rows.index).mask(rows["flags"].notna(), "flagged")
    rows["band"] = band.mask(high, "privileged")
    rows["reason_on_keep"] = high | rows["flag_severity"].isin(SEVERE)
    rows["item_id"] = rows["grant_id"].map(item_id)
    return rows


def in_order(items: pd.DataFrame) -> pd.DataFrame:
    """As a reviewer reads them: privileged first, then flagged; the severe before the mild."""
    severity = items["flag_severity"].map(SEVERITIES.index, na_action="ignore")
    ranked = items.assign(
        band_rank=items["band"].map(BANDS.index),
        severity_rank=severity.astype("Int64").fillna(len(SEVERITIES)),
        person_rank=items["holder_name"].str.casefold(),
    )
    by = ["band_rank", "severity_rank", "person_rank", "holder_id", "kind", "entitlement"]
    ordered = ranked.sort_values([*by, "item_id"], ignore_index=True)
    return ordered.drop(columns=["band_rank", "severity_rank", "person_rank"])


def looked_up(keys: pd.Series[str], texts: Mapping[str, str] | pd.Series[str]) -> pd.Series[str]:
    """The text of each key; unknown where there is none, also where there is none at all."""
    return keys.map(texts).astype("string")


# The columns


def _grants(known: Known) -> pd.DataFrame:
    """Grants with their holder, his person, and what is held; in the order of grant ids."""
    snapshot = known.snapshot
    held = snapshot.entitlements[["entitlement_id", "kind", "name"]]
    held = held.set_axis(["entitlement_id", "entitlement_kind", "entitlement"], axis=1)
    rows = snapshot.grants.sort_values("grant_id", ignore_index=True)
    rows = rows.merge(held, on="entitlement_id", how="left", validate="many_to_one")
    rows = rows.merge(_holders(known), on="holder_id", how="left", validate="many_to_one")
    group_name = looked_up(rows["holder_id"], held.set_index("entitlement_id")["entitlement"])
    rows["holder_name"] = rows["holder_name"].fillna(group_name).fillna(rows["holder_id"])
    rows["borrowed"] = rows["borrowed"].astype("boolean").fillna(False)
    by_group = rows["holder_kind"] == "group"
    rows["kind"] = [
        GROUP_HELD.get(kind, "group binding") if group else HELD.get(kind, "direct binding")
        for kind, group in zip(rows["entitlement_kind"], by_group, strict=True)
    ]
    return rows


def _holders(known: Known) -> pd.DataFrame:
    """Accounts as a reviewer is shown them; what an administrator borrows is marked."""
    accounts = known.snapshot.accounts
    persons = known.persons.set_index("account_id").reindex(accounts["account_id"])
    persons = persons.reset_index(drop=True).set_axis(accounts.index)
    borrowed = persons["borrowed_from"].notna()
    own = {name: accounts[name].where(~borrowed, persons[name]) for name in ("title", "department")}
    manager_id = accounts["manager_id"].where(~borrowed, persons["manager_id"])
    manager_id = manager_id.fillna(_manager_of_person(accounts, persons))
    called = accounts["name"].fillna(accounts["login"])
    manager = looked_up(manager_id, called.set_axis(accounts["account_id"]))
    name = accounts["name"].fillna(persons["person_name"]).fillna(accounts["login"])
    return pd.DataFrame(
        {
            "holder_id": accounts["account_id"],
            "holder_name": name,
            "person_id": persons["person_id"].fillna(accounts["account_id"]),
            "login": accounts["login"].fillna(accounts["email"]),
            "status": accounts["status"],
            **own,
            "manager_id": manager_id,
            "manager": manager,
            "borrowed": borrowed.astype("boolean"),
        }
    )


def _manager_of_person(accounts: pd.DataFrame, persons: pd.DataFrame) -> pd.Series[Any]:
    """For accounts without a manager: the one another account of the same person has."""
    known = accounts.assign(person_id=persons["person_id"]).dropna(subset=["manager_id"])
    first = known.sort_values("account_id").drop_duplicates("person_id")
    return looked_up(persons["person_id"], first.set_index("person_id")["manager_id"])


def _opens(opened: pd.DataFrame, name: pd.Series[str]) -> dict[str, str]:
    """Per group the names of what it opens."""
    named = opened.assign(name=looked_up(opened["entitlement_id"], name)).sort_values("name")
    return {str(group): _listed(list(names)) for group, names in named.groupby("group_id")["name"]}


def _members(grants: pd.DataFrame) -> dict[str, str]:
    """Per group how many members it has, in words: what binding something to it means."""
    members = grants[grants["holder_kind"] != "group"]["entitlement_id"].value_counts()
    return {
        str(group): "for 1 member" if count == 1 else f"for {count:,} members"
        for group, count in members.items()
    }


def _also_held(shared: pd.DataFrame, rows: pd.DataFrame, name: pd.Series[str]) -> dict[str, str]:
    """Per grant the other paths of the same person to what it opens, in words."""
    grants = rows[["grant_id", "holder_id", "login", "entitlement_id"]]
    paths = shared.merge(grants, on="grant_id", suffixes=("", "_held"))
    through = "through " + looked_up(paths["entitlement_id_held"], name)
    direct = paths["entitlement_id_held"] == paths["entitlement_id"]
    paths["way"] = through.mask(direct, "directly")
    paths["what"] = looked_up(paths["entitlement_id"], name)
    says: dict[str, list[str]] = {}
    for _, several in paths.groupby(["owner_id", "entitlement_id"]):
        ways = list(several[["grant_id", "holder_id", "login", "way", "what"]].to_numpy())
        for grant, holder, _, _, what in ways:
            others = [
                way if other == holder else f"{way} ({login})"
                for path, other, login, way, _ in ways[: PATHS_SHOWN + 1]
                if path != grant
            ][:PATHS_SHOWN]
            more = len(ways) - 1 - len(others)
            others += [f"and {more:,} more"] if more else []
            says.setdefault(grant, []).append(f"{what}: {', '.join(others)}")
    return {grant: "; ".join(sorted(parts)) for grant, parts in says.items()}


def _listed(names: list[str]) -> str:
    more = len(names) - OPENS_SHOWN
    return "; ".join(names[:OPENS_SHOWN]) + (f"; and {more:,} more" if more > 0 else "")


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
