"""A service account's token, and what may stand in a header at all (API.md 2.2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from uar.errors import SourceError

from ._answers import Answer, Garbled, expect

RENEWED_BEFORE_EXPIRY = 60.0  # seconds
USUAL_LIFE = 3600.0  # of a token, where the answer does not say (API.md 2.2)


class Bearer:
    """A service account's token: fetched when first needed, renewed before it expires."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def token(self, fetch: Callable[[], Answer]) -> str:
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._keep(fetch())
            return self._token

    def forget(self, token: str) -> None:
        """It was refused; another thread may have fetched a newer one meanwhile."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _keep(self, answer: Answer) -> None:
        if answer.status in (400, 401, 403):
            raise SourceError(
                f"{answer.method} {answer.path}: status {answer.status}: the client id or secret "
                "is unknown or has expired; check JUMPCLOUD_CLIENT_ID and JUMPCLOUD_CLIENT_SECRET."
            )
        given = expect(answer, 200).json(dict)
        token, seconds = given.get("access_token"), given.get("expires_in")
        if not isinstance(token, str) or not is_header_safe(token):
            raise Garbled(f"{answer.method} {answer.path}: the answer holds no token.")
        lasts = float(seconds) if isinstance(seconds, int | float) else USUAL_LIFE
        self._token = token
        self._until = time.monotonic() + max(lasts - RENEWED_BEFORE_EXPIRY, lasts / 2)


def is_header_safe(secret: str) -> bool:
    """May it stand in a header as it is: visible ASCII, without spaces and line breaks?"""
    return bool(secret) and all("!" <= char <= "~" for char in secret)
