"""uar.toml as one frozen value: what can be set, the defaults, a clear word about what is wrong.

Unknown names are errors, so that a misspelt setting is never silently ignored. Secrets are not
settings: they come from the environment only.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType

from uar.errors import SetupError
from uar.toml_file import NOWHERE, Names, Pairs, document, read
from uar.toml_file import Where as Where

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
LONGEST_INSTRUCTIONS = 2_000  # characters
MAY_BE_LEFT_OUT = ("devices", "device groups", "directories", "RADIUS servers", "usage")


def _no_pairs() -> Pairs:
    return MappingProxyType({})


@dataclass(frozen=True)
class Campaign:
    """One run of the review. `due`: the last day for returned files."""

    name: str = "User access review"
    period: str = ""
    due: dt.date | None = None
    control: str = ""  # its id and wording, as the company's list of controls has it
    owner: str = ""  # who answers for the control
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
    workbook_per: str = "reviewer"


@dataclass(frozen=True)
class Branding:
    """How workbooks look; the name on them and whom to ask stand in Campaign."""

    logo: str = ""  # a PNG or JPEG file; its path is told from the folder of uar.toml
    colour: str = ""  # of headings: #0B5F6E
    instructions: str = ""  # to the reviewers, in the organisation's own words
    paper: str = "A4"  # or Letter


@dataclass(frozen=True)
class Persons:
    """How accounts are put together to persons."""

    alias_domains: Pairs = field(default_factory=_no_pairs)  # domain -> the one it stands for
    dots_ignored: Names = ()  # domains whose mail server ignores dots in the local part


@dataclass(frozen=True)
class Attributes:
    """Which profile attributes an active user must have, and which words stand for nothing."""

    required: Names = ("department", "title", "manager", "employee_id", "employee_type", "company")
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

    own: Names = ()  # the organisation's own; an address of any other is external


@dataclass(frozen=True)
class ServiceAccounts:
    """Who answers for accounts that are no person's."""

    owners: Pairs = field(default_factory=_no_pairs)  # name, login or id -> e-mail of the owner


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
    severity: str = "high"


@dataclass(frozen=True)
class Temporary:
    """Access that ends on a day: JumpCloud has no list of it."""

    account: str  # e-mail, login or id
    entitlement: str  # name or id
    until: dt.date  # the last day


@dataclass(frozen=True)
class Thresholds:
    """From which number on a detection speaks. Days, unless it says otherwise."""

    inactive_days: int = 90  # without use; locked out; with an expired password
    grace_days: int = 30  # that a new account may be unused
    admin_grace_days: int = 14  # that a new administrator may be unused
    key_age_days: int = 90  # of an API key or another credential
    key_ends_days: int = 14  # that a credential has left
    full_power: int = 5  # administrators who can change everything, in a small organisation
    full_power_share: float = 0.02  # of the active users, in a large one
    span: int = 50  # people under one manager
    items: int = 300  # that one manager decides


@dataclass(frozen=True)
class Apply:
    """Guards on removals."""

    protected: Names = ()  # e-mails or logins of accounts that are never touched
    credential_admin: str = ""  # e-mail of the admin who owns the key, when it cannot be told
    max_removals_share: float = 0.25  # of the population; more needs --max-removals
    last_admin_role: str = "delete"  # or "read-only": what revoking an admin's last role does
    in_flight: int = 4  # removals at a time, at most
    exempt_dynamic: bool = False  # exempt a member from the group's rule, then remove
    decision_days: int = 90  # an older decision is not carried out


@dataclass(frozen=True)
class Sync:
    """How the tenant is read."""

    in_flight: int = 12  # requests at a time, at most
    leave_out: Names = ()  # of MAY_BE_LEFT_OUT
    cross_check: int = 10  # users, and applications, whose access is read from both ends


@dataclass(frozen=True)
class Roster:
    """How the file of uar sync --roster is read."""

    columns: Pairs = field(default_factory=_no_pairs)  # a name of ROSTER_COLUMNS -> the heading
    employed: Names = ("active", "employed", "leave", "on leave")
    left: Names = ("terminated", "left", "inactive", "former", "resigned", "retired")


@dataclass(frozen=True)
class Close:
    """How a review is sealed."""

    tsa_url: str = ""  # an RFC 3161 time stamp authority; it is sent one hash


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
    share = settings.apply.max_removals_share
    if not 0 < share <= 1:
        raise SetupError(f"{name}: apply.max_removals_share must lie between 0 and 1, not {share}.")
    for threshold in fields(Thresholds):
        least, most = (0, 1) if threshold.type == "float" else (1, MOST)
        value = getattr(settings.thresholds, threshold.name)
        if not least <= value <= most:
            where_it_is = where.line(threshold.name)
            setting = f"thresholds.{threshold.name}"
            raise SetupError(f"{where_it_is}: {setting} must lie between {least} and {most}.")
    if not 1 <= settings.sync.in_flight <= 64:
        raise SetupError(f"{name}: sync.in_flight must lie between 1 and 64.")
    if not 0 <= settings.sync.cross_check <= MOST:
        raise SetupError(f"{name}: sync.cross_check must lie between 0 and {MOST:,}.")
    if not 1 <= settings.apply.in_flight <= 5:
        raise SetupError(f"{name}: apply.in_flight must lie between 1 and 5.")
    if not 1 <= settings.apply.decision_days <= 3650:
        raise SetupError(f"{name}: apply.decision_days must lie between 1 and 3650.")
    if not re.fullmatch(r"(https?://[^\s/@]+(/\S*)?)?", settings.close.tsa_url):
        raise SetupError(f"{name}: close.tsa_url must be an http address without a password.")
    for collection in settings.sync.leave_out:
        if collection not in MAY_BE_LEFT_OUT:
            raise SetupError(
                f"{name}: sync.leave_out: there is no {collection}; "
                f"known: {', '.join(MAY_BE_LEFT_OUT)}."
            )
    for attribute in settings.attributes.required:
        if attribute not in PROFILE:
            raise SetupError(
                f"{name}: attributes.required: there is no attribute {attribute}; "
                f"known: {', '.join(PROFILE)}."
            )
    for column in settings.roster.columns:
        if column not in ROSTER_COLUMNS:
            raise SetupError(
                f"{where.line(column)}: roster.columns: there is no column {column}; "
                f"known: {', '.join(ROSTER_COLUMNS)}."
            )
    for rule, part in zip(settings.sod, where.entries("sod"), strict=True):
        if len(rule.holds) + len(rule.without) < 2 or not rule.holds:
            raise SetupError(
                f"{part.line('holds')}: sod.holds must name two or more; or one at least, "
                "and others in sod.without."
            )
        if rule.severity not in SEVERITIES:
            raise SetupError(
                f"{part.line('severity')}: sod.severity must be one of {', '.join(SEVERITIES)}."
            )
    for away in settings.reviewers.delegations:
        if away.last_day < away.first_day:
            raise SetupError(
                f"{away.where.line('last_day')}: reviewers.delegations.last_day lies before "
                "first_day."
            )
    branding = settings.branding
    if not re.fullmatch("(#[0-9A-Fa-f]{6})?", branding.colour):
        raise SetupError(
            f"{where.line('colour')}: branding.colour must be written as #0B5F6E: six digits."
        )
    if branding.paper not in ("A4", "Letter"):
        raise SetupError(f'{where.line("paper")}: branding.paper must be "A4" or "Letter".')
    if len(branding.instructions) > LONGEST_INSTRUCTIONS:
        raise SetupError(
            f"{where.line('instructions')}: branding.instructions must stay below "
            f"{LONGEST_INSTRUCTIONS:,} characters."
        )
    if settings.reviewers.workbook_per not in ("reviewer", "application"):
        raise SetupError(
            f"{where.line('workbook_per')}: reviewers.workbook_per must be "
            '"reviewer" or "application".'
        )
    for domain in settings.domains.own:
        if not re.fullmatch(r"[^\s@/]+\.[^\s@/.]+", domain):
            raise SetupError(
                f'{where.value("own", domain)}: domains.own: write {domain} as "example.com".'
            )
    if settings.apply.last_admin_role not in ("delete", "read-only"):
        raise SetupError(f'{name}: apply.last_admin_role must be "delete" or "read-only".')
    return settings
