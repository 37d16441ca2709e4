"""Every table: its columns, their types, its key. `Table.frame` is the only door into a DataFrame.

What has come through the door is typed, complete in its columns and unique in its key, also for
zero rows; nothing behind it checks again. Absent, None, NaN and "" are one thing: unknown (pd.NA).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import infer_dtype

from uar.errors import TableError

TEXT = "string"
FLAG = "boolean"  # True, False, unknown
COUNT = "Int64"
MOMENT = "datetime64[us, UTC]"

SHOWN_PROBLEMS = 50
AT_ONCE = 25_000  # keys that are looked at together
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """One column. `needed`: never unknown. `one_of`: the only values allowed beside unknown."""

    name: str
    type: str = TEXT
    needed: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A named table with its columns in order and the column that identifies a row."""

    name: str
    key: str
    columns: tuple[Column, ...]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    def frame(self, rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> pd.DataFrame:
        """Rows -> DataFrame with exactly this table's columns, typed, in order.

        Raises TableError naming every failing row, column and value at once.
        """
        raw = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype=object)
        unexpected = [str(name) for name in raw.columns if name not in self.names]
        problems = [f"column {name}: not part of this table" for name in unexpected]
        typed: dict[str, pd.Series[Any]] = {}
        for column in self.columns:
            if column.name in raw.columns:
                values = raw[column.name]
            else:
                values = pd.Series(index=raw.index, dtype=cast(Any, column.type))
            typed[column.name] = self._typed(column, values, problems)
        frame = pd.DataFrame(typed, index=raw.index).reset_index(drop=True)
        keys = frame[self.key]
        if not _all_different(pa.array(keys.array)):
            repeated = sorted(keys[keys.duplicated()].dropna().unique())
            problems += [f"column {self.key}: {value} stands more than once" for value in repeated]
        if problems:
            more = len(problems) - SHOWN_PROBLEMS
            shown = problems[:SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
            raise TableError(f"table {self.name} does not hold what it must:", tuple(shown))
        return frame

    def empty(self) -> pd.DataFrame:
        """The table with no rows."""
        return self.frame([])

    def _typed(self, column: Column, values: pd.Series[Any], problems: list[str]) -> pd.Series[Any]:
        try:
            result = _convert(values, column.type)
        except (TypeError, ValueError):
            result = self._cell_by_cell(column, values, problems)
        if column.needed:
            for row in _first_rows(result.isna()):
                problems.append(f"row {row + 1}, column {column.name}: is empty and must not be")
        if column.one_of:
            wrong = result.notna() & ~result.isin(column.one_of)
            for row in _first_rows(wrong):
                allowed = ", ".join(column.one_of)
                value = result.iloc[row]
                problems.append(
                    f"row {row + 1}, column {column.name}: {value!r} is none of {allowed}"
                )
        return result

    def _cell_by_cell(
        self, column: Column, values: pd.Series[Any], problems: list[str]
    ) -> pd.Series[Any]:
        """The slow way, taken only when the column as a whole does not convert: who is to blame?"""
        good: list[Any] = []
        for row, value in enumerate(values):
            try:
                good.append(_convert(pd.Series([value], dtype=object), column.type).iloc[0])
            except (TypeError, ValueError):
                good.append(None)
                problems.append(
                    f"row {row + 1}, column {column.name}: {value!r} is not a {column.type}"
                )
        return _convert(pd.Series(good, index=values.index, dtype=object), column.type)


def look_up(keys: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """The text that stands at each key in `values`; unknown where none does, also in no rows."""
    if pd.api.types.is_string_dtype(keys.dtype) and pd.api.types.is_string_dtype(
        values.index.dtype
    ):
        texts = values.astype(cast(Any, TEXT)).array
        found = texts.take(positions(keys, values.index), allow_fill=True, fill_value=pd.NA)
        return pd.Series(found, index=keys.index, name=keys.name)
    return keys.map(values).astype(cast(Any, TEXT))


def positions(keys: pd.Series[Any], among: pd.Series[Any] | pd.Index[Any]) -> Positions:
    """Where each text stands first in `among`; -1 where it does not, or is unknown.

    By Arrow: a million texts take a tenth of a second, ten times less than as texts of Python.
    """
    texts, places = (pa.array(each, pa.large_string(), from_pandas=True) for each in (keys, among))
    at = pc.index_in(texts, value_set=places, skip_nulls=True).fill_null(-1)
    found: Positions = at.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def within(keys: pd.Series[Any], among: pd.Series[Any] | pd.Index[Any]) -> pd.Series[bool]:
    """Does each text stand in `among`? An unknown one does not. `isin`, but fast for a million."""
    return pd.Series(positions(keys, among) >= 0, index=keys.index)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries; unknown is None. Much faster than to_dict."""
    columns = [objects(frame[name]) for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def objects(values: pd.Series[Any], say: Callable[[Any], Any] | None = None) -> list[Any]:
    """The values as Python has them; unknown is None, and equal texts are one object.

    `say`: what is given instead of each; asked once for each different text.
    """
    if not isinstance(values.dtype, pd.StringDtype):
        found = values.array.to_numpy(dtype=object, na_value=None).tolist()
        return found if say is None else [say(value) for value in found]
    texts = pa.array(values.array)
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    codes = texts.dictionary_encode()
    words = [*codes.dictionary.to_numpy(zero_copy_only=False).tolist(), None]
    different = np.empty(len(words), dtype=object)
    different[:] = words if say is None else [say(word) for word in words]
    places = codes.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    return cast(list[Any], different[places].tolist())


def _all_different(keys: pa.Array) -> bool:
    """By Arrow and in order: is_unique would make a text of Python of each of a million keys, and
    a set of them would be as large as the table."""
    if _in_order(keys):  # as they come from a file
        return True
    order = pc.sort_indices(keys)
    starts = range(0, max(len(order) - 1, 0), AT_ONCE)
    return all(_in_order(keys.take(order[at : at + AT_ONCE + 1])) for at in starts)


def _in_order(keys: pa.Array) -> bool:
    """Is each greater than the one before, and none unknown?"""
    if keys.null_count > 1:
        return False
    return bool(pc.all(pc.less(keys[:-1], keys[1:]), skip_nulls=True).as_py())


def _convert(values: pd.Series[Any], kind: str) -> pd.Series[Any]:
    if str(values.dtype) == kind and kind != TEXT:
        return values
    if kind == TEXT:
        if values.dtype == object and infer_dtype(values, skipna=True) not in ("string", "empty"):
            raise TypeError
        text = values.astype("string")
        blank = pc.equal(pa.array(text.array), "")
        return text.mask(text == "", cast(Any, pd.NA)) if pc.any(blank).as_py() else text
    values = values.replace("", None) if values.dtype == object else values
    if kind == MOMENT:
        return pd.to_datetime(values, utc=True, format="ISO8601").astype(cast(Any, MOMENT))
    if kind == FLAG and values.dtype == object and not values.map(_is_flag_or_unknown).all():
        raise TypeError  # pandas would read 1, "yes" and the like in its own way
    return values.astype(cast(Any, kind))


def _is_flag_or_unknown(value: object) -> bool:
    return isinstance(value, bool | np.bool_) or value is None or value is pd.NA or value != value


def _first_rows(mask: pd.Series[Any]) -> list[int]:
    """Positions at which a mask is true, at most as many as are ever shown."""
    return [int(at) for at in mask.to_numpy(dtype=bool, na_value=False).nonzero()[0]][
        : SHOWN_PROBLEMS + 1
    ]


ACCOUNT_KINDS = ("user", "admin", "service")
STATUSES = ("active", "staged", "suspended", "unknown")
KEY_STATES = ("active", "expiring", "expired")

ACCOUNTS = Table(
    "accounts",
    key="account_id",
    columns=(
        Column("account_id", needed=True),  # jumpcloud:user:<id>, :admin:<id>, :service:<id>
        Column("kind", needed=True, one_of=ACCOUNT_KINDS),
        Column("source_id", needed=True),  # the provider's own id
        Column("login"),  # username of a user, e-mail of an admin, name of a service account
        Column("email"),
        Column("name"),
        Column("status", needed=True, one_of=STATUSES),
        Column("locked", FLAG),
        Column("locked_at", MOMENT),
        Column("activated", FLAG),  # has ever had a password: not the same as an active status
        Column("department"),
        Column("title"),
        Column("manager_id"),  # account_id of a user
        Column("employee_id"),
        Column("employee_type"),
        Column("company"),
        Column("cost_center"),
        Column("location"),
        Column("alternate_email"),
        Column("recovery_email"),
        Column("linked_admin_id"),  # account_id of the admin JumpCloud itself links to this user
        Column("unix_uid"),
        Column("ssh_keys"),  # SHA-256 fingerprints, sorted, separated by spaces
        Column("service_like", FLAG),  # LDAP binding user or samba service user
        Column("mfa", FLAG),  # a second factor is enrolled
        Column("mfa_required", FLAG),
        Column("mfa_sms_only", FLAG),  # text messages are enrolled, and no other factor
        Column("mfa_excused", FLAG),  # from setting one up
        Column("mfa_excused_until", MOMENT),  # unknown where mfa_excused: without an end
        Column("api_key_set", FLAG),
        Column("api_key_allowed", FLAG),
        # The API key of an administrator; of a service account the credentials that have not
        # expired: the oldest one's making, the end of the last one.
        Column("key_made_at", MOMENT),
        Column("key_ends_at", MOMENT),
        Column("key_endless", FLAG),  # the provider says that it has no end
        Column("key_state", one_of=KEY_STATES),  # of a service account, in the provider's word
        Column("key_made_by"),  # account_ids separated by spaces: who made those credentials
        Column("sessions", COUNT),  # of an administrator, so far; JumpCloud does not explain it
        Column("sudo", FLAG),  # global: administrator of every device bound to the user
        Column("sudo_without_password", FLAG),
        Column("password_expired", FLAG),
        Column("password_expires_at", MOMENT),
        Column("password_never_expires", FLAG),
        Column("created_at", MOMENT),
        Column("description"),
        # <field>:<who decides it, such as active-directory or scim>, sorted, separated by spaces
        Column("managed_fields"),
    ),
)

SUDO = ("with password", "without password")

ENTITLEMENT_KINDS = (
    "group", "app", "role", "device", "device group", "directory", "radius", "password item",
    "password folder",
)  # fmt: skip

# What users and groups are bound to -> the collection that lists it, and after which those of who
# is bound are called: users of devices, groups of devices.
BOUND_TO = {
    "device": "devices",
    "device group": "device groups",
    "directory": "directories",
    "radius": "RADIUS servers",
    "password item": "password items",
    "password folder": "password folders",
}

ENTITLEMENTS = Table(
    "entitlements",
    key="entitlement_id",
    columns=(
        # jumpcloud:group:<id>, :app:<id>, :role:<id>; the rest by JumpCloud's word for the type:
        # :system:<id>, :system_group:<id>, :g_suite:<id>, :radius_server:<id>, ...; and
        # :password_folder:<id>, which has no such word
        Column("entitlement_id", needed=True),
        Column("kind", needed=True, one_of=ENTITLEMENT_KINDS),
        Column("source_id", needed=True),
        Column("name", needed=True),
        Column("description"),
        # static, dynamic, review-required for groups; unknown for the rest
        Column("membership", one_of=("static", "dynamic", "review-required")),
        Column("rule_errors"),  # flags of a group's rule, separated by spaces
        Column("pending", COUNT),  # changes that a group's rule proposes and nobody has accepted
        Column("privileged", FLAG),
        # What a group makes its members of every device bound to it; unknown: not by itself.
        Column("sudo", one_of=SUDO),
        Column("writes", FLAG),  # a role with a scope that is not read-only
        Column("active", FLAG),
    ),
)

HOLDER_KINDS = ("user", "admin", "service", "group")

# What a group opens to its members, and a user may hold directly.
OPENED_KINDS = tuple(kind for kind in ENTITLEMENT_KINDS if kind not in ("group", "role"))

GRANTS = Table(
    "grants",
    key="grant_id",
    columns=(
        Column("grant_id", needed=True),  # <entitlement_id>><holder kind>:<holder's own id>
        Column("holder_id", needed=True),  # an account_id, or the entitlement_id of a group
        Column("holder_kind", needed=True, one_of=HOLDER_KINDS),
        Column("entitlement_id", needed=True),
        Column("revocable", FLAG, needed=True),
        Column("why_not"),  # why it cannot be revoked by one write
        # Administrator of the device, or of every device of the group; unknown: not by this grant.
        Column("sudo", one_of=SUDO),
        # The same with what the holder brings along: global sudo of a user, the rights that a group
        # has by itself. Any one of the three is enough.
        Column("effective_sudo", one_of=SUDO),
    ),
)

CONTENTS = Table(
    "contents",
    key="content_id",
    columns=(
        Column("content_id", needed=True),  # <whole's entitlement_id>><type>:<part's own id>
        Column("whole_id", needed=True),  # a device group, a folder of passwords
        Column("part_id", needed=True),  # a device, a password: who holds the whole reaches it
    ),
)

USE_KINDS = ("sign-in", "application", "device", "directory", "radius")

USES = Table(
    "uses",
    key="use_id",
    columns=(
        Column("use_id", needed=True),  # <account_id>@<entitlement_id, or the kind>
        Column("account_id", needed=True),
        # sign-in: to the user portal, or of an administrator to the admin portal
        Column("kind", needed=True, one_of=USE_KINDS),
        Column("entitlement_id"),  # unknown where the event does not name it: sign-in, LDAP, RADIUS
        Column("last_used_at", MOMENT, needed=True),  # the newest successful one in the window
        Column("uses", COUNT, needed=True),  # successful ones in the window
        Column("event_id"),  # the newest one's own id
    ),
)

GIVEN = Table(
    "given",
    key="given_id",
    columns=(
        Column("given_id", needed=True),  # <grant_id>@given
        Column("grant_id", needed=True),  # of a grant whose addition the log of the window has
        Column("given_at", MOMENT, needed=True),
        Column("given_by"),  # e-mail or name of who did it, as the event has it
        Column("event_id"),
    ),
)

COLLECTIONS = Table(
    "collections",
    key="collection",
    columns=(
        Column("collection", needed=True),  # users, admins, group members, ...
        Column("endpoint", needed=True),
        Column("stated", COUNT),  # total the source states; unknown: not stated by source
        Column("fetched", COUNT, needed=True),
        Column("stored", COUNT, needed=True),
        Column("pages", COUNT, needed=True),
        Column("started_at", MOMENT, needed=True),
        Column("finished_at", MOMENT, needed=True),
        Column("sha256", needed=True),  # over the SHA-256 of each raw page, in order of request
    ),
)

GAPS = Table(
    "gaps",
    key="gap_id",
    columns=(
        Column("gap_id", needed=True),
        Column("collection", needed=True),
        Column("subject"),
        Column("says", needed=True),  # one sentence
    ),
)

DEVICES_OF_GROUPS = "devices of device groups"  # the collection that CONTENTS comes from
CROSS_CHECK = "cross-check"  # the collection of gaps that two answers which disagree leave

EMPLOYMENT = ("employed", "left")

ROSTER = Table(
    "roster",
    key="row",
    columns=(
        Column("row", COUNT, needed=True),  # of the file that HR gave
        Column("employee_id"),
        Column("email"),  # a row has one of the two at least
        Column("name"),
        Column("status", needed=True, one_of=EMPLOYMENT),
        Column("start_date", MOMENT),  # the day's first moment
        Column("end_date", MOMENT),  # the last day at work
        Column("manager"),  # e-mail or employee id
        Column("department"),
        Column("title"),
    ),
)

LINK_STRENGTHS = ("strong", "possible")

PERSONS = Table(
    "persons",
    key="account_id",
    columns=(
        Column("account_id", needed=True),
        Column("person_id", needed=True),  # person:<smallest account_id of the cluster>
        Column("person_name"),
        # What an admin row borrows from the person's user account, and which account lends it.
        Column("department"),
        Column("title"),
        Column("manager_id"),
        Column("employee_type"),
        Column("borrowed_from"),  # account_id; unknown where nothing is borrowed
    ),
)

LINKS = Table(
    "links",
    key="link_id",
    columns=(
        Column("link_id", needed=True),  # <account_a>~<account_b>:<rule>
        Column("account_a", needed=True),  # the smaller account_id of the two
        Column("account_b", needed=True),
        # override, linked, email, alias, employee-id, alternate-email, name
        Column("rule", needed=True),
        Column("strength", needed=True, one_of=LINK_STRENGTHS),
        Column("merged", FLAG, needed=True),  # False: shown, but the two stay two persons
        Column("says", needed=True),  # the reason, with the values that agree
        Column("against"),  # facts that contradict it, in words
        # Do the two accounts have different employee ids? Unknown where one has none, and where
        # they differ by leading zeros only, which spreadsheets drop.
        Column("ids_differ", FLAG),
        # persons.toml says that they are two persons; unknown where an older version wrote it.
        Column("kept_apart", FLAG),
    ),
)

SEVERITIES = ("critical", "high", "medium", "low", "info")  # most severe first

FINDINGS = Table(
    "findings",
    key="id",
    columns=(
        Column("id", needed=True),  # <detection>:<subject>: the same next quarter
        Column("detection", needed=True),
        Column("severity", needed=True, one_of=SEVERITIES),
        Column("subject", needed=True),  # an account_id, entitlement_id, grant_id or person_id
        Column("subject_name", needed=True),  # what a person calls it
        Column("says", needed=True),  # one sentence with the facts
        Column("accounts"),  # every account_id it is about, separated by spaces
        # Every grant_id it is about, separated by spaces; unknown: by its subject and accounts.
        Column("grants"),
        # In how many reviews in a row, with this one; unknown without an earlier review.
        Column("reviews", COUNT),
        Column("accepted_because"),  # the three of a valid exception; unknown where there is none
        Column("accepted_by"),
        Column("accepted_until"),  # 2027-03-31
    ),
)

EXCEPTIONS = Table(
    "exceptions",
    key="finding",
    columns=(
        Column("finding", needed=True),  # a finding's id
        Column("reason", needed=True),
        Column("approver", needed=True),
        Column("expires", MOMENT, needed=True),  # the first moment of the last day
        Column("line", COUNT, needed=True),  # of exceptions.toml
    ),
)

COVERAGE = Table(
    "coverage",
    key="detection",
    columns=(
        Column("detection", needed=True),
        Column("title", needed=True),
        Column("severity", needed=True, one_of=SEVERITIES),
        Column("found", COUNT),  # the four are unknown when it did not run
        Column("looked_at", COUNT),
        Column("cannot_tell", COUNT),
        Column("accepted", COUNT),  # of those found
        Column("not_run"),  # why it did not run
    ),
)

ITEM_KINDS = (
    "group membership", "application assignment", "direct binding", "admin role",
    "group application", "group binding",
)  # fmt: skip
# Told against an earlier review: not held then; the holder's place, or what it opens, has changed;
# taken away in it and held again; none of these.
SINCE = ("new", "changed", "back again", "unchanged")
BANDS = ("privileged", "flagged", *SINCE, "other")  # in reading order; other: nothing to tell by
USE_STATES = ("used", "not observed", "not collected", "not licensed", "not permitted",
              "not applicable")  # fmt: skip
DECISION_WORDS = ("Keep", "Revoke", "Modify", "Not sure")
NOT_REVIEWED = "Not reviewed"
# What a plan may take away: each kind of item, and what only an emergency plan is about.
REMOVAL_KINDS = (
    "user account", *ITEM_KINDS, "admin API access", "device sudo", "binding sudo",
    "service account",
)  # fmt: skip

ITEMS = Table(
    "items",
    key="item_id",
    columns=(
        Column("item_id", needed=True),  # UAR-XXXX-XXXX-XXXXC, from the grant_id
        Column("grant_id", needed=True),
        Column("kind", needed=True, one_of=ITEM_KINDS),
        Column("band", needed=True, one_of=BANDS),
        Column("holder_id", needed=True),
        Column("holder_kind", needed=True, one_of=HOLDER_KINDS),
        Column("holder_name", needed=True),
        Column("person_id"),  # unknown where a group holds it
        Column("login"),
        Column("status"),
        Column("title"),
        Column("department"),
        Column("manager"),
        Column("borrowed", FLAG, needed=True),  # title, department, manager come from the person
        Column("entitlement_id", needed=True),
        Column("entitlement_kind", needed=True, one_of=ENTITLEMENT_KINDS),
        Column("entitlement", needed=True),
        Column("sudo", one_of=SUDO),
        Column("effective_sudo", one_of=SUDO),  # with what the holder brings along
        Column("opens"),  # names of what it opens, separated by "; "
        Column("also_held"),  # other paths that keep the access, in words
        # What ends with it for this holder, beside the access itself: names separated by "; ", or
        # for a group in words for how many members. Unknown: nothing.
        Column("takes_away"),
        Column("use_state", one_of=USE_STATES),
        Column("last_use"),  # the same in words, with day and number where it was used
        Column("given"),  # when it was given and by whom, in words, where the log tells
        Column("peers"),  # how many of the holder's peers hold it too: 3 of 12; of users only
        # The next six against the earlier review; unknown where none was given.
        Column("since", one_of=SINCE),
        Column("changes"),  # what has changed, in words, one change a line
        Column("last_decision", one_of=(*DECISION_WORDS, NOT_REVIEWED)),
        Column("last_reason"),
        Column("last_by"),  # the name of who decided
        Column("last_on"),  # 2026-09-24
        Column("revocable", FLAG, needed=True),
        Column("why_not"),
        Column("flags"),  # sentences, one a line
        Column("flag_severity", one_of=SEVERITIES),
        Column("reason_on_keep", FLAG, needed=True),  # a Keep needs a reason
        Column("reviewer_id", needed=True),
        Column("reviewer", needed=True),
        Column("reviewer_email", needed=True),
        Column("routed_by", needed=True),  # manager, owner, fallback, reassign
        Column("routed_because", needed=True),  # a sentence, with each rule that was passed over
        Column("workbook", needed=True),  # file name under workbooks/
        Column("seal", needed=True),  # keyed hash over what the reviewer is shown
    ),
)

EXCLUDED = Table(
    "excluded",
    key="grant_id",
    columns=(
        Column("grant_id", needed=True),  # of a grant that is no item of this review
        Column("reason", needed=True),  # as uar.toml gives it
    ),
)

REASSIGNMENTS = Table(
    "reassignments",
    key="item_id",
    columns=(
        Column("item_id", needed=True),
        Column("from_email", needed=True),
        Column("reviewer_id", needed=True),
        Column("reviewer", needed=True),
        Column("reviewer_email", needed=True),
        Column("workbook", needed=True),  # file name under workbooks/
        Column("file_id", needed=True),  # of that workbook
        Column("routed_because", needed=True),  # a sentence with the reason
        Column("reason", needed=True),
    ),
)

DECISIONS = Table(
    "decisions",
    key="item_id",
    columns=(
        Column("item_id", needed=True),
        Column("decision", needed=True, one_of=DECISION_WORDS),
        Column("written", needed=True),  # what stood in the cell
        Column("reason"),
        Column("comment"),
        Column("reviewer_email", needed=True),  # whom the item was put to
        Column("signed_name"),
        Column("signed_email"),
        Column("signed_on"),
        Column("file", needed=True),  # returned/NNNN-<name>
        Column("cell", needed=True),  # where the decision stood in it
        Column("received_at", MOMENT, needed=True),
        Column("replaces"),  # returned/... of the answer it replaces
    ),
)

ACTIONS = ("remove", "restore")
OUTCOME_WORDS = (
    "removed", "already gone",  # the access has ended
    "still held", "drift", "blocked", "failed",  # it has not: a person is needed
    "unknown",  # the tenant has to be read again
    "restored", "already there",  # put back by undo
)  # fmt: skip
VERIFIED_WORDS = ("still gone", "back again", "unknown")

OUTCOMES = Table(
    "outcomes",
    key="item_id",
    columns=(
        Column("item_id", needed=True),
        Column("plan", needed=True),  # plans/NNNN.json
        Column("action", needed=True, one_of=ACTIONS),
        Column("outcome", needed=True, one_of=OUTCOME_WORDS),
        Column("gone", FLAG),  # has the access ended, as far as the journal tells?
        Column("at", MOMENT, needed=True),
        Column("detail"),  # one sentence
        Column("status", COUNT),  # HTTP status of the write; unknown where none was answered
        Column("verified", one_of=VERIFIED_WORDS),  # the newest later look: uar apply --verify
        Column("verified_at", MOMENT),
    ),
)
