"""Whatever faults and whatever page size: the same snapshot, or an error. Never a smaller table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.small import READ_KEY, small
from uar.errors import SourceError
from uar.sandbox.options import Options
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot
from uar.sources import _paging, _usage
from uar.sources._http import Client, Credential, Patience
from uar.sources.jumpcloud import read

from .conftest import client_of, same

KINDS = [
    "429", "429:retry_after=1", "429:retry_after=date", "500", "502", "reset",
    "truncated", "wrong-type", "empty", "duplicate-row", "missing-row", "shifting-pages",
]  # fmt: skip
FAULTS = st.builds(
    lambda kind, share, seed, times: (
        f"{kind}{',' if ':' in kind else ':'}p={share},seed={seed},times={times}"
    ),
    st.sampled_from(KINDS),
    st.sampled_from([0.02, 0.1, 0.4, 1]),
    st.integers(0, 99),
    st.integers(1, 6),
)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(small(), options=Options(totals="all")) as sandbox:
        yield sandbox


def client(box: Sandbox) -> Client:
    return client_of(box, Credential(api_key=READ_KEY), patience=Patience(tries=4))


@pytest.fixture(scope="module")
def expected(box: Sandbox) -> Snapshot:
    with client(box) as undisturbed:
        return read(undisturbed, cross_check=2)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    faults=st.lists(FAULTS, min_size=1, max_size=3),
    size=st.integers(2, 7),
    in_flight=st.integers(1, 8),
)
def test_the_same_snapshot_or_an_error(
    box: Sandbox,
    expected: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    faults: list[str],
    size: int,
    in_flight: int,
) -> None:
    monkeypatch.setattr(_paging, "LIMIT", size)
    monkeypatch.setattr(_usage, "LIMIT", size)
    box.faults.clear()
    for fault in faults:
        box.add_fault(fault)
    try:
        with client(box) as disturbed:
            came = read(disturbed, in_flight=in_flight, cross_check=2)
    except SourceError as error:
        assert str(error).startswith(("GET /", "POST /"))
    else:
        assert same(came, expected)
    finally:
        box.faults.clear()
