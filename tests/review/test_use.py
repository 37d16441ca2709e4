"""When access was last used, and the four reasons why that cannot be said."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.review.world import HEADER, Row, access_of, entitlement, person, world
from uar.review.items import Known, items
from uar.settings import Campaign, Reviewers, Settings
from uar.sheet import SHOWN, SINCE, shown_of
from uar.tables import records

SETTINGS = Settings(Campaign(), Reviewers("boss@example.com"))
OBSERVED = replace(
    HEADER, usage="observed", usage_from="2026-08-22T09:00:00Z", usage_to="2026-11-20T09:00:00Z"
)
ANN = "jumpcloud:user:ann"
THINGS = [entitlement("group:finance"), entitlement("app:payroll"), entitlement("app:ledger"),
          entitlement("radius:wifi"), entitlement("role:admin")]  # fmt: skip
MEMBER = access_of("jumpcloud:group:finance", ANN)
DIRECT = access_of("jumpcloud:app:payroll", ANN)
DOORS = [
    access_of(f"jumpcloud:{thing}", "jumpcloud:group:finance")
    for thing in ("app:payroll", "app:ledger")
]


def use(account: str, kind: str, thing: str = "", at: str = "2026-10-12", uses: int = 14) -> Row:
    return {
        "use_id": f"{account}@{thing or kind}", "account_id": account, "kind": kind,
        "entitlement_id": f"jumpcloud:{thing}" if thing else None,
        "last_used_at": f"{at}T10:00:00Z", "uses": uses,
    }  # fmt: skip


def said(*grants: Row, uses: tuple[Row, ...] = (), usage: str = "observed") -> dict[str, Row]:
    accounts = [person("ann"), person("boss"), person("bo"), person("root", kind="admin"),
                person("bot", kind="service")]  # fmt: skip
    header = replace(OBSERVED, usage=usage)
    known: Known = world(accounts, THINGS, grants, header=header, uses=uses)
    return {row["grant_id"]: row for row in records(items(known, SETTINGS, str))}


def test_the_day_and_the_number_in_the_window() -> None:
    row = said(DIRECT, uses=(use(ANN, "application", "app:payroll"),))[DIRECT["grant_id"]]
    assert (row["use_state"], row["last_use"]) == ("used", "12 Oct 2026\n14 uses in 90 days")


def test_since_when_is_told_where_the_log_has_it_and_shown() -> None:
    accounts = [person("ann"), person("boss")]
    given: Row = {
        "given_id": f"{DIRECT['grant_id']}@given", "grant_id": DIRECT["grant_id"],
        "given_at": "2026-10-12T23:30:00Z", "given_by": "=root@example.com",
    }  # fmt: skip
    day = "12 Oct 2026"
    for by, says in (("=root@example.com", f"{day} by =root@example.com"), (None, day)):
        known = world(accounts, THINGS, [DIRECT, MEMBER], given=[given | {"given_by": by}])
        found = items(known, SETTINGS, str).set_index("grant_id")
        assert found.at[DIRECT["grant_id"], "given"] == says
        assert pd.isna(found.at[MEMBER["grant_id"], "given"])
        texts = shown_of(found.reset_index())
        place = [shown.heading for shown in SHOWN].index(SINCE)
        assert {shown[place] for shown in texts.values()} == {"", f"Given {says}"}


def test_not_observed_is_said_with_its_window() -> None:
    other = use("jumpcloud:user:bo", "application", "app:payroll")
    row = said(DIRECT, uses=(other,))[DIRECT["grant_id"]]
    assert (row["use_state"], row["last_use"]) == ("not observed", "Not observed in 90 days")


@pytest.mark.parametrize("usage", ["not collected", "not licensed", "not permitted"])
def test_what_was_not_looked_at_says_why(usage: str) -> None:
    uses = (use(ANN, "application", "app:payroll"),)
    row = said(DIRECT, uses=uses, usage=usage)[DIRECT["grant_id"]]
    assert (row["use_state"], row["last_use"]) == (usage, usage.capitalize())


def test_a_membership_was_used_when_the_newest_of_what_it_opens_was() -> None:
    uses = (use(ANN, "application", "app:payroll", "2026-09-01", 2),
            use(ANN, "application", "app:ledger", "2026-11-02", 1))  # fmt: skip
    rows = said(MEMBER, *DOORS, uses=uses)
    assert rows[MEMBER["grant_id"]]["last_use"] == "2 Nov 2026\n3 uses in 90 days"


@pytest.mark.parametrize("usage", ["observed", "not licensed"])
def test_where_nothing_can_be_seen_nothing_is_claimed(usage: str) -> None:
    row = said(MEMBER, usage=usage)[MEMBER["grant_id"]]
    assert (row["use_state"], row["last_use"]) == ("not applicable", "Not applicable")


def test_what_a_group_holds_was_used_by_its_members() -> None:
    more = access_of("jumpcloud:group:finance", "jumpcloud:user:bo")
    uses = (use("jumpcloud:user:bo", "application", "app:ledger"),
            use("jumpcloud:user:boss", "application", "app:ledger", "2026-11-19"))  # fmt: skip
    rows = said(MEMBER, more, *DOORS, uses=uses)
    assert rows[DOORS[1]["grant_id"]]["last_use"] == "12 Oct 2026\n1 member in 90 days"
    assert rows[DOORS[0]["grant_id"]]["use_state"] == "not observed"


def test_events_that_do_not_name_the_server_count_for_its_kind() -> None:
    wifi = access_of("jumpcloud:radius:wifi", ANN)
    assert said(wifi, uses=(use(ANN, "radius"),))[wifi["grant_id"]]["use_state"] == "used"
    assert said(wifi, uses=(use(ANN, "sign-in"),))[wifi["grant_id"]]["use_state"] == "not observed"


def test_a_role_was_used_when_its_administrator_signed_in_and_nobody_tells_of_services() -> None:
    role = access_of("jumpcloud:role:admin", "jumpcloud:admin:root")
    bot = access_of("jumpcloud:role:admin", "jumpcloud:service:bot")
    rows = said(role, bot, uses=(use("jumpcloud:admin:root", "sign-in", uses=1),))
    assert rows[role["grant_id"]]["last_use"] == "12 Oct 2026\n1 use in 90 days"
    assert rows[bot["grant_id"]]["use_state"] == "not applicable"
