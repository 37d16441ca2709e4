"""LIF: joiners, movers, leavers."""

from __future__ import annotations

from tests.detections.examples import of
from tests.detections.world import earlier, facts, grant, thing, user
from uar.detections import Facts


def returned() -> Facts:
    names = ("ana", "bea", "cid")
    then = facts(
        user(name, status=status)
        for name, status in zip(names, ("suspended", "active", "unknown"), strict=True)
    )
    return facts(map(user, names), previous=earlier(then))


def moved() -> Facts:
    groups = [thing("group", "old")]
    held = [grant(f"user:{name}", "group:old") for name in ("ana", "bea", "cid")]
    unknown = {"department": None, "title": None, "manager_id": None}
    then = facts([user("ana"), user("bea"), user("cid", **unknown)], groups, held)
    now = [user("ana", department="Sales"), user("bea"), user("cid")]
    return facts(now, groups, held, previous=earlier(then))


EXAMPLES = {
    "LIF-08": of(returned, "user:ana", "user:bea", "user:cid"),
    "LIF-09": of(moved, "user:ana", "user:bea", "user:cid"),
}
