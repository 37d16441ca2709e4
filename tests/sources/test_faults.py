"""For every request in turn the server fails: the snapshot is the same, or there is none.

A row that a server leaves out of a list without any total cannot be seen by anybody who reads that
list once; such lists say "not stated by source" in the totals. So what must be seen is tried with
totals on every list, and with the totals as they were recorded live.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from uar.errors import SourceError
from uar.sandbox.server import Sandbox
from uar.snapshot import Snapshot, to_files
from uar.sources._assemble import snapshot_of
from uar.sources._http import Client, Credential, Patience
from uar.sources._tenant import Tenant, totals
from uar.sources.jumpcloud import read

from .conftest import CLIENT_SECRET, KEY, client_of, fetched, large, same

STATUSES = ["429", "429:retry_after=date", "500", "502", "reset"]
BODIES = ["truncated", "wrong-type", "empty"]
MISCHIEF = ["duplicate-row", "missing-row", "shifting-pages"]
EVERY_KIND = pytest.mark.parametrize("kind", STATUSES + BODIES + MISCHIEF)


@dataclass
class Trial:
    """A tenant, a client, the right answer, and the address of every request that leads to it."""

    box: Sandbox
    client: Client
    expected: Snapshot
    addresses: list[str]

    def read(self, kind: str, *, in_flight: int = 1, **where: object) -> Tenant:
        settings = ",".join(f"{name}={value}" for name, value in where.items())
        self.box.faults.clear()
        self.box.add_fault(f"{kind}{',' if ':' in kind else ':'}{settings}")
        return fetched(self.client, in_flight)

    def right(self, came: Tenant) -> bool:
        return same(snapshot_of(came, self.client, ""), self.expected)


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    with Sandbox(large()) as box, client_of(box) as client:
        expected = snapshot_of(fetched(client), client, "")
        yield Trial(box, client, expected, [each.path for each in box.requests])


@EVERY_KIND
def test_a_request_that_fails_once(kind: str, trial: Trial) -> None:
    trial.box.options.totals = "all"
    for at, address in enumerate(trial.addresses, 1):
        assert trial.right(trial.read(kind, at=at)), address
        assert trial.box.faults[0].struck == 1


@EVERY_KIND
def test_an_address_that_always_fails(kind: str, trial: Trial) -> None:
    trial.box.options.totals = "all"
    for path in dict.fromkeys(address.partition("?")[0] for address in trial.addresses):
        try:
            came = trial.read(kind, path=path, in_flight=4)
        except SourceError as error:
            assert f" {path}" in str(error)
        else:
            assert trial.right(came), path


@pytest.mark.parametrize("kind", MISCHIEF)
def test_a_row_is_only_ever_missed_where_no_total_is_stated(kind: str, trial: Trial) -> None:
    trial.box.options.totals = "seen"
    unstated = ["group members", "application users", "application groups"]
    unstated += ["device groups", "directories", "devices of device groups"]
    lists = ("/members?", "/associations?", "/systemgroups?", "/directories?")
    for at, address in enumerate(trial.addresses, 1):
        came = trial.read(kind, at=at)
        if not trial.right(came):
            assert kind == "missing-row"
            assert any(name in address for name in lists)
            stated = {row["collection"]: row["stated"] for row in totals(came, {})}
            assert [stated.get(name) for name in unstated] == [None] * 6


@pytest.mark.parametrize("kind", STATUSES + BODIES)
def test_a_server_that_fails_now_and_then(kind: str, trial: Trial) -> None:
    for seed in range(5):
        try:
            assert trial.right(trial.read(kind, p=0.2, seed=seed, in_flight=8))
        except SourceError as error:
            assert str(error).startswith(("GET /api/", "POST /insights/"))


@pytest.mark.parametrize("kind", [*STATUSES, *BODIES, "missing-row"])
@pytest.mark.parametrize(
    "credential",
    [Credential(api_key=KEY), Credential(client_id="robot", client_secret=CLIENT_SECRET)],
    ids=["key", "service account"],
)
def test_no_secret_is_told(
    kind: str,
    credential: Credential,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    with Sandbox(large(), faults=[kind]) as box:
        for path in ("", "/api/systemusers", "/members", "/oauth2/"):
            box.faults[0].path = path
            with client_of(box, credential) as client:
                try:
                    told += [str(content) for content in to_files(read(client)).values()]
                except SourceError as error:
                    assert "@example.com" not in str(error)  # nor anything of a body
                    told += traceback.format_exception(error)
                    told += [repr(error), repr(error.__cause__), repr(error.__context__)]
                told += [repr(client), repr(client.credential)]
        tokens = list(box.tokens._given)
    output = capfd.readouterr()
    told += [caplog.text, output.out, output.err]
    secrets = [KEY, CLIENT_SECRET, *tokens]
    assert not [secret for secret in secrets for text in told if secret in text]


def test_ctrl_c_does_not_wait_for_pauses() -> None:
    def interrupt(answered: int, known: int) -> None:
        if answered > 15:  # in the second round, while others pause
            raise KeyboardInterrupt

    with Sandbox(large(), faults=["429:retry_after=300,path=/members"]) as box:
        client = Client(
            box.url,
            Credential(api_key=KEY),
            insights_url=box.url,
            token_url="",
            patience=Patience(),
        )
        with client, pytest.raises(KeyboardInterrupt):
            read(client, progress=interrupt)
