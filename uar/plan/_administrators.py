"""Administrator rights on devices (sudo) taken while the access stays: what else still gives them.

They come from three places, and any one is enough (API.md 6.4): the user's own flag for every
device, a binding to a device or a device group, and a group that gives them wherever it is bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from ._known import Known, Row, account_of, grant_of

EVERYWHERE = "administrator on every device"


def everywhere(account_id: str) -> str:
    """What the plan calls the right of a user's own flag, as if it were a grant."""
    return f"jumpcloud:sudo>{_own(account_id)}"


def of_binding(grant_id: str) -> str:
    """What the plan calls the right that goes with one binding, as if it were a grant."""
    return f"{grant_id}#sudo"


def sudo_effects(row: Row, known: Known, going: set[str]) -> Row:
    """Of a user's own flag."""
    user = row["holder_id"]
    stays = [
        f"Administrator of {known.name(target)} stays, through {_listed(places)}"
        for target in sorted(known.administrators, key=known.name)
        if (places := list(_places(user, target, known, going)))
    ]
    return {
        "does": f"Takes administrator rights on every device from {account_of(row)}.",
        "loses": [row["entitlement"]],
        "keeps": ["The devices stay", *stays],
        "warnings": [],
    }


def bound_sudo_effects(row: Row, known: Known, going: set[str]) -> Row:
    """Of one binding of a user or a group."""
    holder, target = row["holder_id"], row["entitlement_id"]
    what, whose = known.name(target), account_of(row)
    if row["holder_kind"] == "group":
        whose = f"the members of {row['holder_name']}"
        others = ["the group itself"] if known.entitlements[holder]["privileged"] else []
        keeping = [
            user
            for user in known.members.get(holder, ())
            if any(_all_places(user, target, known, going))
        ]
        kept = [f"The rights stay for {len(keeping):,} of them"] if keeping else []
    else:
        others, kept = list(_all_places(holder, target, known, going)), []
    through = [f"The rights stay, through {_listed(others)}"] if others else []
    return {
        "does": f"Takes administrator rights on {what} from {whose}; the binding stays.",
        "loses": [] if others else [row["entitlement"]],
        "keeps": [f"The access to {what} stays", *through, *([] if through else kept)],
        "warnings": [] if others else list(_perhaps(row, known, going)),
    }


def _all_places(user: str, target: str, known: Known, going: set[str]) -> Iterator[str]:
    """What else makes a user administrator of one device or device group."""
    if known.accounts[user]["sudo"] and everywhere(user) not in going:
        yield "the right on every device"
    yield from _places(user, target, known, going)


def _places(user: str, target: str, known: Known, going: set[str]) -> Iterator[str]:
    yield from _own_places(user, target, known, going)
    for whole in sorted(known.wholes.get(target, ()), key=known.name):
        if any(_own_places(user, whole, known, going)):
            yield f"the device group {known.name(whole)}"


def _own_places(user: str, target: str, known: Known, going: set[str]) -> Iterator[str]:
    if _gives(user, target, known, going):
        yield "the direct binding"
    for group in sorted(known.groups.get(user, ()), key=known.name):
        itself = known.entitlements[group]["privileged"] and target in known.opens.get(group, ())
        member = grant_of(group, user) not in going
        bound = grant_of(target, group) not in going
        if member and bound and (itself or _gives(group, target, known, going)):
            yield f"the group {known.name(group)}"


def _gives(holder: str, target: str, known: Known, going: set[str]) -> bool:
    grant = grant_of(target, holder)
    there = holder in known.administrators.get(target, ())
    return there and not {grant, of_binding(grant)} & going


def _perhaps(row: Row, known: Known, going: set[str]) -> Iterator[str]:
    """Where the list of what device groups hold could not be read, it is said as a doubt."""
    holder, target = row["holder_id"], row["entitlement_id"]
    if known.parts_known or known.entitlements[target]["kind"] != "device":
        return
    for other in sorted(known.administrators, key=known.name):
        if known.entitlements[other]["kind"] == "device group" and (
            any(_own_places(holder, other, known, going))
        ):
            yield (
                f"{account_of(row)} is administrator of the device group {known.name(other)} too; "
                f"if {known.name(target)} is in it, the right stays."
            )


def _listed(places: list[str]) -> str:
    return " and ".join(places)


def _own(account_id: str) -> str:
    return account_id.split(":", 1)[1]
