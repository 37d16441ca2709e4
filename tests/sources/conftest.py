"""A tenant whose lists take several pages, on a real socket, and clients without pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.sandbox import small as names
from tests.sandbox.small import edge, small, user
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot
from uar.sources._http import Client, Credential, Patience

KEY = "jca_recognise_me_0123456789abcdef"
CLIENT_SECRET = "s3cret_recognise_me_too"
CROWD = [f"aa{n:022x}" for n in range(230)]

Connect = Callable[..., Client]


def large() -> dict[str, Any]:
    """`small`, and 230 more users: all in one group, 120 of them bound to one application."""
    state = small()
    state["keys"] += [
        {"key": KEY, "admin": names.READER},
        {"clientId": "robot", "clientSecret": CLIENT_SECRET, "serviceAccount": names.ROBOT},
    ]
    state["systemusers"] += [user(key, f"crowd{n:03}") for n, key in enumerate(CROWD)]
    state["edges"] += [edge(("user_group", names.STAFF), ("user", key)) for key in CROWD]
    state["edges"] += [edge(("application", names.WIKI), ("user", key)) for key in CROWD[:120]]
    return state


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(large()) as sandbox:
        yield sandbox


@pytest.fixture
def connected(box: Sandbox) -> Iterator[Connect]:
    """Makes clients of the tenant; their pauses last no time."""
    with ExitStack() as stack:

        def make(
            credential: Credential | None = None,
            *,
            url: str = "",
            patience: Patience | None = None,
            pauses: list[float] | None = None,
        ) -> Client:
            taken = pauses if pauses is not None else []
            client = Client(
                url or box.url,
                credential or Credential(api_key=KEY),
                insights_url=box.url,
                token_url=f"{box.url}/oauth2/token",
                patience=patience or Patience(tries=3),
                sleep=taken.append,
            )
            return stack.enter_context(client)

        yield make


def contents(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """What a snapshot says of the tenant: everything but times and hashes."""
    tables = {
        name: getattr(snapshot, name).sort_values(key)
        for name, key in (
            ("accounts", "account_id"),
            ("entitlements", "entitlement_id"),
            ("grants", "grant_id"),
            ("gaps", "gap_id"),
        )
    }
    return {
        name: frame.astype(object).where(frame.notna(), None).to_dict("records")
        for name, frame in tables.items()
    }
