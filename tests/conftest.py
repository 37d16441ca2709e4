"""What every test may rely on: an environment without credentials, and no colour."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# One profile for all: no deadline (machines differ) and the same examples for everyone.
settings.register_profile(
    "uar",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("uar")

# Run in the background, a shell has us ignore Ctrl-C, and so would every command that we start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("JUMPCLOUD_", "UAR_")) or name == "SOURCE_DATE_EPOCH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
