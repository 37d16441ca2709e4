"""PRC-16: what the cross-check of uar sync left."""

from __future__ import annotations

from tests.detections.examples import of
from tests.detections.world import facts, thing, user
from uar.detections import Facts
from uar.tables import CROSS_CHECK

SUBJECT = "jumpcloud:group:a>user:ana"


def differing() -> Facts:
    says = "Two answers of JumpCloud disagree."
    gap = {"gap_id": "1", "collection": CROSS_CHECK, "subject": SUBJECT, "says": says}
    made = ("group members", f"{CROSS_CHECK} of memberships")
    things = [thing("group", "a"), thing("app", "pay")]
    return facts([user("ana")], things, collected=made, gaps=[gap])


EXAMPLES = {
    "PRC-16": of(
        differing,
        "group:a>user:ana",
        f"{CROSS_CHECK} of memberships",
        f"{CROSS_CHECK} of applications",
    )
}
