"""One running tenant per test, and clients that speak to it over a real socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from uar.sandbox.server import Sandbox

from .small import READ_KEY, WRITE_KEY, small

Pages = Callable[[str], list[Any]]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(small()) as sandbox:
        yield sandbox


@pytest.fixture
def client(box: Sandbox) -> Iterator[Callable[..., httpx.Client]]:
    """Makes clients: `client(key)`, or with other headers."""
    with ExitStack() as stack:

        def make(key: str | None = None, **headers: str) -> httpx.Client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if key:
                named["x-api-key"] = key
            made = httpx.Client(base_url=box.url, headers=named, timeout=10, trust_env=False)
            return stack.enter_context(made)

        yield make


@pytest.fixture
def reader(client: Callable[..., httpx.Client]) -> httpx.Client:
    return client(READ_KEY)


@pytest.fixture
def writer(client: Callable[..., httpx.Client]) -> httpx.Client:
    return client(WRITE_KEY)


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """The objects on the far side of direct edges, or the rows' own ids."""
    return [row["to"]["id"] if "to" in row else row.get("id", row.get("_id")) for row in rows]
