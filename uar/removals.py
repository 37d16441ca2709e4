"""Carrying out removals one by one: read, write down, send, read again, write down what came of it.

Nothing here knows a provider: a `Tenant` reads a grant, says which write is due, and sends it.
Most removals are one write. Where one must come before it, such as an exemption from a group's
rule, each is a step: written down, sent and read again, so that any of them can be the last one.

Several removals are in flight at a time, but never more than the failures that still may follow
each other: so a run that stops after five failures in a row has exactly five.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from uar.errors import SourceError

Row = Mapping[str, Any]
Line = Mapping[str, Any]
REMOVE, RESTORE = "remove", "restore"
DONE = {REMOVE: "removed", RESTORE: "restored"}
ALREADY = {REMOVE: "already gone", RESTORE: "already there"}
FAILURES = frozenset({"failed", "unknown", "still held"})
FAILURES_IN_A_ROW = 5
# Of several writes, what the first of them has done.
FIRST_DONE = {
    REMOVE: "The write that comes before the removal was carried out.",
    RESTORE: "The access itself is back.",
}


@dataclass(frozen=True)
class Live:
    """What a read shows. `drift`: what differs from the plan so that a person must look."""

    held: bool
    says: str = ""
    drift: str = ""
    reads: tuple[Row, ...] = ()  # path, status, digest and time of each
    facts: Mapping[str, Any] = field(default_factory=dict)  # what a restoring request is made of


@dataclass(frozen=True)
class Request:
    """One write. It holds no credential, neither in its headers nor elsewhere.

    `told`: what the journal keeps of a body that is much more than the change.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reply:
    """What came of a write. `accepted` is None where nobody knows whether it was carried out."""

    accepted: bool | None
    says: str
    facts: Mapping[str, Any]  # status, digest and times, for the journal


class Tenant(Protocol):
    """The provider, for one grant at a time."""

    def read(self, row: Row, *, after: bool) -> Live:
        """Is it held now, and is everything as planned? SourceError where that cannot be read."""

    def due(self, row: Row, live: Live, action: str) -> Request | None:
        """The next write that the action needs, given what is there now; None: it is done."""

    def send(self, request: Request) -> Reply:
        """Send it, once."""

    def who(self, row: Row) -> str:
        """Who put it back after `removed_at` of the row, or why that is not known: a sentence."""

    def stop(self) -> None:
        """Nobody waits for an answer any more."""


class Record(Protocol):
    """Adds a line to the journal; when it returns the line is on disk."""

    def __call__(self, phase: str, **facts: Any) -> Line: ...


@dataclass(frozen=True)
class Run:
    """What stays the same from item to item."""

    tenant: Tenant
    record: Record
    action: str
    plan: str  # plans/NNNN.json
    open_ended: frozenset[str] = frozenset()  # items sent before, with an end nobody knows
    blocked: Mapping[str, str] = field(default_factory=dict)  # item -> why it is not done
    in_flight: int = 1  # items at a time, at most
    goes_on: Callable[[], bool] = lambda: True  # asked before each item


def carry_out(rows: Iterable[Row], run: Run) -> Iterator[Line]:
    """The result of each item, as they come; ends early after too many failures in a row."""
    return _in_flight(rows, run, _one)


def verify(rows: Iterable[Row], run: Run) -> Iterator[Line]:
    """Read again what was removed: still gone, back again and by whom, or unknown.

    `rows`: of a plan, each with `removed_at`.
    """
    return _in_flight(rows, run, _look)


def _in_flight(rows: Iterable[Row], run: Run, do: Callable[[Row, Run], Line]) -> Iterator[Line]:
    """Items in their order, several at a time; one lane's stay one after the other."""
    queue, running = _lanes(rows), dict[Future[Line], deque[Row]]()
    failures = 0
    with ThreadPoolExecutor(run.in_flight, "uar-apply") as pool:
        try:
            while True:
                room = min(run.in_flight, FAILURES_IN_A_ROW - failures)
                while queue and len(running) < room and run.goes_on():
                    lane = queue.popleft()
                    running[pool.submit(do, lane.popleft(), run)] = lane
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=lambda each: int(each.result()["number"])):
                    lane = running.pop(future)
                    if lane:
                        queue.appendleft(lane)
                    failures = failures + 1 if future.result()["outcome"] in FAILURES else 0
                    yield future.result()
        except BaseException:
            run.tenant.stop()  # what is in flight ends without pauses
            raise


def _lanes(rows: Iterable[Row]) -> deque[deque[Row]]:
    """Admin roles are steps: each is planned upon those before, and all count the owners left.

    An exemption is written with the whole group around it, so those of one group take turns.
    """
    lanes: dict[str, deque[Row]] = {}
    for row in rows:
        key = row["item"]
        if row["kind"] in ("admin role", "admin API access"):
            key = "admins"
        elif row.get("exempt"):
            key = row["entitlement_source_id"]
        lanes.setdefault(key, deque()).append(row)
    return deque(lanes.values())


def _look(row: Row, run: Run) -> Line:
    try:
        live = run.tenant.read(row, after=False)
        word = "back again" if live.held else "still gone"
        says = run.tenant.who(row) if live.held else live.says
        facts: dict[str, Any] = {"detail": says, "after": _evidence(live)}
    except SourceError as error:
        word, facts = "unknown", {"detail": str(error)}
    return run.record("verify", **_about(row, run), outcome=word, **facts)


def _one(row: Row, run: Run) -> Line:
    if row["item"] in run.blocked:
        return _result(row, run, "blocked", run.blocked[row["item"]])
    sent_before = row["item"] in run.open_ended
    try:
        before = run.tenant.read(row, after=False)
    except SourceError as error:
        if sent_before:
            return _result(row, run, "unknown", f"Sent by an earlier run. {error}")
        return _result(row, run, "failed", f"Nothing was sent: {error}")
    request = run.tenant.due(row, before, run.action)
    if request is None:
        if sent_before:
            says = "Sent by an earlier run; this read shows that it was carried out."
            return _result(row, run, DONE[run.action], says, before=_evidence(before))
        return _result(row, run, ALREADY[run.action], before.says, before=_evidence(before))
    if before.drift and run.action == REMOVE:
        return _result(row, run, "drift", before.drift, before=_evidence(before))
    return _write(row, run, before, request)


def _write(row: Row, run: Run, before: Live, request: Request) -> Line:
    """Every write that is due, none of them twice; the last one is what the result tells of."""
    addressed = set()
    while True:
        sent = {"request": _told(request), "before": _evidence(before)}
        run.record("intent", **_about(row, run), **sent)
        reply = run.tenant.send(request)
        addressed.add((request.method, request.path))
        try:
            after = run.tenant.read(row, after=True)
        except SourceError as error:
            detail = f"{reply.says} Whether it is gone could not be read: {error}".strip()
            return _result(row, run, "unknown", detail, **sent, answer=reply.facts)
        more = {"answer": reply.facts, "after": _evidence(after)}
        following = run.tenant.due(row, after, run.action)
        if following is None or (following.method, following.path) in addressed:
            break
        run.record("step", **_about(row, run), detail=reply.says, **sent, **more)
        if after.drift and run.action == REMOVE:
            return _result(row, run, "drift", f"{after.drift} {FIRST_DONE[REMOVE]}", **sent, **more)
        before, request = after, following
    if following is None and run.action == REMOVE and _goes_before(request, row):
        says = (
            f"{FIRST_DONE[REMOVE]} Then the access was gone already, and the removal was not sent."
        )
        return _result(row, run, ALREADY[REMOVE], says, **sent, **more)
    outcome, detail = _judge(run.action, reply, after, done=following is None)
    if following is not None and len(addressed) > 1:
        detail = f"{detail} {FIRST_DONE[run.action]}"
    return _result(row, run, outcome, detail, **sent, **more)


def _goes_before(request: Request, row: Row) -> bool:
    """Is it not the removal that was planned, but a write that has to come before it?"""
    planned = row.get("request")
    return planned is not None and (request.method, request.path) != (
        planned["method"],
        planned["path"],
    )


def _told(request: Request) -> dict[str, Any]:
    told = asdict(request)
    kept = told.pop("told")
    return told if kept is None else {**told, "body": kept}


def _judge(action: str, reply: Reply, after: Live, *, done: bool) -> tuple[str, str]:
    """Only the read after counts; the answer tells whether it was our doing."""
    if done:
        word = ALREADY if reply.accepted is False else DONE
        return word[action], " ".join(filter(None, (reply.says, after.drift or after.says)))
    if reply.accepted and action == REMOVE:
        return "still held", "JumpCloud accepted the removal, but the access is still there."
    if reply.accepted:
        return "failed", "JumpCloud accepted the write, but it did not change what it should."
    return "failed", reply.says


def _about(row: Row, run: Run) -> dict[str, str]:
    return {"item": row["item"], "plan": run.plan, "action": run.action}


def _evidence(live: Live) -> dict[str, Any]:
    return {"held": live.held, "reads": [dict(read) for read in live.reads]}


def _result(row: Row, run: Run, outcome: str, detail: str, **facts: Any) -> Line:
    """`not_back` of the row: what nobody can put back; then the item is restored, and not whole."""
    if outcome == DONE[RESTORE] and row.get("not_back"):
        detail, facts = f"{detail} {row['not_back']}".strip(), {**facts, "whole": False}
    return run.record("result", **_about(row, run), outcome=outcome, detail=detail, **facts)
