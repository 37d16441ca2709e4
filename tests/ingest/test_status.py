"""Who has answered: every item is decided or not reviewed, and the totals tie out."""

from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.review import HEADER, answer, filled, ingest, make_review, run
from uar.tables import DECISION_WORDS


def status(review: Path) -> dict[str, Any]:
    return json.loads(run("status", review, "--json").stdout)


def ties_out(said: dict[str, Any]) -> None:
    for row in (*said["reviewers"], said["total"]):
        assert row["decided"] == sum(row[word] for word in DECISION_WORDS)
        assert row["items"] == row["decided"] + row["not_reviewed"]
    for name in ("items", "decided", "not_reviewed", "late", *DECISION_WORDS):
        assert said["total"][name] == sum(row[name] for row in said["reviewers"])


def test_before_anything_came_back(review: Path) -> None:
    said = status(review)
    ties_out(said)
    assert said["total"]["items"] == said["total"]["not_reviewed"] == 36
    assert [row["reviewer"] for row in said["reviewers"]] == ["Ana", "Ben", "Cleo"]
    assert {row["last_file"] for row in said["reviewers"]} == {""}


def test_after_answers_and_a_refused_file(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    refused = filled(
        review, inbox, lambda book, sheet: answer(sheet, HEADER + 1, "Y"), reviewer="ben"
    )
    ingest(review, refused)
    said = status(review)
    ties_out(said)
    assert said["total"]["decided"] == 12
    ana, ben, cleo = said["reviewers"]
    assert (ana["decided"], ana["Keep"], ana["Revoke"]) == (12, 5, 3)
    assert (ben["decided"], ben["last_file"]) == (0, "refused: returned/0002-ben.xlsx")
    assert cleo["last_file"] == ""
    shown = run("status", review).stdout
    assert "0002 refused" in shown and "returned/" not in shown
    text = run("status", review).stdout
    assert "36 items = 12 decided + 24 not reviewed." in text
    assert text.splitlines()[-1].split()[:2] == ["Total", "36"]


@pytest.mark.parametrize(("due", "late"), [("2020-01-01", 36), ("2999-01-01", 0), ("", 0)])
def test_late_is_what_is_open_after_the_due_date(tmp_path: Path, due: str, late: int) -> None:
    said = status(make_review(tmp_path / "late", due=due))
    assert (said["total"]["late"], said["late"]) == (late, bool(late))


def test_the_last_day_is_not_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    review = make_review(tmp_path / "late", due="2026-12-01")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796169599")  # 2026-12-01T23:59:59Z
    assert not status(review)["late"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796169600")
    assert status(review)["late"]


def test_the_last_day_ends_by_the_clocks_of_the_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = make_review(tmp_path / "q4", due="2026-12-01", zone="America/New_York")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796187599")  # 2026-12-02T04:59:59Z
    assert not status(review)["late"]
    assert "after the due date" not in run("ingest", review, filled(review, inbox)).stdout
    run("status", review, "--mail", tmp_path / "mail")
    [letter, _] = sorted((tmp_path / "mail").iterdir())
    ends = "due on 1 December 2026, until midnight in America/New_York (05:00 UTC on 2 December)"
    assert f"is {ends}" in read_letter(letter)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796187600")
    assert status(review)["late"]
    assert f"D{ends[1:]}: late." in run("status", review).stdout
    said = run("ingest", review, filled(review, inbox, reviewer="ben")).stdout
    assert "It came after the due date, 2026-12-01." in said


def read_letter(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTPUTF8)
    assert isinstance(message, EmailMessage)
    return str(message.get_content())


def test_out_of_turn_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for command in (("status",), ("ingest", __file__)):
        result = run(command[0], tmp_path / "empty", *command[1:])
        assert result.exit_code == 5
        assert "run uar open" in result.stderr
