"""Where the list comes from and what is in it: source, population, persons, reviewer assignment."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from uar.evidence import Evidence
from uar.measures import people
from uar.reports._listing import Cell, Lines, Link, Listing, listing, moment, records
from uar.tables import ACCOUNT_KINDS, ITEM_KINDS, STATUSES, within

NOT_YET_OPENED = "Not yet: uar open has not run."
NOT_YET_DETECTED = "Not yet: uar detect has not run."
ROUTES = ("manager", "owner", "named", "delegate", "fallback", "reassign")
NOT_STATED = "not stated by source"


def collections(evidence: Evidence) -> Listing:
    """What was asked of the tenant, and the digest of what it answered."""
    return listing(
        "collections",
        "What was read",
        (
            ("Collection", "text"),
            ("Endpoint", "code"),
            ("Pages", "number"),
            ("Read from (UTC)", "time"),
            ("to", "time"),
            ("SHA-256 of the answers", "digest"),
        ),
        (
            (
                row["collection"],
                row["endpoint"],
                row["pages"],
                moment(row["started_at"]),
                moment(row["finished_at"]),
                row["sha256"],
            )
            for row in records(evidence.snapshot.collections)
        ),
        "Nothing was read.",
    )


def gaps(evidence: Evidence) -> Listing:
    return listing(
        "gaps",
        "Gaps",
        (("Collection", "text"), ("Subject", "text"), ("What is missing", "text")),
        (
            (row["collection"], row["subject"] or "all of it", row["says"])
            for row in records(evidence.snapshot.gaps)
        ),
        "Nothing that was asked for was refused or left out.",
    )


def excluded(evidence: Evidence) -> Listing:
    columns = (("What", "text"), ("Excluded", "number"), ("Why", "text"))
    caption = "In the snapshot, but not in any item"
    if evidence.campaign is None:
        return listing("excluded", caption, columns, (), NOT_YET_OPENED)
    rows = ((e["what"], int(e["count"]), e["reason"]) for e in evidence.campaign["excluded"])
    return listing("excluded", caption, columns, rows, "Nothing was excluded.")


def out_of_scope(evidence: Evidence) -> Listing:
    """Every grant that uar.toml leaves out of this review, with the reason it gives."""
    columns = (("Held by", "text"), ("Access", "text"), ("Why it is left out", "text"))
    caption = "Grants that are out of scope"
    if evidence.excluded is None:
        return listing("out-of-scope", caption, columns, (), "Every grant is in scope.")
    out, snapshot = evidence.excluded, evidence.snapshot
    chosen = snapshot.grants.merge(out, on="grant_id", validate="one_to_one")
    holders = account_names(evidence)
    things = snapshot.entitlements
    names = dict(zip(things["entitlement_id"], things["name"], strict=True))
    rows = (
        (
            holders.get(row["holder_id"]) or names.get(row["holder_id"], row["holder_id"]),
            names.get(row["entitlement_id"], row["entitlement_id"]),
            row["reason"],
        )
        for row in records(chosen)
    )
    return listing("out-of-scope", caption, columns, rows, "Every grant is in scope.")


def accounts_by_kind(evidence: Evidence) -> Listing:
    accounts = evidence.snapshot.accounts
    table = pd.crosstab(accounts["kind"], accounts["status"])
    table = table.reindex(index=list(ACCOUNT_KINDS), columns=list(STATUSES), fill_value=0)
    outside = people.external(evidence)

    def external(of: pd.Series[Any]) -> int | str:
        return "not given" if outside is None else int(outside[of].fillna(False).sum())

    rows = (
        (str(kind), *_ints(row), int(row.sum()), external(accounts["kind"] == kind))
        for kind, row in table.iterrows()
    )
    return listing(
        "accounts",
        "Accounts by kind and status; external: of none of the organisation's domains",
        (
            ("Kind", "text"),
            *((status, "number") for status in STATUSES),
            ("All", "number"),
            ("External", "number"),
        ),
        rows,
        "No accounts.",
        ("All", *_ints(table.sum()), len(accounts), external(accounts["kind"].notna())),
    )


def accounts_by_department(evidence: Evidence) -> Listing:
    accounts = evidence.snapshot.accounts
    users = accounts[accounts["kind"] == "user"]
    counts = Counter(users["department"].fillna("not stated").tolist())
    return listing(
        "departments",
        "User accounts by department",
        (("Department", "text"), ("User accounts", "number")),
        [(str(name), count) for name, count in sorted(counts.items())],
        "No user accounts.",
        ("All", len(users)),
    )


def items_by_kind(evidence: Evidence) -> Listing:
    columns = (
        ("Kind", "text"),
        ("Items", "number"),
        ("Privileged", "number"),
        ("Flagged", "number"),
    )
    if evidence.items is None:
        return listing("population-kinds", "Items by kind", columns, (), NOT_YET_OPENED)
    items = evidence.items
    privileged, flagged = items["band"] == "privileged", items["flags"].notna()
    rows = [
        (kind, int(of.sum()), int((of & privileged).sum()), int((of & flagged).sum()))
        for kind in ITEM_KINDS
        for of in (items["kind"] == kind,)
    ]
    total = ("All", len(items), int(privileged.sum()), int(flagged.sum()))
    return listing("population-kinds", "Items by kind", columns, rows, "No items.", total)


def persons(evidence: Evidence) -> Listing:
    """Persons with more than one account, and why they are taken for one."""
    columns = (("Person", "text"), ("Accounts", "text"), ("Why they are one person", "text"))
    caption = "Persons with more than one account"
    if evidence.persons is None or evidence.links is None:
        return listing("person-list", caption, columns, (), NOT_YET_DETECTED)
    names = account_names(evidence)
    every = evidence.persons
    several = every[every["person_id"].duplicated(keep=False)]
    person_of = dict(zip(every["account_id"], every["person_id"], strict=True))
    reasons: dict[str, list[str]] = {}
    for link in records(evidence.links):
        if link["merged"]:
            reasons.setdefault(person_of.get(link["account_a"], ""), []).append(_reason(link))
    rows: list[tuple[Cell, ...]] = []
    for person, cluster in several.groupby("person_id", sort=True):
        accounts = [names[account] for account in sorted(cluster["account_id"])]
        name = cluster["person_name"].dropna()
        rows.append(
            (
                str(name.iloc[0]) if len(name) else str(person),
                Lines(tuple(accounts), even=True),
                Lines(tuple(reasons.get(str(person), ())), even=True),
            )
        )
    return listing("person-list", caption, columns, rows, "Nobody has more than one account.")


def possible_links(evidence: Evidence) -> Listing:
    """Accounts that look alike, and were not taken for one person."""
    columns = (
        ("Account", "text"),
        ("Account", "text"),
        ("What agrees", "text"),
        ("Against", "text"),
    )
    caption = "Possible links that were not followed"
    if evidence.links is None:
        return listing("possible", caption, columns, (), NOT_YET_DETECTED)
    names = account_names(evidence)
    rows = (
        (names[link["account_a"]], names[link["account_b"]], link["says"], link["against"] or "")
        for link in records(evidence.links)
        if not link["merged"]
    )
    return listing("possible", caption, columns, rows, "No other accounts look alike.")


def persons_said(evidence: Evidence) -> str:
    """28 persons hold 37 accounts."""
    if evidence.persons is None:
        return ""
    return (
        f"{evidence.persons['person_id'].nunique():,} persons hold "
        f"{len(evidence.persons):,} accounts. An administrator's row borrows department, title and "
        "manager from the same person's user account, and says so."
    )


def not_independent(evidence: Evidence, ids: tuple[str, ...]) -> Listing:
    columns = (("Item", "id"), ("Held by", "text"), ("Reviewer", "text"))
    caption = "Items whose reviewer is the person concerned"
    if evidence.items is None:
        return listing("dependent", caption, columns, (), NOT_YET_OPENED)
    concerned = evidence.items[within(evidence.items["item_id"], pd.Index(ids, dtype="string"))]
    rows = (
        (Link(row["item_id"], row["item_id"]), row["holder_name"], row["reviewer"])
        for row in records(concerned)
    )
    return listing(
        "dependent", caption, columns, rows, "No item was put to the person it concerns."
    )


def account_names(evidence: Evidence) -> dict[str, str]:
    """account_id -> Hana Sørensen, user hana.sorensen (active)."""
    return {
        row["account_id"]: f"{row['name'] or row['login'] or row['source_id']}, "
        f"{row['kind']} {row['login'] or row['email'] or row['source_id']} ({row['status']})"
        for row in records(evidence.snapshot.accounts)
    }


def _reason(link: dict[str, Any]) -> str:
    against = f" Against it: {link['against']}" if link["against"] else ""
    return f"{link['says'].rstrip('.')} ({link['rule']}, {link['strength']}).{against}"


def _ints(row: pd.Series[Any]) -> list[int]:
    return [int(number) for number in row]
