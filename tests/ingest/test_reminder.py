"""uar status --mail: reminders that can be sent as they are, and say nothing of anybody."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.ingest.review import CAMPAIGN, filled, ingest, make_review, run
from uar.decisions.reminder import reminder

NOW = "1796083200"  # 2026-12-01
LATE = "1796256000"  # 2026-12-03


def letters(place: Path) -> dict[str, EmailMessage]:
    found = {}
    for path in sorted(place.iterdir()):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert not message.defects
        found[path.name] = message
    return found


def test_who_has_open_items_is_reminded(
    review: Path, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)
    ingest(review, filled(review, inbox))
    done = run("status", review, "--mail", tmp_path / "mail")
    assert done.exit_code == 1
    assert "2 reminders written" in done.stderr
    found = letters(tmp_path / "mail")
    assert list(found) == ["001 ben-example-com.eml", "002 cleo-example-com.eml"]
    message = found["001 ben-example-com.eml"]
    assert message["To"] == "ben@example.com"
    assert message["Subject"] == "Made up Made up: 12 of 12 items are not reviewed yet"
    assert message["X-Unsent"] == "1"
    assert message["Date"].datetime.date().isoformat() == "2026-12-01"
    text = message.get_content()
    assert "is due on 1 December 2026, until midnight UTC." in text
    assert "12 of 12 items are not reviewed yet" in text
    assert "Questions: Made up" in text


def test_no_item_no_name_and_no_other_address_is_in_it(review: Path, tmp_path: Path) -> None:
    run("status", review, "--mail", tmp_path / "mail")
    rows = [json.loads(line) for line in (review / "items.jsonl").read_text("utf-8").splitlines()]
    private = {
        str(row[key])
        for row in rows
        for key in ("item_id", "holder_name", "login", "entitlement", "title", "reviewer")
    }
    for name, message in letters(tmp_path / "mail").items():
        content = "\n".join([*map(str, message.values()), message.get_content()])
        others = {row["reviewer_email"] for row in rows} - {message["To"]}
        assert not [text for text in private | others if text in content], name


def test_late_is_said(review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", LATE)
    run("status", review, "--mail", tmp_path / "mail")
    for message in letters(tmp_path / "mail").values():
        assert "was due on 1 December 2026, until midnight UTC." in message.get_content()


def test_the_same_moment_makes_the_same_bytes(
    review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)
    for name in ("one", "two"):
        run("status", review, "--mail", tmp_path / name)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two and len(one) == 3


def test_the_evidence_and_older_letters_are_left_alone(review: Path, tmp_path: Path) -> None:
    for place in (review, review / "mail", tmp_path / "x" / ".." / "q4" / "mail"):
        done = run("status", review, "--mail", place)
        assert done.exit_code == 2
        assert "lies inside the review folder" in done.output
    assert not (review / "mail").exists()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "old.eml").write_text("old", "utf-8")
    done = run("status", review, "--mail", tmp_path / "mail")
    assert (done.exit_code, "is not empty" in done.output) == (2, True)


def test_one_item_is_singular(tmp_path: Path) -> None:
    review = make_review(tmp_path / "q4", {"ana": 1})
    run("status", review, "--mail", tmp_path / "mail")
    [message] = letters(tmp_path / "mail").values()
    assert "Of what you were asked, 1 of 1 item is not reviewed yet." in message.get_content()


def test_odd_words_break_no_header() -> None:
    campaign = {
        "campaign_id": CAMPAIGN, "name": "Prüfung\r\nBcc: all@example.com", "period": "2026-Q4",
        "due": "", "contact": "IT 漢字 <it@example.com>",
    }  # fmt: skip
    content = reminder("zoë@example.com", 1, 2, campaign, dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    message = email.message_from_bytes(content, policy=email.policy.SMTPUTF8)
    assert isinstance(message, EmailMessage)
    assert message["Bcc"] is None
    assert message["To"] == "zoë@example.com"
    assert message["From"] == "it@example.com"
    assert (
        message["Subject"].strip().startswith("Prüfung  Bcc: all@example.com 2026-Q4: 1 of 2 items")
    )
    assert "waits for your answers" in message.get_content()
    assert "IT 漢字" in message.get_content()
    assert b"\r\n" in content
