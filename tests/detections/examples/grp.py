"""GRP: groups themselves."""

from __future__ import annotations

from tests.detections.examples import Case, Example, always_told, of
from tests.detections.examples.ent import EVERY_LIST, WATCHED
from tests.detections.world import NOW, facts, grant, thing, use, user
from uar.detections import Facts

NO_MEMBERS_READ = tuple(name for name in EVERY_LIST if name != "group members")
THINGS = [
    thing("group", "full"),
    thing("group", "bare"),
    thing("group", "void"),
    thing("app", "pay"),
]
EDGES = [
    grant("user:ana", "group:full"), grant("user:ana", "group:bare"),
    grant("group:full", "app:pay"), grant("group:void", "app:pay"),
]  # fmt: skip


def groups() -> Facts:
    return facts([user("ana")], [*THINGS, thing("group", "nil")], EDGES, collected=EVERY_LIST)


def unread() -> Facts:
    """Without the members, and without what groups open."""
    return facts([user("ana")], THINGS, EDGES[3:], collected=NO_MEMBERS_READ)


def unbound() -> Facts:
    return facts([user("ana")], THINGS, EDGES[:2])


def described() -> Facts:
    things = [
        thing("group", "it", privileged=True),
        thing("group", "dev", privileged=True, description="Developers of the shop."),
    ]
    return facts([user("ana")], things)


def ruled() -> Facts:
    rule = {"membership": "dynamic", "pending": 0}
    things = [
        thing("group", "wrong", **rule | {"rule_errors": "CYCLE"}),
        thing("group", "right", **rule),
        thing("group", "dim", membership="dynamic"),
    ]
    return facts([], things)


def alike() -> Facts:
    things = [thing("group", name) for name in ("a", "b", "c")] + [thing("app", "pay")]
    held = [grant(f"user:{name}", f"group:{group}") for name in ("ana", "bea") for group in "ab"]
    held += [grant("user:ana", "group:c"), *(grant(f"group:{group}", "app:pay") for group in "abc")]
    return facts([user("ana"), user("bea")], things, held, collected=EVERY_LIST)


def administrators() -> Facts:
    things = [thing("group", "it"), thing("group", "staff"), thing("device", "d1")]
    edges = [
        grant("group:it", "device:d1", sudo="with password"), grant("group:staff", "device:d1"),
    ]  # fmt: skip
    return facts([user("ana")], things, edges, collected=EVERY_LIST)


def crowd(collected: tuple[str, ...] = EVERY_LIST) -> Facts:
    people = [user(f"u{at}", name=f"U{at} Quine") for at in range(12)]
    things = [thing("group", "big"), thing("group", "few"), thing("app", "pay", privileged=True)]
    held = [grant(f"user:u{at}", "group:big") for at in range(11)]
    held += [grant("user:u0", "group:few")]
    held += [grant(f"group:{name}", "app:pay") for name in ("big", "few")]
    return facts(people, things, held, collected=collected)


def crowd_unread() -> Facts:
    return crowd(NO_MEMBERS_READ)


def not_used() -> Facts:
    """Two of five use pay, three the wiki; nobody is seen to use the silent one."""
    names = [f"u{at}" for at in range(5)]
    things = [thing("group", "team"), *(thing("app", name) for name in ("pay", "wiki", "silent"))]
    held = [grant(f"user:{name}", "group:team") for name in names]
    held += [grant("group:team", f"app:{name}") for name in ("pay", "wiki", "silent")]
    used = [("app:pay", names[:2]), ("app:wiki", names[2:])]
    uses = [use(f"user:{name}", "application", NOW, app) for app, them in used for name in them]
    return facts(map(user, names), things, held, uses=uses, header=WATCHED)


EXAMPLES = {
    "GRP-01": Example(
        Case(groups, "group:nil"), Case(groups, "group:full"), Case(unread, "group:bare")
    ),
    "GRP-02": Example(
        Case(groups, "group:bare"), Case(groups, "group:full"), Case(unbound, "group:bare")
    ),
    "GRP-03": Example(
        Case(groups, "group:void"), Case(groups, "group:full"), Case(unread, "group:void")
    ),
    "GRP-04": always_told(
        described, "group:it", "group:dev", "what has no description is not described"
    ),
    "GRP-05": of(ruled, "group:wrong", "group:right", "group:dim"),
    "GRP-06": Example(Case(alike, "group:b"), Case(alike, "group:c"), Case(unread, "group:void")),
    "GRP-07": always_told(
        administrators, "group:it", "group:staff", "a binding that does not say so gives no rights"
    ),
    "GRP-08": Example(
        Case(crowd, "group:big"), Case(crowd, "group:few"), Case(crowd_unread, "group:few")
    ),
    "GRP-09": of(not_used, "app:pay>group:team", "app:wiki>group:team", "app:silent>group:team"),
}
