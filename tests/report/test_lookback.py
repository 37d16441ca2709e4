"""Was access used while it was not right? What was granted after the snapshot?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.report import made
from tests.report.test_report import Page, column, render
from tests.seal.conftest import uar
from uar.commands._evidence import load
from uar.evidence import Evidence, previous_of
from uar.folder import Folder
from uar.measures.lookback import BEFORE, LEAVER, REVOKED, UNSEEN, UNSHOWN, USED, lookback
from uar.snapshot import to_files
from uar.tables import DECISIONS, GRANTS, OUTCOMES, ROSTER, USES
from uar.tieout import tie_out

FROM, TO = "2026-08-25T10:00:00Z", "2026-11-23T09:55:00Z"


def used(account: str, what: str | None, kind: str, at: str) -> dict[str, Any]:
    return {
        "use_id": f"{account}@{what or kind}", "account_id": account, "kind": kind,
        "entitlement_id": what, "last_used_at": at, "uses": 3, "event_id": f"ev-{at}",
    }  # fmt: skip


def reviewed(uses: list[dict[str, Any]], ended: str = "2026-11-25T08:00:00Z") -> Evidence:
    """Everything is revoked, and gone at `ended`; the log is that of `uses`."""
    evidence = made.evidence(words=["Revoke"], ends=["removed"])
    header = replace(evidence.snapshot.header, usage="observed", usage_from=FROM, usage_to=TO)
    snapshot = replace(evidence.snapshot, header=header, uses=USES.frame(uses))
    assert evidence.items is not None
    items = evidence.items.assign(use_state="not observed")
    outcomes = OUTCOMES.frame(evidence.outcomes.assign(at=pd.Timestamp(ended)))
    return replace(evidence, snapshot=snapshot, items=items, outcomes=outcomes)


def rows(evidence: Evidence) -> pd.DataFrame:
    """By grant_id."""
    found = lookback(evidence, tie_out(evidence))
    assert found is not None and evidence.items is not None
    grant = evidence.items.set_index("item_id")["grant_id"]
    return found.rows.set_index(grant[found.rows.index].to_numpy())


DIRECT, MEMBER = "jumpcloud:app:p1>user:u1", "jumpcloud:group:g2>user:u1"


def test_a_membership_is_used_by_what_it_opens_and_days_are_counted() -> None:
    app = "jumpcloud:app:p1"
    found = rows(reviewed([used("jumpcloud:user:u1", app, "application", "2026-11-01T00:00:00Z")]))
    assert found.loc[DIRECT, ["answer", "uses", "because"]].tolist() == [USED, 3, "not known"]
    assert found.loc[MEMBER, "answer"] == UNSEEN  # it opens nothing that shows use
    # 25 August to 25 November, and the log ends on the 23rd.
    assert found.loc[DIRECT, ["days", "covered"]].tolist() == [93, 91]
    assert set(found["why"]) == {REVOKED}


def test_the_last_review_says_since_when_it_was_inappropriate() -> None:
    app, at = "jumpcloud:app:p1", "2026-11-01T00:00:00Z"
    evidence = reviewed([used("jumpcloud:user:u1", app, "application", at)])
    before = previous_of(evidence)
    for decided, answer, days in (
        ("2026-10-01T00:00:00Z", USED, (56, 54)),
        ("2026-11-02T00:00:00Z", BEFORE, (24, 22)),
        ("2026-08-01T00:00:00Z", USED, (117, 91)),
    ):
        decisions = DECISIONS.frame(before.decisions.assign(received_at=pd.Timestamp(decided)))
        found = rows(replace(evidence, previous=replace(before, decisions=decisions)))
        assert found.loc[DIRECT, "answer"] == answer
        assert found.loc[DIRECT, "because"] == "last review: Revoke"
        assert tuple(found.loc[DIRECT, ["days", "covered"]]) == days


def test_hr_says_so_first_and_makes_a_leaver() -> None:
    app, at = "jumpcloud:app:p1", "2026-11-01T12:00:00Z"
    evidence = reviewed([used("jumpcloud:user:u1", app, "application", at)])
    for last_day, answer in (("2026-10-31", USED), ("2026-11-01", BEFORE)):
        roster = ROSTER.frame(
            [{"row": 1, "email": "USER1@junipertide.example", "status": "left",
              "end_date": f"{last_day}T00:00:00Z"}]
        )  # fmt: skip
        found = rows(replace(evidence, roster=roster, previous=previous_of(evidence)))
        assert found.loc[DIRECT, "because"] == f"HR: last day {last_day}"
        assert found.loc[DIRECT, ["answer", "why"]].tolist() == [answer, LEAVER]
        # The same person's administrator account left with them.
        assert found.loc["jumpcloud:role:r1>admin:a1", "why"] == LEAVER
        page = Page(render(replace(evidence, roster=roster)))
        assert "Person 1user1\nactive" in "".join(row[1] for row in page.tables["leaver-list"])


def test_what_no_event_shows_is_not_taken_for_unused() -> None:
    evidence = reviewed([])
    assert evidence.items is not None
    silent = replace(evidence, items=evidence.items.assign(use_state="not applicable"))
    found = rows(silent)
    assert set(found["answer"]) == {UNSHOWN} and set(found["covered"]) == {0}
    assert set(rows(evidence)["answer"]) == {UNSEEN}


@pytest.mark.parametrize("usage", ["not collected", "not licensed", "not permitted"])
def test_without_a_log_the_page_says_why(usage: str) -> None:
    evidence = reviewed([])
    header = replace(evidence.snapshot.header, usage=usage)
    evidence = replace(evidence, snapshot=replace(evidence.snapshot, header=header))
    page = Page(render(evidence))
    assert "is not known" in page.text and "lookback-answers" not in page.tables
    assert set(column(page, "lookback-items", "Used?").values()) == {usage}
    assert "no later reading of the tenant was given" in page.text


def test_numbers_of_the_answers_are_those_of_the_items() -> None:
    uses = [used("jumpcloud:user:u1", "jumpcloud:app:p1", "application", "2026-11-01T00:00:00Z")]
    page = Page(render(reviewed(uses)))
    head, *_, whole = page.tables["lookback-answers"]
    listed = list(column(page, "lookback-items", "Used?").values())
    assert int(whole[1]) == len(listed)
    event = uses[0]["event_id"]
    assert any(text.endswith(f"event {event}") for text in listed)
    shown = dict(zip(head[2:], map(int, whole[2:]), strict=True))
    assert shown["Used"] == sum(text.startswith("used") for text in listed) >= 1
    assert shown["Not observed"] == listed.count(UNSEEN)
    assert 'id="chart-log-t"' in render(reviewed(uses)).decode()


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A review that has removed, and the tenant as it was read three days later."""
    made.on_disk(tmp_path / "q4", made.review())
    snap = made.snapshot()
    moment = "2026-11-28T10:00:00Z"
    gone = {"jumpcloud:group:g2>user:u1", "jumpcloud:group:g1>user:u6"}
    grants = snap.grants[~snap.grants["grant_id"].isin(gone)]
    new = {"grant_id": "jumpcloud:app:p1>user:u4", "holder_id": "jumpcloud:user:u4",
           "holder_kind": "user", "entitlement_id": "jumpcloud:app:p1",
           "revocable": True}  # fmt: skip
    grants = pd.concat([grants, GRANTS.frame([new])])
    accounts = snap.accounts[snap.accounts["account_id"] != "jumpcloud:user:u2"]
    accounts.loc[accounts["account_id"] == "jumpcloud:user:u0", "status"] = "suspended"
    newer = replace(
        snap,
        accounts=accounts,
        grants=GRANTS.frame(grants),
        header=replace(snap.header, started_at=moment, finished_at="2026-11-28T10:00:05Z"),
    )
    folder = Folder(tmp_path / "later")
    with folder.locked(create=True):
        folder.write("sync", to_files(newer), at=moment, settings=made.TOML)
    return tmp_path


def test_late_grants_and_what_came_back(later: Path) -> None:
    done = uar("report", later / "q4", "--later", later / "later", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads((later / "q4" / "later.json").read_bytes())
    assert [row["grant_id"] for row in told["granted"]] == ["jumpcloud:app:p1>user:u4"]
    evidence = load(Folder(later / "q4"))
    standing = tie_out(evidence).standing
    assert standing is not None
    removed = standing[standing["state"].isin(["removed", "already gone"])]
    there = set(removed["grant_id"]) - {"jumpcloud:group:g2>user:u1", "jumpcloud:group:g1>user:u6"}
    assert told["removed"] == len(removed) > len(there) > 0
    assert {row["grant_id"] for row in told["back_again"]} == there
    page = Page((later / "q4" / "report.html").read_bytes())
    assert len(page.tables["re-grants"]) - 1 == len(there)
    # A reviewer was suspended after the snapshot; the one who is gone is told apart from it.
    statuses = column(page, "assigned", "When read again")
    assert statuses["Person 0boss@junipertide.example"] == "suspended"
    assert "not there any more" in statuses.values()
    assert "read again on 2026-11-28 10:00:05 UTC; the last file came back on" in page.text
    assert page.tables["late-grants"][1] == ["Person 4user4", "Paywellapp"]
    again = uar("report", later / "q4", "--later", later / "later")
    assert again.exit_code == 0  # a look that was taken before is replaced
    closed = uar("close", later / "q4", "--with-exceptions", "x")
    assert closed.exit_code == 0, closed.output
    assert uar("verify", later / "q4").exit_code == 0
    assert uar("redact", later / "q4", later / "twin.zip").exit_code == 0
    rebuilt = json.loads(uar("rebuild", later / "q4", later / "again", "--json").stdout)
    assert ("report.html", True) in [(row["file"], row["identical"]) for row in rebuilt["files"]]


def test_a_later_look_must_be_later_and_of_this_tenant(later: Path) -> None:
    before = {path: path.read_bytes() for path in (later / "q4").rglob("*") if path.is_file()}
    for path, says in (
        (later / "q4", "not after this review's snapshot"),
        (later, "no review that can be read"),
    ):
        done = uar("report", later / "q4", "--later", path)
        assert done.exit_code == 2 and says in done.output, done.output
    done = uar("report", later / "q4", "--later", later / "later", "--to", later / "x.html")
    assert done.exit_code == 2 and "give one of them" in done.output
    assert {p: p.read_bytes() for p in (later / "q4").rglob("*") if p.is_file()} == before
