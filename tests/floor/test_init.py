"""`uar init` writes a file that says every setting and its default, and changes nothing."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from uar.cli import main
from uar.settings import Settings, parse

TEMPLATE = (Path(__file__).parents[2] / "uar" / "init.toml").read_text("utf-8")
EXAMPLES = ("due", "email", '"Payroll', '"example.net"')  # lines that show a form, not a default


def test_as_written_it_says_nothing() -> None:
    assert parse(TEMPLATE.encode(), "uar.toml") == Settings()


def test_with_its_lines_taken_in_it_says_the_defaults() -> None:
    kept = [line for line in TEMPLATE.splitlines() if not line[1:].startswith(EXAMPLES)]
    said = "\n".join(re.sub("^#(?! )", "", line) for line in kept)
    assert parse(said.encode(), "uar.toml") == Settings()


def test_the_examples_in_it_are_understood() -> None:
    said = re.sub("(?m)^#(?! |$)", "", TEMPLATE)
    settings = parse(re.sub("(?m)^#     ", "", said).encode(), "uar.toml")
    assert [rule.without for rule in settings.sod] == [(), ("Trained in production",)]
    assert settings.temporary[0].until
    assert [rule.reviewer for rule in settings.reviewers.rules] == ["ana.ng@example.com", "owner"]
    assert settings.reviewers.delegations[0].first_day
    assert settings.scope.only[0].privileged
    assert settings.scope.leave_out[0].access == ("All Staff",)
    assert settings.campaign.due
    assert settings.reviewers.owners["Payroll"]
    assert settings.persons.alias_domains["example.net"] == "example.com"


SECTIONS = [field for field in dataclasses.fields(Settings) if field.name != "where"]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda field: field.name)
def test_every_setting_stands_in_it(section: dataclasses.Field[object]) -> None:
    if getattr(Settings(), section.name) == ():
        assert f"#     [[{section.name}]]\n" in TEMPLATE
        return
    for field in dataclasses.fields(getattr(Settings(), section.name)):
        name = rf"{section.name}\.{field.name}"
        line = rf"(?m)^(#{field.name} = |\[{name}\]$|#     \[\[{name}\]\]$)"
        assert re.search(line, TEMPLATE), f"{section.name}.{field.name}"


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "uar.toml"
    first = CliRunner().invoke(main, ["init", str(target)])
    assert first.exit_code == 0
    assert target.read_text("utf-8") == TEMPLATE
    target.write_text("mine", "utf-8")
    again = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert again.exit_code == 2
    assert "left alone" in again.output
    assert target.read_text("utf-8") == "mine"


def test_a_place_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["init", str(tmp_path / "no" / "uar.toml")])
    assert done.exit_code == 2
    assert done.output.startswith("Error: ")


def test_the_sample_is_understood() -> None:
    sample = Path(__file__).parents[2] / "samples" / "uar.toml"
    assert parse(sample.read_bytes(), "uar.toml").reviewers.fallback
