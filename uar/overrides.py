"""persons.toml: which accounts are one person, and which are not, where uar cannot know.

    [[same]]
    accounts = ["ana.ng@example.com", "admin:root-ng@example.com"]
    reason = "Her console account; confirmed by Tobias Okafor."

    [[not_same]]
    accounts = ["user:jlee", "user:jlee2"]
    reason = "Two people of one name."

An account is named by its id, its e-mail or its login; `user:` or `admin:` before it tells two of
one address apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from uar.errors import SetupError
from uar.toml_file import Names, Where, document, read

KINDS = ("user", "admin")


@dataclass(frozen=True)
class Entry:
    """Accounts as they are written, and why."""

    accounts: Names
    reason: str


@dataclass(frozen=True)
class Written:
    """Everything persons.toml can say."""

    same: tuple[Entry, ...] = ()
    not_same: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Override:
    """Two account_ids, whether they are one person, why, and where that stands."""

    one: str
    other: str
    same: bool
    reason: str
    line: str


def overrides(content: bytes, name: str, accounts: pd.DataFrame) -> tuple[Override, ...]:
    """What the file says, each pair once. SetupError names the line of the first that is wrong."""
    raw, where = document(content, name)
    written = read(Written, raw, (), where)
    found: dict[frozenset[str], Override] = {}
    for same, key, entries in ((True, "same", written.same), (False, "not_same", written.not_same)):
        for entry, part in zip(entries, where.entries(key), strict=True):
            ids = _ids(entry, part, accounts)
            for one, other in combinations(ids, 2):
                known = found.setdefault(
                    frozenset((one, other)), Override(one, other, same, entry.reason, part.here())
                )
                if known.same != same:
                    raise SetupError(
                        f"{part.here()}: {known.line} says the opposite of the same accounts."
                    )
    return tuple(found.values())


def refused(links: pd.DataFrame, given: tuple[Override, ...]) -> None:
    """SetupError if what persons.toml joins could not be joined. `links`: LINKS made with it."""
    lines = {frozenset((each.one, each.other)): each.line for each in given}
    failed = links[(links["rule"] == "override") & ~links["merged"]]
    for one, other, against in zip(
        failed["account_a"], failed["account_b"], failed["against"], strict=True
    ):
        line = lines[frozenset((one, other))]
        # What else speaks against the two says the same again.
        why = against.split("; ")[0]
        raise SetupError(f"{line}: {one} and {other} cannot be one person: {why}.")


def _ids(entry: Entry, part: Where, accounts: pd.DataFrame) -> list[str]:
    if not entry.reason.strip():
        raise SetupError(f"{part.line('reason')}: the reason must say something.")
    ids = [_id(name, part.value("accounts", name), accounts) for name in entry.accounts]
    if len(set(ids)) < 2 or len(set(ids)) < len(ids):
        raise SetupError(f"{part.line('accounts')}: name two accounts or more, each once.")
    return ids


def _id(name: str, line: str, accounts: pd.DataFrame) -> str:
    kind, _, rest = name.partition(":")
    of = accounts[accounts["kind"] == kind] if kind in KINDS and rest else accounts
    text = (rest if of is not accounts else name).strip().casefold()
    exact = of["account_id"].eq(name) | of["source_id"].eq(name)
    named = of["email"].str.strip().str.casefold().eq(text)
    named |= of["login"].str.strip().str.casefold().eq(text)
    found = of[(exact | named).fillna(False)].sort_values("account_id")
    if found.empty:
        raise SetupError(f"{line}: there is no account {name}.")
    if len(found) > 1:
        raise SetupError(
            f"{line}: {name} names {len(found)} accounts; name one of them: "
            f"{', '.join(found['account_id'])}."
        )
    if found["kind"].iloc[0] == "service":
        raise SetupError(f"{line}: {name} is a service account, and so nobody.")
    return str(found["account_id"].iloc[0])
