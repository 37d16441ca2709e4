"""What a reviewer can look up: what each access gives, and which accounts are one person."""

from __future__ import annotations

import pandas as pd

from uar import access
from uar.review.flags import flags_of_accounts, flags_of_entitlements
from uar.review.items import Known
from uar.sheet import shortened, showable
from uar.tables import look_up, records
from uar.text import counted

KINDS = {
    "group": "group",
    "app": "application",
    "role": "admin role",
    "device": "device",
    "device group": "device group",
    "directory": "directory",
    "radius": "RADIUS server",
    "password item": "password",
    "password folder": "password folder",
}
MEMBERSHIPS = {
    "static": "filled by hand",
    "dynamic": "filled by a rule",
    "review-required": "filled by a rule, after approval",
}
TOLD = 12  # sentences about one account or one entitlement
ACCOUNT_KINDS = {"user": "user", "admin": "administrator", "service": "service account"}
REASONS = {
    "linked": "linked in JumpCloud",
    "email": "the same e-mail",
    "alias": "the same mailbox",
    "employee-id": "the same employee id",
    "alternate-email": "an alternate e-mail of the other",
    "name": "the same name",
}


def gives(known: Known) -> dict[str, tuple[str, ...]]:
    """Per entitlement: Access, Kind, Opens, Held by, Membership, Description, Flags."""
    entitlements = known.snapshot.entitlements
    name = entitlements.set_index("entitlement_id")["name"]
    opened = access.with_contents(known.opened, known.snapshot.contents)
    opened = opened.assign(name=look_up(opened["entitlement_id"], name))
    opens = opened.sort_values("name").groupby("group_id")["name"].agg("; ".join)
    by_group = known.snapshot.grants["holder_kind"] == "group"
    accounts = known.snapshot.grants[~by_group]["entitlement_id"].value_counts()
    groups = known.snapshot.grants[by_group]["entitlement_id"].value_counts()
    flagged = flags_of_entitlements(known.said)
    found = {}
    for row in records(entitlements):
        thing = row["entitlement_id"]
        texts = (
            row["name"],
            KINDS[row["kind"]],
            opens.get(thing, ""),
            _held_by(int(accounts.get(thing, 0)), int(groups.get(thing, 0))),
            MEMBERSHIPS.get(row["membership"], ""),
            row["description"] or "",
        )
        found[thing] = (*map(_shown, texts), _told(flagged.get(thing)))
    return found


def people(known: Known, links: pd.DataFrame) -> dict[str, list[tuple[str, ...]]]:
    """Per person the accounts: Person, Account, Account kind, Status, Job title, Department,
    Manager, One person because, Flags."""
    accounts = known.snapshot.accounts.merge(
        known.persons, on="account_id", how="left", suffixes=("", "_person")
    ).sort_values("account_id")
    because = _because(links)
    flagged = flags_of_accounts(known.said, known.snapshot.grants)
    called = accounts.set_index("account_id")
    called_name = called["name"].fillna(called["login"])
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in records(accounts):
        borrowed = row["borrowed_from"] is not None
        mark = " (from the user account)" if borrowed else ""
        side = "_person" if borrowed else ""
        manager_id = row[f"manager_id{side}"]
        manager = called_name.get(manager_id) if manager_id else None
        profile = [row[f"title{side}"], row[f"department{side}"], manager]
        texts = (
            row["person_name"] or row["name"] or row["login"] or row["account_id"],
            row["login"] or row["email"] or row["account_id"],
            ACCOUNT_KINDS[row["kind"]],
            row["status"],
            *(f"{text}{mark}" if isinstance(text, str) else "" for text in profile),
            because.get(row["account_id"], ""),
        )
        person = row["person_id"] or row["account_id"]
        found.setdefault(person, []).append(
            (*map(_shown, texts), _told(flagged.get(row["account_id"])))
        )
    return found


def _shown(text: str) -> str:
    return shortened(showable(text))


def _told(sentences: str | None) -> str:
    """As many as a row of a sheet can be high."""
    each = sentences.split("\n") if sentences else []
    more = len(each) - TOLD
    rest = [f"And {more:,} more, which the report lists."] if more > 0 else []
    return "\n".join([*map(_shown, each[:TOLD]), *rest])


def _because(links: pd.DataFrame) -> dict[str, str]:
    """Per account the rules that joined it to another, in words; not the private values."""
    merged = links[links["merged"].astype(bool)]
    ends = pd.concat(
        [
            merged[[end, "rule"]].set_axis(["account_id", "rule"], axis=1)
            for end in ("account_a", "account_b")
        ]
    ).drop_duplicates()
    ends["words"] = ends["rule"].map(lambda rule: REASONS.get(rule, rule))
    joined = ends.sort_values(["account_id", "words"]).groupby("account_id")["words"]
    return {str(account): ", ".join(words) for account, words in joined}


def _held_by(accounts: int, groups: int) -> str:
    held = ((accounts, "account"), (groups, "group"))
    return ", ".join(counted(number, word) for number, word in held if number) or "nobody"
