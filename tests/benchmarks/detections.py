"""How long persons and each detection take, and how well accounts are put together.

    python -m tests.benchmarks.detections [S|M|L|XL]

The organisation is the generator's (XL: 50,000 users, 1,000,000 grants). Times are of the
processor, so that they mean the same on a busy machine. Precision and recall count pairs of
accounts of one person against the generator's truth.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pandas as pd

from tests.detections.world import HEADER, collection
from uar.detections import Facts, detections, run
from uar.persons import persons
from uar.sandbox import names
from uar.sandbox.generate import organisation
from uar.settings import Persons, Settings
from uar.snapshot import Snapshot
from uar.sources import _rows as rows
from uar.tables import ACCOUNTS, COLLECTIONS, ENTITLEMENTS, GAPS, GRANTS

SETTINGS = Settings(persons=Persons(alias_domains={names.ALIAS_DOMAIN: names.DOMAIN}))
KINDS = {"user_group": "group", "application": "app", "user": "user"}


def snapshot(state: dict[str, Any]) -> Snapshot:
    """What sync would store, without the way through HTTP."""
    accounts = [
        *map(rows.account_of_user, state["systemusers"]),
        *map(rows.account_of_admin, state["admins"]),
        *map(rows.account_of_service, state["serviceaccounts"]),
    ]
    entitlements = [
        *map(rows.entitlement_of_group, state["usergroups"]),
        *map(rows.entitlement_of_app, state["applications"]),
        *map(rows.entitlement_of_role, state["roles"]),
    ]
    edges = [
        (f"{KINDS[edge['from']['type']]}:{edge['from']['id']}", KINDS[edge["to"]["type"]], edge)
        for edge in state["edges"]
        if edge["from"]["type"] in ("user_group", "application") and edge["to"]["type"] in KINDS
    ]
    held = [(what, kind, f"{kind}:{edge['to']['id']}") for what, kind, edge in edges]
    for admin in state["admins"]:
        for role in rows.roles_of_admin(admin):
            held.append((f"role:{role.id}", "admin", f"admin:{admin['_id']}"))
    grants = {
        f"jumpcloud:{what}>{holder}": {
            "grant_id": f"jumpcloud:{what}>{holder}",
            "holder_id": f"jumpcloud:{holder}",
            "holder_kind": kind,
            "entitlement_id": f"jumpcloud:{what}",
            "revocable": True,
        }
        for what, kind, holder in held
    }
    return Snapshot(
        HEADER,
        ACCOUNTS.frame(accounts),
        ENTITLEMENTS.frame(entitlements),
        GRANTS.frame(grants.values()),
        COLLECTIONS.frame([collection("group members")]),
        GAPS.empty(),
    )


def pairs(groups: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def main(size: str = "XL") -> None:
    state = organisation(size, seed=1)
    snap = snapshot(state)
    print(f"{size}: {len(snap.accounts):,} accounts, {len(snap.grants):,} grants")

    begun = time.process_time()
    who, links = persons(snap.accounts, SETTINGS.persons)
    print(f"persons   {time.process_time() - begun:6.2f} s  {len(links):7,} links")

    short = who.assign(account=who["account_id"].str.removeprefix("jumpcloud:"))
    ours = pairs(short.groupby("person_id")["account"].apply(list))
    truth = pairs(state["truth"]["persons"])
    hits = len(ours & truth)
    print(f"          {hits:,} of {len(truth):,} pairs found, {len(ours - truth):,} made up")
    print(f"          precision {hits / len(ours):.4f}, recall {hits / len(truth):.4f}")

    ends = links[["account_a", "account_b"]].map(lambda one: one.removeprefix("jumpcloud:"))
    shown = pairs(ends.itertuples(index=False)) & (truth - ours)
    print(f"          {len(shown):,} of the {len(truth - ours):,} missed are shown as possible")

    facts = Facts(snap, who, links, SETTINGS, pd.Timestamp(snap.header.finished_at))
    total = 0.0
    for detection in detections():
        begun = time.process_time()
        _, coverage = run(facts, [detection])
        took = time.process_time() - begun
        total += took
        row = coverage.iloc[0]
        print(
            f"{detection.id:9} {took:6.2f} s  {row['found']:7,} of {row['looked_at']:9,}"
            f"  {row['cannot_tell']:6,} cannot be told"
        )
    print(f"all       {total:6.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, the generator included")


if __name__ == "__main__":
    main(*sys.argv[1:])
