"""uar.toml as one frozen value: what can be set, the defaults, a clear word about what is wrong.

Unknown names are errors, so that a misspelt setting is never silently ignored. Secrets are not
settings: they come from the environment only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from uar.errors import SetupError
from uar.toml_file import NOWHERE, Between, Names, OneOf, Pairs, Written, document, read
from uar.toml_file import Where as Where
from uar.when import UTC, TimeZone

PROFILE = (  # the attributes of accounts that settings may require
    "department", "title", "manager", "employee_id", "employee_type", "company", "cost_center",
    "location",
)  # fmt: skip
ROSTER_COLUMNS = (
    "employee_id", "email", "name", "status", "start_date", "end_date", "manager", "department",
    "title",
)  # fmt: skip
SEVERITIES = ("critical", "high", "medium", "low", "info")  # as in uar.tables
MOST = 100_000  # of days or people: more is a slip of the key
Count = Annotated[int, Between(1, MOST)]
Share = Annotated[float, Between(0.001, 1)]
MAY_BE_LEFT_OUT = (
    "devices", "device groups", "directories", "RADIUS servers", "password items",
    "password folders", "usage",
)  # fmt: skip


def _no_pairs() -> Pairs:
    return MappingProxyType({})


@dataclass(frozen=True)
class Campaign:
    """One run of the review. `due`: the last day for returned files."""

    name: str = "User access review"
    period: str = ""
    due: dt.date | None = None
    # By whose clocks a day begins and ends; times are told in it beside UTC.
    time_zone: Annotated[str, TimeZone()] = UTC
    control: str = ""  # its id and wording, as the company's list of controls has it
    owner: str = ""  # who answers for the control
    prepared_by: str = ""  # who runs the review: uar knows nobody's name by itself
    contact: str = ""  # whom a reviewer asks
    organisation: str = ""  # the name on workbooks and reports; empty: as the tenant calls itself


@dataclass(frozen=True, kw_only=True)
class Which:
    """Some items: those that fit everything that is said. A list fits by any of its words."""

    kind: Names = ()  # of what is held: group, application, admin role, device, ...
    access: Names = ()  # what is held, by name or id
    gives: Names = ()  # the same, or what opens it
    account: Names = ()  # what holds it: user, admin, service, group
    person: Names = ()  # who holds it: e-mail, login or id
    department: Names = ()  # the rest as the directory has it of the holder
    title: Names = ()
    manager: Names = ()  # e-mail
    status: Names = ()
    employee_type: Names = ()
    company: Names = ()
    cost_center: Names = ()
    location: Names = ()
    privileged: bool = False  # only what is privileged
    new: bool = False  # only what is new since the last review
    where: Where = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Rule(Which):
    """Who decides some items: "manager", "owner", "fallback" or an e-mail."""

    reviewer: str


@dataclass(frozen=True, kw_only=True)
class Scope(Which):
    """Some items that are, or are not, reviewed this time, and why."""

    reason: str


@dataclass(frozen=True)
class Scopes:
    """What is reviewed: where `only` is given, what fits one of it; never what `leave_out` has."""

    only: tuple[Scope, ...] = ()
    leave_out: tuple[Scope, ...] = ()


@dataclass(frozen=True)
class Delegation:
    """Whose items somebody else decides, when the review is opened on one of these days."""

    absent: str  # e-mails
    deputy: str
    first_day: dt.date
    last_day: dt.date
    reason: str
    where: Where = NOWHERE


@dataclass(frozen=True)
class Reviewers:
    """Who decides, when it is not the manager. E-mails of active users of the tenant."""

    fallback: str = ""
    owners: Pairs = field(default_factory=_no_pairs)  # entitlement name or id -> e-mail
    rules: tuple[Rule, ...] = ()  # tried in their order, before manager, owner and fallback
    delegations: tuple[Delegation, ...] = ()
    # "application": what an owner decides comes in a file for each application, group or role.
    workbook_per: Annotated[str, OneOf(("reviewer", "application"))] = "reviewer"


@dataclass(frozen=True)
class Branding:
    """How workbooks look; the name on them and whom to ask stand in Campaign."""

    logo: str = ""  # a PNG or JPEG file; its path is told from the folder of uar.toml
    colour: Annotated[str, Written("(#[0-9A-Fa-f]{6})?", "six digits, such as #0B5F6E")] = ""
    # To the reviewers, in the organisation's own words.
    instructions: Annotated[str, Written("(?s).{0,2000}", "at most 2,000 characters")] = ""
    paper: Annotated[str, OneOf(("A4", "Letter"))] = "A4"


@dataclass(frozen=True)
class Persons:
    """How accounts are put together to persons."""

    alias_domains: Pairs = field(default_factory=_no_pairs)  # domain -> the one it stands for
    dots_ignored: Names = ()  # domains whose mail server ignores dots in the local part


@dataclass(frozen=True, kw_only=True)
class AttributesRule:
    """What some users must have instead: those that fit everything that is said."""

    required: Annotated[Names, OneOf(PROFILE)]
    employee_type: Names = ()  # a list fits by any of its words
    department: Names = ()
    title: Names = ()
    company: Names = ()
    cost_center: Names = ()
    location: Names = ()
    where: Where = NOWHERE


# The columns of ACCOUNTS by which it says whom it is about.
PLACES = tuple(one.name for one in fields(AttributesRule) if one.name not in ("required", "where"))


@dataclass(frozen=True)
class Attributes:
    """Which profile attributes an active user must have, and which words stand for nothing."""

    required: Annotated[Names, OneOf(PROFILE)] = (
        "department", "title", "manager", "employee_id", "employee_type", "company",
    )  # fmt: skip
    rules: tuple[AttributesRule, ...] = ()  # the first that fits a user counts, not `required`
    placeholders: Names = (
        "-", "--", ".", "?", "n/a", "na", "none", "null", "tbd", "tba", "test", "unknown", "xxx",
    )  # fmt: skip
    departments: Names = ()  # the only ones there are; empty: any
    titles: Names = ()
    no_manager: Names = ()  # e-mails or logins of people with nobody above them


@dataclass(frozen=True)
class Privileged:
    """What counts as privileged, by name or id; a Keep there needs a reason."""

    entitlements: Names = ()
    roles: Names = ("Administrator With Billing", "Administrator", "Manager")


@dataclass(frozen=True)
class Domains:
    """Whose addresses are whose."""

    # The organisation's own; an address of any other is external.
    own: Annotated[Names, Written(r"[^\s@/]+\.[^\s@/.]+", 'written as "example.com"')] = ()


@dataclass(frozen=True)
class ServiceAccounts:
    """Who answers for accounts that are no person's."""

    owners: Pairs = field(default_factory=_no_pairs)  # name, login or id -> e-mail of the owner
    # The targeted risk analysis that says how often they are reviewed (PCI DSS 7.2.5.1).
    risk_analysis: str = ""


@dataclass(frozen=True)
class Employment:
    """Which users are not employees, and what only employees may hold."""

    external: Names = ("contractor", "consultant", "external", "freelancer", "temporary", "vendor")
    employees_only: Names = ()  # entitlements, by name or id


@dataclass(frozen=True)
class SodRule:
    """Separation of duties: nobody holds all of `holds`; or holds them without all of `without`."""

    name: str
    holds: Names  # entitlements, by name or id
    without: Names = ()
    severity: Annotated[str, OneOf(SEVERITIES)] = "high"


@dataclass(frozen=True)
class Temporary:
    """Access that ends on a day: JumpCloud has no list of it."""

    account: str  # e-mail, login or id
    entitlement: str  # name or id
    until: dt.date  # the last day


@dataclass(frozen=True)
class Thresholds:
    """From which number on a detection speaks. Days, unless it says otherwise."""

    inactive_days: Count = 90  # without use; locked out; with an expired password
    grace_days: Count = 30  # that a new account may be unused
    admin_grace_days: Count = 14  # that a new administrator may be unused
    key_age_days: Count = 90  # of an API key or another credential
    key_ends_days: Count = 14  # that a credential has left
    full_power: Count = 5  # administrators who can change everything, in a small organisation
    full_power_share: Share = 0.02  # of the active users, in a large one
    span: Count = 50  # people under one manager
    items: Count = 300  # that one manager decides


@dataclass(frozen=True)
class Apply:
    """Guards on removals."""

    protected: Names = ()  # e-mails or logins of accounts that are never touched
    credential_admin: str = ""  # e-mail of the admin who owns the key, when it cannot be told
    max_removals_share: Share = 0.25  # of the population; more needs --max-removals
    # What revoking an admin's last role does.
    last_admin_role: Annotated[str, OneOf(("delete", "read-only"))] = "delete"
    in_flight: Annotated[int, Between(1, 5)] = 4  # removals at a time, at most
    exempt_dynamic: bool = False  # exempt a member from the group's rule, then remove
    decision_days: Annotated[int, Between(1, 3650)] = 90  # an older decision is not carried out


@dataclass(frozen=True)
class Sync:
    """How the tenant is read."""

    in_flight: Annotated[int, Between(1, 64)] = 12  # requests at a time, at most
    leave_out: Annotated[Names, OneOf(MAY_BE_LEFT_OUT)] = ()
    # Users, and applications, whose access is read from both ends.
    cross_check: Annotated[int, Between(0, MOST)] = 10


@dataclass(frozen=True)
class Roster:
    """How the file of uar sync --roster is read."""

    # What we need -> the heading over it.
    columns: Annotated[Pairs, OneOf(ROSTER_COLUMNS)] = field(default_factory=_no_pairs)
    employed: Names = ("active", "employed", "leave", "on leave")
    left: Names = ("terminated", "left", "inactive", "former", "resigned", "retired")


@dataclass(frozen=True)
class Close:
    """How a review is sealed."""

    # An RFC 3161 time stamp authority; it is sent one hash.
    tsa_url: Annotated[
        str, Written(r"(https?://[^\s/@]+(/\S*)?)?", "an http address without a password")
    ] = ""


@dataclass(frozen=True)
class Settings:
    """Everything uar.toml can say."""

    campaign: Campaign = Campaign()
    reviewers: Reviewers = field(default_factory=Reviewers)
    scope: Scopes = Scopes()
    branding: Branding = Branding()
    persons: Persons = field(default_factory=Persons)
    attributes: Attributes = Attributes()
    privileged: Privileged = Privileged()
    domains: Domains = Domains()
    service_accounts: ServiceAccounts = field(default_factory=ServiceAccounts)
    employment: Employment = Employment()
    sod: tuple[SodRule, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    thresholds: Thresholds = Thresholds()
    apply: Apply = Apply()
    sync: Sync = Sync()
    roster: Roster = field(default_factory=Roster)
    close: Close = Close()
    # The file that was read, to point at; two that say the same are the same settings.
    where: Where = field(default=NOWHERE, compare=False)


def load(path: Path | None) -> tuple[Settings, bytes]:
    """Settings and the bytes they came from. None: ./uar.toml if it is there, else defaults."""
    chosen = path or Path("uar.toml")
    if path is None and not chosen.exists():
        return Settings(), b""
    try:
        text = chosen.read_bytes()
    except OSError as error:
        raise SetupError(f"{chosen}: cannot be read ({error.strerror}).") from error
    return parse(text, str(chosen)), text


def parse(text: bytes, name: str) -> Settings:
    """The settings that a uar.toml's bytes say. Raises SetupError naming line and setting."""
    raw, where = document(text, name)
    settings = read(Settings, raw, (), where)
    rules = dict[str, str]()  # its id names a finding, so that two rules cannot share a name
    for rule, part in zip(settings.sod, where.entries("sod"), strict=True):
        things = [thing.strip().casefold() for thing in (*rule.holds, *rule.without)]
        twice = next((thing for thing in things if things.count(thing) > 1), None)
        if twice is not None:
            raise SetupError(
                f"{part.line('holds')}: the rule {rule.name} names {twice} twice; each thing "
                "stands in it once, in sod.holds or in sod.without."
            )
        if (earlier := rules.setdefault(rule.name, part.line("name"))) != part.line("name"):
            raise SetupError(
                f"{part.line('name')}: a rule is called {rule.name} already ({earlier}); give "
                "each sod.name once."
            )
        if len(rule.holds) + len(rule.without) < 2 or not rule.holds:
            raise SetupError(
                f"{part.line('holds')}: sod.holds must name two or more; or one at least, "
                "and others in sod.without."
            )
    for some in settings.attributes.rules:
        if not any(getattr(some, name) for name in PLACES):
            raise SetupError(
                f"{some.where.here()}: attributes.rules must say whom it is about, by one of "
                f"{', '.join(PLACES)}."
            )
    for away in settings.reviewers.delegations:
        if away.last_day < away.first_day:
            raise SetupError(
                f"{away.where.line('last_day')}: reviewers.delegations.last_day lies before "
                "first_day."
            )
    return settings
