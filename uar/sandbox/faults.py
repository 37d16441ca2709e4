"""Faults on purpose: what a client must survive.

A fault is written `KIND` or `KIND:key=value,...`:

    403, 404, 409    refused: no right, not there, already so; nothing is done
    429              too many requests; retry_after=SECONDS or retry_after=date adds the header
    500, 502         an error object; a proxy's HTML page
    reset            the connection is cut without an answer
    hang             no answer for seconds=N (60), then the connection is cut
    truncated        valid HTTP, JSON that ends in the middle
    wrong-type       an array where an object belongs, an object where an array belongs
    empty            200 and no body at all
    duplicate-row    a page starts with the last row of the page before
    missing-row      a page leaves out its first row; totals stay
    shifting-pages   a row of an earlier page went away: one is missed, the total drops by one
    sticky           a removal, suspension, change or deletion is answered as done, and is not

Which requests: `method=POST`, `path=TEXT` (anywhere in path and query), and of those `at=N` (the
N-th, from 1), `every=N`, `p=0.2` with `seed=1`, `times=N` at most. `after=true` carries the request
out first and then breaks the answer: the client cannot know that the write was done.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field, fields
from typing import Any

from uar.errors import SetupError

from .wire import JSON_TYPE, Reply, Request, answer, encode

MESSAGES = {
    "403": "Forbidden",
    "404": "Not Found",
    "409": "Already Exists",
    "429": "Too Many Requests",
    "500": "Internal Server Error",
}
STATUSES = (*MESSAGES, "502")
CUTS = ("reset", "hang")
BODIES = ("truncated", "wrong-type", "empty")
MISCHIEF = ("duplicate-row", "missing-row", "shifting-pages", "sticky")
KINDS = (*STATUSES, *CUTS, *BODIES, *MISCHIEF)

BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    b"<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass
class Fault:
    kind: str
    method: str = ""
    path: str = ""
    at: int = 0
    every: int = 0
    p: float = 1.0
    seed: int = 0
    times: int = 0
    retry_after: str = ""
    seconds: float = 60.0
    after: bool = False
    seen: int = field(default=0, init=False)
    """How many requests it could have hit so far."""
    struck: int = field(default=0, init=False)
    """How many it did hit."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()

    def strikes(self, request: Request, target: str) -> bool:
        if self.method and self.method.upper() != request.method:
            return False
        if self.path not in target:
            return False
        with self._lock:
            self.seen += 1
            strikes = not (self.at and self.seen != self.at)
            strikes = strikes and not (self.every and self.seen % self.every)
            strikes = strikes and self._random.random() < self.p
            strikes = strikes and not (self.times and self.struck >= self.times)
            self.struck += strikes
            return strikes

    def reply(self, date: str) -> Reply:
        """The answer of the kinds that are a status."""
        if self.kind == "502":
            return Reply(502, BAD_GATEWAY, content_type="text/html")
        retry = self.kind == "429" and (date if self.retry_after == "date" else self.retry_after)
        headers = (("Retry-After", retry),) if retry else ()
        return answer({"message": MESSAGES[self.kind]}, int(self.kind), headers)

    def spoil(self, reply: Reply) -> Reply:
        """The answer of the kinds that change a body."""
        if self.kind == "truncated":
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        if self.kind == "empty":
            return Reply(200, b"", reply.headers)
        wrong = b'{"results":null}' if reply.body[:1] == b"[" else encode([])
        return Reply(reply.status, wrong, reply.headers, JSON_TYPE)


def fault(written: str) -> Fault:
    """Read one fault as it is written on the command line."""
    kind, _, rest = written.partition(":")
    if kind not in KINDS:
        raise SetupError(f"There is no fault {kind!r}; there are: {', '.join(KINDS)}.")
    known: dict[str, Any] = {each.name: type(each.default) for each in fields(Fault) if each.init}
    given: dict[str, Any] = {}
    for part in filter(None, rest.split(",")):
        name, _, value = part.partition("=")
        if name not in known or name == "kind":
            raise SetupError(f"The fault {kind} has no setting {name!r}.")
        try:
            given[name] = value != "false" if known[name] is bool else known[name](value)
        except ValueError:
            raise SetupError(f"The fault setting {name} needs a number, not {value!r}.") from None
    return Fault(kind, **given)
