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
    ruled = known.entitlements[row["entitlement_id"]]["membership"] == "dynamic"
    if ruled and known.settings.exempt_dynamic:
        return None
    exempting = (
        " Or set apply.exempt_dynamic = true in the settings file and run uar plan again: uar does "
        "both."
        if ruled
        else ""
    )
    return (
        row["why_not"] or "It cannot be taken away by one write.",
        f"Ask the owner of {row['entitlement']} to exempt the account from the rule, or to change "
        f"the attribute that the rule reads; the next sync shows whether it is gone.{exempting}",
    )


def _without_reason(row: Row, known: Known) -> Reason | None:
    if row["reason"]:
        return None
    return "The Revoke has no reason.", "Ask the reviewer for the reason and ingest the file again."


def _too_old(row: Row, known: Known) -> Reason | None:
    days = (known.now - row["received_at"]).days
    if days <= known.settings.decision_days:
        return None
    return (
        f"It was decided {days} days ago, and apply.decision_days is "
        f"{known.settings.decision_days}.",
        "Ask the reviewer again and ingest the new answer.",
    )


def _not_eligible(row: Row, known: Known) -> Reason | None:
    """Whoever decided must be an active user, and somebody else than who holds it."""
    email = row.get("reviewer_email_decided")
    if not email:  # a finding, not a reviewer
        return None
    found = known.users.get(email.casefold(), [])
    again = "Reassign the item to another reviewer and ingest the new answer."
    if not any(account["status"] == "active" for account in found):
        return f"{email} decided this, and is no active user of the tenant.", again
    own = known.person.get(row["holder_id"], row["holder_id"])
    if any(known.person.get(each["account_id"], each["account_id"]) == own for each in found):
        return f"{email} decided this about their own access.", again
    return None


def _accepted(row: Row, known: Known) -> Reason | None:
    """Of an emergency: somebody has decided to live with the finding."""
    says = row.get("accepted")
    return (says, "Take it out of exceptions.toml and run uar detect again.") if says else None


def _managed(row: Row, known: Known) -> Reason | None:
    """Only a field of the account itself: who is in what is always JumpCloud's own."""
    needed = {"user account": ("state", "suspended"), "device sudo": ("sudo",)}.get(row["kind"])
    if needed is None:
        return None
    fields = (known.accounts[row["holder_id"]]["managed_fields"] or "").split()
    owners = dict(each.split(":", 1) for each in fields)
    for field in needed:
        if field in owners:
            return (
                f"The field {field} of this account is managed by {owners[field]}.",
                "Change it there; JumpCloud would refuse or undo the change.",
            )
    return None


def _protected(row: Row, known: Known) -> Reason | None:
    group = row["holder_kind"] == "group"
    touched = known.members.get(row["holder_id"], set()) if group else {row["holder_id"]}
    names = names_of(_shielded(touched, known))
    if not names:
        return None
    says = (
        f"{row['holder_name']} gives it to protected accounts: {names}."
        if group
        else f"{names} is a protected account."
    )
    return (
        says,
        "Remove it by hand, or take the account out of apply.protected in the settings file.",
    )


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
    if row["holder_kind"] == "service" and row["holder_id"] == known.credential_id:
        return (
            "This service account is the one that uar works as.",
            "Delete it by hand, or work with another key.",
        )
    if row["holder_kind"] != "admin":
        return None
    named = known.settings.credential_admin.strip().casefold()
    if not known.credential_id and not named:
        return (
            "JumpCloud does not tell which admin owns the API key, and a key must not take away "
            "its own admin's role.",
            "Set apply.credential_admin in the settings file to the e-mail of the admin who owns "
            "the key.",
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
        'Set apply.last_admin_role = "delete" in the settings file, or delete the admin by hand.',
    )


def _is_reader(row: Row) -> bool:
    return bool(row["kind"] == "admin role" and row["entitlement"].strip().casefold() == READER)


def _put_back(row: Row, known: Known) -> Reason | None:
    at = known.restored.get(row["item_id"])
    if at is None or row["received_at"] > at:
        return None
    return (
        f"It was put back by uar undo on {at:%Y-%m-%d}.",
        "It takes a new decision, or a new emergency plan, to remove it again.",
    )


BLOCKERS: tuple[Callable[[Row, Known], Reason | None], ...] = (
    _not_revocable,
    _managed,
    _without_reason,
    _too_old,
    _not_eligible,
    _accepted,
    _protected,
    _last_owners,
    _own_credential,
    _reader_that_stays,
    _put_back,
)
