"""Changes since the last review: each number against the rows behind it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.report import made
from tests.report.test_report import Page, anchors, column, render
from uar.evidence import Evidence, previous_of
from uar.measures.changes import BACK, NEW, STAYED, changes, removed_in
from uar.tables import ACCOUNTS, FINDINGS, GRANTS, SEVERITIES
from uar.tieout import tie_out


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """The review of `made`, after one in which Person 6 was not there and Person 2 held nothing."""
    now = made.evidence()
    before = previous_of(now)
    snap = before.snapshot
    accounts, grants = snap.accounts, snap.grants
    accounts = accounts[accounts["account_id"] != "jumpcloud:user:u6"]
    grants = grants[~grants["holder_id"].isin(["jumpcloud:user:u6", "jumpcloud:user:u2"])]
    header = replace(snap.header, finished_at="2026-08-23T10:00:00Z")
    snap = replace(
        snap, accounts=ACCOUNTS.frame(accounts), grants=GRANTS.frame(grants), header=header
    )
    items = before.items[before.items["grant_id"].isin(grants["grant_id"])]
    kept = before.decisions[before.decisions["item_id"].isin(items["item_id"])]
    gone = before.outcomes[before.outcomes["item_id"].isin(items["item_id"])]
    findings = before.findings.iloc[1:]
    found_then = FINDINGS.frame(
        pd.concat([findings, findings.iloc[:1].assign(id="DUP-06:somebody else")])
    )
    previous = replace(
        before, period="2026-Q3", snapshot=snap, items=items, decisions=kept, outcomes=gone,
        findings=found_then,
    )  # fmt: skip
    return replace(now, previous=previous)


def test_items_are_new_back_again_or_held_before(evidence: Evidence) -> None:
    found, standing = changes(evidence, tie_out(evidence)), evidence.items
    assert found is not None and standing is not None and evidence.previous is not None
    since = dict(zip(standing["grant_id"], found.since[standing["item_id"]], strict=True))
    removed = removed_in(evidence.previous)
    assert removed and {since[grant] for grant in removed} == {BACK}
    new = {grant for grant, word in since.items() if word == NEW}
    assert new == {grant for grant in since if grant.endswith(("user:u6", "user:u2"))}
    assert set(since.values()) == {NEW, BACK, STAYED}


def test_each_number_on_the_page_is_that_of_its_rows(evidence: Evidence) -> None:
    page = Page(render(evidence))
    found = changes(evidence, tie_out(evidence))
    assert found is not None and evidence.findings is not None and evidence.items is not None
    number = column(page, "changed-bands", "Number")
    counts = found.since.value_counts()
    assert [int(n) for n in number.values()] == [counts[BACK], counts[NEW], counts[STAYED],
                                                 len(evidence.items)]  # fmt: skip
    for part in ("reappeared", "gained", "lost", "joiners", "leavers"):
        rows = getattr(found.compared, part)
        assert len(page.tables.get(f"changes-{part}", [()])) - 1 == len(rows), part
    assert column(page, "changes-joiners", "Account") == {"Person 6": "user6"}
    assert sum(map(int, column(page, "then-and-now", "Items").values())) == found.then.notna().sum()
    shown = page.tables["changed-findings"][-1]
    assert shown == ["All", "1", str(len(evidence.findings) - 1), "1"]
    assert f"#{evidence.items['item_id'].iloc[0]}"[1:] in anchors(page)
    assert "2026-Q3" in page.text and "previous/" in page.text


def test_without_an_earlier_review_it_says_so() -> None:
    evidence = made.evidence()
    assert changes(evidence, tie_out(evidence)) is None
    page = Page(render(evidence))
    assert "No earlier review was given" in page.text and "changed-bands" not in page.tables


def test_accepted_findings_say_why_by_whom_and_until_when(evidence: Evidence) -> None:
    assert evidence.findings is not None and evidence.coverage is not None
    one = evidence.findings["id"].iloc[0]
    marked = evidence.findings.assign(
        accepted_because=pd.Series(["The safe has it."], dtype="string").reindex(
            evidence.findings.index
        ),
        accepted_by=pd.Series(["Tobias Okafor"], dtype="string").reindex(evidence.findings.index),
        accepted_until=pd.Series(["2027-03-31"], dtype="string").reindex(evidence.findings.index),
    )
    coverage = evidence.coverage.assign(accepted=1)
    page = Page(render(replace(evidence, findings=FINDINGS.frame(marked), coverage=coverage)))
    (_, row) = page.tables["accepted-list"]
    assert row[2:] == ["The safe has it.", "Tobias Okafor", "2027-03-31"] and one in row[1]
    assert "Accepted until 2027-03-31 by Tobias Okafor." in str(page.tables["finding-list"])
    assert set(column(page, "coverage-list", "Accepted").values()) == {"1"}
    unmarked = Page(render(evidence))
    assert "accepted-list" not in unmarked.tables and "No finding was accepted" in unmarked.text
    assert set(marked["severity"]) <= set(SEVERITIES)
