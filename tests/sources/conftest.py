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
from uar.sources._spool import Spool
from uar.sources._tenant import Tenant
from uar.sources.jumpcloud import fetch, read

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


def client_of(
    box: Sandbox,
    credential: Credential | None = None,
    *,
    url: str = "",
    patience: Patience | None = None,
    pauses: list[float] | None = None,
    kind: type[Client] = Client,
) -> Client:
    """A client of the tenant; its pauses last no time and are noted in `pauses`."""
    return kind(
        url or box.url,
        credential or Credential(api_key=KEY),
        insights_url=box.url,
        token_url=f"{box.url}/oauth2/token",
        patience=patience or Patience(tries=3),
        sleep=(pauses if pauses is not None else []).append,
    )


@pytest.fixture
def connected(box: Sandbox) -> Iterator[Connect]:
    """Makes clients of the tenant, and closes them."""
    with ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(client_of(box, *args, **options))


def read_of(state: dict[str, Any]) -> Snapshot:
    """The snapshot of an organisation."""
    with Sandbox(state) as box, client_of(box) as client:
        return read(client)


def fetched(client: Client, in_flight: int = 1) -> Tenant:
    """Every list of a tenant, as it was read."""
    return fetch(client, Spool(), in_flight=in_flight, progress=lambda answered, known: None)


def same(one: Snapshot, other: Snapshot) -> bool:
    """Do two snapshots say the same of the tenant, whatever the time and however it was read?"""
    return all(
        getattr(one, name)
        .sort_values(key)
        .reset_index(drop=True)
        .equals(getattr(other, name).sort_values(key).reset_index(drop=True))
        for name, key in (
            ("accounts", "account_id"),
            ("entitlements", "entitlement_id"),
            ("grants", "grant_id"),
            ("gaps", "gap_id"),
            ("uses", "use_id"),
            ("contents", "content_id"),
        )
    )
