"""Every command has help, stands in the README, and fails with one sentence."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from uar.cli import COMMANDS, main

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    command = importlib.import_module(f"uar.commands.{name}").command
    assert isinstance(command, click.Command)
    assert command.help and len(command.help.split()) > 8, f"uar {name}: help says too little"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"uar {name} {parameter.opts}: no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_to_machines(name: str) -> None:
    command = importlib.import_module(f"uar.commands.{name}").command
    assert any("--json" in parameter.opts for parameter in command.params)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"uar {name}" in README.read_text("utf-8")


def test_every_command_module_is_a_command() -> None:
    found = {
        path.stem
        for path in (Path(__file__).parents[2] / "uar" / "commands").glob("*.py")
        if not path.name.startswith("_")
    }
    assert found == set(COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from uar.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'pandas','numpy','httpx','openpyxl','jinja2','pyarrow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for name in ("detect", "open", "status", "plan", "report", "close", "verify"):
        result = CliRunner().invoke(main, [name, str(tmp_path / "nowhere")])
        assert result.exit_code == 5, (name, result.output, result.exception)
        assert result.stderr.startswith("Error: "), name
        assert len(result.stderr.strip().splitlines()) == 1, name
        assert not (tmp_path / "nowhere").exists()
