"""AUT-09: a device with administrator rights, one without, and one that is in no list."""

from __future__ import annotations

from tests.detections.examples import of
from tests.detections.world import facts, grant, thing, user
from uar.detections import Facts


def bound() -> Facts:
    return facts(
        [user("ana"), user("bea"), user("cid")],
        [thing("device", "mac"), thing("device", "pc")],
        [
            grant("user:ana", "device:mac", sudo="with password"),
            grant("user:bea", "device:pc"),
            grant("user:cid", "device:lost", sudo="with password"),
        ],
    )


EXAMPLES = {
    "AUT-09": of(
        bound, "device:mac>user:ana", "device:pc>user:bea", "device:lost>user:cid"
    ),
}  # fmt: skip
