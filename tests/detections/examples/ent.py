"""ENT: what is held, by whom and how."""

from __future__ import annotations

from tests.detections.examples import of
from tests.detections.world import earlier, facts, grant, thing, user
from uar.detections import Facts


def new() -> Facts:
    things = [thing("group", "a"), thing("group", "b"), thing("device", "laptop")]
    old = grant("user:ana", "group:a")
    then = facts([user("ana")], things, [old])
    now = [old, grant("user:ana", "group:b"), grant("user:ana", "device:laptop")]
    return facts([user("ana")], things, now, previous=earlier(then))


def back_again() -> Facts:
    things = [thing("group", "a"), thing("group", "b"), thing("app", "pay")]
    revoked = [grant("user:ana", end) for end in ("group:a", "group:b", "app:pay")]
    then = facts([user("ana")], things, revoked)
    return facts([user("ana")], things, revoked[:1], previous=earlier(then, revoked))


EXAMPLES = {
    "ENT-08": of(new, "group:b>user:ana", "group:a>user:ana", "device:laptop>user:ana"),
    "ENT-09": of(back_again, "group:a>user:ana", "group:b>user:ana", "app:pay>user:ana"),
}
