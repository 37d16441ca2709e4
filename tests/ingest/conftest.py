from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.review import make_review


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """Three reviewers, twelve items each, nothing returned yet."""
    return make_review(tmp_path / "q4")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"
