"""Which accounts are no person's, and who answers for them."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from uar.settings import Settings
from uar.tables import TEXT
from uar.text import folded
from uar.toml_file import Pairs


def owners(named: Pairs, accounts: pd.DataFrame) -> pd.Series[Any]:
    """Whom `named` gives each of ACCOUNTS, by id, login, e-mail or name: an e-mail, or unknown."""
    found = pd.Series(None, index=accounts.index, dtype=cast(Any, TEXT))
    emails = _by_name(named)
    if emails.empty:
        return cast("pd.Series[Any]", found)
    for column in ("account_id", "source_id", "login", "email", "name"):
        found = found.fillna(folded(accounts[column]).map(emails).astype(cast(Any, TEXT)))
    return cast("pd.Series[Any]", found)


def is_declared(settings: Settings, accounts: pd.DataFrame) -> pd.Series[bool]:
    """Is an account named in service_accounts.owners? Whatever it is used for, it is no person."""
    return owners(settings.service_accounts.owners, accounts).notna()


def is_service(settings: Settings, accounts: pd.DataFrame) -> pd.Series[Any]:
    """Is an account no person's: a service account, a user that serves LDAP or Samba, or one that
    is declared? Unknown where JumpCloud does not tell and nobody declared it."""
    told = (accounts["kind"] == "service") | is_declared(settings, accounts)
    return accounts["service_like"] | told


def _by_name(named: Pairs) -> pd.Series[Any]:
    keys = [key.strip().casefold() for key in named]
    emails = pd.Series(list(named.values()), index=keys, dtype=cast(Any, TEXT))
    return cast("pd.Series[Any]", emails[~emails.index.duplicated()])
