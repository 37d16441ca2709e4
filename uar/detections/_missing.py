"""What the detections of missing attributes share: whom they look at and what counts as missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from uar.detections import Facts, each, once
from uar.services import is_declared
from uar.settings import PLACES, AttributesRule, Settings
from uar.text import folded, is_placeholder


def active_people(facts: Facts) -> pd.DataFrame:
    """Users that are, or may be, human and active; `surely`: unknown where it is not certain."""
    return facts.people


@once
def profiled(facts: Facts) -> pd.DataFrame:
    """Those of `active_people` who have a profile of their own: a user that uar.toml names as a
    service account has no department, no manager and no employee id, and is for NHI."""
    people = active_people(facts)
    return people[~is_declared(facts.settings, people)]


def is_missing(values: pd.Series[Any], facts: Facts) -> pd.Series[Any]:
    """Nothing there, or a placeholder."""
    return is_placeholder(values, facts.settings.attributes.placeholders).fillna(True)


def is_asked_for(attribute: str, facts: Facts) -> pd.Series[bool]:
    """Of which `profiled` settings require it: the first of attributes.rules that fits
    decides, else attributes.required."""
    people, settings = profiled(facts), facts.settings.attributes
    asked = pd.Series(attribute in settings.required, index=people.index)
    for rule in reversed(settings.rules):
        asked = asked.mask(_fits(people, rule), attribute in rule.required)
    return asked


def _fits(people: pd.DataFrame, rule: AttributesRule) -> pd.Series[Any]:
    """Whom a rule is about; nobody whose attribute is unknown."""
    fits = pd.Series(True, index=people.index)
    for name in PLACES:
        if said := getattr(rule, name):
            fits &= folded(people[name]).isin(folded(pd.Series(said, dtype="string")).dropna())
    return fits


def only(values: pd.Series[Any]) -> pd.Series[Any]:
    """Of what is missing, the placeholder that stands there, in words."""
    return (' (only "' + values.str.strip() + '")').fillna("")


def judge_missing(column: str) -> Callable[[Facts], pd.DataFrame]:
    """The judge of one attribute; `instead`: the placeholder that stands there, in words."""

    def judge(facts: Facts) -> pd.DataFrame:
        people = profiled(facts)[is_asked_for(column, facts)]
        hit = people["surely"].mask(~is_missing(people[column], facts), False)
        return each(people, hit, instead=only(people[column]))

    return judge


def unless_required(*attributes: str) -> Callable[[Settings], str]:
    """Why a detection is not wanted: none of these is required of anybody."""

    def unwanted(settings: Settings) -> str:
        required = set(settings.attributes.required)
        for rule in settings.attributes.rules:
            required.update(rule.required)
        if required.intersection(attributes):
            return ""
        return f"[attributes] does not require {' or '.join(attributes)}"

    return unwanted
