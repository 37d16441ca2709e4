"""HTTP with patience: one client a tenant, answers that are the server's last word, no secret told.

The only place of httpx. Its errors are not chained: they hold the whole request with its headers.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from uar import __version__, clock
from uar.errors import SourceError

from ._answers import Answer, Garbled, Lost, expect, refuses_organization
from ._bearer import Bearer

__all__ = ["Answer", "Client", "Credential", "Garbled", "Lost", "Patience", "expect", "http_date"]

# x-org-id is refused on these routes (API.md 2.4). /api/users is not among them: the sources
# disagree there, so it is sent, and left out once the server says that it is not allowed.
WITHOUT_ORGANIZATION = (
    "/api/organizations",
    "/api/search/organizations",
    "/api/v2/administrators/",
    "/api/v2/organizations/",
    "/api/v2/passwordmanager/",
    "/api/v2/providers/",
)


@dataclass(frozen=True)
class Credential:
    """An API key, or a service account's client id and secret. `org_id`: for multi-tenant keys."""

    api_key: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    org_id: str = ""


@dataclass(frozen=True)
class Patience:
    """How long to keep trying, in seconds. JumpCloud publishes no limits (API.md 4)."""

    tries: int = 6
    first_pause: float = 0.5  # doubles from try to try, with jitter
    longest_pause: float = 30.0
    longest_retry_after: float = 300.0  # a server that asks for more is not waited for in full
    to_connect: float = 10.0
    to_answer: float = 60.0


@dataclass(frozen=True)
class _Asked:
    method: str
    path: str
    repeat_safe: bool
    reads: bool  # Insights reads by POST
    troubled: Callable[[float], object]  # told when a try was sent that got no last word


@dataclass(frozen=True)
class _Trouble:
    """A try that got no last word. `acted`: the server may have done it all the same."""

    says: str
    acted: bool = True
    retry_after: float | None = None


class Client:
    """Requests to one tenant, from any number of threads."""

    def __init__(
        self,
        base_url: str,
        credential: Credential,
        *,
        insights_url: str,
        token_url: str,
        patience: Patience,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.host = httpx.URL(base_url).netloc.decode("ascii")
        self.credential = credential
        self._base_url = base_url.rstrip("/")
        self._token_url = token_url
        self._insights_url = insights_url.rstrip("/")
        self._patience = patience
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._bearer = Bearer()
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(patience.to_answer, connect=patience.to_connect, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=None),
            headers={"user-agent": f"uar/{__version__}", "accept": "application/json"},
            follow_redirects=False,
            trust_env=not is_loopback(base_url),  # a proxy has no business with our own machine
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def stop(self) -> None:
        """Nobody waits for an answer any more: end every pause, begin no new try."""
        self._stopped.set()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object | None = None,
        headers: Mapping[str, str] | None = None,
        repeat_safe: bool,
        troubled: Callable[[float], object] = lambda sent: None,
    ) -> Answer:
        """The server's last word, after patience with 429, 5xx and broken connections.

        `repeat_safe`: doing it twice does no harm, so it is repeated also where the server may
        have acted. Raises SourceError where there is no last word, and Lost where a write may or
        may not have been carried out. `troubled`: told at once of every try that got no last word,
        with the moment it was sent (monotonic).
        """
        given = {**(headers or {}), **self._organization(path)}
        if body is not None:
            given["content-type"] = "application/json"
        reads = method == "GET" or _is_insights(path)
        asked = _Asked(method, path, repeat_safe, reads, troubled)
        content = json.dumps(body).encode() if body is not None else None

        def send() -> tuple[Answer, str]:
            token = self._token()
            request = self._http.build_request(
                method,
                (self._insights_url if _is_insights(path) else self._base_url) + path,
                params=params,
                content=content,
                headers=given | self._authorization(token),
            )
            return self._patiently(asked, request), token

        answer, token = send()
        if answer.status == 401 and token:
            self._bearer.forget(token)
            answer, _ = send()
        if "x-org-id" in given and refuses_organization(answer):
            del given["x-org-id"]
            answer, _ = send()
        return answer

    def _organization(self, path: str) -> dict[str, str]:
        if not self.credential.org_id or path.startswith(WITHOUT_ORGANIZATION):
            return {}
        return {"x-org-id": self.credential.org_id}

    def _token(self) -> str:
        """The bearer token of a service account; "" where the credential is a key."""
        return "" if self.credential.api_key else self._bearer.token(self._new_token)

    def _authorization(self, token: str) -> dict[str, str]:
        if token:
            return {"authorization": f"Bearer {token}"}
        return {"x-api-key": self.credential.api_key}

    def _new_token(self) -> Answer:
        """Client credentials, scope always `api` (API.md 2.2)."""
        form = {"grant_type": "client_credentials", "scope": "api"}
        request = self._http.build_request("POST", self._token_url, data=form)
        basic = httpx.BasicAuth(self.credential.client_id, self.credential.client_secret)
        asked = _Asked("POST", request.url.path, True, True, lambda sent: None)
        return self._patiently(asked, next(basic.sync_auth_flow(request)))

    def _patiently(self, asked: _Asked, request: httpx.Request) -> Answer:
        acted, number = False, 1
        while True:
            sent = time.monotonic()
            outcome = self._once(asked, request, number)
            if isinstance(outcome, Answer):
                return outcome
            asked.troubled(sent)
            acted = acted or outcome.acted
            if number >= self._patience.tries or (outcome.acted and not asked.repeat_safe):
                break
            self._sleep(self._pause(number, outcome.retry_after))
            if self._stopped.is_set():
                break
            number += 1
        if acted and not asked.reads:
            raise Lost(
                f"{asked.method} {asked.path}: {outcome.says}, so it may or may not have been "
                "carried out; look at the tenant before going on."
            )
        raise SourceError(
            f"{asked.method} {asked.path}: {outcome.says} (tries: {number}); try again later."
        )

    def _once(self, asked: _Asked, request: httpx.Request, number: int) -> Answer | _Trouble:
        started = _now()
        try:
            response = self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return _Trouble(f"{self.host} cannot be reached", acted=False)
        except httpx.TimeoutException:
            return _Trouble(f"{self.host} did not answer in time")
        except httpx.RequestError:
            return _Trouble(f"the connection to {self.host} broke")
        status, headers = response.status_code, response.headers
        if status == 429:
            wait = _retry_after(headers)
            return _Trouble("status 429, too many requests", acted=False, retry_after=wait)
        if status >= 500:
            return _Trouble(f"status {status}", retry_after=_retry_after(headers))
        return Answer(
            status, headers, response.content, started, _now(), asked.method, asked.path, number
        )

    def _pause(self, number: int, asked: float | None) -> float:
        """What the server asks for; else twice as long as before, less up to half at random."""
        if asked is not None:
            return min(asked, self._patience.longest_retry_after)
        doubled: float = self._patience.first_pause * 2 ** (number - 1)
        return min(doubled, self._patience.longest_pause) * (0.5 + secrets.randbelow(1001) / 2000)


def _is_insights(path: str) -> bool:
    return path.startswith("/insights/")


def is_loopback(url: str) -> bool:
    """Does the address name this machine itself?"""
    host = httpx.URL(url).host
    return host in ("localhost", "::1") or (
        host.startswith("127.") and host.replace(".", "").isdigit()
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from now: the header holds a number of seconds, or a date of the server's clock."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    then = http_date(value)
    now = http_date(headers.get("date", "")) or clock.now()
    return None if then is None else max(0.0, (then - now).total_seconds())


def http_date(value: str) -> dt.datetime | None:
    """The moment that a header such as Date names; None where it names none."""
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return then if then.tzinfo else then.replace(tzinfo=dt.UTC)


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
