"""What detections of outsiders share: whose address is not ours, and who is no employee."""

from __future__ import annotations

from typing import Any

import pandas as pd

from uar.detections import Facts
from uar.settings import Settings
from uar.text import folded, is_email


def without_domains(settings: Settings) -> str:
    """Why a detection is not wanted: nothing says which addresses are ours."""
    return "" if settings.domains.own else "domains.own names no domain"


def is_external(facts: Facts, emails: pd.Series[Any]) -> pd.Series[Any]:
    """Is an address of a domain that is not ours? Unknown where it is none.

    Ours are domains.own with their subdomains, and the aliases of them.
    """
    own = {domain.strip().casefold() for domain in facts.settings.domains.own}
    aliases = facts.settings.persons.alias_domains.items()
    own |= {alias.strip().casefold() for alias, of in aliases if of.strip().casefold() in own}
    domain = folded(emails).str.replace(r".*@", "", regex=True)
    ours = domain.isin(own)
    for name in own:
        ours |= domain.str.endswith(f".{name}")
    return (~ours).astype("boolean").mask(~is_email(emails).fillna(False))


def is_no_employee(facts: Facts, employee_types: pd.Series[Any]) -> pd.Series[Any]:
    """Is an employee type one of employment.external? Unknown where it is not known."""
    types = folded(employee_types)
    outside = {name.strip().casefold() for name in facts.settings.employment.external}
    return types.isin(outside).astype("boolean").mask(types.isna())
