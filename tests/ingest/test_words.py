"""What was typed is read as one thing, as nothing, or refused; never guessed."""

# ruff: noqa: RUF001  (look-alike letters are the point)
from __future__ import annotations

import pytest

from uar.decisions.words import ALIASES, AMBIGUOUS, cleaned, fact, is_blank, is_reason, understand


@pytest.mark.parametrize(
    ("written", "decision"),
    [(alias, decision) for decision, aliases in ALIASES.items() for alias in aliases]
    + [
        ("KEEP", "Keep"),
        (" keep\u00a0", "Keep"),
        ("ＫＥＥＰ", "Keep"),
        ("Kéep", "Keep"),
        ("Keep.", "Keep"),
        ("OK!", "Keep"),
        ("Révoke", "Revoke"),
        ("re\u00admove", "Revoke"),
        ("Not  Sure", "Not sure"),
        ("notsure", "Not sure"),
        ("Don’t know", "Not sure"),
        ("？", "Not sure"),
    ],
)
def test_one_meaning(written: str, decision: str) -> None:
    assert understand(written) == (decision, "")


@pytest.mark.parametrize("written", ["", " ", "\u00a0", "\u200b", "\ufeff \t", "\u2800", "\u3164"])
def test_blank_is_not_reviewed(written: str) -> None:
    assert is_blank(written)
    assert understand(written) == ("", "")


@pytest.mark.parametrize("written", [*AMBIGUOUS, "Y", "YES", "X", "TRUE", "1.0", "✔️", "Ｙ", "100%"])
def test_what_could_mean_anything_is_refused(written: str) -> None:
    decision, wrong = understand(written)
    assert not decision
    assert "can mean anything: write Keep, Revoke, Modify or Not sure" in wrong


@pytest.mark.parametrize(
    "written",
    ["keep for now, remove after audit", "Keep/Revoke", "revoke (was: keep)", "remove or reduce"],
)
def test_two_words_ask_for_one(written: str) -> None:
    decision, wrong = understand(written)
    assert not decision
    assert "or Modify with the rest as Reason" in wrong


@pytest.mark.parametrize(
    "written",
    ["do not remove", "don't keep", "keep?", "Кеер", "kepe", "n/a", "None", "NA", "null", "#N/A"],
)
def test_near_a_word_is_not_the_word(written: str) -> None:
    decision, wrong = understand(written)
    assert not decision
    assert wrong


def test_the_record_holds_no_control_characters() -> None:
    assert cleaned(" a\x00b\x07c\r\nd\u202e\udcffe ") == "abc\nde"
    assert cleaned("family \U0001f468\u200d\U0001f469") == "family \U0001f468\u200d\U0001f469"


def test_facts_compare_without_spaces_and_line_ends() -> None:
    assert fact("Marta \u00a0 Silva_x000D_\n") == fact("Marta Silva")
    assert fact("e\u0301") == fact("é")
    assert fact("Marta") != fact("marta")
    assert fact("_xD800_") == "_xD800_"


def test_a_dash_is_no_reason() -> None:
    assert not is_reason("- . ✓")
    assert is_reason("退職")
