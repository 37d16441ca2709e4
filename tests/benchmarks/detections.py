"""How long persons and each detection take, in how much memory, and how well accounts are put
together.

    python -m tests.benchmarks.detections [S|M|L|XL] [FOLDER]

The organisation is the generator's (XL: 50,000 users, 1,000,000 grants); its snapshot is written
first, as sync does, and is kept in FOLDER where one is named. Detections then run in a process of
their own, that reads what uar detect reads. The earlier review is the same organisation with three
grants in a hundred gone, three people in a hundred placed differently, and one grant in a hundred
revoked; HR's list has everybody, one in a hundred as gone. Every list was read: no detection is
quick because it has nothing to tell.

Times are seconds of the processor, so that they mean the same on a busy machine: of each detection,
and of putting together what all of them found. The peak is what the process held at most while one
ran. Precision and recall count pairs of accounts of one person against the generator's truth. A
strong link is one by a key that both accounts have: JumpCloud's own link, one mailbox, one employee
id, or the e-mail of one as alternate of the other.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from tests.detections.world import ANSWER, HEADER, ITEM, collection
from uar.access import reach
from uar.detections import Facts, ask, detections, put_together
from uar.detections._lists import ACCOUNTS_IN, GROUPS_IN
from uar.persons import persons
from uar.previous import Previous
from uar.sandbox import names
from uar.sandbox.generate import SIZES, organisation
from uar.settings import (
    Domains,
    Employment,
    Persons,
    Privileged,
    Settings,
    SodRule,
    Temporary,
)
from uar.snapshot import Snapshot, from_files, to_files
from uar.sources import _rows as rows
from uar.sources import _things as things
from uar.tables import (
    ACCOUNTS,
    COLLECTIONS,
    COVERAGE,
    DECISIONS,
    ENTITLEMENTS,
    EXCEPTIONS,
    FINDINGS,
    GAPS,
    GRANTS,
    ITEMS,
    OUTCOMES,
    ROSTER,
    USES,
    records,
)

Answer = TypeVar("Answer")
KINDS = {"user_group": "group", "application": "app", "user": "user"}
READ = sorted({*ACCOUNTS_IN.values(), *GROUPS_IN.values()})


def snapshot(state: dict[str, Any]) -> Snapshot:
    """What sync would store, without the way through HTTP."""
    accounts = [
        *map(rows.account_of_user, state["systemusers"]),
        *map(rows.account_of_admin, state["admins"]),
        *map(rows.account_of_service, state["serviceaccounts"]),
    ]
    entitlements = [
        *map(things.entitlement_of_group, state["usergroups"]),
        *map(things.entitlement_of_app, state["applications"]),
        *map(things.entitlement_of_role, state["roles"]),
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
        replace(
            HEADER, usage="observed", usage_from="2026-08-01T00:00:00Z", usage_to=HEADER.finished_at
        ),
        ACCOUNTS.frame(accounts),
        ENTITLEMENTS.frame(entitlements),
        GRANTS.frame(grants.values()),
        COLLECTIONS.frame(map(collection, READ)),
        GAPS.empty(),
    )


def used(snap: Snapshot) -> Snapshot:
    """Nine of ten of what people reach was used, one way or another."""
    ways = reach(snap.grants)[["holder_id", "entitlement_id"]].drop_duplicates()
    grants = ways[
        ways["entitlement_id"].str.startswith("jumpcloud:app:")
        & ways["holder_id"].str.startswith("jumpcloud:user:")
    ]
    grants = grants[np.arange(len(grants)) % 10 != 0]
    uses = pd.DataFrame(
        {
            "use_id": grants["holder_id"] + "@" + grants["entitlement_id"],
            "account_id": grants["holder_id"],
            "kind": "application",
            "entitlement_id": grants["entitlement_id"],
            "last_used_at": "2026-11-01T00:00:00Z",
            "uses": 3,
        }
    )
    return replace(snap, uses=USES.frame(uses))


def roster_of(snap: Snapshot) -> pd.DataFrame:
    users = snap.accounts[snap.accounts["kind"] == "user"].dropna(subset=["employee_id"])
    listed = users[["employee_id", "email", "name", "department", "title"]]
    gone = np.arange(len(users)) % 100 == 0
    return ROSTER.frame(
        listed.assign(
            row=np.arange(2, len(users) + 2),
            status=np.where(gone, "left", "employed"),
            end_date=np.where(gone, "2026-10-01T00:00:00Z", None),
        )
    )


def earlier(snap: Snapshot) -> Previous:
    """The same organisation a quarter ago."""
    grants = snap.grants[np.arange(len(snap.grants)) % 33 != 0].reset_index(drop=True)
    accounts = snap.accounts.copy()
    others = np.arange(len(accounts)) % 33 == 0
    accounts["department"] = accounts["department"].mask(others, "Elsewhere")
    revoked = snap.grants[np.arange(len(snap.grants)) % 100 == 0]
    named = revoked[["grant_id", "holder_id", "holder_kind", "entitlement_id"]]
    items = named.assign(item_id="UAR-" + named["grant_id"], holder_name="Ana", entitlement="Pay")
    items = items.assign(entitlement_kind="app", **ITEM)
    answers = items[["item_id"]].assign(decision="Revoke", written="Revoke", **ANSWER)
    return Previous(
        "", "2026-Q3", "", replace(snap, accounts=accounts, grants=grants), pd.DataFrame(),
        FINDINGS.empty(), ITEMS.frame(items), DECISIONS.frame(answers), OUTCOMES.empty(),
        COVERAGE.empty(),
    )  # fmt: skip


def exceptions() -> pd.DataFrame:
    """A thousand that are over."""
    rows = pd.DataFrame({"line": np.arange(1, 1001)})
    rows["finding"] = "ADM-01:jumpcloud:admin:" + rows["line"].astype("string")
    over = {"reason": "Asked.", "approver": "Ana Ng", "expires": "2026-01-31T00:00:00Z"}
    return EXCEPTIONS.frame(rows.assign(**over))


def settings_of(snap: Snapshot) -> Settings:
    """Everything that a detection waits for is set."""
    things = snap.entitlements
    apps = things.loc[things["kind"] == "app", "entitlement_id"].tolist()
    groups = things.loc[things["kind"] == "group", "entitlement_id"].tolist()
    ends = [date for date in (dt.date(2026, 10, 31), dt.date(2027, 1, 31)) for _ in range(10)]
    own = snap.grants[snap.grants["holder_kind"] == "user"].head(len(ends))
    return Settings(
        persons=Persons(alias_domains={names.ALIAS_DOMAIN: names.DOMAIN}),
        domains=Domains(own=(names.DOMAIN, names.ALIAS_DOMAIN)),
        privileged=Privileged(entitlements=tuple(apps[:3])),
        employment=Employment(employees_only=tuple(groups[:10])),
        sod=tuple(SodRule(f"rule {n}", tuple(apps[n : n + 2])) for n in range(5)),
        temporary=tuple(
            Temporary(*each)
            for each in zip(own["holder_id"], own["entitlement_id"], ends, strict=True)
        ),
    )


def pairs(groups: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def peak() -> float:
    """The most memory held since the last `forget`, in MiB (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def prepare(size: str, folder: Path) -> None:
    state = organisation(size, seed=1)
    for name, content in to_files(used(snapshot(state))).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "truth.json").write_text(json.dumps(state["truth"]))


def strong(snap: Snapshot, labelled: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The labelled pairs that a key of both accounts tells; the rest are known by name only."""
    aliases = {names.ALIAS_DOMAIN: names.DOMAIN}

    def mailbox(email: object) -> str:
        local, _, domain = str(email).casefold().rpartition("@")
        return f"{local.partition('+')[0]}@{aliases.get(domain, domain)}"

    own = {row["account_id"].removeprefix("jumpcloud:"): row for row in records(snap.accounts)}

    def keys(name: str) -> set[tuple[str, str]]:
        row = own[name]
        found = {("mail", mailbox(row["email"])), ("mail", str(row["email"]).casefold())}
        found |= {("admin", row["account_id"]), ("admin", str(row["linked_admin_id"]))}
        found |= {("id", str(row["employee_id"]).casefold())}
        found |= {
            ("mail", str(row[one]).casefold()) for one in ("alternate_email", "recovery_email")
        }
        return {key for key in found if key[1].casefold() not in ("none", "none@", "@none")}

    return {pair for pair in labelled if keys(pair[0]) & keys(pair[1])}


def quality(folder: Path, snap: Snapshot, who: pd.DataFrame, links: pd.DataFrame) -> None:
    truth = pairs(json.loads((folder / "truth.json").read_text())["persons"])
    short = who.assign(account=who["account_id"].str.removeprefix("jumpcloud:"))
    ours = pairs(short.groupby("person_id")["account"].apply(list))
    hits = len(ours & truth)
    print(f"          {hits:,} of {len(truth):,} labelled pairs, {len(ours - truth):,} made up")
    keyed = strong(snap, truth)
    print(f"          precision {hits / len(ours):.4f}, recall {hits / len(truth):.4f} of all")
    recall = len(ours & keyed) / len(keyed)
    print(f"          recall {recall:.4f} of the {len(keyed):,} with a strong link")
    ends = links[["account_a", "account_b"]].map(lambda one: one.removeprefix("jumpcloud:"))
    shown = pairs(ends.itertuples(index=False)) & (truth - ours)
    print(f"          {len(shown):,} of the {len(truth - ours):,} missed are shown as possible")


def measure(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    begun = time.process_time()
    snap = from_files(files)
    del files
    print(f"{len(snap.accounts):,} accounts, {len(snap.grants):,} grants, {len(snap.uses):,} uses")
    print(f"read      {time.process_time() - begun:6.2f} s  {peak():7,.0f} MiB")
    settings = settings_of(snap)

    begun = time.process_time()
    who, links = persons(snap.accounts, settings.persons)
    took = time.process_time() - begun
    print(f"persons   {took:6.2f} s  {peak():7,.0f} MiB  {len(links):,} links")
    quality(folder, snap, who, links)

    finished = pd.Timestamp(snap.header.finished_at)
    given = roster_of(snap), earlier(snap), exceptions()
    facts = Facts(snap, who, links, settings, finished, *given)
    total, most, answers = 0.0, 0.0, []

    def timed(name: str, work: Callable[[], Answer], says: Callable[[Answer], str]) -> Answer:
        nonlocal total, most
        forget()
        begun = time.process_time()
        answer = work()
        took = time.process_time() - begun
        total, most = total + took, max(most, peak())
        print(f"{name:9} {took:6.2f} s  {peak():7,.0f} MiB  {says(answer)}")
        return answer

    for detection in detections():
        answers.append(timed(detection.id, partial(ask, facts, detection), in_words))
    timed("together", lambda: put_together(facts, answers), lambda both: f"{len(both[0]):7,} found")
    print(f"all       {total:6.2f} s  {most:7,.0f} MiB")


def in_words(answer: tuple[pd.DataFrame | None, dict[str, Any]]) -> str:
    _, row = answer
    if "not_run" in row:
        return f"not run: {row['not_run']}"
    return f"{row['found']:7,} of {row['looked_at']:9,}  {row['cannot_tell']:7,} cannot be told"


def main(size: str = "XL", folder: str = "") -> None:
    if size not in (*SIZES, "measure"):
        raise SystemExit(__doc__)
    if size == "measure":
        measure(Path(folder))
        return
    with tempfile.TemporaryDirectory() as passing:
        where = Path(folder or passing)
        if not (where / "truth.json").exists():
            prepare(size, where)
        print(f"{size}: ", end="", flush=True)
        subprocess.run([sys.executable, "-m", __spec__.name, "measure", str(where)], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
