"""What the detections of missing attributes share: whom they look at and what counts as missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from uar.detections import Facts, each
from uar.settings import Settings
from uar.text import is_placeholder


def active_people(facts: Facts) -> pd.DataFrame:
    """Users that are, or may be, human and active; `surely`: unknown where it is not certain."""
    return facts.people


def is_missing(values: pd.Series[Any], facts: Facts) -> pd.Series[Any]:
    """Nothing there, or a placeholder."""
    return is_placeholder(values, facts.settings.attributes.placeholders).fillna(True)


def judge_missing(column: str) -> Callable[[Facts], pd.DataFrame]:
    """The judge of one attribute; `instead`: the placeholder that stands there, in words."""

    def judge(facts: Facts) -> pd.DataFrame:
        people = active_people(facts)
        hit = people["surely"].mask(~is_missing(people[column], facts), False)
        instead = (' (only "' + people[column].str.strip() + '")').fillna("")
        return each(people, hit, instead=instead)

    return judge


def unless_required(*attributes: str) -> Callable[[Settings], str]:
    """Why a detection is not wanted: none of these is required."""

    def unwanted(settings: Settings) -> str:
        if set(attributes) & set(settings.attributes.required):
            return ""
        return f"attributes.required does not name {' or '.join(attributes)}"

    return unwanted
