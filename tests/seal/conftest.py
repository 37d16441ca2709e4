"""One closed review for all tests of the seal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.report import made
from uar.cli import main


def uar(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("closed") / "q4"
    made.on_disk(path, made.review())
    done = uar("close", path, "--with-exceptions", "Owners have tickets.")
    assert done.exit_code == 0, done.output
    return path
