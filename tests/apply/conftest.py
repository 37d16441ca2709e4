"""The tenant of the house, and uar's own commands against it over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from tests.apply import house as h
from uar.cli import main
from uar.sandbox.server import Sandbox


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(h.organisation()) as sandbox:
        yield sandbox


@pytest.fixture
def run(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> h.Invoke:
    monkeypatch.setenv("JUMPCLOUD_BASE_URL", box.url)
    monkeypatch.setenv("JUMPCLOUD_API_KEY", box.api_key)
    monkeypatch.setenv("UAR_APPLY_API_KEY", box.apply_api_key)

    def invoke(*words: object, expect: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == expect, result.output
        return result

    return invoke
