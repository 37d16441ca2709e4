"""A snapshot's answers once more: what is read from them alone, the tenant is not asked."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlencode

from uar.errors import FolderError

from ._http import Credential
from ._spool import HEADERS, Spool

NOTED = ("host", "org_id", "started_at")


class Sealed(Spool):
    """The answers of a snapshot. Nothing is added to them, and none ever stops being true.

    `file`: opened to be read and written, for these answers alone; `pages`: the files under PAGES.
    FolderError: they are not what uar writes, or not the bodies that their digests speak of.
    """

    def __init__(self, file: BinaryIO, pages: Iterable[bytes]) -> None:
        written = sum(map(file.write, pages))
        try:
            super().__init__(file)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise FolderError(f"The sealed answers are not what uar writes ({error}).") from error
        if self._end != written:
            raise FolderError("The sealed answers cannot be unpacked to the end.")
        noted = self.noted if isinstance(self.noted, dict) else {}
        if not all(isinstance(noted.get(name), str) for name in NOTED):
            raise FolderError("The sealed answers do not hold whom was asked.")

    def forget(self, path: str) -> None:
        """Two ends of an edge that say otherwise were read twice; what is sealed came last."""

    def _stands(self, line: Mapping[str, Any]) -> bool:
        """Every one does, also what was refused."""
        texts = ["path", "query", "sha256", "body", "requested_at", "answered_at"]
        for name in (*texts, *(name for name in HEADERS if name in line)):
            if not isinstance(line[name], str):
                raise ValueError(f"{name} is no text")
        body = line["body"].encode("utf-8", "surrogatepass")
        if hashlib.sha256(body).hexdigest() != line["sha256"]:
            raise ValueError(f"the body of {line['path']} has another digest")
        for name in ("requested_at", "answered_at"):
            dt.datetime.fromisoformat(line[name])
        return True


class Nobody:
    """Stands where the client of a tenant does, and has no answer."""

    def __init__(self, host: str, org_id: str) -> None:
        self.host = host
        self.credential = Credential(org_id=org_id)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> NoReturn:
        query = f"?{urlencode(params)}" if params else ""
        if body is not None:  # of events
            query = f" from {body['start_time']} to {body['end_time']}"
        raise FolderError(f"The sealed answers do not hold {method} {path}{query}.")

    def stop(self) -> None:
        """Nobody waits."""
