"""What stands in the way of a removal: why it is not done, and what a person can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ._known import (
    OWNERS_KEPT,
    READER,
    Known,
    Row,
    is_owner_role,
    names_of,
    roles_among,
)

Reason = tuple[str, str]  # why it is not done, what a person can do


def in_the_way(row: Row, known: Known) -> Iterator[Reason]:
    for blocker in BLOCKERS:
        reason = blocker(row, known)
        if reason:
            yield reason


def _not_revocable(row: Row, known: Known) -> Reason | None:
    if row["revocable"]:
        return None
    if row["kind"] != "group membership":
        return row["why_not"] or "It cannot be taken away by one write.", "Remove it by hand."
    return (
        row["why_not"] or "It cannot be taken away by one write.",
        f"Ask the owner of {row['entitlement']} to exempt the account from the rule, or to change "
        "the attribute the rule reads; the next sync shows whether it is gone.",
    )


def _no_write(row: Row, known: Known) -> Reason | None:
    if row["holder_kind"] != "service":
        return None
    return (
        "The one role of a service account cannot be taken away.",
        "Delete the service account in the Admin Portal, under Settings > Service Accounts.",
    )


def _without_reason(row: Row, known: Known) -> Reason | None:
    if row["reason"]:
        return None
    return "The Revoke has no reason.", "Ask the reviewer for the reason and ingest the file again."


def _protected(row: Row, known: Known) -> Reason | None:
    group = row["holder_kind"] == "group"
    touched = known.members.get(row["holder_id"], set()) if group else {row["holder_id"]}
    names = names_of(_shielded(touched, known))
    if not names:
        return None
    says = (
        f"{row['holder_name']} gives it to protected accounts: {names}."
        if group
        else (f"{names} is a protected account.")
    )
    return says, "Remove it by hand, or take the account out of apply.protected in uar.toml."


def _shielded(account_ids: Iterable[str], known: Known) -> list[str]:
    words = {word.strip().casefold() for word in known.settings.protected}
    accounts = (known.accounts[each] for each in account_ids if each in known.accounts)
    return [
        str(account["login"] or account["email"])
        for account in accounts
        if words & {str(account[name]).casefold() for name in ("login", "email") if account[name]}
    ]


def _last_owners(row: Row, known: Known) -> Reason | None:
    """Of active holders of the owner's role, at least two must stay."""
    if not is_owner_role(row):
        return None
    role = row["entitlement_id"]
    active = {each for each in known.holders[role] if known.accounts[each]["status"] != "suspended"}
    going = {each["holder_id"] for each in known.revoked if each["entitlement_id"] == role}
    if len(active - going) >= OWNERS_KEPT:
        return None
    return (
        f"Active admins with the role {row['entitlement']}: {len(active)}; revoked: "
        f"{len(active & going)}; at least {OWNERS_KEPT} must stay.",
        "Give the role to another admin first, or decide again which of them stay.",
    )


def _own_credential(row: Row, known: Known) -> Reason | None:
    if row["holder_kind"] != "admin":
        return None
    named = known.settings.credential_admin.strip().casefold()
    if not known.credential_id and not named:
        return (
            "JumpCloud does not tell which admin owns the API key, and a key must not take away "
            "its own admin's role.",
            "Set apply.credential_admin in uar.toml to the e-mail of the admin who owns the key.",
        )
    if row["holder_id"] == known.credential_id or (row["login"] or "").casefold() == named:
        return (
            "This admin owns the API key that uar works with.",
            "Remove it by hand, or work with the key of another admin.",
        )
    return None


def _reader_that_stays(row: Row, known: Known) -> Reason | None:
    """With "read-only" an admin who loses the last role keeps Read Only: it cannot go itself."""
    if known.settings.last_admin_role != "read-only" or not _is_reader(row):
        return None
    going = {each["entitlement_id"] for each in roles_among(row["holder_id"], known.revoked)}
    if known.roles[row["holder_id"]] - going:
        return None
    return (
        'apply.last_admin_role = "read-only" leaves this role to an admin who has no other.',
        'Set apply.last_admin_role = "delete" in uar.toml, or delete the admin by hand.',
    )


def _is_reader(row: Row) -> bool:
    return bool(row["kind"] == "admin role" and row["entitlement"].strip().casefold() == READER)


def _put_back(row: Row, known: Known) -> Reason | None:
    at = known.restored.get(row["item_id"])
    if at is None or row["received_at"] > at:
        return None
    return (
        f"It was put back by uar undo on {at:%Y-%m-%d}.",
        "Ingest a new decision of the reviewer if it is to be removed again.",
    )


BLOCKERS: tuple[Callable[[Row, Known], Reason | None], ...] = (
    _not_revocable,
    _no_write,
    _without_reason,
    _protected,
    _last_owners,
    _own_credential,
    _reader_that_stays,
    _put_back,
)
