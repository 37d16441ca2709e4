"""What detections of accounts that are no person's share: their owners, and how they are named."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from uar import services
from uar.detections import Facts
from uar.text import folded

# What stands for a function or a device. A name made of these alone is nobody's.
WORDS = (
    "accounting", "accounts", "admin", "administrator", "alert", "alerts", "api", "backup",
    "billing", "bot", "breakglass", "build", "careers", "conference", "console", "contact", "demo",
    "deploy", "devops", "donotreply", "dummy", "emergency", "events", "finance", "frontdesk",
    "generic", "guest", "hello", "helpdesk", "hostmaster", "hr", "info", "invoices", "it", "kiosk",
    "mailbox", "marketing", "meeting", "monitor", "monitoring", "noc", "noreply", "office",
    "operations", "ops", "orders", "payroll", "postmaster", "printer", "qa", "reception", "robot",
    "room", "root", "sales", "sample", "scanner", "security", "service", "shared", "soc",
    "support", "svc", "sysadmin", "system", "team", "temp", "test", "tester", "testing", "tmp",
    "training", "user", "webmaster",
)  # fmt: skip
# Where a name begins or ends with one of these (a number may follow), the rest makes no person.
MARKS = ("donotreply", "dummy", "kiosk", "mailbox", "noreply", "service", "shared", "svc", "test")
ALONE = re.compile(rf"(?:(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})[\W\d_]*)+")
MARKED = re.compile(rf"(?:{'|'.join(MARKS)})\d*[\W_].*|.*[\W_](?:{'|'.join(MARKS)})[\W\d_]*")


def owners(facts: Facts, accounts: pd.DataFrame) -> pd.Series[Any]:
    """The e-mail of each account's owner, by name, login or id; unknown where uar.toml has none."""
    settings = facts.settings
    return services.owners(settings.service_accounts.owners, accounts).fillna(
        services.owners(settings.reviewers.owners, accounts)
    )


def is_generic(accounts: pd.DataFrame) -> pd.Series[Any]:
    """Does the login, or the e-mail before the @, name a function? Unknown without either."""
    login, email = folded(accounts["login"]), folded(accounts["email"])
    generic = pd.Series(False, index=accounts.index)
    for text in (login, email):
        bare = text.str.replace(r"@.*", "", regex=True)
        bare = bare.str.replace("no-reply", "noreply").str.replace("do-not-reply", "donotreply")
        alone = bare.str.fullmatch(ALONE.pattern) | bare.str.fullmatch(MARKED.pattern)
        generic |= alone.fillna(False).astype(bool)
    return generic.astype("boolean").mask(login.isna() & email.isna())
