"""The state of one emulated organisation and everything that can be done to it."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import threading
from typing import Any

from .collection import Collection
from .events import Events
from .graph import Attributes, Graph, Node
from .options import Options
from .rules import AUTOMATED, exempt, rule_of
from .wire import Actor, Row, already_exists, not_found

GROUP_LIST_FIELDS = ("attributes", "id", "name", "type", "email", "description")
"""A group list leaves out everything about the rule (API.md 5.5)."""

DIRECTORY_TYPES = ("active_directory", "g_suite", "ldap_server", "office_365", "workday")


def _group_row(row: Row) -> Row:
    return {name: row[name] for name in GROUP_LIST_FIELDS if name in row}


def _without_credentials(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "authConfigList"}


class Tenant:
    """Objects, the graph between them, credentials, and the log of what happened."""

    def __init__(self, state: Row, options: Options | None = None) -> None:
        self.options = options or Options()
        self.lock = threading.RLock()
        self.organization: Row = state["organization"]
        self.organizations = Collection([self.organization], key="_id")
        self.managed = self.organizations  # what a multi-tenant key sees
        self.systemusers = Collection(state.get("systemusers", ()), key="_id")
        self.admins = Collection(state.get("admins", ()), key="_id")
        self.roles = Collection(state.get("roles", ()))
        self.usergroups = Collection(state.get("usergroups", ()), listed=_group_row)
        self.systemgroups = Collection(state.get("systemgroups", ()), listed=_group_row)
        self.applications = Collection(state.get("applications", ()), key="_id")
        self.systems = Collection(state.get("systems", ()), key="_id")
        self.directories = Collection(state.get("directories", ()))
        self.radiusservers = Collection(state.get("radiusservers", ()), key="_id")
        self.serviceaccounts = Collection(
            state.get("serviceaccounts", ()), key="objectId", listed=_without_credentials
        )
        self.passwordmanageritems = Collection(state.get("passwordmanageritems", ()))
        self.passwordfolders = Collection(state.get("passwordfolders", ()), key="uuid")
        self.keys: list[Row] = list(state.get("keys", ()))
        self.graph = Graph()
        for edge in state.get("edges", ()):
            self.graph.connect(_node(edge["from"]), _node(edge["to"]), edge.get("attributes"))
        self._started = dt.datetime.now(dt.UTC)
        now = state.get("now")
        self._epoch = dt.datetime.fromisoformat(now) if now else self._started
        self.events = Events(state.get("events", ()))
        self._ids = itertools.count(1)
        self._due: list[tuple[dt.datetime, Row | None, Row | None]] = []

    # Looking

    def now(self) -> dt.datetime:
        """The tenant's clock: starts at the state's `now` and runs on."""
        return self._epoch + (dt.datetime.now(dt.UTC) - self._started)

    def turn_to(self, moment: dt.datetime) -> None:
        """Let time pass: the clock runs on from `moment`."""
        self._started, self._epoch = dt.datetime.now(dt.UTC), moment

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def new_id(self) -> str:
        """An object id as MongoDB would make it: the time, then a counter."""
        return f"{int(self.now().timestamp()):08x}{next(self._ids):016x}"

    def kept(self, kind: str) -> Collection | None:
        """The collection that holds objects of a graph type."""
        if kind in DIRECTORY_TYPES:
            return self.directories
        return {
            "user": self.systemusers,
            "user_group": self.usergroups,
            "application": self.applications,
            "system": self.systems,
            "system_group": self.systemgroups,
            "radius_server": self.radiusservers,
            "password_manager_item": self.passwordmanageritems,
            "password_folder": self.passwordfolders,
        }.get(kind)

    def object(self, node: Node) -> Row | None:
        kind, key = node
        collection = self.kept(kind)
        row = collection.get(key) if collection is not None else None
        if row is None or (kind in DIRECTORY_TYPES and row["type"] != kind):
            return None
        return row

    def name(self, node: Node) -> str:
        row = self.object(node) or {}
        for field in ("username", "displayLabel", "displayName", "nickname", "name"):
            if row.get(field):
                return str(row[field])
        return ""

    def export(self) -> Row:
        """A copy of the state now, in the format it was given in."""
        state: Row = {"organization": self.organization, "now": self.stamp(), "keys": self.keys}
        for name in COLLECTIONS:
            state[name] = list(getattr(self, name))
        state["edges"] = [
            {
                "from": {"type": one[0], "id": one[1]},
                "to": {"type": other[0], "id": other[1]},
                "attributes": attributes,
            }
            for one, other, attributes in self.graph.edges()
        ]
        state["events"] = list(self.events)
        return copy.deepcopy(state)

    # Doing

    def log(self, actor: Actor, event_type: str, **details: Any) -> None:
        """Append a Directory Insights event about something an administrator did."""
        by: Row = {"id": actor.id, "type": actor.kind}
        by["email" if actor.kind == "admin" else "name"] = actor.name
        self.events.append(
            {
                "id": self.new_id(),
                "event_type": event_type,
                "service": "directory",
                "timestamp": self.stamp(),
                "initiated_by": by,
                "organization": self.organization["_id"],
                "client_ip": "127.0.0.1",
                "success": True,
                **details,
            }
        )

    def change_edge(
        self, actor: Actor, op: str, one: Node, other: Node, attributes: Attributes
    ) -> None:
        """add: 409 when there; remove and update: 404 when not (API.md 8.1)."""
        there = self.graph.has(one, other)
        if op == "add" and there:
            raise already_exists()
        if op != "add" and not there:
            raise not_found()
        if op == "remove":
            self.graph.cut(one, other)
        else:
            self.graph.connect(one, other, attributes)
        self.log_edge(actor, op, one, other)

    def log_edge(self, actor: Actor, op: str, one: Node, other: Node) -> None:
        ends = [
            {"type": node[0], "object_id": node[1], "name": self.name(node)}
            for node in (one, other)
        ]
        connection = {"from": ends[0], "to": ends[1]}
        self.log(
            actor,
            "association_change",
            association={"op": op, "action_source": "api", "connection": connection},
        )

    def delete(self, node: Node) -> Row:
        """Take an object away together with its edges."""
        collection = self.kept(node[0])
        if collection is None or node[1] not in collection:
            raise not_found()
        self.graph.drop(node)
        return collection.drop(node[1])

    # Dynamic groups

    def run_rules(self) -> None:
        """The nightly run: put the members of every automated group right."""
        for group in self.usergroups:
            self.run_rule(group)

    def rules_after_write(self, group: Row | None = None, user: Row | None = None) -> None:
        """Rules run when a rule, a user or a membership changes (API.md 5.5)."""
        if self.options.rule_run == "later":
            due = self.now() + dt.timedelta(seconds=self.options.rule_seconds)
            self._due.append((due, group, user))
        elif self.options.rule_run == "at_once":
            self._run(group, user)

    def run_due_rules(self) -> None:
        """Those of earlier writes whose seconds are over; called before every answer."""
        while self._due and self._due[0][0] <= self.now():
            _, group, user = self._due.pop(0)
            self._run(group and self.usergroups.get(group["id"]), user)

    def _run(self, group: Row | None, user: Row | None) -> None:
        for each in [group] if group is not None else list(self.usergroups):
            self.run_rule(each, user)

    def run_rule(self, group: Row, user: Row | None = None) -> None:
        """Apply one group's rule to one user, or to all."""
        selects = rule_of(group)
        if selects is None or group["membershipMethod"] != AUTOMATED:
            return
        node = ("user_group", group["id"])
        members = self.graph.near(node, "user")
        by_hand = exempt(group)
        for row in [user] if user is not None else list(self.systemusers):
            key = row["_id"]
            wanted = selects(row)
            if key in by_hand or wanted == (key in members):
                continue
            change = self.graph.connect if wanted else self.graph.cut
            change(node, ("user", key))
            self.log_edge(RULE, "add" if wanted else "remove", node, ("user", key))


COLLECTIONS = (
    "systemusers",
    "admins",
    "roles",
    "usergroups",
    "applications",
    "systems",
    "systemgroups",
    "directories",
    "radiusservers",
    "serviceaccounts",
    "passwordmanageritems",
    "passwordfolders",
)

RULE = Actor(id="", kind="system", name="dynamic group rule", roles=[])
"""Who changes a dynamic group when its rule runs."""


def _node(end: Row) -> Node:
    return (end["type"], end["id"])
